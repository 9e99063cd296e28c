import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readJson } from '../json/document.ts'
import { compileMasking } from './plan.ts'
import { render } from './render.ts'
import { Walk } from './walk.ts'

const plan = compileMasking({
  labels: {
    'phi.name': { json: ['**.name'] },
    'phi.mrn': { json: ['**.mrn'], shape: 'mrn' },
    'phi.phone': { shape: 'phone' },
  },
  clean: { json: ['**.kept'] },
  transforms: { default: 'redact', byLabel: {} },
})
const limits = { depth: 64, values: 1 << 20 }
const none: ReadonlySet<number> = new Set()

/** Few values, so that one that is learned in a place often stands in another one too. */
const word = fc.constantFrom(
  'Jane Roe',
  'jane  roe',
  'Roe',
  'A12345',
  '12345',
  'MRN A12345',
  'J%61ne Roe',
  '%4aane',
  'é',
)
const value: fc.Arbitrary<unknown> = fc.oneof(
  word,
  fc.array(word, { minLength: 1, maxLength: 3 }).map(words => words.join(', ')),
  fc.constantFrom(12345, 123456789, -12345, null, true),
)
const { node } = fc.letrec(tie => ({
  node: fc.oneof(
    { maxDepth: 4 },
    value,
    fc.dictionary(fc.constantFrom('name', 'mrn', 'note', 'kept', 'A12345', 'Jane Roe'), tie('node'), { maxKeys: 3 }),
    fc.array(tie('node'), { maxLength: 3 }),
    tie('node').map(inner => JSON.stringify({ inner })),
    tie('node').map(inner => `seen: ${JSON.stringify([inner])} by Jane Roe`),
  ),
}))

test('a second walk is left out only where it would change nothing', () => {
  const seen = { needed: 0, leftOut: 0 }
  const check = (document: unknown): void => {
    const json = readJson(Buffer.from(JSON.stringify(document)), limits)
    const first = new Walk(plan, null, false, null)
    const patches = first.message(json, none)
    if (first.learned.size === 0) return
    seen[first.incomplete ? 'needed' : 'leftOut']++
    if (first.incomplete) return
    const again = new Walk(plan, null, false, first.learned).message(json, none)
    for (let hidden = 1; hidden < 1 << plan.labels.length; hidden++) {
      const hides = (label: number): boolean => (hidden & (1 << label)) !== 0
      const mode = { labels: plan.labels, hides, token: null, standIns: new Map<string, string>() }
      assert.deepEqual(render(json.text, patches, mode), render(json.text, again, mode))
    }
  }
  fc.assert(fc.property(fc.array(node, { maxLength: 4 }), check), { numRuns: 3000 })
  assert.ok(seen.needed > 100 && seen.leftOut > 100, JSON.stringify(seen))
})
