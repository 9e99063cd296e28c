import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { loadParser } from '../statement/parser.ts'
import { readSql } from '../statement/read-sql.ts'
import { shownBy } from '../statement-labels.ts'
import { type CatalogRelation, index } from './catalog.ts'
import { namesOf } from './names.ts'
import { originsOf } from './origins.ts'
import { protect } from './protection.ts'
import { columnsOf, type Plan } from './resolve.ts'
import { afterStatement, newSession } from './session.ts'

before(loadParser)

function table(
  oid: number,
  name: string,
  columns: readonly string[],
  more: Partial<CatalogRelation> = {},
): CatalogRelation {
  return {
    oid,
    schema: 'public',
    name,
    kind: 'r',
    columns: columns.map((column, at) => ({ attribute: at + 1, name: column, type: 25, generated: null })),
    definition: null,
    parents: [],
    hasRules: false,
    ...more,
  }
}

const relations = [
  table(1, 'patients', ['id', 'ssn', 'ward', 'age']),
  table(2, 'visits', ['id', 'patient_id', 'reason']),
  table(3, 'v', ['a', 'b'], { kind: 'v', definition: 'SELECT id, ssn FROM public.patients' }),
  table(4, 'loop', ['a'], { kind: 'v', definition: 'SELECT a FROM public.loop' }),
  table(5, 'child', ['id', 'ssn', 'ward', 'age'], { parents: [1] }),
  table(6, 'secrets', ['id', 'ssn'], { schema: 'hidden' }),
]
const catalog = index({
  version: '1',
  relations: new Map(relations.map(relation => [relation.oid, relation])),
  functions: new Map(),
  types: new Map(),
  builtinColumns: new Map([['json_each', ['key', 'value']]]),
  ownOperators: new Map(),
  ownCasts: new Map(),
})
const rule = (relation: string, column: string, label: string) => ({ schema: 'public', relation, column, label })
const protection = protect(catalog, [rule('patients', 'ssn', 'phi.ssn'), rule('patients', 'age', 'phi.date')])
const user = { name: 'me', path: ['public'] }

function plans(sql: string): readonly Plan[] {
  const read = readSql(sql)
  assert.ok(read.kind === 'read', sql)
  let session = newSession(user)
  return read.statements.map(statement => {
    const plan = columnsOf(statement.tree, protection, session)
    session = afterStatement(session, statement, plan, user)
    return plan
  })
}

function plan(sql: string): Plan {
  const last = plans(sql).at(-1)
  assert.ok(last !== undefined)
  return last
}

const forms = (sql: string) => plan(sql).columns?.map(({ form, labels }) => `${form} ${labels}`) ?? 'unknown'

describe('the form of a column', () => {
  const table = {
    'SELECT ssn FROM patients': ['identity phi.ssn'],
    'SELECT x.y FROM (SELECT ssn AS y FROM patients) x': ['identity phi.ssn'],
    'SELECT b FROM v': ['identity phi.ssn'],
    'SELECT ssn FROM child': ['identity phi.ssn'],
    'SELECT ssn FROM patients UNION ALL SELECT ssn FROM child': ['identity phi.ssn'],
    'SELECT ssn FROM patients UNION ALL SELECT reason FROM visits': ['derived phi.ssn'],
    'SELECT upper(ssn), id FROM patients': ['derived phi.ssn', 'clean '],
    'SELECT ssn || age FROM patients': ['derived phi.date,phi.ssn'],
    'SELECT max(ssn), count(ssn) FROM patients': ['derived phi.ssn', 'clean '],
    'SELECT p FROM patients p': ['derived phi.date,phi.ssn'],
    'SELECT (p).ward, (p).ssn FROM patients p': ['clean ', 'derived phi.ssn'],
    'SELECT nobody_knows(1)': ['derived unknown'],
    'SELECT x FROM nowhere': ['derived unknown'],
    'SELECT a FROM loop': ['derived unknown'],
    'SELECT ssn FROM hidden.secrets': ['clean '],
    "SELECT key, value FROM json_each('{}')": ['clean ', 'clean '],
    'UPDATE patients SET ward = ssn RETURNING ward': ['derived phi.ssn'],
    'DELETE FROM visits': [],
    'SHOW search_path': ['clean '],
    'SHOW my.setting': ['clean '],
    'EXECUTE nothing': 'unknown',
    'FETCH 1 FROM nothing': 'unknown',
    'SELECT * FROM nowhere': 'unknown',
    'PREPARE a AS SELECT ssn FROM patients; EXECUTE a': ['identity phi.ssn'],
    'PREPARE a AS SELECT ssn FROM patients; DEALLOCATE a; EXECUTE a': 'unknown',
    'DECLARE c CURSOR FOR SELECT id, ssn FROM patients; FETCH c': ['clean ', 'identity phi.ssn'],
    'DECLARE c CURSOR FOR SELECT 1; CLOSE c; FETCH c': 'unknown',
    'SET search_path = nowhere; SELECT id FROM patients': ['derived unknown'],
    'SET search_path = hidden; SELECT ssn FROM secrets': ['clean '],
    'SET LOCAL search_path = hidden; SELECT id FROM patients': ['derived unknown'],
    'BEGIN; SET search_path = hidden; ROLLBACK; SELECT id FROM patients': ['derived unknown'],
    'BEGIN; SET LOCAL search_path = hidden; SELECT ssn FROM secrets': ['clean '],
    "SELECT set_config('search_path', 'hidden', true); SELECT id FROM patients": ['derived unknown'],
    "SELECT set_config('search_path', 'hidden', false); SELECT ssn FROM secrets": ['clean '],
    'BEGIN; SAVEPOINT a; COMMIT; SELECT id FROM patients': ['clean '],
  }
  for (const [sql, expected] of Object.entries(table)) test(sql, () => assert.deepEqual(forms(sql), expected))

  test('what a setting of people holds is unknown once a function may have put it there', () => {
    const read = readSql(
      "SELECT current_setting('my.' || 'x'), current_setting('application_name'), current_setting('TimeZone'), current_setting('server_version')",
    )
    assert.ok(read.kind === 'read')
    const session = { ...newSession(user), settingsSaid: false }
    const found = columnsOf(read.statements[0]?.tree ?? {}, protection, session).columns?.map(({ form }) => form)
    assert.deepEqual(found, ['derived', 'derived', 'derived', 'clean'])
  })

  test('an identity names the stored column, whatever views stand between', () => {
    assert.deepEqual(plan('SELECT b AS z FROM v').columns?.[0]?.column, { relation: 1, attribute: 2 })
  })
})

describe('sum and avg', () => {
  const aggregate = (sql: string) => plan(sql).columns?.[0]?.aggregate ?? null

  test('of one stored column over one relation are marked, with the count beside them', () => {
    assert.deepEqual(aggregate('SELECT avg(age), count(age) FROM patients'), { function: 'avg', countColumn: 1 })
    assert.deepEqual(aggregate('SELECT sum(age), count(*) FROM patients'), { function: 'sum', countColumn: null })
  })

  test('count the values themselves, or rows where none is missing', () => {
    const full = [
      table(1, 'patients', [], { columns: [{ attribute: 1, name: 'age', type: 23, generated: null, notNull: true }] }),
    ]
    const held = index({ ...catalog, relations: new Map(full.map(relation => [relation.oid, relation])) })
    const marked = protect(held, [rule('patients', 'age', 'phi.date')])
    const read = readSql('SELECT round(avg(age), 1)::numeric, count(*) FROM patients')
    assert.ok(read.kind === 'read' && read.statements[0] !== undefined)
    const made = columnsOf(read.statements[0].tree, marked, newSession(user))
    assert.deepEqual(made.columns?.[0]?.aggregate, { function: 'avg', countColumn: 1 })
    const described = ['round', 'count'].map(name => ({ name, table: 0, attribute: 0 }))
    assert.deepEqual(originsOf(made, marked, described)[0]?.group, { countColumn: 1, atLeast: 11 })
  })

  test('of anything that could single out one value are not', () => {
    for (const sql of [
      'SELECT avg(age), count(age) FROM patients p, visits v',
      'SELECT sum(CASE WHEN id = 5 THEN age END) FROM patients',
      'SELECT sum(DISTINCT age) FROM patients',
      'SELECT sum(age) FILTER (WHERE id = 5) FROM patients',
      'SELECT sum(age) OVER () FROM patients',
      'SELECT max(age) FROM patients',
      'SELECT avg(age) FROM (SELECT age FROM patients LIMIT 1) x',
      'WITH patients AS (SELECT age FROM patients, visits) SELECT avg(age), count(age) FROM patients',
      'SELECT avg(age + 0), count(age) FROM patients',
      'SELECT round(avg(age), id), count(age) FROM patients GROUP BY id',
    ])
      assert.equal(aggregate(sql), null, sql)
  })
})

describe('what is not shown', () => {
  const uses = (sql: string) => plan(sql).oracles.map(({ use }) => use)

  test('conditions and orders are told apart', () => {
    assert.deepEqual(uses("SELECT id FROM patients WHERE ssn = 'x'"), ['equality'])
    assert.deepEqual(uses("SELECT id FROM patients WHERE ssn LIKE 'x%'"), ['pattern'])
    assert.deepEqual(uses("SELECT id FROM patients WHERE ssn > 'x'"), ['comparison'])
    assert.deepEqual(uses('SELECT id FROM patients WHERE ssn IS NULL'), ['presence'])
    assert.deepEqual(uses('SELECT p.id FROM patients p JOIN child c ON c.ssn = p.ssn'), ['join'])
    assert.deepEqual(uses('SELECT id FROM patients ORDER BY ssn'), ['order'])
    assert.deepEqual(uses('SELECT count(*) FROM patients GROUP BY ssn'), ['group'])
    assert.deepEqual(uses("SELECT id FROM patients WHERE ward = 'x' ORDER BY id"), [])
  })

  test('a query within a query within a query is not read twice as often at each step', () => {
    for (const operator of ['=', 'in']) {
      let query = "SELECT ssn FROM patients WHERE ssn = 'x'"
      for (let depth = 0; depth < 40; depth++) query = `SELECT ssn FROM patients WHERE ssn ${operator} (${query})`
      assert.ok(uses(query).includes('equality'), operator)
    }
  })

  test('protected data on its way to less protected places is a flow', () => {
    const to = (sql: string) => plan(sql).flows.map(flow => `${flow.to} ${flow.target}`)
    assert.deepEqual(to('UPDATE patients SET ward = ssn'), ['column patients.ward'])
    assert.deepEqual(to('INSERT INTO child (id, ssn) SELECT id, ssn FROM patients'), [])
    assert.deepEqual(to('INSERT INTO visits (reason) SELECT ssn FROM patients'), ['column visits.reason'])
    assert.deepEqual(to('CREATE TABLE x AS SELECT ssn FROM patients'), ['table x'])
    assert.deepEqual(to('CREATE VIEW x AS SELECT ssn FROM patients'), ['view x'])
    assert.deepEqual(to('CREATE TEMP VIEW x AS SELECT ssn FROM patients'), ['table x'])
    assert.deepEqual(to("SELECT pg_notify('c', ssn) FROM patients"), ['function pg_notify'])
  })

  test('errors could quote whatever takes part', () => {
    assert.deepEqual(plan('SELECT id FROM patients WHERE ssn IS NULL').touches, ['phi.ssn'])
    assert.deepEqual(plan('INSERT INTO patients (id) VALUES (1)').touches, ['phi.date', 'phi.ssn'])
    assert.deepEqual(plan('SELECT id FROM patients').touches, [])
    assert.deepEqual(plan('DO $$ BEGIN END $$').touches, [])
    for (const body of [
      'RAISE NOTICE $r$%$r$, (SELECT ssn FROM patients LIMIT 1)',
      'IF EXISTS (SELECT 1 FROM patients WHERE ssn = $r$x$r$) THEN RAISE NOTICE $r$x$r$; END IF',
      'EXECUTE $r$select 1$r$',
      'CREATE TABLE x (a int)',
      'SET search_path = hidden',
      'RAISE NOTICE $r$%$r$, (SELECT x FROM nowhere)',
      'BEGIN NULL; EXCEPTION WHEN others THEN RAISE NOTICE $r$%$r$, sqlerrm; END',
    ])
      assert.equal(plan(`DO $$ BEGIN ${body}; END $$`).touches, 'unknown', body)
  })

  test('work without end stops as unknown', () => {
    let doubled = 'SELECT 1 AS a'
    for (let depth = 0; depth < 30; depth++) doubled = `SELECT 1 AS a ORDER BY (${doubled}) + 1`
    const stars = Array.from({ length: 24 }, (_, at) => `c${at + 1} AS (SELECT * FROM c${at} x, c${at} y)`)
    assert.equal(plan(`WITH c0 AS (SELECT * FROM patients), ${stars.join()} SELECT * FROM c24`).columns, null)
    const made = plan(doubled)
    assert.equal(made.columns, null)
    assert.equal(made.flows.length > 0, true)
  })
})

describe('what decides a probe', () => {
  const stops = (sql: string) => {
    const read = readSql(sql)
    assert.ok(read.kind === 'read', sql)
    const planned = read.statements.map(statement => ({ statement, decided: statement, plan: plan(sql) }))
    return [...shownBy(planned).probes].join()
  }

  test('whole values may be asked for, parts of them not', () => {
    const table: Readonly<Record<string, string>> = {
      "SELECT id FROM patients WHERE ssn = 'x'": '',
      'SELECT id FROM patients WHERE lower(ssn) = lower($1)': '',
      "SELECT id FROM patients WHERE ssn IN ('x', 'y') AND ssn IS NOT NULL": '',
      'SELECT count(DISTINCT ssn) FROM patients GROUP BY ward': '',
      "SELECT id FROM patients WHERE left(ssn, 1) = 'k'": 'phi.ssn',
      "SELECT id FROM patients WHERE 'k' IN (SELECT left(ssn, 1) FROM patients)": 'phi.ssn',
      'SELECT count(*) FROM patients GROUP BY left(ssn, 1)': 'phi.ssn',
      'SELECT DISTINCT length(ssn) FROM patients': 'phi.ssn',
      "SELECT CASE WHEN ssn > 'k' THEN 1 / 0 END FROM patients": 'phi.ssn',
      'SELECT 1 / (length(ssn) - 3) FROM patients': 'phi.ssn',
      'SELECT id FROM patients, generate_series(1, length(ssn))': 'phi.ssn',
      'SELECT id FROM patients ORDER BY ssn': 'phi.ssn',
      'SELECT upper(ssn) FROM patients': '',
    }
    for (const [sql, expected] of Object.entries(table)) assert.equal(stops(sql), expected, sql)
  })

  test('a value may grow, but not until it is too long', () => {
    const paths = (made: string) =>
      `WITH RECURSIVE r(n, c) AS (SELECT 0, ssn FROM patients UNION ALL SELECT n + 1, ${made} FROM r) SELECT c FROM r`
    const fitting = [
      "SELECT repeat(ssn, 10000), 'M-' || lpad(ssn, 10, '0'), concat(ssn, ' ', age), replace(ssn, '-', ' ') FROM patients",
      "SELECT string_agg(ssn || lpad(ssn, 10, '0'), ', '), array_to_string(array_agg(upper(ssn)), ', ') FROM patients",
      "SELECT json_agg(q) FROM (SELECT jsonb_build_object('a', array(SELECT to_jsonb(p) FROM patients p)) FROM visits) q",
      paths("c || ' / ' || (SELECT max(ssn) FROM patients)"),
    ]
    const growing = [
      'SELECT lpad(repeat(repeat(ssn, 200), 200), 9), concat(repeat(ssn, 9000), repeat(ssn, 9000)) FROM patients',
      "SELECT array_agg(repeat(ssn, 9000)), repeat(string_agg(ssn, ''), 9000) FROM patients",
      paths('c || c'),
      paths("concat(c, '-', c)"),
    ]
    for (const sql of fitting) assert.equal(stops(sql), '', sql)
    for (const sql of growing) assert.match(stops(sql), /phi\.ssn/, sql)
  })

  test('counting what was made of a value tells the value', () => {
    assert.deepEqual(forms("SELECT count(nullif(left(ssn, 1), 'k')), count(ssn) FROM patients"), [
      'derived phi.ssn',
      'clean ',
    ])
  })
})

describe('what a session makes for itself', () => {
  test('is known by name until it is dropped', () => {
    assert.deepEqual(forms('CREATE TEMP TABLE t AS SELECT id, ssn AS s FROM patients; SELECT s, id FROM t'), [
      'derived phi.ssn',
      'clean ',
    ])
    assert.deepEqual(forms('CREATE TEMP TABLE t (a text, b text); SELECT * FROM t'), ['clean ', 'clean '])
    assert.equal(forms('CREATE TEMP TABLE t (a text); DROP TABLE t; SELECT * FROM t'), 'unknown')
    assert.deepEqual(forms('CREATE TEMP TABLE t (a text, b text GENERATED ALWAYS AS (a) STORED); SELECT a, b FROM t'), [
      'clean ',
      'derived unknown',
    ])
  })

  test('means nothing where it hides a stored table', () => {
    assert.deepEqual(forms('CREATE TEMP TABLE patients (id text, ward text); SELECT ward FROM patients'), [
      'derived unknown',
    ])
    assert.deepEqual(forms('CREATE TEMP TABLE patients (ward text); SELECT ward FROM public.patients'), ['clean '])
  })

  test('takes protected data as a flow', () => {
    const flows = plan('CREATE TEMP TABLE t (a text); INSERT INTO t SELECT ssn FROM patients').flows
    assert.deepEqual(flows, [{ to: 'column', target: 't.a', labels: ['phi.ssn'] }])
  })

  test('a cursor ends with its transaction', () => {
    assert.deepEqual(forms('BEGIN; DECLARE c CURSOR FOR SELECT id FROM patients; FETCH c'), ['clean '])
    assert.equal(forms('BEGIN; DECLARE c CURSOR FOR SELECT id FROM patients; COMMIT; FETCH c'), 'unknown')
    assert.deepEqual(forms('BEGIN; DECLARE c CURSOR WITH HOLD FOR SELECT id FROM patients; COMMIT; FETCH c'), [
      'clean ',
    ])
    assert.equal(forms('BEGIN; DECLARE c CURSOR WITH HOLD FOR SELECT id FROM patients; ROLLBACK; FETCH c'), 'unknown')
    assert.equal(
      forms('BEGIN; SAVEPOINT a; DECLARE c CURSOR FOR SELECT id FROM patients; ROLLBACK TO a; FETCH c'),
      'unknown',
    )
  })
})

describe('what takes a column out of its declaration', () => {
  test('is a flow', () => {
    const to = (sql: string) => plan(sql).flows.map(flow => `${flow.to} ${flow.target} ${flow.labels}`)
    assert.deepEqual(to('ALTER TABLE patients RENAME ssn TO x'), ['table x phi.ssn'])
    assert.deepEqual(to('ALTER TABLE patients RENAME ward TO x'), [])
    assert.deepEqual(to('ALTER TABLE patients RENAME TO guests'), ['table guests phi.date,phi.ssn'])
    assert.deepEqual(to('ALTER SCHEMA hidden RENAME TO open'), [])
    assert.deepEqual(to('ALTER TABLE visits RENAME reason TO why'), [])
    assert.deepEqual(to('ALTER TABLE patients ALTER ward TYPE text USING ssn'), ['column ward phi.ssn'])
    assert.deepEqual(to('ALTER TABLE patients ADD COLUMN x text, ADD CHECK (age > 0)'), [])
  })
})

describe('the plan against the description', () => {
  const origins = (sql: string, ...fields: readonly (readonly [string, number, number])[]) =>
    originsOf(
      plan(sql),
      protection,
      fields.map(([name, table, attribute]) => ({ name, table, attribute })),
    )

  test('that fits leaves labels as they are', () => {
    const found = origins('SELECT ssn, upper(ssn), id FROM patients', ['ssn', 1, 2], ['upper', 0, 0], ['id', 1, 1])
    assert.deepEqual(found, [
      { labels: new Set(['phi.ssn']), derived: false },
      { labels: new Set(['phi.ssn']), derived: true },
      { labels: new Set(), derived: false },
    ])
  })

  test('that does not fit hides everything', () => {
    assert.equal(origins('SELECT id FROM patients', ['id', 1, 1], ['ssn', 1, 2])[0]?.labels, 'unknown')
    assert.equal(origins('SELECT id FROM patients', ['other', 1, 1])[0]?.labels, 'unknown')
    assert.equal(origins('SELECT id FROM patients', ['id', 999, 1])[0]?.labels, 'unknown')
    assert.deepEqual(origins('SELECT id FROM patients', ['id', 1, 2])[0], {
      labels: new Set(['phi.ssn']),
      derived: true,
    })
  })

  test('names of statements come from the same catalog', () => {
    const names = namesOf(catalog, ['public'])
    assert.equal(names.schemaOf('patients'), 'public')
    assert.equal(names.schemaOf('secrets'), null)
    assert.equal(names.functionReach(null, 'nobody'), null)
  })
})

test('a type that is dropped takes columns of temporary tables with it', () => {
  const made = "CREATE TEMP TABLE mine AS SELECT 'a'::mood AS m, ssn AS p FROM patients"
  const shown = 'SELECT x FROM (SELECT * FROM mine) q(x)'
  assert.deepEqual(plan(`${made}; ${shown}`).columns?.[0]?.labels, [])
  assert.equal(plan(`${made}; DROP TYPE mood CASCADE; ${shown}`).allClean, false)
  assert.equal(plan(`${made}; DROP OWNED BY me; ${shown}`).allClean, true)
  assert.equal(plan(`${made}; DROP OWNED BY me CASCADE; ${shown}`).allClean, false)
})
