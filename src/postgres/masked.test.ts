import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import type { ColumnOrigin } from '../gateway/seam.ts'
import { opaque, type ReadStatements } from './reading.ts'
import { field, RawClient, say } from './testing/raw-client.ts'
import { Rig, rule, stopTestPostgres, subjectOf, testPostgres } from './testing/rig.ts'

/** Reads by first word; columns named `ssn` carry phi.ssn, those named `made` derive from it, `odd` is unknown. */
const read: ReadStatements = sql => {
  const verb = /^\s*(\w+)/.exec(sql)?.[1]?.toLowerCase() ?? ''
  if (verb === 'frobnicate') {
    return { kind: 'refused', code: 'unreadable', sqlState: '42601', detail: 'Not SQL.', position: 1 }
  }
  const labels = new Set(['phi.ssn'])
  return {
    ...opaque,
    action: {
      operation: `sql.${verb}`,
      target: 'unlisted',
      subjectMatter: '',
      effects: new Set(['read']),
      facts: {},
      carries: 'unknown',
    },
    origins: fields =>
      fields.map(({ name, type, format }): ColumnOrigin => {
        const what = name === 'ssn' || name === 'made' ? labels : name === 'odd' ? 'unknown' : new Set<string>()
        return { name, type, format, labels: what, derived: name === 'made' }
      }),
    changes: verb === 'set' ? 'told' : 'nothing',
  }
}

let rig: Rig
const approvers = { groups: ['officers'], people: 1, withinMs: 60_000, holdMs: 30_000 }

before(async () => {
  rig = await Rig.start({
    postgres: await testPostgres(),
    read,
    rules: [
      rule('all', 'allow', {}),
      rule('no-drops', 'block', { patterns: ['sql.drop'] }),
      rule('updates', 'hold', { patterns: ['sql.update'], approvers }),
    ],
  })
  await withClient(client => client.query('create table if not exists held (n int); insert into held values (0)'))
})
after(async () => {
  await rig?.stop()
  await stopTestPostgres()
})

const withClient = <T>(work: (client: pg.Client) => Promise<T>) => rig.withClient(work)

const SSN = '078-05-1120'

test('a labelled, a derived and an unknown column are hidden in every protocol and format, the rest is not', async () => {
  await withClient(async client => {
    const text = `select '${SSN}'::text as ssn, 7 as made, '${SSN}'::text as odd, to_jsonb('${SSN}'::text) as odd, 5 as n`
    for (const query of [text, { text, values: [] }, { text, name: 'named' }, { text, values: [], binary: true }]) {
      const { rows } = (await client.query({
        ...(typeof query === 'string' ? { text: query } : query),
        rowMode: 'array',
      })) as {
        rows: unknown[][]
      }
      assert.deepEqual(rows, [['[phi.ssn]', null, '[unknown]', '[unknown]', 5]])
    }
  })
})

test('rows nobody described are hidden as NULL where their origin is unknown', async () => {
  const client = await RawClient.signedIn(rig.port)
  client.send(say.parse('', `select '${SSN}'::text as odd`), say.bind('', ''), say.execute(''), say.sync())
  const heard = await client.until('Z')
  assert.equal(client.types, '12DNCZ')
  assert.doesNotMatch(heard[2]?.body.toString('latin1') ?? '', /1120/)
  client.socket.destroy()
})

test('the raw value is nowhere in the released bytes or the transcript; findings count it', async () => {
  await withClient(client => client.query(`select '${SSN}'::text as ssn, 'marked-row' as n from generate_series(1, 3)`))
  const answer = rig.replays().find(({ kind, text }) => kind === 'answer' && text?.includes('marked-row'))
  assert.ok(answer)
  assert.doesNotMatch(answer.text ?? '', /1120/)
  assert.equal(answer.labels['phi.ssn'], 3)
})

test('words of the database are hidden, its codes are not', async () => {
  await withClient(async client => {
    await assert.rejects(client.query(`select concat('${SSN}', '')::int as n`), (error: pg.DatabaseError) => {
      assert.equal(error.code, '22P02')
      assert.doesNotMatch(JSON.stringify(error) + error.message, /1120/)
      return true
    })
    const own = `select 'twelve'::int as n`
    await assert.rejects(client.query(own), {
      message: 'invalid input syntax for type integer: "twelve"',
      position: '8',
    })
    await assert.rejects(client.query('select 1 / 0 as n'), { message: 'division by zero' })
    let noticed = ''
    client.on('notice', notice => {
      noticed += notice.message
    })
    await client.query(`do $$ begin raise notice '%', '${SSN}'; end $$`)
    assert.match(noticed, /hidden/)
    assert.doesNotMatch(noticed, /1120/)
  })
})

test('what is refused says its reference; a transaction around it has failed at the database too', async () => {
  await withClient(async client => {
    await assert.rejects(client.query('drop table held'), (error: pg.DatabaseError) => {
      assert.equal(error.code, '42501')
      assert.match(error.message, /^Policy does not allow this request\. Reference: x_[0-9a-z]{26}$/)
      return true
    })
    assert.equal((await client.query('select 1 as n')).rows[0].n, 1)
    await client.query('begin')
    await assert.rejects(client.query('drop table held'), { code: '42501' })
    await assert.rejects(client.query('select 1 as n'), { code: '25P02' })
    await client.query('rollback')
    await client.query('begin')
    await assert.rejects(client.query({ text: 'drop table held', values: [] }), { code: '42501' })
    await assert.rejects(client.query('select $1::int as n', [1]), { code: '25P02' })
    await client.query('rollback')
    await assert.rejects(client.query('frobnicate'), { code: '42601', position: '1' })
    assert.equal((await client.query('select 2 as n')).rows[0].n, 2)
  })
})

test('a refusal within a pipeline undoes what came before it up to Sync, and drops what follows', async () => {
  const client = await RawClient.signedIn(rig.port)
  client.send(
    ...[say.parse('', 'insert into held values (1)'), say.bind('', ''), say.execute('')],
    ...[say.parse('', 'drop table held'), say.bind('', ''), say.execute('')],
    ...[say.parse('', 'insert into held values (2)'), say.bind('', ''), say.execute(''), say.sync()],
    say.query('select count(*) as n from held where n > 0'),
  )
  const heard = await client.until('Z', 2)
  assert.equal(client.types, '12CEZTDCZ')
  assert.equal(field(heard[3] as never, 'C'), '42501')
  assert.equal(heard[4]?.body.toString(), 'I')
  assert.equal(heard[6]?.body.toString('latin1').endsWith('0'), true)
  client.socket.destroy()
})

test('a function call by number is refused, and the connection goes on', async () => {
  const client = await RawClient.signedIn(rig.port)
  client.send(Buffer.from([0x46, 0, 0, 0, 14, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]), say.query('select 4 as n'))
  const heard = await client.until('Z', 2)
  assert.equal(client.types, 'EZTDCZ')
  assert.equal(field(heard[0] as never, 'C'), '0A000')
  client.socket.destroy()
})

async function heldBy(work: () => Promise<unknown>, client: pg.Client): Promise<[Promise<unknown>, string]> {
  const noticed = new Promise<string>(resolve =>
    client.once('notice', ({ message }) => resolve(/approval (x_\w+)/.exec(message ?? '')?.[1] ?? 'none')),
  )
  const running = work()
  running.catch(() => undefined)
  return [running, await noticed]
}

test('a held statement tells its reference, runs once approved, exactly as it was asked', async () => {
  await withClient(async client => {
    const update = { text: 'update held set n = $1 where n = 0', values: [9] }
    const [running, reference] = await heldBy(() => client.query(update), client)
    const { rows } = await withClient(other => other.query('select count(*)::int as n from held where n = 9'))
    assert.equal(rows[0].n, 0, 'it has not run while it waits')
    const vote = await rig.approvals.vote(reference, subjectOf('otto', ['officers']), 'approve', 'looked at it')
    assert.equal(typeof vote, 'object')
    assert.equal(((await running) as pg.QueryResult).rowCount, 1)
  })
})

test('a denied statement fails with 42501 and its transaction with it; a cancelled one never runs', async () => {
  await withClient(async client => {
    await client.query('begin')
    const [running, reference] = await heldBy(() => client.query('update held set n = 77'), client)
    await rig.approvals.vote(reference, subjectOf('otto', ['officers']), 'deny', 'no')
    await assert.rejects(running, { code: '42501', message: /denied/ })
    await assert.rejects(client.query('select 1 as n'), { code: '25P02' })
    await client.query('rollback')

    const [waiting] = await heldBy(() => client.query('update held set n = 78'), client)
    const { processID, secretKey } = client as unknown as { processID: number; secretKey: number }
    const key = Buffer.alloc(16)
    for (const [at, value] of [16, 80_877_102, processID, secretKey].entries()) key.writeInt32BE(value, at * 4)
    const canceller = await RawClient.open(rig.port)
    canceller.send(key)
    await assert.rejects(waiting, { code: '57014' })
    const { rows } = await client.query('select count(*)::int as n from held where n > 70')
    assert.equal(rows[0].n, 0)
  })
})

test('without a reader of statements nothing passes', async () => {
  const { nobodyReads } = await import('./reading.ts')
  const blind = await Rig.start({
    postgres: await testPostgres(),
    read: nobodyReads,
    rules: [rule('all', 'allow', {})],
  })
  const client = new pg.Client(blind.settings)
  await client.connect()
  await assert.rejects(client.query('select 1'), { code: '0A000' })
  await client.end()
  await blind.stop()
})
