import assert from 'node:assert/strict'
import { test } from 'node:test'
import { effectsOf } from './effects.ts'
import { nearest } from './nearest.ts'
import { checkRules, unknownTargets } from './reachability.ts'
import type { Rule } from './rules.ts'

const allow = (...patterns: string[]): Rule => ({
  id: 'r',
  kind: 'allow',
  patterns,
  who: ['nurse'],
  on: ['clinic'],
  effects: null,
  found: null,
  carries: null,
  when: null,
  reveal: [],
  conceal: [],
  passBinary: false,
  approvers: null,
})
const declared = {
  groups: new Set(['nurse']),
  connections: new Set(['clinic']),
  labels: ['phi.ssn', 'phi.mrn'],
  detected: ['phi.ssn'],
  methods: ['acme/x'],
}

test('a method that a connection permits is an operation', () => {
  assert.deepEqual(checkRules([{ at: 0, rule: allow('acme/x') }], declared), [])
  assert.equal(checkRules([{ at: 0, rule: allow('acme/y') }], declared).length, 1)
})

test('a label that nothing finds is a warning', () => {
  const faults = checkRules([{ at: 3, rule: { ...allow('*'), found: ['phi.mrn'] } }], declared)
  assert.deepEqual(
    faults.map(({ level, path }) => [level, path.join('.')]),
    [['warning', 'rules.3.found.0']],
  )
})

test('what a server does not list is known once it has listed', () => {
  const rules = [allow('tools/call:get_*', 'tools/call:drop_*', 'tools/*', 'prompts/get:x')]
  assert.deepEqual(unknownTargets(rules, 'clinic', 'tools/call', ['get_chart']), [
    { rule: 'r', pattern: 'tools/call:drop_*' },
  ])
  assert.deepEqual(unknownTargets(rules, 'files', 'tools/call', []), [])
})

test('a tool nobody declared writes', () => {
  const of = effectsOf({ effects: { read: ['get_*'], write: ['get_and_delete'] }, trustAnnotations: false })
  assert.deepEqual([...of('get_chart', undefined)], ['read'])
  assert.deepEqual([...of('get_and_delete', true)].sort(), ['read', 'write'])
  assert.deepEqual([...of('other', true)], ['write'])
  const trusting = effectsOf({ effects: {}, trustAnnotations: true })
  assert.deepEqual([...trusting('other', true)], ['read'])
  assert.deepEqual([...trusting('other', undefined)], ['write'])
})

test('a suggestion only where it is likely', () => {
  assert.equal(nearest('nurs', ['nurse', 'doctor']), ' (did you mean "nurse"?)')
  assert.equal(nearest('clerk', ['nurse', 'doctor']), '')
})
