// Attacks message by message: portals that go on after something has changed, callers that leave before what they asked for
// is done. Promise: no protected value comes out of any of them.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import { limits } from '../../src/gateway/limits.ts'
import { compileMasking } from '../../src/masking/plan.ts'
import { field, RawClient, say } from '../../src/postgres/testing/raw-client.ts'
import { databaseWith, Rig, rule, stopTestPostgres } from '../../src/postgres/testing/rig.ts'
import { plant, unplanted } from '../support/planted.ts'

const DATABASE = `state_portals_${process.pid}`
const SECRET = 'zebra of the fen'
const returns = (at: string, view: string) =>
  `create function f${at}(a int) returns text language plpgsql as 'begin return (select x from ${view} limit 1); end'`

type Message = ReturnType<typeof say.sync>

interface Portals {
  /** By number of the attack. */
  readonly setup: (at: string) => string
  /** By another session, between two flights; by the same where it says so. */
  readonly meanwhile: (at: string) => string
  readonly own?: boolean
  /** Rows of the first Execute; without it there is none before. */
  readonly first?: number
  /** All in one flight. */
  readonly atOnce?: boolean
}

const made = (at: string) => `create view v${at} as select x from plain; ${returns(at, `v${at}`)}`
const anew = (at: string) => `create or replace view v${at} as select note as x from visits`
const three = (at: string) => `select f${at}(n) as y from generate_series(1, 3) n`
function triggered(table: string): string {
  return `create trigger t before insert or update on ${table} for each row execute function tells()`
}
const path = () => 'set search_path = other, public'
const reading = (at: string) => returns(at, 'shown')

const attacks: Readonly<Record<string, Portals>> = {
  'bound before what its function reads is replaced': { setup: made, meanwhile: anew },
  'bound before what its function reads is replaced by the same session': { setup: made, meanwhile: anew, own: true },
  'suspended while what its function reads is replaced by the same session': {
    setup: made,
    meanwhile: anew,
    first: 1,
    own: true,
  },
  'bound before the path changes': { setup: reading, meanwhile: path, own: true },
  'suspended while the path changes': { setup: reading, meanwhile: path, first: 1, own: true },
  'bound before the path changes, all at once': { setup: reading, meanwhile: path, own: true, atOnce: true },
  'suspended while the path changes, all at once': {
    setup: reading,
    meanwhile: path,
    first: 1,
    own: true,
    atOnce: true,
  },
  'bound before what its function reads is replaced, all at once': {
    setup: made,
    meanwhile: anew,
    own: true,
    atOnce: true,
  },
  'suspended while what its function reads is replaced, all at once': {
    setup: made,
    meanwhile: anew,
    first: 1,
    own: true,
    atOnce: true,
  },
}

let rig: Rig
let server: pg.ClientConfig
before(async () => {
  plant(SECRET)
  const all = Object.entries(attacks).map(([, { setup }], at) => setup(String(at)))
  const postgres = await databaseWith(DATABASE, [
    `create table visits (id text, note text); insert into visits values ('one', '${SECRET}')`,
    "create table plain (x text); insert into plain values ('tame'); create schema other",
    'create view shown as select x from plain; create view other.shown as select note as x from visits',
    ...['early', 'late', 'parked'].map(name => `create view ${name} as select x from plain`),
    ...all,
    made('calm'),
    `create function tells() returns trigger language plpgsql as 'begin new.x := (select note from visits limit 1); return new; end'`,
    "create table kept (x text); insert into kept values ('a'); create table parts (x text) partition by list (x)",
    `create table part (x text); ${triggered('part')}`,
  ])
  server = { ...postgres, database: DATABASE }
  const masking = compileMasking({
    labels: { 'phi.other': { sql: ['public.visits.note'] } },
    clean: {},
    transforms: { default: 'redact', byLabel: {} },
  })
  rig = await Rig.start({ postgres, masking, database: DATABASE, rules: [rule('all', 'allow', {})] })
})
after(async () => {
  await rig?.stop()
  await stopTestPostgres()
})

const run = (sql: string): readonly Message[] => [say.parse('', sql), say.bind('', ''), say.execute('')]
const textOf = (client: RawClient) => client.heard.map(({ body }) => body.toString('latin1')).join()

const opened = () => rig.client()

async function heardOf({ meanwhile, own, first, atOnce }: Portals, at: string): Promise<string> {
  const [client, other] = [await RawClient.signedIn(rig.port), await opened()]
  const opening = [say.parse('s', three(at)), say.bind('p', 's'), say.describe('P', 'p')]
  const begun = first === undefined ? opening : [...opening, say.execute('p', first)]
  const flights = [
    run('begin'),
    begun,
    own ? run(meanwhile(at)) : [],
    run('select x from plain'),
    [say.execute('p')],
    run('rollback'),
  ]
  if (atOnce) {
    client.send(...flights.flat(), say.sync())
    await client.until('Z')
  } else {
    for (const [number, flight] of flights.entries()) {
      if (flight.length === 0) await other.query(meanwhile(at))
      client.send(...flight, say.sync())
      await client.until('Z', number + 1)
    }
  }
  client.socket.destroy()
  await other.end()
  return textOf(client)
}

for (const [at, [name, attack]] of Object.entries(attacks).entries()) {
  test(`a portal ${name}`, { timeout: 20_000 }, async () => {
    const heard = await heardOf(attack, String(at))
    assert.ok(!heard.includes(SECRET), unplanted(heard))
  })
}

test('a portal that waited to be bound for who replaced its view', { timeout: 20_000 }, async () => {
  const [client, definer, watcher] = [await RawClient.signedIn(rig.port), await opened(), new pg.Client(server)]
  await watcher.connect()
  await definer.query('begin; create or replace view parked as select note as x from visits')
  client.send(say.parse('', 'select x from parked'), say.bind('', ''), say.flush())
  const waiting = `select 1 from pg_locks where not granted and relation = 'parked'::regclass`
  while ((await watcher.query(waiting)).rowCount === 0);
  await definer.query('commit')
  await client.until('2')
  client.send(say.execute(''), say.sync())
  await Promise.race([client.until('Z'), once(client.socket, 'close')])
  assert.ok(!textOf(client).includes(SECRET), unplanted(textOf(client)))
  client.socket.destroy()
  await definer.end()
  await watcher.end()
})

test('a portal whose function stays what it is goes on', { timeout: 20_000 }, async () => {
  for (const first of [1, 2]) {
    const nothing = { setup: made, meanwhile: () => 'create table if not exists beside (a int)', first }
    const heard = await heardOf({ ...nothing, meanwhile: () => 'select 1' }, 'calm')
    assert.equal(heard.split('tame').length - 1, 3, unplanted(heard))
  }
})

interface Rebound {
  readonly bound: string
  readonly meanwhile: readonly string[]
  readonly afterwards?: readonly string[]
}

/** What is found anew by each Execute. */
const foundAnew: Readonly<Record<string, Rebound>> = {
  'that inserts': { bound: "insert into kept values ('a') returning x || ''", meanwhile: [triggered('kept')] },
  'that updates': { bound: "update kept set x = 'b' returning x || ''", meanwhile: [triggered('kept')] },
  'whose WITH inserts': {
    bound: "with w as (insert into kept values ('a') returning x) select x || '' as y from w",
    meanwhile: [triggered('kept')],
  },
  'that inserts where a partition comes to be': {
    bound: "insert into parts values ('a') returning x || ''",
    meanwhile: ['alter table parts attach partition part default'],
  },
  'that is explained as it inserts': {
    bound: "explain analyze insert into kept values ('a')",
    meanwhile: [triggered('kept')],
    afterwards: ['drop trigger t on kept', 'select x from kept'],
  },
  'that fetches': {
    bound: 'fetch k',
    meanwhile: ['close k', "declare k cursor for select note || '' as y from visits"],
  },
}

async function flown(...flights: readonly (readonly Message[])[]): Promise<RawClient> {
  const client = await RawClient.signedIn(rig.port)
  for (const [number, flight] of flights.entries()) {
    client.send(...flight, say.sync())
    await client.until('Z', number + 1)
  }
  client.socket.destroy()
  return client
}

const DECLARED = run("declare k cursor for select x || '' as y from plain")

for (const [name, { bound, meanwhile, afterwards = [] }] of Object.entries(foundAnew)) {
  test(`a portal ${name}`, { timeout: 20_000 }, async () => {
    const binding = [say.parse('s', bound), say.bind('p', 's'), say.describe('P', 'p')]
    const before = [run('begin'), DECLARED, binding, ...meanwhile.map(run)]
    const client = await flown(...before, [say.execute('p')], ...afterwards.map(run), run('rollback'))
    const heard = textOf(client)
    const refusals = client.heard.filter(({ type }) => type === 'E').map(one => field(one, 'C'))
    assert.match(refusals[0] ?? '', /^(42501|55000)$/)
    assert.ok(!heard.includes(SECRET), unplanted(heard))
  })
}

test('portals that fetch and insert go on where nothing has changed', { timeout: 20_000 }, async () => {
  const client = await flown(
    run('begin'),
    DECLARED,
    [say.parse('s', 'fetch k'), say.bind('p', 's'), say.describe('P', 'p')],
    [say.parse('i', "insert into kept values ('calm') returning x"), say.bind('q', 'i'), say.describe('P', 'q')],
    run('select 1'),
    [say.execute('p')],
    [say.execute('q')],
    run('rollback'),
  )
  assert.equal(client.types.includes('E'), false, textOf(client))
  assert.match(textOf(client), /tame.*calm/s)
})

test('a function that was made past the gateway a moment ago', { timeout: 20_000 }, async () => {
  const [reader, watcher] = [await opened(), new pg.Client(server)]
  await watcher.connect()
  assert.deepEqual((await reader.query('select x from plain')).rows, [{ x: 'tame' }])
  await watcher.query(
    `create function unheard() returns setof int language sql as $$ select 1 from visits where note > 'a' $$`,
  )
  await setTimeout(limits.catalogAgainMs)
  await assert.rejects(reader.query('select unheard()'), { code: '42501' })
  await watcher.end()
  await reader.end()
})

const leaving: Readonly<Record<string, (view: string) => string>> = {
  early: view => `create or replace view ${view} as select note as x from visits; select pg_sleep(0)`,
  late: view =>
    `do 'begin perform pg_sleep(3); exception when query_canceled then perform pg_sleep(1); end'; create or replace view ${view} as select note as x from visits`,
}

for (const [view, text] of Object.entries(leaving)) {
  test(`a caller that has gone before its definition is there: ${view}`, { timeout: 30_000 }, async () => {
    const reader = await opened()
    const watcher = new pg.Client(server)
    await watcher.connect()
    const read = `select x || '' as y from ${view}`
    assert.deepEqual((await reader.query(read)).rows, [{ y: 'tame' }])
    const client = await RawClient.signedIn(rig.port)
    client.send(say.query(text(view)))
    const going = `select 1 from pg_stat_activity where datname = '${DATABASE}' and query ~ 'replace view ${view}' and pid <> pg_backend_pid()`
    for (let turns = 0; turns < 200 && (await watcher.query(going)).rowCount === 0; turns++)
      await reader.query('select 1')
    client.socket.destroy()
    const there = `select pg_get_viewdef('${view}') as v`
    // Once while it goes on, as it was before or as it is then, and once afterwards.
    if (view === 'late') assert.deepEqual((await reader.query(read)).rows, [{ y: 'tame' }])
    while (!JSON.stringify((await watcher.query(there)).rows).includes('visits'));
    assert.deepEqual((await reader.query(read)).rows, [{ y: '[phi.other]' }])
    await watcher.end()
    await reader.end()
  })
}
