// Each case of the wire (shared rows of the specification's table of corner cases) and the test that shows it. Here are those
// that no other file has.
// | case | shown by |
// |---|---|
// | SSLRequest, nothing stuffed behind it; GSSENCRequest | src/postgres/sign-in.test.ts: GSS is refused once; asking twice or stuffing … |
// | direct TLS, ALPN | sign-in.test.ts: direct TLS needs the protocol name |
// | a token over a plain line | sign-in.test.ts: from another machine nothing is asked before TLS |
// | 3.0, 3.2, `_pq_.*`, never 3.1 | sign-in.test.ts: a newer protocol and unknown options are negotiated … |
// | own key, cancel routed by it, another's secret | relay.test.ts: cancel reaches …; sign-in.test.ts: 3.2 is given a long key |
// | cancel of a statement that waits for people | masked.test.ts: a denied statement …; a cancelled one never runs |
// | startup parameters, replication | startup-parameters.test.ts; sign-in.test.ts: replication and settings …; size: here |
// | token, SCRAM, channel binding, OAUTHBEARER | sign-in.test.ts; oauth-bearer.test.ts |
// | ParameterStatus | splits.test.ts: notices and settings; masked.test.ts: words of the database are hidden |
// | pipelining, error and skip to Sync | relay.test.ts: pipelined runs …; splits.test.ts: pipelined …, a refusal in the middle … |
// | denied inside a transaction | masked.test.ts: what is refused says its reference; a transaction around it has failed … |
// | Describe before values are known | masked.test.ts: a labelled, a derived and an unknown column …; splits.test.ts: extended … |
// | COPY in, given up, bad row; COPY out | splits.test.ts; relay.test.ts: psql copies in and out; evidence.test.ts: rows that … |
// | COPY both ways, FunctionCall | hostile.test.ts: copy both ways; masked.test.ts: a function call by number … |
// | notices and notifications at any time | relay.test.ts: notifications and notices pass, also while nothing was asked |
// | portal suspended and resumed | relay.test.ts: a portal that is resumed …; splits.test.ts: a portal in parts |
// | formats of Bind: none, one, one for each | here |
// | names made twice, closed, deallocated, discarded | here |
// | messages too large of a caller; large ones of a system | framers.test.ts, here; relay.test.ts: one value of 40 MB |
// | unknown frames and impossible lengths | relay.test.ts: an unreadable message …; hostile.test.ts; fuzz.test.ts |
// | slow caller | evidence.test.ts: a caller that does not read holds the database back |
// | a transaction idle for too long | here |
// | caller gone while a statement waits | here |
// | Terminate, connection cut | here; relay.test.ts: a caller that leaves has its statement cancelled |
// | md5 and Kerberos not offered; SCRAM to the system | sign-in.test.ts: the system may want …; hostile.test.ts: wants Kerberos, MD5, a password in clear |
// | one session of the system for each of a caller | here |
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { front } from '../../src/postgres/frames.ts'
import { frame, int16Bytes, uint32Bytes } from '../../src/postgres/messages.ts'
import { field, RawClient, say, startupBytes } from '../../src/postgres/testing/raw-client.ts'
import { Rig, rule, stopTestPostgres, subjectOf, testPostgres } from '../../src/postgres/testing/rig.ts'
import { readByName } from '../interop/postgres/read-by-name.ts'

let open: Rig
let read: Rig
let held: Rig

before(async () => {
  const postgres = await testPostgres()
  const approvers = { groups: ['officers'], people: 1, withinMs: 60_000, holdMs: 30_000 }
  open = await Rig.start({ postgres })
  read = await Rig.start({ postgres, read: readByName, rules: [rule('all', 'allow', {})] })
  held = await Rig.start({
    postgres,
    read: readByName,
    rules: [rule('all', 'allow', {}), rule('wait', 'hold', { patterns: ['sql.select'], approvers })],
  })
})
after(async () => {
  for (const rig of [open, read, held]) await rig?.stop()
  await stopTestPostgres()
})

async function asOwner<T>(sql: string): Promise<T[]> {
  const { host, port, user, password } = await testPostgres()
  const client = new pg.Client({ host, port, user, password, database: 'postgres' })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

test('result formats: none, one for all, one for each; a hidden cell is of its format', async () => {
  const client = await RawClient.signedIn(read.port)
  const sql = "select 258 as n, 'abc'::text as ssn, 7::int8 as big"
  for (const [formats, n, big] of [
    [[], '258', '7'],
    [[1], '\0\0\x01\x02', '\0\0\0\0\0\0\0\x07'],
    [[1, 0, 0], '\0\0\x01\x02', '7'],
    [[0, 1, 1], '258', '\0\0\0\0\0\0\0\x07'],
  ] as const) {
    client.heard.length = 0
    const codes = [int16Bytes(formats.length), ...formats.map(int16Bytes)]
    const bind = frame(front.bind, '\0\0', int16Bytes(0), int16Bytes(0), ...codes)
    client.send(say.parse('', sql), bind, say.describe('P', ''), say.execute(''), say.sync())
    await client.until('Z')
    const cells = (client.heard.find(({ type }) => type === 'D')?.body ?? Buffer.alloc(0)).toString('latin1')
    const cell = (value: string) => uint32Bytes(value.length).toString('latin1') + value
    assert.equal(cells, `\0\x03${cell(n)}${cell('[phi.ssn]')}${cell(big)}`, `formats ${formats}`)
  }
  client.socket.destroy()
})

test('a portal that was bound before is described, and each of several statements as itself', async () => {
  const client = await RawClient.signedIn(read.port)
  const ask = async (...flight: readonly Uint8Array[]) => {
    client.heard.length = 0
    client.send(...flight, say.sync())
    await client.until('Z')
    const told = client.heard
      .filter(({ type }) => type !== 'N')
      .map(one => (one.type === 'E' ? field(one, 'C') : one.type))
      .join('')
    const row = client.heard.find(({ type }) => type === 'D')?.body
    return row === undefined ? told : `${told} ${row.toString('latin1', 6)}`
  }
  const [one, other] = [say.parse('a', "select 'first'::text as ssn"), say.parse('b', "select 'second'::text as shown")]
  assert.equal(await ask(one, other), '11Z')
  assert.equal(await ask(say.describe('S', 'a'), say.describe('S', 'b')), 'tTtTZ')
  assert.equal(await ask(say.bind('', 'a'), say.execute('')), '2DCZ [phi.ssn]')
  assert.equal(await ask(say.bind('', 'b'), say.execute('')), '2DCZ second')
  assert.equal(await ask(say.bind('p', 'a'), say.flush(), say.describe('P', 'p'), say.execute('p')), '2TDCZ [phi.ssn]')
  const both = [say.bind('p', 'a'), say.bind('q', 'b'), say.describe('P', 'p'), say.describe('P', 'q')]
  assert.equal(await ask(...both, say.execute('q')), '22TTDCZ second')
  assert.equal(await ask(say.describe('P', 'p')), '34000Z')
  assert.equal(await ask(say.execute('p')), '34000Z')
  assert.equal(await ask(say.describe('S', 'c')), '26000Z')
  assert.equal(await ask(say.bind('', 'c')), '26000Z')
  client.socket.destroy()
})

test('names made twice, closed, deallocated and discarded mean what they mean to the database', async () => {
  const states = async (rig: Rig) => {
    const client = await RawClient.signedIn(rig.port)
    const run = (name: string) => [say.bind('', name), say.execute(''), say.sync()]
    const flights = [
      [say.parse('a', "select 'first'"), say.sync()],
      // The name is taken: the statement stays what it was.
      [say.parse('a', "select 'second'"), say.sync()],
      run('a'),
      [say.parse('', "select 'unnamed'"), say.sync()],
      [say.parse('', 'select from nowhere at all'), say.sync()],
      [say.close('S', 'a'), say.close('S', 'never there'), say.sync()],
      run('a'),
      [say.parse('a', "select 'third'"), say.sync()],
      run('a'),
      [say.query('deallocate a')],
      run('a'),
      [say.parse('b', "select 'fourth'"), say.sync()],
      [say.query('discard all')],
      run('b'),
    ]
    const heard: string[] = []
    for (const flight of flights) {
      client.heard.length = 0
      client.send(...flight)
      await client.until('Z')
      const state = client.heard.map(one => (one.type === 'E' ? field(one, 'C') : one.type)).join(' ')
      const row = client.heard.find(({ type }) => type === 'D')?.body.toString('latin1', 6)
      heard.push(row === undefined ? state : `${state} ${row}`)
    }
    client.socket.destroy()
    return heard
  }
  assert.deepEqual(await states(open), [
    '1 Z',
    '42P05 Z',
    '2 D C Z first',
    '1 Z',
    '42601 Z',
    '3 3 Z',
    '26000 Z',
    '1 Z',
    '2 D C Z third',
    'C Z',
    '26000 Z',
    '1 Z',
    'C Z',
    '26000 Z',
  ])
})

test('a statement or a startup packet beyond its limit is refused before it has come', async () => {
  const client = await RawClient.signedIn(open.port)
  client.send(Buffer.from([front.query, 0x7f, 0xff, 0xff, 0xff]))
  const [fatal] = await client.end()
  assert.deepEqual([field(fatal as never, 'S'), field(fatal as never, 'C')], ['FATAL', '54000'])
  const early = await RawClient.open(open.port)
  early.send(startupBytes({ user: 'alice', database: 'clinic', application_name: 'x'.repeat(10_000) }))
  assert.deepEqual(await early.end(), [])
})

test('a transaction the database ends because it was idle is told as it is', async () => {
  const client = await RawClient.signedIn(open.port)
  client.send(say.query("set idle_in_transaction_session_timeout = '20ms'"), say.query('begin'))
  const heard = await client.end()
  const last = heard[heard.length - 1]
  assert.equal(last?.type, 'E')
  assert.equal(field(last as never, 'C'), '25P03')
})

test('a statement whose caller is gone while it waits for people never runs', async () => {
  await asOwner('drop table if exists gone; create table gone (n int)')
  const client = await RawClient.signedIn(held.port)
  client.send(say.query('insert into gone values (1)'))
  const [told] = await client.until('N')
  const reference = /x_[0-9a-z]{26}/.exec(field(told as never, 'M') ?? '')?.[0] ?? ''
  client.socket.destroy()
  await once(client.socket, 'close')
  const closed = () => held.entries().some(({ entry }) => entry.kind === 'session.close')
  await held.approvals.vote(reference, subjectOf('otto', ['officers']), 'approve', 'too late')
  while (!closed()) await new Promise(resolve => setImmediate(resolve))
  assert.deepEqual(await asOwner('select count(*)::int as n from gone'), [{ n: 0 }])
})

test('Terminate ends the session of the system; each caller has one of its own', async () => {
  const clients = await Promise.all([1, 2].map(() => RawClient.signedIn(open.port)))
  const processes = new Set<string>()
  for (const client of clients) {
    client.send(say.query('select pg_backend_pid()'))
    await client.until('Z')
    processes.add(client.heard.find(({ type }) => type === 'D')?.body.toString('latin1', 6) ?? '')
  }
  assert.equal(processes.size, 2)
  for (const client of clients) client.send(frame(front.terminate))
  await Promise.all(clients.map(client => client.end()))
  const left = `select pid from pg_stat_activity where pid in (${[...processes].join()})`
  while ((await asOwner(left)).length > 0);
})
