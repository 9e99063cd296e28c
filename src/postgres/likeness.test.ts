import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { likeness } from './likeness.ts'
import { type CatalogRelation, index } from './lineage/catalog.ts'
import { namesOf, sessionNames } from './lineage/names.ts'
import { protect } from './lineage/protection.ts'
import { columnsOf } from './lineage/resolve.ts'
import { afterStatement, newSession } from './lineage/session.ts'
import { loadParser } from './statement/parser.ts'
import { readSql } from './statement/read-sql.ts'
import { actionOf, type Planned } from './statement-action.ts'
import { shownBy } from './statement-labels.ts'
import { stoodFor } from './stood-for.ts'

before(loadParser)

const user = { name: 'me', path: ['public'] }
const table = (oid: number, name: string, columns: readonly string[]): CatalogRelation => ({
  oid,
  schema: 'public',
  name,
  kind: 'r',
  columns: columns.map((column, at) => ({ attribute: at + 1, name: column, type: 23, generated: null })),
  definition: null,
  parents: [],
  hasRules: false,
})
const relations = [
  table(1, 'patients', ['id', 'ssn', 'full_name', 'mrn', 'ward', 'age']),
  table(2, 'notes', ['id', 'patient_id', 'body', 'doc']),
  table(3, 'pgbench_accounts', ['aid', 'bid', 'abalance', 'filler']),
]
const catalog = index({
  version: '1',
  relations: new Map(relations.map(relation => [relation.oid, relation])),
  functions: new Map(),
  types: new Map(),
  builtinColumns: new Map(),
  ownOperators: new Map(),
  ownCasts: new Map(),
})
const protection = protect(
  catalog,
  ['ssn', 'age', 'mrn'].map(column => ({ schema: 'public', relation: 'patients', column, label: `phi.${column}` })),
)

/** Everything that is known of a text but where its words stand. */
function known(sql: string): unknown {
  const read = readSql(sql, { names: namesOf(catalog, user.path) })
  if (read.kind === 'refused') return read.code
  const first = newSession(user)
  let names = first
  const planned: Planned[] = []
  const said: unknown[] = []
  for (const statement of read.statements) {
    const plan = columnsOf(statement.tree, protection, names)
    planned.push({ statement, decided: stoodFor(statement, names, sessionNames(catalog, names)), plan })
    const { tree: _, start: __, end: ___, written: ____, fingerprint, ...rest } = statement
    said.push({ ...rest, fingerprint: fingerprint(), plan })
    names = afterStatement(names, statement, plan, user)
  }
  if (planned.length === 0) return said
  const { facts, ...action } = actionOf(planned, {
    catalog,
    protection,
    path: first.path,
    names: sessionNames(catalog, first),
  })
  const { guessed, ...shown } = shownBy(planned)
  return { said, action, facts: JSON.stringify(facts), shown, guessed: guessed(new Map([[1, 3]])) }
}

/** The same text with other numbers in the places that likeness leaves out. */
function other(sql: string): string | null {
  let at = 0
  const common = likeness(sql)
  const text = common.replace(/\0(\d+)/g, (_, number: string) => {
    at++
    return String(900_001 + Number(number) * 7)
  })
  return at === 0 ? null : text
}

const folder = join(import.meta.dirname, '../../test/postgres')
const corpora = readdirSync(folder)
  .filter(name => name.endsWith('.sql'))
  .flatMap(name => readFileSync(join(folder, name), 'utf8').split('\n'))
  .map(line => line.replace(/^\/\*.*?\*\/ /, ''))

const written = [
  'SELECT abalance FROM pgbench_accounts WHERE aid = 12;',
  'select ssn from patients where id = 1',
  'select ssn from patients where id=1 and age = 1',
  'select id from patients p where p.ssn = 123456789',
  'delete from patients where id = 1',
  'delete from patients where id = 1 or id = 2 or id is null',
  'delete from patients where (id = 1) = (id = 1)',
  'delete from patients where (id = 1) = (id = 2)',
  'update patients set ward = 3 where id = 4',
  'update patients set ward = 3',
  'insert into notes (id) select id from patients where ssn = 5',
  'select case when ssn = 1 then ward end from patients',
  'select count(*) from patients where age = 44 group by ward',
  'select ssn = 5, id from patients order by ssn = 5',
  'select (select body from notes n where n.id = 5) from patients where id = 5',
]

test('texts of one likeness are read alike: those written here, and those of every corpus', () => {
  let compared = 0
  for (const sql of [...written, ...corpora]) {
    const changed = other(sql)
    if (changed === null) continue
    compared++
    assert.equal(likeness(changed), likeness(sql), sql)
    assert.deepEqual(known(changed), known(sql), sql)
  }
  assert.ok(compared >= written.length + 15, `${compared} texts compared`)
})

test('a number that may say more than itself is part of the likeness', () => {
  const pairs = [
    ['delete from t where a = 1 or a <> 1', 'delete from t where a = 2 or a <> 1'],
    ['select a from t where a = 1 limit 5', 'select a from t where a = 2 limit 5'],
    ['select a from t; set work_mem = 1', 'select a from t; set work_mem = 2'],
    ['select * from t limit 1', 'select * from t limit 2'],
    ['select * from t order by 1', 'select * from t order by 2'],
    ['select * from t where 1 = 1', 'select * from t where 1 = 2'],
    ['select * from t where a = 1 or b = 1', 'select * from t where a = 1 or b = 2'],
    ['select * from t where a = 1.5', 'select * from t where a = 2.5'],
    ['select * from t where a = 1e3', 'select * from t where a = 2e3'],
    ['select * from t where a = 1234567890', 'select * from t where a = 1234567891'],
    ["select * from t where a = 1 and b = 'x'", "select * from t where a = 2 and b = 'x'"],
    ['select * from t where a = 1 -- x', 'select * from t where a = 2 -- x'],
    ['select * from t where a = 1 /* x */', 'select * from t where a = 2 /* x */'],
    ['select * from t where "a" = 1', 'select * from t where "a" = 2'],
    ['select * from t where a = 1::int', 'select * from t where a = 2::int'],
    ['select * from t where true = 1', 'select * from t where true = 2'],
    ['delete from t where (a = 1) = (b = 01)', 'delete from t where (a = 1) = (b = 2)'],
    ['set statement_timeout = 1', 'set statement_timeout = 2'],
    ['select * from t where a >= 1', 'select * from t where a >= 2'],
    ['select * from t where ä = 1', 'select * from t where ä = 2'],
    ['select substr(a, 1) from t', 'select substr(a, 2) from t'],
  ] as const
  for (const [one, two] of pairs) assert.notEqual(likeness(one), likeness(two), one)
})
