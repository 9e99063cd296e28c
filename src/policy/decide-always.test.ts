import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { foresee, usable } from './decide.ts'
import { call, labels, person, policyOf, rule, ruled } from './decide-fixture.ts'
import type { Rule } from './rules.ts'

describe('always', () => {
  const name = fc.constantFrom('get_a', 'get_b', 'put_a', 'x')
  const pattern = fc.constantFrom('*', 'tools/*', 'tools/call:get_*', 'tools/call:put_a', 'prompts/*', 'tools/list')
  const anyRule = (kinds: Rule['kind'][]) =>
    fc
      .record({
        kind: fc.constantFrom(...kinds),
        patterns: fc.array(pattern, { minLength: 1, maxLength: 2 }),
        who: fc.option(fc.subarray(['nurse', 'doctor', '*'], { minLength: 1 })),
        on: fc.constantFrom(['*'], ['clinic'], ['files']),
        effects: fc.option(fc.subarray(['read', 'write'] as const, { minLength: 1 })),
        found: fc.option(fc.constantFrom(['phi.*'], ['phi.ssn'])),
        carries: fc.option(fc.constantFrom(['phi.*'], ['acme.*'])),
        when: fc.option(fc.constantFrom('args.n < 5.0', 'has(args.n)', 'subject.kind == "human"')),
        reveal: fc.subarray(labels),
        conceal: fc.subarray(labels),
        passBinary: fc.boolean(),
      })
      .map(made => rule(made.kind, 'r', made.patterns, { ...made, effects: made.effects ? [...made.effects] : null }))
  const rules = fc
    .array(anyRule(['allow', 'hold', 'block']), { maxLength: 6 })
    .map(list => list.map((one, at) => ({ ...one, id: `r${at}` })))
  const action = fc
    .record({
      operation: fc.constantFrom('tools/call', 'tools/list', 'prompts/get', 'roots/list'),
      name,
      effects: fc.subarray(['read', 'write'] as const),
      found: fc.subarray(labels),
      carries: fc.option(fc.subarray(labels)),
      args: fc.constantFrom({}, { n: 1 }, { n: 9 }, { n: 'x' }),
    })
    .map(made =>
      call(made.name, {
        operation: made.operation,
        effects: new Set(made.effects),
        found: new Set(made.found),
        carries: made.carries ? new Set(made.carries) : 'unknown',
        facts: { args: made.args },
      }),
    )
  const subject = fc.subarray(['nurse', 'doctor']).map(groups => person(...groups))
  const rank = { block: 0, hold: 1, allow: 2 }

  test('a block rule that is added makes nothing more permitted', () => {
    fc.assert(
      fc.property(rules, anyRule(['block']), action, subject, (before, added, asked, who) => {
        const one = ruled(before, asked, who)
        const two = ruled([...before, { ...added, id: 'added' }], asked, who)
        assert.ok(rank[two.kind] <= rank[one.kind])
        if (one.kind !== 'block' && two.kind !== 'block') assert.deepEqual(two.obligations, one.obligations)
      }),
      { numRuns: 1_500 },
    )
  })
  test('a subject whom no rule lets in gets nothing, and what is listed is not less than what is allowed', () => {
    fc.assert(
      fc.property(rules, action, subject, (all, asked, who) => {
        const policy = policyOf(all)
        const decision = ruled(all, asked, who)
        if (!usable(policy, who, 'clinic')) assert.ok(decision.kind === 'block' && decision.code === 'forbidden')
        if (asked.operation !== 'tools/call' || decision.kind === 'block') return
        const listed = foresee(policy, { subject: who, connection: 'clinic', ...asked })
        assert.notEqual(listed, 'block')
      }),
      { numRuns: 1_500 },
    )
  })
  test('the order of rules does not matter, neither for a decision nor for a digest', () => {
    fc.assert(
      fc.property(rules, action, subject, (all, asked, who) => {
        const back = [...all].reverse()
        assert.equal(ruled(back, asked, who).kind, ruled(all, asked, who).kind)
        assert.equal(policyOf(back).digest, policyOf(all).digest)
        assert.equal(policyOf(back).connectionDigest('clinic'), policyOf(all).connectionDigest('clinic'))
      }),
      { numRuns: 500 },
    )
  })
})
