// Row budgets and holds through the door: what ends an answer ends no connection, and the state told is the system's.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import pg from 'pg'
import { compileMasking } from '../masking/plan.ts'
import { field, type Heard, RawClient, say } from './testing/raw-client.ts'
import { Rig, rule, stopTestPostgres, subjectOf, testPostgres } from './testing/rig.ts'

const masking = compileMasking({
  labels: { 'phi.mrn': { sql: ['public.counted.mrn'] }, 'phi.ssn': { shape: 'ssn' } },
  clean: {},
  transforms: { default: 'redact', byLabel: {} },
})
const approvers = { groups: ['officers'], people: 1, withinMs: 60_000, holdMs: 30_000 }
const REFERENCE = /Reference: x_[0-9a-z]{26}$/

let rig: Rig
let quiet: Rig

before(async () => {
  const postgres = await testPostgres()
  const { host, port, user, password } = postgres
  const direct = new pg.Client({ host, port, user, password, database: 'postgres' })
  await direct.connect()
  await direct.query(`create table counted as select n, 'mrn-' || n as mrn, repeat('x', 200) as pad
      from generate_series(1, 20000) n;
    create table asked as select n from generate_series(1, 20000) n;
    create table waits (n int); create table free as select n from generate_series(1, 3000) n;
    create table loose (line text); insert into loose values ('call 078-05-1120 today')`)
  await direct.end()
  const rules = [
    rule('stops', 'allow', { patterns: ['sql.*:public.counted'], rows: { ask: null, stop: 500 } }),
    rule('asks', 'allow', { patterns: ['sql.*:public.asked'], rows: { ask: 500, stop: null }, approvers }),
    rule('free', 'allow', { patterns: ['sql.*:public.free', 'sql.*:public.loose', 'sql.*:public.waits'] }),
    rule('waits', 'hold', { patterns: ['sql.insert:public.waits'], approvers: { ...approvers, holdMs: null } }),
  ]
  rig = await Rig.start({ postgres, masking, rules, transactionHoldMs: 300 })
  quiet = await Rig.start({ postgres, masking, rules, notices: false })
})

after(async () => {
  await rig?.stop()
  await quiet?.stop()
  await stopTestPostgres()
})

const withClient = <T>(work: (client: pg.Client) => Promise<T>, at: Rig = rig) => at.withClient(work)

const one = async (client: pg.Client) => assert.equal((await client.query('select 1 as n')).rows[0].n, 1)

describe('beyond `stop`', () => {
  for (const how of ['simple', 'extended'] as const) {
    const ask = (text: string) => (how === 'simple' ? text : { text, values: [] })

    test(`an answer ends with an error, and the connection goes on (${how})`, async () => {
      await withClient(async client => {
        await assert.rejects(client.query(ask('select * from counted')), { code: '42501', message: REFERENCE })
        await one(client)
        assert.equal((await client.query(ask('select * from counted limit 500'))).rowCount, 500)
      })
    })

    test(`the transaction around it has failed (${how})`, async () => {
      await withClient(async client => {
        await client.query('begin')
        await client.query('insert into free values (-1)')
        await assert.rejects(client.query(ask('select * from counted')), { code: '42501' })
        await assert.rejects(client.query('select 1'), { code: '25P02' })
        await client.query('commit')
        const { rows } = await client.query('select count(*)::int as n from free where n < 0')
        assert.equal(rows[0].n, 0)
        await one(client)
      })
    })
  }

  test('one that the system had already given whole ends too, and its transaction with it', async () => {
    await withClient(async client => {
      await client.query('begin')
      await assert.rejects(client.query('select n from counted limit 501'), { code: '42501' })
      await assert.rejects(client.query('select 1'), { code: '25P02' })
      await client.query('rollback')
      await one(client)
    })
  })

  test('the caller hears rows, one error and one ready, and nothing of what followed in the flight', async () => {
    const client = await RawClient.signedIn(rig.port)
    const run = (sql: string) => [say.parse('', sql), say.bind('', ''), say.execute('')]
    client.send(...run('select n from counted limit 501'), ...run('select 42'), say.sync(), say.query('select 7 as n'))
    const heard = await client.until('Z', 2)
    assert.match(client.types.replace(/D+/g, 'D'), /^12D?EZTDCZ$/)
    assert.equal(field(heard.find(({ type }) => type === 'E') as Heard, 'C'), '42501')
    client.socket.destroy()
  })

  for (const [how, behind] of [
    ['alone', []],
    ['and something is closed', [say.close('S', 'other')]],
  ] as const)
    test(`rows of a portal that is resumed count together, ${how}`, async () => {
      const client = await RawClient.signedIn(rig.port)
      const more = [say.execute('p', 200), ...behind, say.flush()]
      client.send(say.parse('s', 'select n from counted'), say.bind('p', 's'), ...more)
      await client.until('s', 1)
      client.send(...more)
      await client.until('s', 2)
      client.send(...more, say.sync())
      await client.until('Z')
      assert.equal(client.types.replaceAll('3', '').replace(/D+/g, 'D'), '12DsDsEZ')
      client.socket.destroy()
    })

  test('rows that are copied out count too; fewer pass, with what is labelled hidden', async () => {
    await withClient(async client => {
      await assert.rejects(client.query('copy counted to stdout'), { code: '42501', message: REFERENCE })
      await one(client)
      const copied: string[] = []
      const wire = (client as unknown as { connection: NodeJS.EventEmitter }).connection
      wire.on('copyData', ({ chunk }: { chunk: Buffer }) => copied.push(chunk.toString()))
      await client.query('copy (select n, mrn from counted where n = 3) to stdout')
      assert.deepEqual(copied, ['3\t[phi.mrn]\n'])
    })
  })

  test('a cursor is fetched under the rules of its query', async () => {
    await withClient(async client => {
      await client.query('begin; declare c cursor for select n from counted')
      assert.equal((await client.query('fetch 500 from c')).rowCount, 500)
      await assert.rejects(client.query('fetch all from c'), { code: '42501', message: REFERENCE })
      await client.query('rollback')
      await one(client)
    })
  })
})

test('rows that are copied in arrive, and the record counts them', async () => {
  const client = await RawClient.signedIn(rig.port)
  client.send(say.query('copy loose from stdin'))
  await client.until('G')
  const bytes = (type: string, body: string) => {
    const head = Buffer.alloc(5)
    head.write(type)
    head.writeUInt32BE(body.length + 4, 1)
    return Buffer.concat([head, Buffer.from(body)])
  }
  client.send(bytes('d', 'first\n'), bytes('d', 'second\n'), bytes('c', ''))
  await client.until('Z')
  assert.equal(client.types, 'GCZ')
  client.socket.destroy()
  await withClient(async other => {
    const { rows } = await other.query(`select count(*)::int as n from loose where line in ('first', 'second')`)
    assert.equal(rows[0].n, 2)
  })
  assert.ok(rig.replays().some(({ text }) => text?.includes('first') && text.includes('(2 messages of rows)')))
})

describe('beyond `ask`', () => {
  async function heldOf(client: pg.Client, sql: string): Promise<[Promise<pg.QueryResult>, string]> {
    const noticed = new Promise<string>(resolve =>
      client.once('notice', ({ message }) => resolve(/approval (x_\w+)/.exec(message ?? '')?.[1] ?? 'none')),
    )
    const running = client.query(sql)
    running.catch(() => undefined)
    return [running, await noticed]
  }

  test('the answer waits in its middle, and goes on when people say so', async () => {
    await withClient(async client => {
      const [running, reference] = await heldOf(client, 'select n from asked')
      await rig.approvals.vote(reference, subjectOf('otto', ['officers']), 'approve', 'looked at it')
      assert.equal((await running).rowCount, 20_000)
    })
  })

  test('it ends when its caller cancels it, and the connection goes on', async () => {
    await withClient(async client => {
      const [running] = await heldOf(client, 'select n + 2 as n from asked')
      const { processID, secretKey } = client as unknown as { processID: number; secretKey: number }
      const key = Buffer.alloc(16)
      for (const [at, value] of [16, 80_877_102, processID, secretKey].entries()) key.writeInt32BE(value, at * 4)
      const canceller = await RawClient.open(rig.port)
      canceller.send(key)
      await assert.rejects(running, { code: '57014' })
      await one(client)
    })
  })

  test('it ends with an error when they say no, and the connection goes on', async () => {
    await withClient(async client => {
      const [running, reference] = await heldOf(client, 'select n + 1 as n from asked')
      await rig.approvals.vote(reference, subjectOf('otto', ['officers']), 'deny', 'no')
      await assert.rejects(running, { code: '42501', message: /denied/ })
      await one(client)
    })
  })
})

test('in a transaction a statement is held for the shorter time alone, and has failed then', async () => {
  await withClient(async client => {
    await client.query('begin')
    const began = performance.now()
    await assert.rejects(client.query('insert into waits values (1)'), { code: '42501' })
    assert.ok(performance.now() - began < 10_000)
    await assert.rejects(client.query('select 1'), { code: '25P02' })
    await client.query('rollback')
    const { rows } = await client.query('select count(*)::int as n from waits')
    assert.equal(rows[0].n, 0)
  })
})

test('a shape in a column without a label is hidden, and said where notices are on', async () => {
  for (const at of [rig, quiet]) {
    const notices: string[] = []
    await withClient(async client => {
      client.on('notice', ({ message }) => notices.push(message ?? ''))
      const { rows } = await client.query(`select line from loose where line like 'call%'`)
      assert.deepEqual(rows, [{ line: 'call [phi.ssn] today' }])
      const bound = await client.query({ text: 'select line from loose where line like $1', values: ['call%'] })
      assert.deepEqual(bound.rows, rows)
    }, at)
    assert.deepEqual(notices, at === rig ? Array(2).fill('1 value is hidden from you: phi.ssn (1).') : [])
  }
})
