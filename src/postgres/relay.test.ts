import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { field, RawClient, say } from './testing/raw-client.ts'
import { Rig, stopTestPostgres, testPostgres } from './testing/rig.ts'

let rig: Rig

before(async () => {
  rig = await Rig.start({ postgres: await testPostgres() })
})
after(async () => {
  await rig?.stop()
  await stopTestPostgres()
})

const withClient = <T>(work: (client: pg.Client) => Promise<T>) => rig.withClient(work)

test('simple, parameterised and named statements answer as the database does', async () => {
  await withClient(async client => {
    assert.deepEqual((await client.query('select 1 as a, null as b')).rows, [{ a: 1, b: null }])
    assert.deepEqual((await client.query('select $1::int + 1 as c', [41])).rows, [{ c: 42 }])
    for (const value of ['x', 'y']) {
      const named = { name: 'named', text: 'select $1::text as d', values: [value] }
      assert.deepEqual((await client.query(named)).rows, [{ d: value }])
    }
    const several = (await client.query('select 1 as one; select 2 as two')) as unknown as pg.QueryResult[]
    assert.deepEqual(
      several.map(({ rows }) => rows[0]),
      [{ one: 1 }, { two: 2 }],
    )
  })
})

test('an error keeps its words, the transaction its state', async () => {
  await withClient(async client => {
    await assert.rejects(client.query('select 1/0'), { code: '22012', message: 'division by zero' })
    await client.query('begin')
    await assert.rejects(client.query('select $1::int', ['x']), { code: '22P02' })
    await assert.rejects(client.query('select 1'), { code: '25P02' })
    await client.query('rollback')
    assert.equal((await client.query('select 3 as n')).rows[0].n, 3)
  })
})

test('each statement is one exchange: question, answer, end, in the record before it is told', async () => {
  await withClient(client => client.query("select 'recorded ' || $1::text as said", ['parameter']))
  const steps = rig.replays()
  const at = steps.findIndex(({ text }) => text?.includes('-- $1 = parameter'))
  assert.ok(at >= 0, 'the statement and its parameter are in the transcript')
  const { exchange } = steps[at] as (typeof steps)[number]
  const own = steps.filter(step => step.exchange === exchange)
  assert.deepEqual(
    own.map(({ kind }) => kind),
    ['question', 'answer', 'ended'],
  )
  assert.match(own[1]?.text ?? '', /said\nrecorded parameter\nSELECT 1/)
  assert.equal(own[2]?.outcome, 'done')
})

test('pipelined runs with one error: what follows up to Sync is skipped and recorded as such', async () => {
  const client = await RawClient.signedIn(rig.port)
  client.send(
    ...[say.parse('', 'select 1'), say.bind('', ''), say.execute('')],
    ...[say.parse('', 'select 1/0'), say.bind('', ''), say.execute('')],
    ...[say.parse('', 'select 3'), say.bind('', ''), say.execute(''), say.sync()],
    ...[say.parse('', 'select 4'), say.bind('', ''), say.execute(''), say.sync()],
  )
  await client.until('Z', 2)
  assert.equal(client.types, '12DC1EZ12DCZ')
  client.socket.destroy()
})

test('what one flight asks is durable by one commit', async () => {
  const client = await RawClient.signedIn(rig.port)
  const before = rig.commits().length
  const runs = ['a', 'b', 'c', 'd', 'e'].flatMap((name, at) => [
    say.parse(name, `select ${at}`),
    say.bind('', name),
    say.execute(''),
  ])
  client.send(...runs, say.sync())
  await client.until('Z', 1)
  client.socket.destroy()
  const asked = rig
    .commits()
    .slice(before)
    .filter(kinds => kinds.includes('question'))
  assert.deepEqual(asked, [['question', 'question', 'question', 'question', 'question']])
})

test('a portal that is resumed goes on in its exchange', async () => {
  const client = await RawClient.signedIn(rig.port)
  client.send(say.query('begin'))
  await client.until('Z')
  client.heard.length = 0
  client.send(
    say.parse('', 'select generate_series(1, 5) as resumed'),
    say.bind('p', ''),
    say.execute('p', 2),
    say.sync(),
  )
  await client.until('Z')
  for (const times of [2, 3]) {
    client.send(say.execute('p', 2), say.sync())
    await client.until('Z', times)
  }
  assert.equal(client.types, '12DDsZDDsZDCZ')
  client.send(say.query('commit'))
  await client.until('Z', 4)
  client.socket.end()
  await client.end()
  const question = rig.replays().filter(step => step.kind === 'question' && step.text?.includes('as resumed'))
  assert.equal(question.length, 1)
  const own = rig.replays().filter(({ exchange }) => exchange === question[0]?.exchange)
  assert.deepEqual(
    own.map(({ kind, door }) => `${kind} ${door}`),
    [
      'question system',
      'answer caller',
      'answer system',
      'answer caller',
      'answer system',
      'answer caller',
      'ended null',
    ],
  )
})

test('a Sync or Flush alone, and messages split at every byte, answer as whole ones', async () => {
  const script = Buffer.concat([
    say.sync(),
    say.parse('s', 'select $1::text as split'),
    say.describe('S', 's'),
    say.flush(),
    say.bind('', 's', ['value']),
    say.describe('P', ''),
    say.execute(''),
    say.sync(),
    say.query('select 1 as a; select 2 as b'),
    say.close('S', 's'),
    say.sync(),
  ])
  const whole = await RawClient.signedIn(rig.port)
  whole.send(script)
  await whole.until('Z', 4)
  const dripped = await RawClient.signedIn(rig.port)
  await dripped.drip(script)
  await dripped.until('Z', 4)
  assert.equal(whole.types, 'Z1tT2TDCZTDCTDCZ3Z')
  assert.deepEqual(dripped.heard, whole.heard)
  whole.socket.destroy()
  dripped.socket.destroy()
})

test('notifications and notices pass, also while nothing was asked', async () => {
  await withClient(async client => {
    const notified = once(client, 'notification')
    const noticed = once(client, 'notice')
    await client.query('listen channel_a')
    await withClient(other => other.query("notify channel_a, 'payload'"))
    const [{ payload }] = await notified
    assert.equal(payload, 'payload')
    await client.query("do $$ begin raise notice 'told'; end $$")
    assert.equal((await noticed)[0].message, 'told')
  })
})

test('cancel reaches the statement that runs, by our own key alone', async () => {
  await withClient(async client => {
    const running = client.query('select pg_sleep(30)')
    running.catch(() => undefined)
    const { processID, secretKey } = client as unknown as { processID: number; secretKey: number }
    const state = async () =>
      (await withClient(other => other.query('select state from pg_stat_activity where pid = $1', [processID]))).rows[0]
        ?.state as string | undefined
    // A transparent connection shows the process of the database; the secret is our own.
    while ((await state()) !== 'active') await new Promise(resolve => setImmediate(resolve))
    const key = Buffer.alloc(16)
    key.writeUInt32BE(16, 0)
    key.writeUInt32BE(80_877_102, 4)
    key.writeInt32BE(processID, 8)
    for (const secret of [secretKey ^ 1, secretKey]) {
      key.writeInt32BE(secret, 12)
      const canceller = await RawClient.open(rig.port)
      canceller.send(key)
      await canceller.end()
      if (secret !== secretKey) assert.equal(await state(), 'active', 'another secret cancels nothing')
    }
    await assert.rejects(running, { code: '57014' })
    assert.equal((await client.query('select 5 as n')).rows[0].n, 5)
  })
})

test('a caller that leaves has its statement cancelled', async () => {
  const client = await RawClient.signedIn(rig.port)
  client.send(say.query("select pg_sleep(30), 'left behind'"))
  const running = async () => {
    const found =
      "select count(*)::int as n from pg_stat_activity where query like '%left behind%' and state = 'active' and pid <> pg_backend_pid()"
    return withClient(async other => (await other.query(found)).rows[0].n as number)
  }
  while ((await running()) === 0);
  client.socket.destroy()
  while ((await running()) > 0);
})

test('an unreadable message ends the connection with 08P01 and a reference', async () => {
  const client = await RawClient.signedIn(rig.port)
  client.send(Buffer.from([0x7a, 0, 0, 0, 4]))
  const heard = await client.end()
  assert.equal(client.types, 'E')
  assert.equal(field(heard[0] as never, 'C'), '08P01')
  assert.match(field(heard[0] as never, 'M') ?? '', /Reference: x_[0-9a-z]{26}$/)
})

function psql(input: string, ...args: string[]): Promise<{ out: string; err: string }> {
  const { host, port, user, password, database } = rig.settings
  const env = { PGHOST: host, PGPORT: String(port), PGUSER: user, PGPASSWORD: password, PGDATABASE: database }
  const child = spawn('psql', ['-XAtq', ...args], { env: { ...env, PATH: process.env.PATH, PGSSLMODE: 'disable' } })
  const said = { out: '', err: '' }
  child.stdout.on('data', piece => {
    said.out += piece
  })
  child.stderr.on('data', piece => {
    said.err += piece
  })
  child.stdin.end(input)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => resolve(said))
  })
}

const hasPsql = await new Promise<boolean>(resolve => {
  spawn('psql', ['--version'], { stdio: 'ignore' })
    .once('error', () => resolve(false))
    .once('exit', () => resolve(true))
})

test('psql copies in and out, and hears of a bad row', {
  skip: hasPsql ? false : 'NOT TESTED: psql is not installed',
}, async () => {
  const rows = Array.from({ length: 50_000 }, (_, at) => `${at}\tvalue ${at}`).join('\n')
  const made = await psql(
    `create table copied (a int, b text);\ncopy copied from stdin;\n${rows}\n\\.\nselect count(*), sum(a) from copied;\n`,
  )
  assert.deepEqual(made, { out: '50000|1249975000\n', err: '' })
  const { out } = await psql('', '-c', 'copy copied to stdout')
  assert.equal(out, `${rows}\n`)
  const bad = await psql('copy copied from stdin;\n1\ta\nx\tb\n\\.\nselect 7;\n')
  assert.match(bad.err, /invalid input syntax for type integer/)
  assert.equal(bad.out, '7\n')
})

test('a million rows stream through unchanged, in bounded memory, and are summed up in the transcript', async () => {
  const client = await RawClient.signedIn(rig.port)
  const before = process.memoryUsage().rss
  let rows = 0
  let peak = 0
  const counting = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss)
    rows += client.heard.filter(({ type }) => type === 'D').length
    if (!client.heard.some(({ type }) => type === 'Z')) client.heard.length = 0
  }, 20)
  client.send(say.query("select i, 'streamed row number ' || i from generate_series(1, 1000000) i"))
  await client.until('Z')
  clearInterval(counting)
  rows += client.heard.filter(({ type }) => type === 'D').length
  assert.equal(rows, 1_000_000)
  assert.ok(peak - before < 256 << 20, `${Math.round((peak - before) / 1048576)} MiB more`)
  client.socket.destroy()
  const told = rig.replays().filter(({ text }) => text?.includes('streamed row number'))
  assert.ok(told.length > 0)
  assert.ok(
    rig.replays().some(({ text }) => /^\(\d+ rows more; \d+ bytes with SHA-256 [0-9a-f]{64}\)$/m.test(text ?? '')),
  )
})

test('one value of 40 MB passes in parts, unchanged', async () => {
  await withClient(async client => {
    const { rows } = await client.query("select repeat('0123456789', 4000000) as large, 2 as n")
    assert.equal(rows[0].large.length, 40_000_000)
    assert.ok(rows[0].large === '0123456789'.repeat(4_000_000))
    assert.equal(rows[0].n, 2)
    assert.equal((await client.query('select 1 as a')).rows[0].a, 1)
  })
})

test('a database that ends the connection is told as it is', async () => {
  const client = new pg.Client(rig.settings)
  client.on('error', () => undefined)
  await client.connect()
  await assert.rejects(client.query('select pg_terminate_backend(pg_backend_pid())'), { code: '57P01' })
})
