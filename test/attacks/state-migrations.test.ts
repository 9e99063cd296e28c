// Ordinary changes of a database while others work with it. Promise: whoever asks for what is not being changed is answered,
// and soon; what is being changed is shown again as soon as that is over.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type pg from 'pg'
import { compileMasking } from '../../src/masking/plan.ts'
import { databaseWith, Rig, rule, stopTestPostgres } from '../../src/postgres/testing/rig.ts'
import { plant } from '../support/planted.ts'

const SECRET = 'zebra of the fen'
const DATABASE = `state_migrations_${process.pid}`
const SOON = { timeout: 15_000 }
/** Far less than any time limit of the gateway's own questions. */
const SOON_MS = 5_000

let rig: Rig
before(async () => {
  plant(SECRET)
  const postgres = await databaseWith(DATABASE, [
    `create table visits (id int, note text); insert into visits values (1, '${SECRET}')`,
    'create table spare (x text); insert into spare values (1)',
    ...['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(
      one => `create table ${one} (id int, x text, y text generated always as (x || '!') stored); insert into ${one} values (1, 'tame');
        create view ${one}_view as select id, x || '' as x from ${one}; create view ${one}_more as select x from ${one}_view;
        create materialized view ${one}_kept as select x from ${one};
        create function ${one}_of() returns text language sql begin atomic select x from ${one}_view; end;
        create rule ${one}_rule as on delete to ${one} do also select x from ${one}`,
    ),
  ])
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

const connected = () => rig.client()

async function saying(client: pg.Client, ...texts: readonly string[]): Promise<void> {
  for (const text of texts) await client.query(text)
}

async function soon<T>(work: () => Promise<T>): Promise<T> {
  const from = performance.now()
  const found = await work()
  assert.ok(performance.now() - from < SOON_MS, `${performance.now() - from} ms`)
  return found
}

const spare = async (client: pg.Client) =>
  assert.deepEqual((await client.query('select x from spare')).rows, [{ x: '1' }])

const migration = (one: string) => [
  'begin',
  `lock table ${one} in access exclusive mode`,
  `alter table ${one} add column z int default 0`,
  `update ${one} set z = id where x is not null`,
  `alter table ${one} alter column z set not null`,
  `create index ${one}_index on ${one} (z)`,
  `create or replace view ${one}_view as select id, x || '' as x, z from ${one}`,
]

const readers: Readonly<Record<string, readonly string[]>> = {
  'that do nothing else': [],
  'in a transaction': ['begin'],
  'in a transaction of one moment': ['begin isolation level repeatable read', 'select 1'],
  'with a temporary table': ['create temp table mine (a int)'],
  'that have defined something': ['begin', 'create table beside (a int)'],
}

for (const [at, [name, texts]] of Object.entries(readers).entries()) {
  const one = 'abcde'[at] ?? ''
  test(`a migration beside sessions ${name}`, SOON, async () => {
    const [mover, reader, third] = [await connected(), await connected(), await connected()]
    await saying(reader, ...texts)
    await saying(mover, ...migration(one))
    await soon(() => spare(reader))
    // Something else changes meanwhile, so that all is read anew.
    await soon(() => saying(third, `create table third_${one} (a int)`, `drop table third_${one}`))
    await soon(() => spare(reader))
    await soon(() => spare(third))
    const fourth = await soon(connected)
    await soon(() => spare(fourth))
    assert.deepEqual((await mover.query(`select x, z from ${one}_view`)).rows, [{ x: 'tame', z: 1 }])
    await saying(mover, 'commit')
    if (name !== 'in a transaction of one moment')
      assert.deepEqual((await reader.query(`select x, z from ${one}_view`)).rows, [{ x: 'tame', z: 1 }])
    await saying(reader, 'rollback')
    for (const who of [reader, third, fourth])
      for (const view of ['view', 'more', 'kept'])
        assert.deepEqual((await who.query(`select x || '' as x from ${one}_${view}`)).rows, [{ x: 'tame' }], view)
    for (const who of [mover, reader, third, fourth]) await who.end()
  })
}

test('a migration that waits behind a reader keeps nobody else waiting', SOON, async () => {
  const [mover, reader, third] = [await connected(), await connected(), await connected()]
  await saying(reader, 'begin', 'select x from f_view')
  const moving = saying(mover, 'begin', 'alter table f add column z int', 'commit')
  await soon(() => saying(third, 'create temp table mine (a int)'))
  await soon(() => spare(third))
  await soon(() => spare(reader))
  const fourth = await soon(connected)
  await soon(() => spare(fourth))
  assert.deepEqual((await reader.query("select x || '' as x from f_view")).rows, [{ x: 'tame' }])
  await saying(reader, 'commit')
  await moving
  assert.deepEqual((await fourth.query("select x || '' as x from f_view")).rows, [{ x: 'tame' }])
  for (const who of [mover, reader, third, fourth]) await who.end()
})

test('a migration that is given up leaves all as it was', SOON, async () => {
  const [mover, reader] = [await connected(), await connected()]
  await saying(mover, ...migration('g'))
  await saying(reader, 'create table given_up (a int)')
  await assert.rejects(mover.query('select 1/0'))
  await saying(mover, 'rollback')
  for (const who of [mover, reader])
    assert.deepEqual((await who.query("select x || '' as x, y || '' as y from g")).rows, [{ x: 'tame', y: 'tame!' }])
  for (const who of [mover, reader]) assert.deepEqual((await who.query('select g_of() as x')).rows, [{ x: 'tame' }])
  await mover.end()
  await reader.end()
})

test('a whole migration in one text', SOON, async () => {
  const [mover, reader] = [await connected(), await connected()]
  await saying(mover, `${migration('h').join('; ')}; commit`)
  for (const who of [mover, reader])
    assert.deepEqual((await soon(() => who.query('select x, z from h_view'))).rows, [{ x: 'tame', z: 1 }])
  await mover.end()
  await reader.end()
})
