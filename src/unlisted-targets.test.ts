import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { rule } from './policy/decide-fixture.ts'
import type { Rule } from './policy/rules.ts'
import { UnlistedTargets } from './unlisted-targets.ts'

const MINUTES = 60_000

let said: string[]
let now: number
let rules: Rule[]
let place: string
let targets: UnlistedTargets

beforeEach(() => {
  said = []
  now = 0
  place = 'https://mcp.example.org'
  rules = [rule('allow', 'reads', ['tools/call:get_*', 'tools/call:fetch_*', 'prompts/get:intake', '*'])]
  targets = new UnlistedTargets(
    () => ({ rules, placeOf: () => place }),
    ({ rule: id, connection, target }) => said.push(`${id} ${connection} ${target}`),
    () => now,
  )
})

const tools = (...names: string[]) => targets.listed('clinic', 'tools/call', names)

describe('a rule about what its server does not list', () => {
  test('is said once, when the list was read', () => {
    assert.deepEqual(said, [])
    tools('get_chart')
    tools('get_chart')
    tools('get_chart', 'get_ward')
    assert.deepEqual(said, ['reads clinic tools/call:fetch_*'])
    targets.listed('clinic', 'prompts/get', ['discharge'])
    assert.deepEqual(said.slice(1), ['reads clinic prompts/get:intake'])
  })
  test('is said when the list changes so that it is one', () => {
    tools('get_chart', 'fetch_chart')
    assert.deepEqual(said, [])
    tools('get_chart')
    assert.deepEqual(said, ['reads clinic tools/call:fetch_*'])
  })
  test('is said again after it was listed, but not at every turn of a list that comes and goes', () => {
    tools('get_chart')
    for (let turn = 0; turn < 5; turn++) {
      tools('get_chart', 'fetch_chart')
      tools('get_chart')
    }
    assert.equal(said.length, 1)
    now = 10 * MINUTES
    tools('get_chart', 'fetch_chart')
    tools('get_chart')
    assert.equal(said.length, 2)
  })
  test('is said when the rules change, for the list that is known', () => {
    tools('get_chart')
    rules = [...rules, rule('block', 'no', ['tools/call:drop_*']), rule('block', 'chart', ['tools/call:get_chart'])]
    targets.rulesChanged()
    assert.deepEqual(said.slice(1), ['no clinic tools/call:drop_*'])
  })
  test('is not said of a list of another server, nor of a connection that is gone', () => {
    tools('get_chart')
    place = 'https://other.example.org'
    rules = [...rules, rule('block', 'no', ['tools/call:drop_*'])]
    targets.rulesChanged()
    assert.equal(said.length, 1)
  })
})
