// Budgets of rows that several rules give.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { rule, ruled, statement } from './decide-fixture.ts'
import type { Rule } from './rules.ts'

const reads = rule('allow', 'reads', ['sql.select:public.*'])

describe('budgets of rows', () => {
  const budget = (id: string, ask: number | null, stop: number | null) =>
    rule('allow', id, ['sql.select:public.*'], {
      rows: { ask, stop },
      approvers: ask === null ? null : { groups: [id], people: 1, withinMs: 1, holdMs: null },
    })
  const rowsOf = (rules: Rule[], action = statement(['select public.a'])) => {
    const decision = ruled(rules, action)
    return decision.kind === 'block' ? null : decision.obligations.rows
  }
  test('the smallest of all that allow', () => {
    const rows = rowsOf([reads, budget('a', 1_000, null), budget('b', 2_000, 9_000), budget('c', null, 5_000)])
    assert.deepEqual([rows?.ask, rows?.stop, rows?.need.map(need => need.rule)], [1_000, 5_000, ['a', 'b']])
    assert.equal(rowsOf([reads]), undefined)
  })
  test('a hold keeps the budget of the allow beside it', () => {
    assert.equal(rowsOf([budget('a', null, 10), rule('hold', 'h', ['*'])])?.stop, 10)
  })
  test('and over several parts', () => {
    const other = rule('allow', 'o', ['sql.select:hr.*'], { rows: { ask: null, stop: 7 } })
    assert.equal(rowsOf([budget('a', null, 10), other], statement(['select public.a', 'select hr.b']))?.stop, 7)
  })
})
