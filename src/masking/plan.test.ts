import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileMasking, type LabelRule, MaskingError, type Transform } from './plan.ts'
import { builtInShapes } from './shapes.ts'

function compile(label: LabelRule, clean: string[] = [], transform: string = 'redact') {
  return compileMasking({
    labels: { 'acme.x': label },
    clean: { json: clean },
    transforms: { default: 'redact', byLabel: { 'acme.x': transform as Transform } },
  })
}

for (const [name, run, label, what, index] of [
  ['an unknown shape', () => compile({ shape: 'soul' }), 'acme.x', 'unknown-shape', 0],
  ['a shape named like a property of objects', () => compile({ shape: 'constructor' }), 'acme.x', 'unknown-shape', 0],
  ['a bad path', () => compile({ json: ['a', 'b..c'] }), 'acme.x', 'bad-path', 1],
  ['a bad clean path', () => compile({}, ['**.a', '']), null, 'bad-path', 1],
  ['an empty column', () => compile({ csv: [' '] }), 'acme.x', 'bad-column', 0],
  ['a broken pattern', () => compile({ pattern: '(' }), 'acme.x', 'bad-pattern', 0],
  ['a pattern with lookahead', () => compile({ pattern: 'a(?=b)' }), 'acme.x', 'bad-pattern', 0],
  ['a pattern that matches nothing', () => compile({ pattern: 'x*' }), 'acme.x', 'bad-pattern', 0],
  ['an unknown transform', () => compile({}, [], 'scramble'), 'acme.x', 'bad-transform', 0],
] as const) {
  test(`refuses ${name}`, () => {
    assert.throws(
      run,
      error => error instanceof MaskingError && error.label === label && error.what === what && error.index === index,
    )
  })
}

test('the default profile has every built-in shape under its own label', () => {
  const plan = compileMasking({ labels: null, clean: {}, transforms: { default: 'redact', byLabel: {} } })
  for (const [shape, row] of builtInShapes.entries()) {
    assert.deepEqual(
      plan.shapeLabels[shape]?.map(label => plan.labels[label]?.name),
      [row.label],
    )
  }
})
