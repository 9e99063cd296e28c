// Attacks message by message: portals that go on after something has changed, callers that leave before what they asked for
// is done. Promise: no protected value comes out of any of them.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { compileMasking } from '../../src/masking/plan.ts'
import { RawClient, say } from '../../src/postgres/testing/raw-client.ts'
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
