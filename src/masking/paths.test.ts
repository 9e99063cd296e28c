import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PathAutomaton, parsePath } from './paths.ts'

function matches(path: string, steps: readonly string[]): boolean {
  const parsed = parsePath(path)
  assert.ok(parsed)
  const automaton = new PathAutomaton([parsed])
  let state = automaton.start
  for (const step of steps) state = automaton.next(state, step)
  return state.accept.length > 0
}

for (const [path, steps, expected] of [
  ['a.b', ['a', 'b'], true],
  ['a.b', ['a'], false],
  ['a.b', ['a', 'b', 'c'], false],
  ['$.a.b', ['a', 'b'], true],
  ['**.mrn', ['mrn'], true],
  ['**.mrn', ['x', 'y', 'mrn'], true],
  ['**.mrn', ['x', 'MRN'], false],
  ['a.*.c', ['a', 'b', 'c'], true],
  ['a.*.c', ['a', 'c'], false],
  ['a.**.c', ['a', 'c'], true],
  ['a.**.c', ['a', 'c', 'x', 'c'], true],
  ['a.**', ['a'], true],
  ['a.**', ['a', 'b', 'c'], true],
  ['a[0].b', ['a', '0', 'b'], true],
  ['a[*].b', ['a', '7', 'b'], true],
  ['a["b.c"]', ['a', 'b.c'], true],
  ['**.first name', ['x', 'first name'], true],
  ['$["x"].y', ['x', 'y'], true],
] as const) {
  test(`${path} ${expected ? 'matches' : 'does not match'} ${steps.join('/')}`, () => {
    assert.equal(matches(path, steps), expected)
  })
}

for (const path of ['', '$', 'a..b', 'a.', '.', 'a*', 'a[', 'a[b]', '$a', 'a["b]', 'a]b']) {
  test(`refuses the path ${JSON.stringify(path)}`, () => assert.equal(parsePath(path), null))
}

test('several paths are accepted in the order given, and states are shared', () => {
  const paths = ['**.mrn', 'a.*', '**.x'].map(path => parsePath(path) ?? assert.fail())
  const automaton = new PathAutomaton(paths)
  const inA = automaton.next(automaton.start, 'a')
  assert.deepEqual(automaton.next(inA, 'mrn').accept, [0, 1])
  assert.deepEqual(automaton.next(inA, 'q').accept, [1])
  assert.equal(automaton.next(automaton.start, 'unknown1'), automaton.next(automaton.start, 'unknown2'))
})
