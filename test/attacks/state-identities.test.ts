// Attacks by whom a session acts as, what ran as it was signed in, and how its database keeps names. Promise: no protected value
// comes out of any of them.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { compileMasking } from '../../src/masking/plan.ts'
import { databaseWith, Rig, rule, stopTestPostgres, testPostgres } from '../../src/postgres/testing/rig.ts'
import { plant, unplanted } from '../support/planted.ts'

const DATABASE = `identities_${process.pid}`
const SECRET = 'zebra of the fen'
const READ = "select x || '' as y from shown"
const ROLE = `acting_${process.pid}`
const LONG = 'é'.repeat(40)
const CUT = 'é'.repeat(31)

const masking = compileMasking({
  labels: { 'phi.other': { sql: ['public.visits.note'] } },
  clean: {},
  transforms: { default: 'redact', byLabel: {} },
})
const visits = `create table visits (id text, note text); insert into visits values ('one', '${SECRET}')`

let rig: Rig
before(async () => {
  plant(SECRET)
  const postgres = await databaseWith(DATABASE, [
    visits,
    "create table plain (x text); insert into plain values ('tame'); create view shown as select x from plain",
    `create role ${ROLE} superuser; create schema ${ROLE}; create view ${ROLE}.shown as select note as x from visits`,
    `create function acts() returns int language plpgsql as 'begin set role ${ROLE}; return 1; end'`,
    `create function greets() returns event_trigger language plpgsql as 'begin create temp view shown as select note as x from visits; end'`,
  ])
  rig = await Rig.start({ postgres, masking, database: DATABASE, rules: [rule('all', 'allow', {})] })
})
after(async () => {
  await rig?.stop()
  await stopTestPostgres()
})

async function told(settings: pg.ClientConfig, texts: readonly string[]): Promise<string> {
  const client = new pg.Client(settings)
  await client.connect()
  let found = ''
  for (const text of texts)
    found += await client.query(text).then(
      result => JSON.stringify([result].flat().map(({ rows }) => rows)),
      (error: pg.DatabaseError) => `${error.code} `,
    )
  await client.end()
  return found
}

async function tried(texts: readonly string[]): Promise<void> {
  const { host, port, user, password } = await testPostgres()
  assert.ok((await told({ host, port, user, password, database: DATABASE }, texts)).includes(SECRET))
  const heard = await told(rig.settings, texts)
  assert.ok(!heard.includes(SECRET), unplanted(heard))
}

const OWN = 'set search_path = "$user", public'
for (const texts of [
  ['select acts()', OWN, READ],
  ['select acts()', `${OWN}; ${READ}`],
  [OWN, 'select acts()', READ],
  [`select acts(); ${OWN}`, READ],
  ['select acts()', `select set_config('search_path', '"$user", public', false)`, READ],
]) {
  test(`as another: ${texts.join(' ;; ')}`, { timeout: 20_000 }, () => tried(texts))
}

test('what runs as somebody signs in', { timeout: 20_000 }, async () => {
  const { host, port, user, password } = await testPostgres()
  const client = new pg.Client({ host, port, user, password, database: DATABASE })
  await client.connect()
  await client.query('create event trigger greets on login execute function greets()')
  await tried([READ]).finally(() => client.query('drop event trigger greets'))
  await client.end()
})

test('a database that keeps names in another encoding', { timeout: 30_000 }, async () => {
  const postgres = await testPostgres()
  const { host, port, user, password } = postgres
  const database = `${DATABASE}_latin1`
  await told({ host, port, user, password, database: 'postgres' }, [
    `create database ${database} encoding 'LATIN1' template template0 locale 'C'`,
  ])
  const direct = { host, port, user, password, database }
  await told(direct, [visits, `create view ${LONG} as select note as x from visits`, `create table ${CUT} (x text)`])
  const read = [`select x || '' as y from ${LONG}`]
  assert.ok((await told(direct, read)).includes(SECRET))
  const other = await Rig.start({ postgres, masking, database, rules: [rule('all', 'allow', {})] })
  assert.equal(await told(other.settings, read), '0A000 ')
  for (const spelled of [`select x || '' from U&"${'\\00e9'.repeat(40)}"`, `do E'begin execute ''select \\xe9''; end'`])
    assert.equal(await told(other.settings, [spelled]), '0A000 ')
  assert.equal(await told(other.settings, ['select 1 as one']), '[[{"one":1}]]')
  await other.stop()
})
