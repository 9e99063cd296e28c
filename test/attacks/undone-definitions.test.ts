// Attacks by making names mean something else for a while: a table that hides a protected one and is gone with its
// transaction, a definition that another session changes. Promise: no protected value comes out of any of them.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type pg from 'pg'
import { compileMasking } from '../../src/masking/plan.ts'
import { RawClient, say } from '../../src/postgres/testing/raw-client.ts'
import { databaseWith, Rig, rule, stopTestPostgres } from '../../src/postgres/testing/rig.ts'
import { plant, unplanted } from '../support/planted.ts'

const DATABASE = `undone_${process.pid}`
const SECRET = 'zebra of the fen'
/** Derived, so that the description of the answer does not say from which column it is. */
const READ = "select note || '' as x from visits"
const MAKE = 'create temp table visits (id int, note text)'

const masking = compileMasking({
  labels: { 'phi.other': { sql: ['public.visits.note', 'public.swapped.note', 'public.numbered.note'] } },
  clean: {},
  transforms: { default: 'redact', byLabel: {} },
})

/** What a session has made for itself is not all that it reads by. */
const withOwn: Readonly<Record<string, readonly string[]>> = {
  'has a temporary table': ['create temp table mine (a int)'],
  'has a temporary table and a transaction': ['create temp table mine (a int)', 'begin'],
  'has defined something in its transaction': ['begin', 'create table mine (a int)'],
  'had a temporary table': ['create temp table mine (a int)', 'drop table mine'],
}

let rig: Rig

before(async () => {
  plant(SECRET)
  const protectedOnes = ['visits', 'swapped'].map(
    name => `create table ${name} (id text, note text); insert into ${name} values ('one', '${SECRET}')`,
  )
  const postgres = await databaseWith(DATABASE, [
    ...protectedOnes,
    `create table numbered (n int, note text); insert into numbered values (2, '${SECRET}')`,
    `create table plain (x text); create view shown as select x from plain;
      create view later as select x from plain; create view soon as select x from plain`,
    ...Object.keys(withOwn).map((_, at) => `create view own${at} as select x from plain`),
  ])
  const rules = [rule('all', 'allow', {})]
  rig = await Rig.start({ postgres, masking, database: DATABASE, rules })
})

after(async () => {
  await rig?.stop()
  await stopTestPostgres()
})

const connected = () => rig.client()

type Mode = 'simple' | 'extended' | 'named'

async function told(client: pg.Client, text: string, mode: Mode = 'simple'): Promise<string> {
  const query = { text, ...(mode === 'extended' ? { queryMode: 'extended' } : {}) }
  const named = mode === 'named' && text === READ ? { ...query, name: 'read' } : query
  return client.query(named).then(
    ({ rows }) => JSON.stringify(rows),
    (error: unknown) => String(error),
  )
}

const inOneSession: Readonly<Record<string, readonly string[]>> = {
  'rolled back': ['begin', MAKE, READ, 'rollback', READ],
  'dropped by its commit': ['begin', `${MAKE} on commit drop`, READ, 'commit', READ],
  'rolled back to a savepoint': ['begin', 'savepoint a', MAKE, READ, 'rollback to a', READ, 'commit', READ],
  'rolled back for an error': ['begin', MAKE, READ, 'select 1/0', 'commit', READ],
  dropped: [MAKE, READ, 'drop table visits', READ],
  renamed: [MAKE, READ, 'alter table visits rename to others', READ],
  discarded: [MAKE, READ, 'discard temp', READ],
  'of a view': ["create temp view visits as select 'x'::text as note", READ, 'drop view visits', READ],
  'prepared before': [MAKE, `prepare p as ${READ}`, 'execute p', 'drop table visits', 'execute p'],
  'prepared, rolled back': ['begin', MAKE, `prepare r as ${READ}`, 'execute r', 'rollback', 'execute r'],
  'of a path': ['create schema if not exists other', 'begin', 'set search_path = other', READ, 'rollback', READ],
  'in one text': [`begin; ${MAKE}; ${READ}; rollback; ${READ}`, READ],
}

for (const [name, texts] of Object.entries(inOneSession)) {
  for (const mode of ['simple', 'extended', 'named'] as const) {
    test(`a name that hid a protected table, ${name} (${mode})`, async () => {
      const client = await connected()
      const heard: string[] = []
      for (const text of texts) heard.push(await told(client, text, mode))
      await client.end()
      assert.ok(!heard.join().includes(SECRET))
      assert.match(await afterwards(), /phi\.other/, 'another session is told that it is hidden')
    })
  }
}

const HIDES = "create temp table numbered as select 1 as n, 'x'::text as note"
const alike = (n: number) => `select lower(note) as y from numbered where n = ${n}`

const betweenTexts: Readonly<Record<string, readonly string[]>> = {
  dropped: [HIDES, alike(1), 'drop table numbered', alike(2)],
  'rolled back': ['begin', HIDES, alike(1), 'rollback', alike(2)],
  discarded: [HIDES, alike(1), 'discard all', alike(2)],
  'moved off the path': [HIDES, alike(1), 'set search_path = public, pg_temp', alike(2)],
}

for (const [name, texts] of Object.entries(betweenTexts)) {
  for (const mode of ['simple', 'extended'] as const) {
    test(`a text read by what one like it meant, before that was ${name} (${mode})`, async () => {
      const client = await connected()
      const heard: string[] = []
      for (const text of texts) heard.push(await told(client, text, mode))
      assert.equal(heard[texts.indexOf(alike(1))], '[{"y":"x"}]')
      assert.match(unplanted(heard.at(-1) ?? ''), /^\[\{"y":"\[(?:phi\.other|unknown)\]"\}\]$/)
      await client.end()
    })
  }
}

test('once such a name is gone, what it hid is read as before', async () => {
  const client = await connected()
  for (const text of ['begin', MAKE, READ, 'rollback']) await told(client, text)
  assert.equal(
    unplanted(await told(client, "select id || '' as x, note from visits")),
    '[{"x":"one","note":"[phi.other]"}]',
  )
  await client.end()
})

async function afterwards(): Promise<string> {
  const client = await connected()
  const heard = await told(client, READ)
  await client.end()
  return unplanted(heard)
}

// ---- without waiting for answers ----

const run = (sql: string) => [say.parse('', sql), say.bind('', ''), say.describe('P', ''), say.execute('')]

const sentAtOnce: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'undone by an error of its flight': [[MAKE, READ, 'select 1/0'], [READ]],
  'undone at the end of its flight': [[`${MAKE} on commit drop`, READ], [READ]],
  'undone within a flight': [['begin'], [MAKE], [READ], ['rollback', READ], [READ]],
  'undone in the middle of a flight': [['begin', MAKE, READ, 'rollback', READ], [READ]],
  'swapped within a flight': [
    [
      'alter table swapped rename note to old',
      'alter table swapped rename id to note',
      'alter table swapped rename old to id',
      "select id || '' as x from swapped",
      'select 1/0',
    ],
    ["select note || '' as x from swapped"],
  ],
}

for (const [name, flights] of Object.entries(sentAtOnce)) {
  for (const waits of [false, true]) {
    const how = waits ? 'flight by flight' : 'at once'
    test(`a name that meant something else, ${name}, sent ${how}`, async () => {
      const client = await RawClient.signedIn(rig.port)
      for (const [at, flight] of flights.entries()) {
        client.send(...flight.flatMap(run), say.sync())
        if (waits) await client.until('Z', at + 1)
      }
      await client.until('Z', flights.length)
      const heard = client.heard.map(({ body }) => body.toString('latin1')).join()
      client.socket.destroy()
      assert.ok(!heard.includes(SECRET))
      assert.match(await afterwards(), /phi\.other/)
    })
  }
}

// ---- by another session of the gateway's ----

const from = (view: string) => `create or replace view ${view} as select note as x from visits`
const readOf = (view: string) => `select x || '' as y from ${view}`

test('a definition that one session changes is what the next statement of another is read with', async () => {
  const [one, two] = [await connected(), await connected()]
  assert.equal(await told(two, readOf('shown')), '[]')
  await told(one, from('shown'))
  assert.match(await told(two, readOf('shown')), /phi\.other/)
  assert.equal(await told(two, readOf('later')), '[]')
  for (const text of ['begin', from('later'), 'commit']) await told(one, text)
  assert.match(await told(two, readOf('later')), /phi\.other/)
  await one.end()
  await two.end()
})

test('and while the text that changes it goes on', async () => {
  const one = await connected()
  let two = await connected()
  assert.equal(await told(two, readOf('soon')), '[]')
  const going = told(one, `begin; ${from('soon')}; commit; select pg_sleep(1)`)
  let heard = '[]'
  // Nothing is there yet, or it is in the way of the other.
  const again = () => heard === '[]' || heard.includes('Try again')
  for (let turns = 0; again() && turns < 1_000; turns++) heard = await told(two, readOf('soon'))
  // What was under way in that very moment ends its session, and the next one reads by what is there.
  if (heard.includes('defined anew by another')) {
    two = await connected()
    heard = await told(two, readOf('soon'))
  }
  assert.match(unplanted(heard), /phi\.other/)
  await going
  await one.end()
  await two.end()
})

for (const [at, [name, texts]] of Object.entries(withOwn).entries()) {
  for (const mode of ['simple', 'extended'] as const) {
    test(`a definition that changes for a session that ${name} (${mode})`, async () => {
      const [one, two] = [await connected(), await connected()]
      await told(one, `create or replace view own${at} as select x from plain`)
      const [first = '', ...rest] = texts
      await told(two, first, mode)
      // What is read in a transaction nobody else can define anew.
      if (first !== 'begin') assert.equal(await told(two, readOf(`own${at}`), mode), '[]')
      for (const text of rest) await told(two, text, mode)
      await told(one, from(`own${at}`))
      assert.match(await told(two, readOf(`own${at}`), mode), /phi\.other|unknown/)
      await two.query('rollback')
      await one.end()
      await two.end()
    })
  }
}

test('who has defined something in a transaction does not wait for itself when others define too', {
  timeout: 20_000,
}, async () => {
  const [one, two] = [await connected(), await connected()]
  for (const text of ['begin', from('own0')]) await told(one, text)
  await told(two, 'create table beside (a int)')
  assert.match(await told(one, readOf('own0')), /phi\.other|unknown/)
  await told(one, 'rollback')
  for (const text of ['begin', 'lock table own1 in access exclusive mode']) await told(one, text)
  await told(two, 'drop table beside')
  assert.equal(await told(one, 'select x from plain'), '[]')
  await told(one, 'rollback')
  await one.end()
  await two.end()
})
