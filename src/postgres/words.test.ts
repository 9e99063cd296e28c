// What of the words of the system passes where they could quote hidden data. Promise: sentences that are the same for all data,
// names that the caller wrote, and nothing that a function could have put there.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { back } from './frames.ts'
import { frame } from './messages.ts'
import type { HoldsNothing } from './violations.ts'
import { releasedWords } from './words.ts'

function told(
  type: number,
  fields: Readonly<Record<string, string>>,
  holdsNothing: HoldsNothing = () => false,
): string {
  const text = Object.entries(fields)
    .map(([kind, value]) => `${kind}${value}\0`)
    .join('')
  const raw = Buffer.from(frame(type, `${text}\0`))
  const out = releasedWords(type, raw, 0, raw.length, holdsNothing) ?? raw
  return Buffer.from(out).toString().split('\0').slice(0, -2).join('|')
}

const passing = [
  ['22012', 'division by zero'],
  ['22003', 'integer out of range'],
  ['25P02', 'current transaction is aborted, commands ignored until end of transaction block'],
  ['57014', 'canceling statement due to statement timeout'],
  ['42P07', 'relation "visits" already exists'],
  ['42P07', 'relation "visits" already exists, skipping'],
  ['42P06', 'schema "app" already exists, skipping'],
  ['42701', 'column "ward" of relation "visits" already exists'],
  ['42710', 'extension "citext" already exists, skipping'],
  ['42P05', 'prepared statement "s1" already exists'],
  ['42723', 'function "tax" already exists with same argument types'],
  ['08P01', 'bind message supplies 3 parameters, but prepared statement "" requires 6'],
  ['21000', 'ON CONFLICT DO UPDATE command cannot affect row a second time'],
  ['22001', 'value too long for type character varying(5)'],
  ['2201W', 'LIMIT must not be negative'],
  ['25006', 'cannot execute UPDATE in a read-only transaction'],
  ['42501', 'permission denied for table patients'],
  ['42501', 'new row violates row-level security policy for table "rls"'],
  ['55P03', 'could not obtain lock on row in relation "patients"'],
] as const

test('a sentence that no data changes is told', () => {
  for (const [C, M] of passing) {
    for (const type of [back.error, back.notice]) {
      const heard = told(type, { S: 'X', V: 'X', C, M, D: 'Vorlamint', H: 'Vorlamint', F: 'a.c', R: 'b' })
      assert.ok(heard.includes(`|M${M}`) && !heard.includes('Vorlamint'), heard)
    }
  }
  const column = { S: 'ERROR', C: '428C9', M: 'column "a" can only be updated to DEFAULT' }
  const detail = 'Column "a" is a generated column.'
  assert.ok(told(back.error, { ...column, D: detail }).endsWith(`|D${detail}`))
  assert.doesNotMatch(told(back.error, { ...column, D: 'Column "a" holds "Vorlamint".' }), /Vorlamint/)
})

test('names that one routine quotes are told, those that any could are not', () => {
  const error = { S: 'ERROR', V: 'ERROR', C: '42703', M: 'column "vorlamint" of relation "jobs" does not exist' }
  const hint = {
    ...error,
    C: '2BP01',
    M: 'cannot drop table a because other objects depend on it',
    D: 'view b depends',
  }
  for (const fields of [
    { ...error, R: 'ATExecDropColumn' },
    { ...hint, R: 'reportDependentObjects' },
  ])
    assert.equal(
      told(back.error, fields),
      told(back.error, fields, () => true),
    )
  assert.match(told(back.error, { ...error, R: 'ATExecDropColumn' }), /vorlamint/)
  assert.match(told(back.error, { ...hint, R: 'reportDependentObjects' }), /view b depends/)
  for (const more of [{}, { R: 'exec_stmt_raise' }, { R: 'pg_get_serial_sequence' }, { R: 'ATExecDropColumn', W: 'a' }])
    assert.doesNotMatch(told(back.error, { ...error, ...more }), /vorlamint/)
})

test('what is wrong with a value that is copied in is told, what a function says of it is not', () => {
  const error = { S: 'ERROR', C: '22P02', M: 'invalid input syntax for type integer: "ten"' }
  assert.match(told(back.error, { ...error, W: 'COPY visits, line 1, column id: "ten"' }), /"ten"/)
  for (const W of ['COPY visits, line 1: "ten"', 'SQL function "f"\nCOPY visits, line 1, column id: "ten"'])
    assert.doesNotMatch(told(back.error, { ...error, W }), /"ten"/)
})

test('an error about a constant of the text is told, one about a value is not', () => {
  const own = { S: 'ERROR', C: '22P02', M: 'invalid input syntax for type integer: "ten"' }
  assert.match(told(back.error, { ...own, P: '8' }), /"ten"/)
  assert.doesNotMatch(told(back.error, own), /"ten"/)
  for (const kind of ['W', 'q', 'p']) assert.doesNotMatch(told(back.error, { ...own, P: '8', [kind]: 'x' }), /"ten"/)
  assert.doesNotMatch(told(back.notice, { ...own, P: '8' }), /"ten"/)
})

test('an error about a parameter that is bound is told', () => {
  const own = { S: 'ERROR', C: '22P02', M: 'invalid input syntax for type json', D: 'Token "bad" is invalid.' }
  const where = 'unnamed portal parameter $1'
  for (const W of [where, 'portal "a" parameter $2', `JSON data, line 1: {bad\n${where}`, `${where} = '{bad'`])
    assert.match(told(back.error, { ...own, W }), /"bad"/, W)
  for (const W of [`PL/pgSQL function f()\n${where}`, `${where}\nPL/pgSQL function f()`, 'JSON data, line 1: {bad'])
    assert.doesNotMatch(told(back.error, { ...own, W }), /"bad"/, W)
  assert.match(told(back.error, { ...own, P: '8', W: 'JSON data, line 1: {bad' }), /"bad"/)
})

const broken = { S: 'ERROR', s: 'med', t: 'people', n: 'people_k', F: 'a.c' }
const unique = { ...broken, C: '23505', M: 'duplicate key value violates unique constraint "people_k"' }
const foreign = {
  ...broken,
  C: '23503',
  M: 'update or delete on table "wards" violates foreign key constraint "people_k" on table "people"',
}
const missing = {
  ...broken,
  c: 'code',
  C: '23502',
  M: 'null value in column "code" of relation "people" violates not-null constraint',
}

test('which constraint was not kept is told, and its values where none of them is hidden', () => {
  const asked: unknown[] = []
  for (const [report, D] of [
    [unique, 'Key (code, id)=(Vorlamint, 1) already exists.'],
    [foreign, 'Key (id)=(Vorlamint) is still referenced from table "people".'],
    [missing, 'Failing row contains (1, Vorlamint).'],
  ] as const) {
    const hidden = told(back.error, { ...report, D })
    assert.match(hidden, /\|tpeople\|npeople_k\|/)
    assert.doesNotMatch(hidden, /Vorlamint|hidden/)
    const shown = told(back.error, { ...report, D }, quoted => asked.push(quoted) > 0)
    assert.ok(shown.endsWith(`|D${D}`), shown)
  }
  const at = { schema: 'med', relation: 'people', referred: null }
  assert.deepEqual(asked, [
    { ...at, columns: ['code', 'id'] },
    { ...at, referred: 'people_k', columns: ['id'] },
    { ...at, columns: null },
  ])
})

test('what is not said as PostgreSQL says it of a constraint is not told', () => {
  const odd = [
    { ...unique, W: 'PL/pgSQL function f()' },
    { ...unique, n: 'other' },
    { ...unique, M: 'duplicate key value violates unique constraint "people_k" Vorlamint' },
    { ...missing, M: 'Vorlamint' },
    { ...foreign, C: '23505' },
  ]
  for (const report of odd)
    assert.match(
      told(back.error, { ...report, D: 'Vorlamint' }, () => true),
      /hidden\)$/,
    )
  const detail = told(back.error, { ...unique, D: 'Vorlamint', H: 'Vorlamint', x: 'Vorlamint' }, () => true)
  assert.doesNotMatch(detail, /Vorlamint/)
})

test('what a function says is not told, however it is put', () => {
  for (const [C, M] of passing)
    assert.match(told(back.error, { S: 'ERROR', C, M, W: 'PL/pgSQL function f()' }), /hidden/)
  const odd = [
    ['22012', 'division by Vorlamint'],
    ['22003', 'division by zero'],
    ['42P07', 'relation "Vorlamint" does not exist'],
    ['42P01', 'relation "Vorlamint" does not exist'],
    ['42710', 'large object 48271 already exists'],
    ['42710', 'replication slot "vorlamint" already exists'],
  ] as const
  for (const [C, M] of odd) assert.match(told(back.error, { S: 'ERROR', C, M }), /hidden\)$/, M)
})
