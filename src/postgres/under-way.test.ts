// What others define while a statement is under way, where that changes nothing for it. Promise: it is answered as by the
// database itself, and the session goes on.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { compileMasking } from '../masking/plan.ts'
import { type Catalogs, snapshotOf } from './catalogs.ts'
import { Definitions, type Text } from './definitions.ts'
import type { ReaderLink } from './reading.ts'
import { readSql } from './statement/read-sql.ts'
import { databaseWith, Rig, rule, stopTestPostgres } from './testing/rig.ts'
import { UnderWay } from './under-way.ts'

const DATABASE = `under_way_${process.pid}`
const masking = compileMasking({
  labels: { 'phi.other': { sql: ['public.visits.note'] } },
  clean: {},
  transforms: { default: 'redact', byLabel: {} },
})

const approvers = { groups: ['officers'], people: 1, withinMs: 60_000, holdMs: 3_000 }

let rig: Rig
let watcher: pg.Client
before(async () => {
  const postgres = await databaseWith(DATABASE, [
    "create table visits (id text, note text); insert into visits values ('one', 'zebra')",
    "create table plain (x text); insert into plain values ('tame'); create table gate (n int); create table kept (x text)",
    'create view v as select x from plain; create view other as table plain; create view later as table plain',
  ])
  rig = await Rig.start({
    postgres,
    masking,
    database: DATABASE,
    rules: [rule('all', 'allow', {}), rule('later', 'hold', { patterns: ['sql.drop:public.later'], approvers })],
  })
  watcher = new pg.Client({ ...postgres, database: DATABASE })
  await watcher.connect()
})
after(async () => {
  await watcher?.end()
  await rig?.stop()
  await stopTestPostgres()
})

/** While `statement` waits at the database, or in the gateway, somebody else does these; then it may go on. */
async function meanwhile(statement: string, locks: string, others: readonly string[]): Promise<unknown[]> {
  const [asker, locker, definer] = await Promise.all([rig.client(), rig.client(), rig.client()])
  const waits = `select 1 from pg_locks where not granted and locktype = 'relation'`
  try {
    await locker.query(`begin; ${locks}`)
    const asked = asker.query(statement)
    while (locks !== '' && (await watcher.query(waits)).rowCount === 0);
    for (const other of others) await definer.query(other)
    await locker.query('commit')
    const { rows } = await asked
    assert.deepEqual((await asker.query('select x from plain')).rows, [{ x: 'tame' }], 'the session goes on')
    return rows
  } finally {
    for (const client of [asker, locker, definer]) await client.end()
  }
}

const LOCK = 'lock table gate'
const READ = 'select v.x from v left join gate on true'

test('a definition of something else', async () => {
  const others = ['create or replace view other as select note as x from visits', 'create table made (x text)']
  assert.deepEqual(await meanwhile(`${READ} where (select count(*) from gate) >= 0`, LOCK, others), [{ x: 'tame' }])
})

test('a column more, by whom it waits for', async () => {
  assert.deepEqual(await meanwhile('select n from gate', 'alter table gate add column m int', []), [])
})

test('the same once more', async () => {
  const others = ['create or replace view v as select x from plain']
  assert.deepEqual(await meanwhile(`select v.x from gate right join v on true`, LOCK, others), [{ x: 'tame' }])
})

test('what may be anything, and changes nothing', async () => {
  const others = [
    'grant select on v to public',
    'create schema apart create table v (x text)',
    'drop schema apart cascade',
  ]
  assert.deepEqual(await meanwhile(`select v.x from gate right join v on true`, LOCK, others), [{ x: 'tame' }])
})

test('definitions that were over before it was asked again', async () => {
  const [asker, definer] = await Promise.all([rig.client(), rig.client()])
  for (let round = 0; round < 3; round++) {
    for (let times = 0; times < 3; times++) await definer.query('drop function if exists v')
    await definer.query('select x from v')
    for (let times = 0; times < 3; times++)
      assert.deepEqual((await asker.query('select x from v')).rows, [{ x: 'tame' }])
  }
  await asker.end()
  await definer.end()
})

test('what is hidden stays so', async () => {
  const others = ['alter table visits add column more int']
  const rows = await meanwhile('select v.note from gate right join visits v on true', LOCK, others)
  assert.deepEqual(rows, [{ note: '[phi.other]' }])
})

test('what writes what it reads waits for a definition of it, and then has what is there', async () => {
  const [asker, definer] = await Promise.all([rig.client(), rig.client()])
  await definer.query('begin; create or replace view v as select x from plain')
  const asked = asker.query('insert into kept select x from v returning x')
  const early = await Promise.race([asked, definer.query('select pg_sleep(0.2)')])
  assert.equal(early.command, 'SELECT')
  await definer.query('commit')
  assert.deepEqual((await asked).rows, [{ x: 'tame' }])
  await asker.end()
  await definer.end()
})

test('a definition waits for what keeps the rows of it', async () => {
  const [asker, locker, definer] = await Promise.all([rig.client(), rig.client(), rig.client()])
  await locker.query(`begin; ${LOCK}`)
  const asked = asker.query('insert into kept select v.x from gate right join v on true')
  while ((await watcher.query("select 1 from pg_locks where not granted and locktype = 'relation'")).rowCount === 0);
  const defined = definer.query('create or replace view v as select x from plain')
  const early = await Promise.race([defined, locker.query('select pg_sleep(0.2)')])
  assert.equal(early.command, 'SELECT')
  await locker.query('commit')
  await asked
  await defined
  for (const client of [asker, locker, definer]) await client.end()
})

test('a definition that waits for people is in nobody’s way', async () => {
  const [asker, definer] = await Promise.all([rig.client(), rig.client()])
  const order: string[] = []
  const notice = once(definer, 'notice')
  const held = assert.rejects(definer.query('drop view later'), { code: '42501' }).then(() => order.push('drop'))
  await notice
  await asker.query('insert into kept select x from later')
  order.push('insert')
  await held
  assert.deepEqual(order, ['insert', 'drop'])
  await asker.end()
  await definer.end()
})

test('whoever waits is told when something moves, and when it is late', async () => {
  const definitions = new Definitions()
  const watch = definitions.watch()
  const definition = { of: ['v'], settled: false }
  definitions.begin(definition, watch)
  const moved = definitions.moved(performance.now() + 10_000)
  definitions.end(definition)
  await moved
  await definitions.moved(performance.now() + 1)
})

test('what is undone just as it is looked at is not what it was', async () => {
  const asText = { rowMode: 'array', types: { getTypeParser: () => String } } as const
  const snapshot = await snapshotOf(
    async sql => (await watcher.query<(string | null)[]>({ text: sql, ...asText })).rows,
  )
  const read = readSql('select x from v')
  assert.ok(read.kind === 'read')
  const trees = read.statements.map(({ tree }) => tree)
  const text: Text = { trees, snapshot, shared: null, sameBy: () => true, defines: null, keeps: false }
  const answered = async (whileRead: readonly string[]) => {
    const definitions = new Definitions()
    const by = definitions.watch()
    const defined = (name: string) => definitions.begin({ of: [name], settled: true }, by)
    const current = async () => {
      for (const name of whileRead) defined(name)
      return snapshot
    }
    const catalogs = { definitions: () => definitions, current, changed: () => undefined } as unknown as Catalogs
    const way = new UnderWay({} as ReaderLink, catalogs)
    assert.equal(way.passes(text, null, false).leaves(), true)
    defined('v')
    await way.settle()
  }
  await answered([])
  await answered(['other'])
  await assert.rejects(answered(['v']), { code: 'unreadable' })
})
