import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Action, Decision, Subject } from '../gateway/seam.ts'
import { decide, foresee } from './decide.ts'
import { approvers, call, labels, person, policyOf, rule, ruled } from './decide-fixture.ts'
import { explain } from './explain.ts'
import type { Rule } from './rules.ts'

function brief(decision: Decision): string {
  return `${decision.kind}:${decision.kind === 'block' ? `${decision.code}:` : ''}${decision.rules.join(',')}`
}

const read = rule('allow', 'read', ['tools/call:get_*'])
const writes = rule('hold', 'writes', ['*'], { effects: ['write'] })
const write = new Set(['write'] as const)

describe('a decision', () => {
  const rows: [string, Rule[], Action, string, Subject?][] = [
    ['nothing matched is blocked', [read], call('delete_all'), 'block:blocked:'],
    ['an allow that matches', [read], call('get_chart'), 'allow:read'],
    ['no rule for this subject', [read], call('get_chart'), 'block:forbidden:', person('guest')],
    ['no rules at all', [], call('get_chart'), 'block:forbidden:'],
    ['hold beats allow', [read, writes], call('get_chart', { effects: write }), 'hold:writes'],
    [
      'block beats hold',
      [read, writes, rule('block', 'no', ['*'])],
      call('get_chart', { effects: write }),
      'block:blocked:no',
    ],
    ['a hold needs no allow beside it', [read, writes], call('delete_all', { effects: write }), 'hold:writes'],
    [
      'a hold without who is not for strangers',
      [read, writes],
      call('x', { effects: write }),
      'block:forbidden:',
      person('guest'),
    ],
    [
      'a hold with who opens the connection',
      [rule('hold', 'h', ['*'], { who: ['guest'] })],
      call('x'),
      'hold:h',
      person('guest'),
    ],
    [
      'all holds must be met',
      [read, writes, rule('hold', 'h2', ['tools/*'])],
      call('get_x', { effects: write }),
      'hold:writes,h2',
    ],
    ['everyone', [rule('allow', 'a', ['*'], { who: ['*'] })], call('x'), 'allow:a', person()],
    [
      'an allow must name every effect',
      [rule('allow', 'a', ['*'], { effects: ['read'] })],
      call('x', { effects: new Set(['read', 'write']) }),
      'block:blocked:',
    ],
    [
      'an allow with effects needs known effects',
      [rule('allow', 'a', ['*'], { effects: ['read'] })],
      call('x', { effects: new Set() }),
      'block:blocked:',
    ],
    ['a hold takes any effect', [read, writes], call('get_x', { effects: new Set(['read', 'write']) }), 'hold:writes'],
    [
      'found labels',
      [read, rule('hold', 'h', ['*'], { found: ['phi.*'] })],
      call('get_x', { found: new Set(['phi.ssn']) }),
      'hold:h',
    ],
    [
      'other labels found',
      [read, rule('hold', 'h', ['*'], { found: ['phi.*'] })],
      call('get_x', { found: new Set(['acme.badge']) }),
      'allow:read',
    ],
    ['unknown labels match no allow', [rule('allow', 'a', ['*'], { carries: ['*'] })], call('x'), 'block:blocked:'],
    [
      'unknown labels match a block',
      [read, rule('block', 'b', ['*'], { carries: ['phi.ssn'] })],
      call('get_x'),
      'block:blocked:b',
    ],
    [
      'known labels',
      [rule('allow', 'a', ['*'], { carries: ['acme.*'] })],
      call('x', { carries: new Set(['acme.badge']) }),
      'allow:a',
    ],
    [
      'a condition met',
      [{ ...read, when: 'args.n < 5.0' }],
      call('get_x', { facts: { args: { n: 1 } } }),
      'allow:read',
    ],
    [
      'a condition not met',
      [{ ...read, when: 'args.n < 5.0' }],
      call('get_x', { facts: { args: { n: 9 } } }),
      'block:blocked:',
    ],
    [
      'an error in an allow denies and is named',
      [rule('allow', 'all', ['*']), { ...read, when: 'args.n < 5.0' }],
      call('get_x'),
      'block:blocked:read',
    ],
    [
      'an error in a block denies',
      [read, rule('block', 'b', ['*'], { when: 'args.n < 5.0' })],
      call('get_x'),
      'block:blocked:b',
    ],
    [
      'an error in a hold denies',
      [read, rule('hold', 'h', ['*'], { when: 'args.n < 5.0' })],
      call('get_x'),
      'block:blocked:h',
    ],
    [
      'an error in a rule that is not about it',
      [read, rule('block', 'b', ['prompts/*'], { when: 'args.n < 5.0' })],
      call('get_x'),
      'allow:read',
    ],
    ['a connection without rules', [{ ...read, on: ['files'] }], call('get_x'), 'block:forbidden:'],
  ]
  for (const [name, rules, action, expected, subject] of rows) {
    test(name, () => assert.equal(brief(ruled(rules, action, subject)), expected))
  }
  test('says which of the rules have no result, and of those that simply block nothing', () => {
    const small = { ...read, when: 'args.n < 5.0' }
    const no = rule('block', 'no', ['*'])
    const unresolved = (...rules: Rule[]) => {
      const decision = ruled(rules, call('get_x'))
      return decision.kind === 'block' ? decision.unresolved : assert.fail(decision.kind)
    }
    assert.deepEqual(unresolved(small), ['read'])
    assert.deepEqual(unresolved(small, no), ['read'])
    assert.equal(unresolved(read, no), undefined)
    assert.equal(unresolved(rule('allow', 'other', ['prompts/*'])), undefined)
  })
})

describe('addresses', () => {
  const uri = (subjectMatter: string) =>
    call('unlisted', { operation: 'resources/read', subjectMatter, facts: { uri: subjectMatter } })
  const all = rule('allow', 'all', ['*'])
  const noPatients = rule('block', 'no', ['resources/read:fhir://Patient/**'])
  for (const text of [
    'fhir://Patient/1',
    'FHIR://Patient/1',
    'fhir://%50atient/1',
    'fhir://%2550atient/1',
    'fhir://Patient/../Patient/1',
    'fhir://patient/../Patient/1'.replace('patient/../', ''),
  ]) {
    test(`${text} is blocked`, () => {
      const narrow = rule('block', 'no', [
        'resources/read:fhir://[Pp]atient/**',
        'resources/read:fhir://patient/**',
        ...noPatients.patterns,
      ])
      assert.equal(brief(ruled([all, narrow], uri(text))), 'block:blocked:no')
    })
  }
  test('an allow is no wider than it looks', () => {
    const charts = rule('allow', 'charts', ['resources/read:file:///charts/**'])
    assert.equal(brief(ruled([charts], uri('file:///charts/a/b'))), 'allow:charts')
    assert.equal(brief(ruled([charts], uri('file:///charts/../etc/passwd'))), 'block:blocked:')
    assert.equal(brief(ruled([charts], uri('file:///charts/%2e%2e/etc/passwd'))), 'block:blocked:')
  })
  test('a subscription follows the resource', () => {
    const charts = rule('allow', 'charts', ['resources/read:fhir://**'])
    assert.equal(brief(ruled([charts], { ...uri('fhir://a'), operation: 'resources/subscribe' })), 'allow:charts')
    assert.equal(brief(ruled([charts], { ...uri('file:///a'), operation: 'resources/subscribe' })), 'block:blocked:')
  })
  test('each address of a listen is decided', () => {
    const charts = rule('allow', 'charts', ['resources/read:fhir://**'])
    const listen = (uris: unknown) =>
      call('unlisted', { operation: 'subscriptions/listen', subjectMatter: '', facts: { uris } })
    assert.equal(brief(ruled([charts], listen([]))), 'allow:builtin:session')
    assert.equal(brief(ruled([charts], listen(['fhir://a', 'fhir://b']))), 'allow:charts')
    assert.equal(brief(ruled([charts], listen(['fhir://a', 'file:///b']))), 'block:blocked:')
    assert.equal(brief(ruled([charts], listen(undefined))), 'block:blocked:')
    const hold = rule('hold', 'h', ['resources/read:fhir://b'])
    assert.equal(brief(ruled([charts, hold], listen(['fhir://a', 'fhir://b']))), 'hold:h')
  })
  test('a completion follows what it completes', () => {
    const prompts = rule('allow', 'p', ['prompts/get:intake'])
    const complete = (follows: string) => call('intake', { operation: 'completion/complete', facts: { follows } })
    assert.equal(brief(ruled([prompts], complete('prompts/get'))), 'allow:p')
    assert.equal(brief(ruled([prompts], complete('resources/read'))), 'block:blocked:')
    assert.equal(brief(ruled([prompts], complete('tools/call'))), 'block:blocked:')
  })
})

describe('housekeeping and questions of the system', () => {
  const of = (operation: string, more: Partial<Action> = {}) =>
    call('unlisted', { operation, subjectMatter: '', effects: new Set(), ...more })
  test('whoever may use the connection may open a session and list', () => {
    for (const operation of ['initialize', 'ping', 'server/discover', 'tools/list', 'notifications/cancelled']) {
      assert.equal(brief(ruled([read, writes], of(operation))), 'allow:builtin:session')
      assert.equal(brief(ruled([read, writes], of(operation), person('guest'))), 'block:forbidden:')
    }
  })
  test('a bare hold leaves it alone, unless labels were found in it or it is named', () => {
    const all = rule('hold', 'all', ['*'])
    assert.equal(brief(ruled([read, all], of('initialize'))), 'allow:builtin:session')
    assert.equal(brief(ruled([read, rule('hold', 'h', ['tools/list'])], of('tools/list'))), 'hold:h')
    const labelled = rule('hold', 'phi', ['*'], { found: ['phi.*'] })
    assert.equal(
      brief(ruled([read, labelled], of('notifications/cancelled', { found: new Set(['phi.ssn']) }))),
      'hold:phi',
    )
  })
  test('a block can stop it', () => {
    assert.equal(brief(ruled([read, rule('block', 'b', ['*'])], of('initialize'))), 'block:blocked:b')
  })
  test('a bare allow does not let the system ask', () => {
    const all = rule('allow', 'all', ['*'])
    for (const operation of ['elicitation/create', 'sampling/createMessage', 'roots/list']) {
      assert.equal(brief(ruled([all], of(operation))), 'block:blocked:')
      assert.equal(brief(ruled([rule('allow', 'a', [operation])], of(operation))), 'allow:a')
      assert.equal(brief(ruled([rule('allow', 'a', ['*'], { effects: ['ask'] })], of(operation))), 'allow:a')
    }
  })
  test('an unknown method needs a rule', () => {
    assert.equal(brief(ruled([read], of('acme/frobnicate'))), 'block:blocked:')
  })
  test('a transparent connection allows all, and blocks still block', () => {
    const at = (rules: Rule[], action: Action) =>
      decide(policyOf(rules, true), { subject: person(), connection: 'clinic', action }).decision
    for (const operation of ['initialize', 'tools/call', 'sampling/createMessage', 'acme/x']) {
      assert.equal(brief(at([], of(operation))), 'allow:builtin:transparent')
    }
    const decision = at([], call('x'))
    assert.ok(
      decision.kind === 'allow' &&
        decision.obligations.passBinary &&
        decision.obligations.reveal.size === labels.length,
    )
    assert.equal(brief(at([rule('block', 'b', ['tools/call:x'])], call('x'))), 'block:blocked:b')
  })
})

describe('obligations', () => {
  const reveals = (decision: Decision) => (decision.kind === 'block' ? null : [...decision.obligations.reveal].sort())
  const a = rule('allow', 'a', ['*'], { reveal: ['phi.name'] })
  test('union of the allows, minus what is concealed', () => {
    assert.deepEqual(
      reveals(ruled([a, rule('allow', 'b', ['*'], { reveal: ['phi.*'], conceal: ['phi.ssn'] })], call('x'))),
      ['phi.mrn', 'phi.name'],
    )
  })
  test('a hold reveals its own, and of several what all reveal', () => {
    const one = rule('hold', 'h1', ['*'], { reveal: ['phi.ssn', 'phi.mrn'] })
    const two = rule('hold', 'h2', ['*'], { reveal: ['phi.ssn', 'phi.name'] })
    assert.deepEqual(reveals(ruled([a, one], call('x'))), ['phi.mrn', 'phi.ssn'])
    assert.deepEqual(reveals(ruled([a, one, two], call('x'))), ['phi.ssn'])
    assert.deepEqual(reveals(ruled([a, rule('hold', 'h', ['*'])], call('x'))), [])
  })
  test('binary passes only where a rule says so', () => {
    const binary = (...rules: Rule[]) => {
      const decision = ruled(rules, call('x'))
      return decision.kind !== 'block' && decision.obligations.passBinary
    }
    assert.equal(binary(a), false)
    assert.equal(binary(a, rule('allow', 'b', ['*'], { passBinary: true })), true)
    assert.equal(binary(rule('allow', 'b', ['*'], { passBinary: true }), rule('hold', 'h', ['*'])), false)
    const passing = rule('hold', 'h1', ['*'], { passBinary: true })
    assert.equal(binary(a, passing), true)
    assert.equal(binary(a, passing, rule('hold', 'h2', ['*'])), false)
  })
  test('each hold says whom it needs', () => {
    const decision = ruled(
      [a, writes, rule('hold', 'two', ['*'], { approvers: { ...approvers, people: 2, holdMs: null } })],
      call('x', { effects: write }),
    )
    assert.deepEqual(decision.kind === 'hold' && decision.need, [
      { rule: 'writes', from: ['compliance'], people: 1, withinMs: 900_000, holdMs: 45_000 },
      { rule: 'two', from: ['compliance'], people: 2, withinMs: 900_000, holdMs: null },
    ])
  })
})

describe('before the call', () => {
  const seen = (rules: Rule[], target: string, more: Partial<Parameters<typeof foresee>[1]> = {}) =>
    foresee(policyOf(rules), {
      subject: person('nurse'),
      connection: 'clinic',
      operation: 'tools/call',
      target,
      effects: new Set(['read']),
      facts: {},
      ...more,
    })
  test('what may not be called is not listed; what would be held is', () => {
    assert.equal(seen([read], 'get_chart'), 'allow')
    assert.equal(seen([read], 'delete_all'), 'block')
    assert.equal(seen([read, writes], 'delete_all', { effects: write }), 'hold')
    assert.equal(seen([read], 'get_chart', { subject: person('guest') }), 'block')
  })
  test('a condition on arguments counts as met for allow and hold, and not for block', () => {
    assert.equal(seen([{ ...read, when: 'args.n < 5.0' }], 'get_chart'), 'allow')
    assert.equal(seen([read, rule('hold', 'h', ['*'], { when: 'args.n < 5.0' })], 'get_chart'), 'hold')
    assert.equal(seen([read, rule('block', 'b', ['*'], { when: 'args.n < 5.0' })], 'get_chart'), 'allow')
    assert.equal(seen([read, rule('block', 'b', ['*'], { found: ['phi.*'] })], 'get_chart'), 'allow')
  })
  test('a condition on what is known is evaluated', () => {
    assert.equal(seen([{ ...read, when: 'subject.kind == "agent"' }], 'get_chart'), 'block')
    assert.equal(seen([{ ...read, when: 'tool == "get_chart"' }], 'get_chart'), 'allow')
    assert.equal(seen([read, rule('block', 'b', ['*'], { when: 'subject.kind == "human"' })], 'get_chart'), 'block')
  })
})

test('digests: a rule of one connection does not touch another', () => {
  const one = policyOf([
    { ...read, on: ['clinic'] },
    { ...writes, on: ['files'] },
  ])
  const two = policyOf([
    { ...read, on: ['clinic'] },
    { ...writes, on: ['files'], effects: ['define'] },
  ])
  assert.match(one.digest, /^[0-9a-f]{64}$/)
  assert.notEqual(one.digest, two.digest)
  assert.equal(one.connectionDigest('clinic'), two.connectionDigest('clinic'))
  assert.notEqual(one.connectionDigest('files'), two.connectionDigest('files'))
})

test('an explanation says which rule decided, and why the others did not', () => {
  const made = explain(policyOf([read, writes, { ...rule('block', 'b', ['*']), when: 'args.n < 5.0' }]), {
    subject: person('nurse'),
    connection: 'clinic',
    action: call('get_chart', { facts: { args: { n: 9 } } }),
  })
  assert.equal(made.summary, 'allowed by rule read, nothing in clear')
  assert.deepEqual(made.rules, [
    { rule: 'read', kind: 'allow', decided: true, why: 'matches' },
    { rule: 'writes', kind: 'hold', decided: false, why: 'is not about what this action does' },
    { rule: 'b', kind: 'block', decided: false, why: 'has a condition that is not met' },
  ])
})
