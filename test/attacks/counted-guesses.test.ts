// Attacks by comparisons that look fewer than they are. Promise: each value that is tried with a hidden column is counted once
// for each condition it is tried by, and rows that a caller writes are as many values.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type pg from 'pg'
import { limits } from '../../src/gateway/limits.ts'
import { compileMasking } from '../../src/masking/plan.ts'
import { databaseWith, Rig, rule, stopTestPostgres } from '../../src/postgres/testing/rig.ts'

const masking = compileMasking({
  labels: { 'phi.other': { sql: ['public.people.age', 'public.people.big', 'public.old.age', 'public.people.name'] } },
  clean: {},
  transforms: { default: 'redact', byLabel: {} },
})
let rig: Rig

before(async () => {
  const postgres = await databaseWith(`counted_${process.pid}`, [
    `create table people (id int primary key, name text, age int, big int, ward int);
     insert into people values (1, 'n', 44, 44, 1), (2, 'm', 45, 45, 1);
     create table old as select * from people; create table plain (id int, age int);
     create function same(int, int) returns boolean language sql immutable as 'select $1 = $2';
     create function found(int[]) returns bigint language sql stable as 'select count(*) from people where age = any($1)'`,
  ])
  const rules = [rule('all', 'allow', {})]
  rig = await Rig.start({ postgres, masking, database: `counted_${process.pid}`, rules })
})
after(async () => {
  await rig?.stop()
  await stopTestPostgres()
})

const most = limits.guessesPerMinute
const array = (length: number) => `{${Array.from({ length }, (_, at) => at + 100)}}`
type Query = readonly [string, (readonly unknown[])?]

const asked = (client: pg.Client, [text, values]: Query) => client.query(text, values as unknown[] | undefined)
const refused = (client: pg.Client, query: Query) =>
  assert.rejects(asked(client, query), { code: /^(?:42501|53400)$/ }, query[0])

/** It counts as so many: as many more may follow as are left, and no more. */
async function counts(number: number, ...queries: readonly Query[]): Promise<void> {
  await rig.withClient(async client => {
    for (const query of queries) await asked(client, query)
    const left = most - number
    if (left > 0) await asked(client, ['select id from people where age = any($1)', [array(left)]])
    await refused(client, ['select id from people where age = $1', [5]])
  })
}

test('a list that several conditions try', async () => {
  await rig.withClient(client =>
    refused(client, ['select id from people p where p.age = any($1) or p.big = any($1)', [array(most - 1)]]),
  )
  await counts(20, ['select id from people p where p.age = any($1) or p.big = any($1)', [array(10)]])
})

test('a list beside single values', async () => {
  await counts(12, ['select id from people where age = any($1) or age = $2 or big = 7', [array(10), 3]])
  await counts(11, ['select id from people where age = any($1) or age = $2', [array(10), 3]])
})

test('a list that nothing hidden is compared with', async () => {
  await counts(10, ['select id from people where ward = any($1) and age = $2', [array(10), 3]])
})

test('lists given to EXECUTE', async () => {
  const text = 'prepare g as select id from people where age = any($1) or big = any($1) or age = $2'
  // To prepare it is one too.
  await counts(22, [text], [`execute g('${array(10)}', 3)`])
  await rig.withClient(async client => {
    await asked(client, [text])
    await refused(client, [`execute g('${array(most - 1)}', 3)`])
  })
})

test('a list given to a function', async () => {
  const text = 'select found($1) + found($1) where $2 = 1'
  await counts(20, [text, [array(10), 1]])
  await rig.withClient(client => refused(client, [text, [array(most - 1), 1]]))
})

const set = 'on conflict (id) do update set ward = 5'
const into = 'insert into people (id, name, age)'
const any: Readonly<Record<string, string>> = {
  'rows of a series': `${into} select 1, 'a', g from generate_series(30, 50) g ${set} where people.age = excluded.age`,
  'one row of a series': `${into} values (1, 'a', generate_series(30, 50)) ${set} where people.age = excluded.age`,
  'a list that is selected': `${into} select 1, 'a', unnest(array[44, 45]) ${set} where people.age = excluded.age`,
  'rows of a table that is no secret': `${into} select id, 'a', age from plain ${set} where people.age is not distinct from excluded.age`,
  'rows of a query of values': `${into} select * from (values (1, 'a', 44), (2, 'b', 45)) v ${set} where people.age = excluded.age`,
  'a column that is shown': `insert into people (id, ward) select 1, g from generate_series(30, 50) g ${set} where people.age = excluded.ward`,
  'a union': `${into} select id, name, age from old union all select 1, 'a', g from generate_series(30, 50) g ${set} where people.age = excluded.age`,
  'a row beside': `${into} select 1, 'a', g from generate_series(30, 50) g ${set} where (people.id, people.age) = (excluded.id, excluded.age)`,
  'a whole row': `${into} select 1, 'a', g from generate_series(30, 50) g ${set} where people.* is not distinct from excluded.*`,
  'a query that holds it': `${into} values (1, 'a', 44), (2, 'b', 45) ${set} where exists (select from (select excluded.age) q(a) where a = people.age)`,
  'a list of a query': `${into} values (1, 'a', 44), (2, 'b', 45) ${set} where people.age in (select excluded.age)`,
  'a function of people': `${into} select 1, 'a', g from generate_series(30, 50) g ${set} where same(people.age, excluded.age)`,
  'a list': `${into} select 1, 'a', g from generate_series(30, 50) g ${set} where people.age in (excluded.age)`,
  'a case': `${into} select 1, 'a', g from generate_series(30, 50) g ${set} where case when people.age = excluded.age then true else false end`,
  'what is set': `${into} select 1, 'a', g from generate_series(30, 50) g on conflict (id) do update set age = case when people.age = excluded.age then 1 / 0 else 2 end`,
  'another hidden column': `${into} select 1, 'a', g from generate_series(30, 50) g ${set} where people.big = excluded.age`,
  'other people': `${into} values (1, 'a', 44), (2, 'b', 45) ${set} where exists (select from people q where q.age = excluded.age)`,
}

for (const [name, text] of Object.entries(any)) {
  test(`rows that are proposed: ${name}`, async () => {
    await rig.withClient(client => refused(client, [text]))
    await rig.withClient(client => refused(client, [`with w as (${text} returning id) select count(*) from w`]))
  })
}

const upsert = 'on conflict (id) do update set age = excluded.age'
test('rows that are written down', async () => {
  const changed = `${upsert} where people.age is distinct from excluded.age`
  await counts(1, [`${into} values ($1, $2, $3) ${changed} returning id`, [1, 'a', 44]])
  await counts(2, [`${into} values (1, 'a', 44), (2, 'b', 45) ${changed} returning id`])
  await counts(1, [`${into} select $1::int, $2::text, $3::int ${changed}`, [1, 'a', 44]])
  await counts(2, [
    `${into} values ($1, $2, lower('44')::int) ${changed} or people.name is distinct from excluded.name`,
    [1, 'a'],
  ])
  await counts(1, [
    `insert into people values (1, 'n', 44, 44, 1) ${upsert} where (people.name, people.age) is distinct from (excluded.name, excluded.age)`,
  ])
  const rows = Array.from({ length: most + 1 }, (_, at) => `(1, 'a', ${at})`)
  await rig.withClient(client => refused(client, [`${into} values ${rows} ${changed}`]))
})

test('rows that nothing is compared with, and rows of what is hidden itself', async () => {
  await rig.withClient(async client => {
    await asked(client, [
      `${into} select id, name, age from old ${upsert} where people.age is distinct from excluded.age`,
    ])
    const rows = Array.from({ length: most + 1 }, (_, at) => `(${at + 50}, 'a', ${at})`)
    await asked(client, [`${into} values ${rows} ${upsert}, name = excluded.name`])
    await asked(client, [`${into} values ${rows} ${upsert} where people.ward is distinct from excluded.ward`])
    await asked(client, ['delete from people where id >= 50'])
  })
})
