// Rules about databases, risk and time: what can never do what it says is refused where it stands.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { policySource } from './config.ts'
import { readConfig } from './load.ts'

const head = [
  'version: 1',
  'listen: { http: 127.0.0.1:7300, postgres: 127.0.0.1:7432 }',
  'providers: { idp: { issuer: https://idp.example.org } }',
  'groups: { nurse: { idp: [nurses] }, officer: { idp: [officers] } }',
  'connections: { clinic: { mcp: https://mcp.example.org/mcp }, db: { postgres: "postgres://db.example.org/clinic", logins: { default: { user: r, password: { env: P } } } } }',
  'labels: { phi.mrn: { shape: mrn, sql: ["*.*.mrn"] } }',
]
const load = (rules: string, ...more: string[]) =>
  readConfig(Buffer.from([...head, ...more, `rules: [${rules}]`].join('\n')), '/etc/sallyport.yaml', 'sallyport.yaml')

function problems(rules: string, ...more: string[]): string[] {
  const loaded = load(rules, ...more)
  return loaded.ok ? [] : loaded.problems.map(({ path, message }) => `${path.join('.')}: ${message}`)
}

const allow = 'who: [nurse]'
const hold = 'approvers: { groups: [officer] }'
const risk = `risk: { hold: 10, block: 20, ${hold} }`
const points = '{ id: p, risk: ["*"], points: 20 }'

const rows: [name: string, rules: string, more: string[], expected: RegExp | null][] = [
  ['a table', `{ id: a, allow: ["sql.select:public.visits"], ${allow}, on: [db] }`, [], null],
  [
    'a table without schema',
    `{ id: a, allow: ["sql.select:visits"], ${allow}, on: [db] }`,
    [],
    /^rules\.0\.allow\.0: write the schema too, such as "sql\.select:public\.visits"/,
  ],
  [
    'a statement nobody knows',
    `{ id: a, allow: ["sql.selct:*"], ${allow}, on: [db] }`,
    [],
    /unknown operation "sql\.selct" \(did you mean "sql\.select"\?\)/,
  ],
  [
    'a name where there is none',
    `{ id: a, block: ["sql.transaction:x"], on: [db] }`,
    [],
    /^rules\.0\.block\.0: "sql\.transaction" has no name/,
  ],
  [
    'a tool of a database',
    `{ id: a, allow: ["tools/call:x"], ${allow}, on: [db] }`,
    [],
    /^rules\.0\.allow\.0: never fires: it is about MCP/,
  ],
  [
    'a statement of a server',
    `{ id: a, allow: ["sql.select"], ${allow}, on: [clinic] }`,
    [],
    /^rules\.0\.allow\.0: never fires: it is about PostgreSQL/,
  ],
  [
    'one of two connections is enough',
    `{ id: a, allow: ["sql.select", "tools/call"], ${allow}, on: [clinic, db] }`,
    [],
    null,
  ],
  ['for all connections', `{ id: a, allow: ["sql.select"], ${allow}, on: ["*"] }`, [], null],
  ['facts', `{ id: a, hold: ["sql.*"], on: ["*"], ${hold}, when: "!sql.hasWhere" }`, [], null],
  ['facts on a database', `{ id: a, hold: ["*"], on: [db], ${hold}, when: "!sql.hasWhere" }`, [], null],
  [
    'facts that a tool does not have',
    `{ id: a, hold: ["*"], on: ["*"], ${hold}, when: "!sql.hasWhere" }`,
    [],
    /^rules\.0\.when: MCP has no sql/,
  ],
  [
    'a misspelt fact',
    `{ id: a, hold: ["sql.*"], on: [db], ${hold}, when: "!sql.haswhere" }`,
    [],
    /^rules\.0\.when: unknown "sql\.haswhere" in the condition \(did you mean "hasWhere"\?\)/,
  ],
  [
    'facts as a whole',
    `{ id: a, hold: ["sql.*"], on: [db], ${hold}, when: "sql == null" }`,
    [],
    /"sql" cannot be used whole/,
  ],
  [
    'facts by a name made at run time',
    `{ id: a, hold: ["sql.*"], on: [db], ${hold}, when: "sql[operation] == true" }`,
    [],
    /"sql" cannot be used whole/,
  ],
  [
    'a misspelt hour',
    `{ id: a, hold: ["*"], on: [db], ${hold}, when: "now.hours > 5" }`,
    [],
    /unknown "now\.hours" in the condition \(did you mean "hour"\?\)/,
  ],
  ['columns', `{ id: a, allow: ["sql.select:public.a"], ${allow}, on: [db], columns: [id, "v_*"] }`, [], null],
  [
    'columns of a tool',
    `{ id: a, allow: ["tools/call"], ${allow}, on: [clinic], columns: [id] }`,
    [],
    /^rules\.0\.columns: never counts/,
  ],
  [
    'columns of what has none',
    `{ id: a, allow: ["sql.delete:*"], ${allow}, on: [db], columns: [id] }`,
    [],
    /^rules\.0\.columns: never fires: .* whole rows/,
  ],
  [
    'columns with their table',
    `{ id: a, allow: ["sql.select:*"], ${allow}, on: [db], columns: [a.id] }`,
    [],
    /^rules\.0\.columns\.0: write visit_date/,
  ],
  [
    'limits',
    `{ id: a, allow: ["sql.*"], ${allow}, on: [db], limits: { rows: { ask: 1, stop: 2 } }, ${hold} }`,
    [],
    null,
  ],
  [
    'limits that ask nobody',
    `{ id: a, allow: ["sql.*"], ${allow}, on: [db], limits: { rows: { ask: 1 } } }`,
    [],
    /^rules\.0: write approvers/,
  ],
  [
    'limits that never ask',
    `{ id: a, allow: ["sql.*"], ${allow}, on: [db], limits: { rows: { ask: 2, stop: 2 } }, ${hold} }`,
    [],
    /^rules\.0\.limits: never asks/,
  ],
  [
    'limits without a number',
    `{ id: a, allow: ["sql.*"], ${allow}, on: [db], limits: { rows: {} } }`,
    [],
    /^rules\.0\.limits: write limits/,
  ],
  [
    'limits of a tool',
    `{ id: a, allow: ["tools/*"], ${allow}, on: [clinic], limits: { rows: { stop: 2 } } }`,
    [],
    /^rules\.0\.limits: never counts/,
  ],
  [
    'approvers of an allow that asks nobody',
    `{ id: a, allow: ["sql.*"], ${allow}, on: [db], ${hold} }`,
    [],
    /^rules\.0\.approvers: only a hold or limits/,
  ],
  ['points', points, [risk], null],
  ['points that do nothing', points, [], /^rules\.0\.risk: points do nothing without thresholds/],
  ['no points', `${points}, { id: q, risk: ["*"] }`, [risk], /^rules\.1: write points/],
  ['points of a block', '{ id: p, block: ["*"], points: 5 }', [], /^rules\.0\.points: only a risk rule has points/],
  [
    'a risk rule that reveals',
    '{ id: p, risk: ["*"], points: 20, reveal: [phi.mrn] }',
    [risk],
    /^rules\.0\.reveal: a risk rule lets nothing through/,
  ],
  [
    'a threshold nothing reaches',
    points,
    ['risk: { block: 21 }'],
    /^risk\.block: never reached: all risk rules together give 20 points/,
  ],
  ['a hold above the block', points, [`risk: { hold: 20, block: 10, ${hold} }`], /^risk\.hold: never holds/],
  ['a threshold that asks nobody', points, ['risk: { hold: 10 }'], /^risk: write approvers/],
  ['approvers nobody asks', points, [`risk: { block: 10, ${hold} }`], /^risk\.approvers: only hold asks them/],
  [
    'approvers nobody knows',
    points,
    ['risk: { hold: 10, approvers: { groups: [officers] } }'],
    /^risk\.approvers\.groups\.0: unknown group "officers" \(did you mean "officer"\?\)/,
  ],
  ['an empty risk', points, ['risk: {}'], /^risk: write hold or block/],
  ['a time zone', points, [risk, 'timeZone: Europe/Berlin'], null],
  ['a time zone nobody knows', points, [risk, 'timeZone: Europe/Berlinn'], /^timeZone: unknown time zone/],
]
for (const [name, rules, more, expected] of rows) {
  test(name, () => {
    const found = problems(rules, ...more)
    if (expected === null) return assert.deepEqual(found, [])
    assert.equal(found.length, 1, found.join('\n'))
    assert.match(found[0] ?? '', expected)
  })
}

test('what the file says is what decides', () => {
  const loaded = load(
    `{ id: a, allow: ["sql.select:public.a"], ${allow}, on: [db], columns: [id], limits: { rows: { ask: 5 } }, approvers: { groups: [officer], holdSeconds: 1 } }, ${points}`,
    'risk: { hold: 20, approvers: { groups: [officer], people: 2 } }',
    'timeZone: Asia/Kolkata',
  )
  assert.ok(loaded.ok)
  const { rules, risk: thresholds, timeZone } = policySource(loaded.config)
  const asks = { groups: ['officer'], people: 1, withinMs: 900_000, holdMs: 1_000 }
  assert.deepEqual([rules[0]?.columns, rules[0]?.rows, rules[0]?.approvers], [['id'], { ask: 5, stop: null }, asks])
  assert.deepEqual([rules[1]?.kind, rules[1]?.points, rules[1]?.on], ['risk', 20, ['*']])
  assert.deepEqual(thresholds, { hold: 20, block: null, approvers: { ...asks, people: 2, holdMs: null } })
  assert.equal(timeZone, 'Asia/Kolkata')
})
