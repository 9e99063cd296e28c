// Statements: each part is decided, the strictest decision counts, and no wording gets past it.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Action, Decision } from '../gateway/seam.ts'
import type { StatementKind } from '../postgres/statement/statement.ts'
import { decide, foresee } from './decide.ts'
import { call, labels, person, policyOf, rule, ruled, statement } from './decide-fixture.ts'
import { explain } from './explain.ts'
import type { Rule } from './rules.ts'
import { sqlOperations } from './sql-operations.ts'

function brief(decision: Decision): string {
  return `${decision.kind}:${decision.rules.join(',')}`
}

const reads = rule('allow', 'reads', ['sql.select:public.*'])
const inserts = rule('allow', 'inserts', ['sql.insert:public.notes'])
const deletes = rule('hold', 'deletes', ['sql.delete:*'])
const noStaff = rule('block', 'no-staff', ['*:public.staff'])

test('every kind of statement is an operation a rule can name', () => {
  const kinds: Record<StatementKind, true> = {
    select: true,
    insert: true,
    update: true,
    delete: true,
    merge: true,
    'copy-in': true,
    'copy-out': true,
    'create-table-as': true,
    truncate: true,
    drop: true,
    define: true,
    grant: true,
    maintain: true,
    lock: true,
    explain: true,
    prepare: true,
    execute: true,
    deallocate: true,
    declare: true,
    fetch: true,
    close: true,
    set: true,
    show: true,
    discard: true,
    transaction: true,
    listen: true,
    notify: true,
    do: true,
    call: true,
    other: true,
  }
  const named = Object.keys(kinds).map(kind => `sql.${kind}`)
  assert.deepEqual(Object.keys(sqlOperations).sort(), [...named, 'sql.cancel'].sort())
})

describe('parts', () => {
  const rows: [string, Rule[], Action, string][] = [
    ['one relation', [reads], statement(['select public.visits']), 'allow:reads'],
    ['another schema', [reads], statement(['select hr.salaries']), 'block:'],
    ['a relation beside an allowed one', [reads], statement(['select public.visits', 'select hr.salaries']), 'block:'],
    ['a write beside a read', [reads], statement(['select public.visits', 'insert public.notes']), 'block:'],
    [
      'two rules cover it',
      [reads, inserts],
      statement(['insert public.notes', 'select public.visits']),
      'allow:inserts,reads',
    ],
    [
      'a blocked relation in a join',
      [reads, noStaff],
      statement(['select public.visits', 'select public.staff']),
      'block:no-staff',
    ],
    [
      'a write in a WITH clause',
      [reads, deletes],
      statement(['select public.visits', 'delete public.visits']),
      'hold:deletes',
    ],
    ['a hold and a part nobody allows', [reads, deletes], statement(['delete public.a', 'update public.b']), 'block:'],
    [
      'a function that is not known to be harmless',
      [reads],
      statement(['select public.visits', 'call public.f']),
      'block:',
    ],
    [
      'that function by name',
      [reads, rule('allow', 'f', ['sql.call:public.f'])],
      statement(['select public.visits', 'call public.f']),
      'allow:reads,f',
    ],
    ['no relation', [reads], statement(['select']), 'allow:builtin:session'],
    ['no relation and a call', [reads], statement(['select', 'call public.f']), 'block:'],
    ['the session', [reads], statement(['transaction']), 'allow:builtin:session'],
    ['DO', [reads], statement(['do']), 'block:'],
    ['what no rule names', [rule('allow', 'all', ['sql.select', 'sql.insert'])], statement(['other']), 'block:'],
  ]
  for (const [name, rules, action, expected] of rows) {
    test(name, () => assert.equal(brief(ruled(rules, action)), expected))
  }
  test('an action without parts is its own part, and so is an empty list', () => {
    const action = call('x', { operation: 'sql.delete', subjectMatter: 'public.a', parts: [] })
    assert.equal(brief(ruled([reads], action)), 'block:')
    assert.equal(brief(ruled([reads, deletes], action)), 'hold:deletes')
  })
  test('what the action calls itself lets no part through', () => {
    const disguised = {
      ...statement(['delete public.visits']),
      operation: 'sql.select',
      subjectMatter: 'public.visits',
    }
    assert.equal(brief(ruled([reads], disguised)), 'block:')
  })
  test('a query without relations is not housekeeping where it does more than read', () => {
    const locks = statement(['select'], {}, {})
    const [part] = locks.parts ?? []
    assert.ok(part)
    const writing = { ...locks, parts: [{ ...part, effects: new Set(['read', 'write'] as const) }] }
    assert.equal(brief(ruled([reads], writing)), 'block:')
  })
  test('a relation whose schema nobody knows is not allowed as public, and is blocked as any', () => {
    assert.equal(brief(ruled([reads], statement(['select visits']))), 'block:')
    const all = rule('allow', 'all', ['sql.select'])
    assert.equal(brief(ruled([all, noStaff], statement(['select staff']))), 'block:no-staff')
    assert.equal(brief(ruled([all, noStaff], statement(['select visits']))), 'allow:all')
  })
  test('housekeeping beside a query hides nothing of it', () => {
    const revealing = { ...reads, reveal: ['phi.name'] }
    const decision = ruled([revealing], statement(['transaction', 'select public.visits', 'transaction']))
    assert.ok(decision.kind === 'allow' && decision.obligations.reveal.has('phi.name'))
  })
  test('of several rules for several parts, only what all reveal', () => {
    const a = rule('allow', 'a', ['sql.select:public.a'], { reveal: ['phi.name', 'phi.mrn'] })
    const b = rule('allow', 'b', ['sql.select:public.b'], { reveal: ['phi.name'] })
    const decision = ruled([a, b], statement(['select public.a', 'select public.b']))
    assert.deepEqual(decision.kind === 'allow' && [...decision.obligations.reveal], ['phi.name'])
  })
  test('a list is filtered by the strictest part too', () => {
    const { facts, parts, ...known } = statement(['select public.a', 'delete public.a'])
    const asked = { subject: person('nurse'), connection: 'clinic', ...known, facts, ...(parts ? { parts } : {}) }
    assert.equal(foresee(policyOf([reads, deletes]), asked), 'hold')
    assert.equal(foresee(policyOf([reads]), asked), 'block')
  })
})

describe('conditions on a statement', () => {
  const holds = (when: string) => rule('hold', 'h', ['sql.*'], { when })
  const all = rule('allow', 'all', ['sql.*'])
  test('facts are read', () => {
    const careless = statement(['update public.a'], { hasWhere: false, labels: ['phi.ssn'] })
    assert.equal(brief(ruled([all, holds('!sql.hasWhere')], careless)), 'hold:h')
    assert.equal(brief(ruled([all, holds('"phi.ssn" in sql.labels')], careless)), 'hold:h')
    assert.equal(brief(ruled([all, holds('sql.statements > 1')], careless)), 'allow:all')
  })
  test('a fact that is not there denies, and the rule is named', () => {
    const bare = { ...statement(['update public.a']), facts: {} }
    assert.equal(brief(ruled([all, holds('!sql.hasWhere')], bare)), 'block:h')
    assert.equal(brief(ruled([all, holds('sql.estimatedRows > 1000')], statement(['select public.a']))), 'block:h')
  })
  test('arguments of a tool are never taken for a statement', () => {
    const tool = call('x', { facts: { args: { sql: { hasWhere: true } } } })
    assert.equal(brief(ruled([rule('allow', 'all', ['*'], { when: 'sql.hasWhere' })], tool)), 'block:all')
  })
})

describe('columns', () => {
  const some = rule('allow', 'some', ['sql.select:public.visits', 'sql.delete:public.visits'], {
    columns: ['id', 'visit_*'],
  })
  const of = (...columns: string[]) => statement(['select public.visits'], { columns })
  test('an allow names every column that is touched', () => {
    assert.equal(brief(ruled([some], of('public.visits.id', 'public.visits.visit_date'))), 'allow:some')
    assert.equal(brief(ruled([some], of('public.visits.id', 'public.visits.ssn'))), 'block:')
    assert.equal(brief(ruled([some], of())), 'allow:some')
  })
  test('whole rows and unknown columns are no named columns', () => {
    assert.equal(brief(ruled([some], of('public.visits.*'))), 'block:')
    assert.equal(brief(ruled([some], statement(['delete public.visits'], { columns: ['public.visits.id'] }))), 'block:')
    assert.equal(brief(ruled([some], { ...of(), facts: {} })), 'block:')
    const anywhere = rule('allow', 'any', ['sql.select', 'sql.insert'], { columns: ['id'] })
    assert.equal(brief(ruled([anywhere], statement(['select visits']))), 'block:')
    assert.equal(brief(ruled([anywhere], statement(['select public.visits']))), 'allow:any')
    assert.equal(brief(ruled([anywhere], statement(['insert public.visits']))), 'block:')
  })
  test('columns of another relation in the statement are the concern of its own rule', () => {
    const both = statement(['select public.visits', 'select public.rooms'], {
      columns: ['public.visits.id', 'public.rooms.ssn'],
    })
    assert.equal(brief(ruled([some], both)), 'block:')
    assert.equal(brief(ruled([some, rule('allow', 'rooms', ['sql.select:public.rooms'])], both)), 'allow:some,rooms')
  })
  test('a block is about a statement that touches one, or may', () => {
    const all = rule('allow', 'all', ['*'])
    const block = rule('block', 'b', ['*'], { columns: ['ssn'] })
    assert.equal(brief(ruled([all, block], of('public.visits.id'))), 'allow:all')
    assert.equal(brief(ruled([all, block], of('public.visits.id', 'public.visits.ssn'))), 'block:b')
    assert.equal(brief(ruled([all, block], of('public.visits.*'))), 'block:b')
    assert.equal(brief(ruled([all, block], { ...of(), facts: {} })), 'block:b')
    assert.equal(brief(ruled([all, block], statement(['transaction']))), 'allow:all')
    assert.equal(brief(ruled([all, block], call('get_x'))), 'allow:all')
  })
})

describe('a probe', () => {
  const all = rule('allow', 'all', ['sql.*'])
  const large = rule('hold', 'large', ['sql.select:*'], { when: 'sql.estimatedRows > 1000' })
  const probes = (rules: Rule[], action: Action) => {
    const { decision, probe } = decide(
      policyOf(rules),
      { subject: person('nurse'), connection: 'clinic', action },
      true,
    )
    return probe ? 'probe' : brief(decision)
  }
  const select = (sql = {}) => statement(['select public.a'], sql)
  test('is made only where a rule that could apply reads what it tells', () => {
    assert.equal(probes([all, large], select()), 'probe')
    assert.equal(probes([all, large], statement(['insert public.a'])), 'allow:all')
    assert.equal(probes([all, { ...large, who: ['doctor'] }], select()), 'allow:all')
    assert.equal(probes([all, { ...large, on: ['files'] }], select()), 'allow:all')
    assert.equal(probes([all], select()), 'allow:all')
    assert.equal(
      probes([all, { ...large, when: 'sql.statements > 1 && sql.estimatedRows > 1000' }], select()),
      'allow:all',
    )
    assert.equal(
      probes([all, { ...large, when: 'has(sql.estimatedRows) && sql.estimatedRows > 1000' }], select()),
      'probe',
    )
  })
  test('is not made for what is blocked anyway', () => {
    assert.equal(probes([all, large, rule('block', 'b', ['*'])], select()), 'block:b')
    assert.equal(probes([large], select()), 'block:')
    assert.equal(probes([all, large], statement(['select public.a', 'unread'])), 'probe')
    assert.equal(probes([reads, large], statement(['select public.a', 'delete public.b'])), 'block:')
    const small = rule('block', 'small', ['sql.select:*'], { when: 'sql.estimatedRows > 1000' })
    assert.equal(probes([reads, small], statement(['select hr.a'])), 'block:')
  })
  test('decides what only it can', () => {
    assert.equal(probes([all, large], select({ estimatedRows: 1_001 })), 'hold:large')
    assert.equal(probes([all, large], select({ estimatedRows: 1_000 })), 'allow:all')
    const few = rule('allow', 'few', ['sql.select:*'], { when: 'sql.estimatedRows <= 10' })
    assert.equal(probes([few], select()), 'probe')
    assert.equal(probes([few], select({ estimatedRows: 10 })), 'allow:few')
    assert.equal(probes([few], select({ estimatedRows: 11 })), 'block:')
  })
})

test('an explanation shows which part a rule was about, and every summand', () => {
  const policy = policyOf(
    [reads, rule('risk', 'w', ['*'], { points: 30, effects: ['write'] }), rule('hold', 'd', ['sql.delete:*'])],
    false,
    { risk: { hold: null, block: 100, approvers: null } },
  )
  const action = statement(['select public.a', 'delete public.a'])
  const made = explain(policy, { subject: person('nurse'), connection: 'clinic', action })
  assert.equal(made.summary, 'held by rule d for 1 of compliance (30 risk points); once approved, nothing in clear')
  assert.deepEqual(made.rules, [
    { rule: 'reads', kind: 'allow', decided: false, why: 'matches', parts: ['sql.select:public.a'] },
    {
      rule: 'reads',
      kind: 'allow',
      decided: false,
      why: 'is not about this operation or name',
      parts: ['sql.delete:public.a'],
    },
    {
      rule: 'w',
      kind: 'risk',
      decided: false,
      why: 'is not about what this action does',
      parts: ['sql.select:public.a'],
    },
    { rule: 'w', kind: 'risk', decided: false, why: 'matches: 30 points', parts: ['sql.delete:public.a'], points: 30 },
    {
      rule: 'd',
      kind: 'hold',
      decided: false,
      why: 'is not about this operation or name',
      parts: ['sql.select:public.a'],
    },
    { rule: 'd', kind: 'hold', decided: true, why: 'matches', parts: ['sql.delete:public.a'] },
  ])
  assert.deepEqual(made.risk?.summands, [{ rule: 'w', points: 30 }])
})

describe('always', () => {
  const part = fc.constantFrom(
    'select public.a',
    'select hr.a',
    'insert public.a',
    'delete public.b',
    'transaction',
    'select',
  )
  const pattern = fc.constantFrom(
    '*',
    'sql.*',
    'sql.select',
    'sql.select:public.*',
    'sql.delete:*',
    'sql.insert:public.a',
  )
  const anyRule = (kinds: Rule['kind'][]) =>
    fc
      .record({
        kind: fc.constantFrom(...kinds),
        patterns: fc.array(pattern, { minLength: 1, maxLength: 2 }),
        effects: fc.option(fc.subarray(['read', 'write'] as const, { minLength: 1 })),
        columns: fc.option(fc.constantFrom(['id'], ['*'])),
        when: fc.option(fc.constantFrom('sql.hasWhere', 'sql.estimatedRows > 10')),
        reveal: fc.subarray(labels),
        points: fc.constantFrom(10, 60),
      })
      .map(({ effects, kind, patterns, ...made }) =>
        rule(kind, 'r', patterns, { ...made, effects: effects && [...effects] }),
      )
  const rules = fc
    .array(anyRule(['allow', 'hold', 'block', 'risk']), { maxLength: 6 })
    .map(list => list.map((one, at) => ({ ...one, id: `r${at}` })))
  const facts = fc.record({
    hasWhere: fc.boolean(),
    estimatedRows: fc.constantFrom(5, 50),
    columns: fc.subarray(['public.a.id', 'public.a.ssn', 'public.b.*']),
  })
  const rank = { block: 0, hold: 1, allow: 2 }
  const risk = { hold: 50, block: 100, approvers: { groups: ['g'], people: 1, withinMs: 1, holdMs: null } }
  const decided = (all: Rule[], action: Action, canProbe = false) =>
    decide(policyOf(all, false, { risk }), { subject: person('nurse'), connection: 'clinic', action }, canProbe)

  test('a part that is added makes nothing more permitted and reveals nothing more', () => {
    fc.assert(
      fc.property(rules, fc.array(part, { minLength: 1, maxLength: 3 }), part, facts, (all, parts, added, sql) => {
        const one = decided(all, statement(parts, sql)).decision
        const two = decided(all, statement([...parts, added], sql)).decision
        assert.ok(rank[two.kind] <= rank[one.kind])
        if (one.kind !== 'allow' || two.kind !== 'allow' || one.rules[0] === 'builtin:session') return
        assert.ok(two.obligations.reveal.isSubsetOf(one.obligations.reveal))
      }),
      { numRuns: 2_000 },
    )
  })
  test('a rule that blocks or gives points makes nothing more permitted', () => {
    fc.assert(
      fc.property(
        rules,
        anyRule(['block', 'risk']),
        fc.array(part, { minLength: 1, maxLength: 3 }),
        facts,
        (all, added, parts, sql) => {
          const one = decided(all, statement(parts, sql)).decision
          const two = decided([...all, { ...added, id: 'added' }], statement(parts, sql)).decision
          assert.ok(rank[two.kind] <= rank[one.kind])
          if (one.kind !== 'block' && two.kind !== 'block')
            assert.deepEqual(two.obligations.reveal, one.obligations.reveal)
        },
      ),
      { numRuns: 2_000 },
    )
  })
  test('what is decided without a probe is what a probe would have come to', () => {
    fc.assert(
      fc.property(rules, fc.array(part, { minLength: 1, maxLength: 3 }), facts, (all, parts, sql) => {
        const { estimatedRows, ...before } = sql
        const early = decided(all, statement(parts, before), true)
        if (early.probe) return
        assert.deepEqual(
          early.decision.kind,
          decided(all, statement(parts, { ...before, estimatedRows })).decision.kind,
        )
      }),
      { numRuns: 2_000 },
    )
  })
})
