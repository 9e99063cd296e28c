// Points, their sum and what it does; the same for statements and for tools.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Action, Decision } from '../gateway/seam.ts'
import { decide } from './decide.ts'
import { call, person, policyOf, rule, statement } from './decide-fixture.ts'
import type { Rule } from './rules.ts'

function brief(decision: Decision): string {
  return `${decision.kind}:${decision.rules.join(',')}`
}

const reads = rule('allow', 'reads', ['sql.select:public.*'])

describe('risk', () => {
  const all = rule('allow', 'all', ['*'], { reveal: ['phi.name'] })
  const approvers = { groups: ['board'], people: 2, withinMs: 60_000, holdMs: null }
  const risk = { hold: 50, block: 100, approvers }
  const gives = (id: string, points: number, more: Partial<Rule> = {}, patterns = ['*']) =>
    rule('risk', id, patterns, { points, ...more })
  const night = gives('night', 30, { when: 'now.hour < 7 || now.hour >= 19 || now.weekday > 5' })
  const writing = gives('writing', 30, { effects: ['write'] })
  const many = gives('many', 60, { when: 'sql.estimatedRows > 1000' }, ['sql.*'])
  const at = (rules: Rule[], action: Action, hour: number, canProbe = false, more = {}) =>
    decide(
      policyOf(rules, false, { risk, ...more }),
      { subject: person('nurse'), connection: 'clinic', action, atMs: Date.UTC(2026, 0, 5, hour) },
      canProbe,
    )
  const update = statement(['update public.a'])

  test('points below both thresholds do nothing, and are told', () => {
    const made = at([all, night, writing], update, 12)
    assert.equal(brief(made.decision), 'allow:all')
    assert.deepEqual(made.risk, { points: 30, hold: 50, block: 100, summands: [{ rule: 'writing', points: 30 }] })
  })
  test('a sum that reaches a threshold holds, and what is seen afterwards stays as it was', () => {
    const { decision, risk: sum } = at([all, night, writing], update, 20)
    assert.equal(brief(decision), 'hold:night,writing')
    assert.ok(decision.kind === 'hold' && decision.obligations.reveal.has('phi.name'))
    assert.deepEqual(decision.kind === 'hold' && decision.need, [
      { rule: 'builtin:risk', from: ['board'], people: 2, withinMs: 60_000, holdMs: null },
    ])
    assert.ok(sum !== null)
    const { points, hold, summands } = sum
    assert.deepEqual(decision.kind === 'hold' && decision.grounds, { risk: { points, hold, summands } })
  })
  test('a sum that reaches the other blocks', () => {
    const select = statement(['update public.a'], { estimatedRows: 5_000 })
    assert.equal(brief(at([all, night, writing, many], select, 20).decision), 'block:night,writing,many')
  })
  test('people of a hold beside it are asked too', () => {
    const { decision } = at([all, night, writing, rule('hold', 'h', ['sql.update'])], update, 20)
    assert.deepEqual(decision.kind === 'hold' && decision.need.map(need => need.rule), ['h', 'builtin:risk'])
  })
  test('a rule counts once, however many parts it is about', () => {
    const made = at([all, writing], statement(['update public.a', 'delete public.b', 'insert public.c']), 12)
    assert.equal(made.risk?.points, 30)
  })
  test('points permit nothing', () => {
    assert.equal(brief(at([reads, night, writing], update, 20).decision), 'block:')
    assert.equal(brief(at([night, writing], update, 20).decision), 'block:')
  })
  test('what a rule blocks is blocked by that rule, whatever the points', () => {
    const heavy = gives('heavy', 100)
    assert.equal(brief(at([all, heavy, rule('block', 'b', ['*'])], update, 12).decision), 'block:b')
  })
  test('points wait for a probe that may allow it at all', () => {
    const few = rule('allow', 'few', ['sql.*'], { when: 'sql.estimatedRows <= 10' })
    const asked = (sql: object, canProbe: boolean) =>
      at([few, night, writing], statement(['update public.a'], sql), 20, canProbe)
    assert.deepEqual([asked({}, true).probe, asked({}, true).decision.kind], [true, 'block'])
    assert.equal(brief(asked({ estimatedRows: 10 }, true).decision), 'hold:night,writing')
    assert.equal(brief(asked({ estimatedRows: 11 }, true).decision), 'block:')
  })
  test('housekeeping has no points unless it is named', () => {
    const set = statement(['set'])
    assert.equal(at([all, night], set, 20).risk, null)
    assert.equal(brief(at([all, gives('sets', 60, {}, ['sql.set'])], set, 12).decision), 'hold:sets')
  })
  test('a probe is made where it may add points, and not where they suffice', () => {
    const heavy = gives('heavy', 100, { effects: ['write'] })
    assert.equal(at([all, many], update, 12, true).probe, true)
    assert.equal(at([all, many, heavy], update, 12, true).probe, false)
    assert.equal(at([all, many], update, 12, false).decision.kind, 'block')
  })
  test('the same for a tool, where labels nobody knows count', () => {
    const labelled = gives('labelled', 20, { carries: ['phi.*'] })
    const tool = call('put_x', { effects: new Set(['write']) })
    assert.equal(at([all, writing, labelled], tool, 12).risk?.points, 50)
    assert.equal(brief(at([all, writing, labelled], tool, 12).decision), 'hold:writing,labelled')
  })
  test('a condition of a risk rule without a result denies', () => {
    assert.equal(brief(at([all, gives('x', 1, { when: 'args.n > 1.0' })], call('x'), 12).decision), 'block:x')
  })
  test('the hour is that of the configured time zone, summer time too', () => {
    const early = gives('early', 60, { when: 'now.hour < 7' })
    const hours = (month: number, timeZone: string) =>
      decide(policyOf([all, early], false, { risk, timeZone }), {
        subject: person('nurse'),
        connection: 'clinic',
        action: call('x'),
        atMs: Date.UTC(2026, month, 5, 5, 30),
      }).decision.kind
    assert.equal(hours(0, 'Europe/Berlin'), 'hold') // 06:30
    assert.equal(hours(6, 'Europe/Berlin'), 'allow') // 07:30
    assert.equal(hours(6, 'UTC'), 'hold')
  })
  test('the digest of the rules knows the thresholds and the zone', () => {
    const digest = (more: object) => policyOf([all, night], false, more).connectionDigest('clinic')
    const digests = [{}, { risk }, { risk: { ...risk, hold: 51 } }, { risk, timeZone: 'Europe/Berlin' }].map(digest)
    assert.equal(new Set(digests).size, 4)
  })
})
