import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { definedNames } from './defined-names.ts'
import { loadParser } from './statement/parser.ts'
import { readSql } from './statement/read-sql.ts'

before(loadParser)

function namesOf(sql: string) {
  const read = readSql(sql, {})
  assert.equal(read.kind, 'read', sql)
  return read.kind === 'read' ? definedNames(read.statements[0]?.tree ?? {}) : null
}

const told: readonly (readonly [string, readonly string[]])[] = [
  ['create or replace view a.v as select x from t', ['v']],
  ['create table c (x text references p) inherits (o, a.q)', ['c', 'o', 'q']],
  ['create table c partition of p for values in (1)', ['c', 'p']],
  ['create materialized view m as select x from t', ['m']],
  ['select x into n from t', ['n']],
  ['alter table t rename column x to y', ['t', 'y']],
  ['alter view v rename to w', ['v', 'w']],
  ['alter table t attach partition a.c default', ['t', 'c']],
  ['alter table c inherit p', ['c', 'p']],
  ['alter table t set schema a', ['t']],
  ['create or replace function a.f(int) returns int language sql as $$ select 1 $$', ['f']],
  ['alter function f(int) stable', ['f']],
  ['create trigger g before insert on t for each row execute function f()', ['t']],
  ['create rule r as on select to t do instead select 1', ['t']],
  ['create policy p on t using (true)', ['t']],
  ['create type y as (a int)', ['y']],
  ["create type a.e as enum ('x')", ['e']],
  ['create domain d as text', ['d']],
  ['drop view a.v, w', ['v', 'w']],
  ['drop function a.f(int), g', ['f', 'g']],
  ['drop type a.y', ['y']],
  ['drop trigger g on a.t', ['a', 't', 'g']],
  ['create index on t (x)', []],
  ["comment on table t is 'x'", []],
  ['create schema a', []],
]

for (const [sql, names] of told) test(sql, () => assert.deepEqual(namesOf(sql), names))

for (const sql of [
  'create schema a create view v as select 1',
  'drop schema a cascade',
  'alter schema a rename to b',
  'drop extension citext',
  'create extension citext',
  'create cast (text as int) with inout',
  'create aggregate s (int) (sfunc = int4pl, stype = int)',
  'create operator === (leftarg = text, rightarg = text, function = texteq)',
  'alter function f(int) rename to g',
  'alter type y rename to z',
  "do 'begin end'",
  'grant select on t to r',
])
  test(`${sql}: anything`, () => assert.equal(namesOf(sql), 'anything'))
