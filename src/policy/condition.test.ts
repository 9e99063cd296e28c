import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Bindings, compileCondition, type Truth } from './condition.ts'

const nothing: Bindings = {
  args: {},
  uri: null,
  subject: { id: 'u1', provider: 'idp', kind: 'human', groups: new Set(['nurse']), person: null, purpose: null },
  connection: 'clinic',
  operation: 'tools/call',
  target: 'get_chart',
  tool: 'get_chart',
  found: new Set<string>(),
  purpose: null,
  via: null,
  now: Date.UTC(2026, 0, 5, 14),
  sql: undefined,
}

function evaluate(source: string, args: unknown, more: Partial<Bindings> = {}): Truth {
  const compiled = compileCondition(source)
  assert.equal(compiled.kind, 'condition', compiled.kind === 'fault' ? compiled.message : '')
  return compiled.kind === 'condition' ? compiled.condition.evaluate({ ...nothing, args, ...more }) : 'error'
}

function fault(source: string): string {
  const compiled = compileCondition(source)
  return compiled.kind === 'fault' ? compiled.message : 'compiled'
}

describe('evaluation', () => {
  const rows: [string, unknown, Truth][] = [
    ['has(args.limit) && args.limit <= 50.0', { limit: 50 }, 'true'],
    ['has(args.limit) && args.limit <= 50', { limit: 51 }, 'false'],
    ['has(args.limit) && args.limit <= 50.0', {}, 'false'],
    ['args.limit <= 50.0', {}, 'error'],
    ['args.limit <= 50.0', { limit: '50' }, 'error'],
    ['args.limit + 1 > 0.0', { limit: 1 }, 'error'],
    ['args.limit + 1.0 > 0.0', { limit: 1 }, 'true'],
    ['args.flag', { flag: true }, 'true'],
    ['args.flag', { flag: 'true' }, 'error'],
    ['args.flag', { flag: 1 }, 'error'],
    ['args.flag', { flag: { toString: 'x' } }, 'error'],
    ['"a" in args.list', { list: ['b', 'a'] }, 'true'],
    ['args.list.exists(x, x.startsWith("s"))', { list: ['a', 'ss'] }, 'true'],
    ['args.list.all(x, x != "ssn")', { list: ['a', 'ssn'] }, 'false'],
    ['args.a.b["c"] == "d"', { a: { b: { c: 'd' } } }, 'true'],
    ['"nurse" in subject.groups && subject.kind == "human"', {}, 'true'],
    ['subject.person == null', {}, 'true'],
    ['found.exists(l, l.startsWith("phi.")) || size(found) == 0', {}, 'true'],
    ['now.getHours("UTC") >= 8 && now.getHours("UTC") < 18', {}, 'true'],
    ['args.sql.matches("(?i)^\\\\s*select")', { sql: ' SELECT 1' }, 'true'],
  ]
  for (const [source, args, expected] of rows) {
    test(`${source} with ${JSON.stringify(args)}: ${expected}`, () => assert.equal(evaluate(source, args), expected))
  }
})

describe('facts of a statement and the time of day', () => {
  const sql = { hasWhere: false, labels: new Set(['phi.ssn']), estimatedRows: 1_001, columns: ['public.a.b'] }
  const rows: [string, Truth][] = [
    ['sql.hasWhere', 'false'],
    ['!sql.hasWhere && sql.estimatedRows > 1000', 'true'],
    ['sql.labels.exists(l, l.startsWith("phi."))', 'true'],
    ['"public.a.b" in sql.columns', 'true'],
    ['has(sql.statements)', 'false'],
    ['sql.statements > 1', 'error'],
    ['now.hour == 14 && now.weekday == 1', 'true'],
    ['now.getHours("UTC") == 14', 'true'],
    ['[{"hours": 5.0}].exists(now, now.hours == 5.0) && now.hour == 14', 'true'],
  ]
  for (const [source, expected] of rows) test(source, () => assert.equal(evaluate(source, {}, { sql }), expected))
  test('without a statement there is nothing to read', () => {
    assert.equal(evaluate('sql.hasWhere', {}), 'error')
    assert.equal(evaluate('has(sql.hasWhere)', {}), 'error')
  })
  test('the clock of a place', () => {
    const at = (source: string, zone: string, atMs: number) => {
      const compiled = compileCondition(source, zone)
      return compiled.kind === 'condition' ? compiled.condition.evaluate({ ...nothing, now: atMs }) : compiled.message
    }
    const newYear = Date.UTC(2026, 0, 1, 0, 30) // a Thursday
    assert.equal(at('now.hour == 0 && now.weekday == 4', 'UTC', newYear), 'true')
    assert.equal(at('now.hour == 19 && now.weekday == 3', 'America/New_York', newYear), 'true')
    assert.equal(at('now.hour == 23 && now.weekday == 7', 'UTC', Date.UTC(2026, 0, 4, 23, 59)), 'true')
  })
})

describe('arguments that try to be something else', () => {
  test('a member that is null is present', () => {
    assert.equal(evaluate('has(args.force)', { force: null }), 'true')
    assert.equal(evaluate('"force" in args', { force: null }), 'true')
  })
  test('nothing of a prototype is a member', () => {
    for (const name of ['constructor', 'toString', 'hasOwnProperty', '__proto__']) {
      assert.equal(evaluate(`has(args.${name})`, {}), 'false')
      assert.equal(evaluate(`args["${name}"] == null || true == args.x`, { x: 1 }), 'error')
    }
  })
  test('own members with such names are plain data', () => {
    const args = JSON.parse('{"__proto__": {"admin": true}, "constructor": {"name": "Object"}}') as unknown
    assert.equal(evaluate('has(args.admin)', args), 'false')
    assert.equal(evaluate('args.constructor.name == "Object"', args), 'true')
  })
  test('a null-prototype object is read like any other', () => {
    assert.equal(evaluate('args.n == 1.0', Object.assign(Object.create(null), { n: 1 })), 'true')
  })
  test('a member named as a protobuf message is not taken for one', () => {
    const disguised = { $typeName: 'google.protobuf.StringValue', value: 'ok' }
    assert.equal(evaluate('args.filter == "ok"', { filter: disguised }), 'false')
    assert.equal(evaluate('args.flag', { flag: { $typeName: 'google.protobuf.BoolValue', value: true } }), 'error')
  })
  test('an error object in the arguments is never truth', () => {
    assert.equal(evaluate('args.flag', { flag: new Error('true') }), 'error')
    assert.equal(evaluate('args.flag', { flag: () => true }), 'error')
  })
})

describe('work is bounded', () => {
  const quick = (name: string, source: string, args: unknown, expected: Truth) =>
    test(name, () => {
      const before = performance.now()
      assert.equal(evaluate(source, args), expected)
      assert.ok(performance.now() - before < 1_000, 'took more than a second')
    })
  const many = Array.from({ length: 500_000 }, (_, at) => at)
  quick('a loop over half a million items', 'args.list.all(x, x >= 0.0)', { list: many }, 'error')
  quick(
    'a list searched for each item of a list',
    'args.list.all(x, x in args.list)',
    { list: many.slice(0, 9_000) },
    'error',
  )
  quick('lists compared', 'args.list == args.other', { list: many, other: [...many] }, 'error')
  quick(
    'members of a large object',
    'args.all(k, k != "x")',
    Object.fromEntries(many.slice(0, 50_000).map(n => [`k${n}`, n])),
    'error',
  )
  quick('an evil pattern', 'args.text.matches("^(a+)+$")', { text: `${'a'.repeat(20_000)}!` }, 'false')
  quick('a text too long to search', 'args.text.contains("x")', { text: 'a'.repeat(4 << 20) }, 'error')
  quick('a large list that is not read costs nothing', 'args.id == "1"', { id: '1', list: many }, 'true')
})

describe('refused at load', () => {
  const rows: [string, RegExp][] = [
    ['true', /does not depend on the request/],
    ['1 == 1', /does not depend/],
    ['true || args.x', /does not depend/],
    ['args.x && false', /does not depend/],
    ['true || typo', /unknown name "typo"/],
    ['arg.limit < 5', /unknown name "arg"/],
    ['args.list.exists(x, y == 1)', /unknown name "y"/],
    ['x == 1 && args.list.exists(x, x == 1)', /unknown name "x"/],
    ['constructor == null', /unknown name "constructor"/],
    ['__proto__.polluted', /unknown name "__proto__"/],
    ['args.x.lowercase() == "a"', /unknown function "lowercase"/],
    ['google.protobuf.BoolValue{value: true} == args.x', /cannot be made/],
    ['args.text.matches(args.pattern)', /must be written in quotes/],
    ['matches(args.text, args.pattern)', /must be written in quotes/],
    ['sql.haswhere', /unknown "sql\.haswhere" in the condition \(did you mean "hasWhere"\?\)/],
    ['sql == null', /"sql" cannot be used whole/],
    ['size(sql) > 0', /"sql" cannot be used whole/],
    ['sql["hasWhere"]', /"sql" cannot be used whole/],
    ['sql.exists(f, f == "hasWhere")', /"sql" cannot be used whole/],
    ['has(sql.rows)', /unknown "sql\.rows"/],
    ['now.minute > 5', /unknown "now\.minute"/],
    ['has(now.hour)', /"now\.hour" is always there/],
    ['now_hour > 5', /unknown name "now_hour"/],
    ['args.text.matches("(")', /not a valid RE2 pattern/],
    ['args.a.exists(x, args.b.exists(y, x == y))', /loop inside a loop/],
    ['size(args.list.filter(x, x > 1.0)) > 0', /build lists/],
    ['args.x ==', /not valid CEL/],
    [`args.x == "${'a'.repeat(1_100)}"`, /longer than 1024/],
    [Array(120).fill('args.x').join('||'), /more than 200 parts/],
    [`${'['.repeat(250)}args.x${']'.repeat(250)} == []`, /more than 200 parts/],
  ]
  for (const [source, message] of rows) {
    test(source.slice(0, 60), () => assert.match(fault(source), message))
  }
})

test('what a condition uses is known without evaluating it', () => {
  const compiled = compileCondition('args.list.exists(x, x == subject.id)')
  assert.deepEqual(compiled.kind === 'condition' && [...compiled.condition.uses].sort(), ['args', 'subject'])
})

test('what a member never is, or never has, is a fault', () => {
  const never = [
    [
      'subject.knd == "agent"',
      /^unknown "subject\.knd" in the condition, did you mean "kind"\?|^unknown "subject\.knd"/,
    ],
    ['subject.kind == "robot"', /^"subject\.kind" is never robot in the condition: it can be human, service, agent$/],
    ['subject.kind in ["agent", "bot"]', /is never bot/],
    ['now.hour >= 25', /^"now\.hour" is never 25 in the condition: it can be 0 to 23$/],
    ['now.weekday == 0', /is never 0/],
  ] as const
  for (const [source, says] of never) {
    const compiled = compileCondition(source)
    assert.ok(compiled.kind === 'fault', source)
    assert.match(compiled.message, says)
  }
  for (const source of [
    'subject.kind == "agent"',
    'subject.onBehalfOf != null',
    'now.hour < 7 || now.hour >= 19',
    'now.hour < 24 && now.weekday > 0',
    'now.weekday in [6, 7]',
    'subject.onBehalfOf == null && subject.kind != "human"',
  ])
    assert.equal(compileCondition(source).kind, 'condition', source)
})
