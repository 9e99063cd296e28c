import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Cell, ColumnOrigin, RowMasker } from '../gateway/seam.ts'
import { createMasker } from './masker.ts'
import { compileMasking } from './plan.ts'

const plan = compileMasking({
  labels: { 'phi.ssn': { sql: ['*.*.ssn'] }, 'phi.name': { sql: ['*.*.name'] }, 'phi.mrn': { sql: ['*.*.mrn'] } },
  clean: {},
  transforms: { default: 'redact', byLabel: { 'phi.ssn': 'last-four', 'phi.mrn': 'null' } },
})

function column(label: string | null | 'unknown', over: Partial<ColumnOrigin> = {}): ColumnOrigin {
  const labels = label === 'unknown' ? label : new Set(label === null ? [] : [label])
  return { name: 'c', type: 25, format: 'text', labels, derived: false, ...over }
}

const given = Buffer.from('123-45-6789')

/** What becomes of one value in one column, for the caller and in the transcript. */
function outcome(rows: RowMasker): { released: string | null; told: string | null; findings: object } {
  const seen = { released: null as string | null, told: null as string | null }
  const take = (side: 'released' | 'told') => (cell: Cell) => {
    const value = side === 'released' && rows.touched.length === 0 ? given : cell(0, given)
    seen[side] = value === null ? null : Buffer.from(value).toString()
    return Buffer.from(seen[side] ?? 'NULL')
  }
  const { findings } = rows.chunk(given, { release: take('released'), tell: take('told') })
  return { ...seen, findings }
}

const hiding = createMasker(plan, new Set())
const INT4 = 23
const JSONB = 3802

const cases: [string, ColumnOrigin, string | null][] = [
  ['a redacted label in text', column('phi.name'), '[phi.name]'],
  ['the last four of a bare column', column('phi.ssn'), '***-**-6789'],
  ['the last four in binary text', column('phi.ssn', { format: 'binary' }), '***-**-6789'],
  ['nothing of what derives from it', column('phi.ssn', { derived: true }), '[phi.ssn]'],
  ['NULL where the label says so', column('phi.mrn'), null],
  ['NULL for a number', column('phi.name', { type: INT4 }), null],
  ['NULL for a binary number', column('phi.name', { type: INT4, format: 'binary' }), null],
  ['NULL for a type that is not known', column('phi.name', { type: 0 }), null],
  ['a JSON string for JSON', column('phi.name', { type: 114 }), '"[phi.name]"'],
  [
    'a versioned JSON string for binary jsonb',
    column('phi.name', { type: JSONB, format: 'binary' }),
    '\u0001"[phi.name]"',
  ],
  ['a marker for an unknown origin', column('unknown'), '[unknown]'],
  ['NULL for a label the plan does not know, of a type it does not know', column('acme.badge', { type: 600 }), null],
  ['the value itself without a label', column(null), '123-45-6789'],
]

for (const [what, origin, expected] of cases) {
  test(`a cell leaves as ${what}`, () => assert.equal(outcome(hiding.columns([origin])).released, expected))
}

test('the transcript hides a label the caller sees, and says that it was seen', () => {
  const revealing = createMasker(plan, new Set(['phi.name']))
  const { released, told, findings } = outcome(revealing.columns([column('phi.name')]))
  assert.equal(released, '123-45-6789')
  assert.equal(told, '[phi.name]')
  assert.deepEqual(findings, { 'phi.name': { count: 1, transform: 'reveal', detector: 'column' } })
})

test('of several labels the one that is not revealed hides the cell whole', () => {
  const revealing = createMasker(plan, new Set(['phi.name']))
  const both: ColumnOrigin = { ...column(null), labels: new Set(['phi.name', 'phi.ssn']) }
  assert.doesNotMatch(outcome(revealing.columns([both])).released ?? '', /12345|123-45/)
})

test('a cell beyond the description is not released', () => {
  let released: Uint8Array | null = given
  hiding.columns([column('phi.name')]).chunk(given, {
    release: cell => {
      released = cell(1, given)
      return given
    },
    tell: () => given,
  })
  assert.equal(released, null)
})

test('frames pass only where nothing is hidden from the other side', () => {
  assert.throws(() => hiding.frames(given, given))
  const asking = createMasker(plan, 'all')
  const { raw, released, transcript } = asking.frames(Buffer.from('\0raw'), Buffer.from('told'))
  assert.equal(raw, released)
  assert.equal(Buffer.from(transcript).toString(), 'told')
})

const INT8 = 20

/** A row of a mean and the count of what it is made of. */
function mean(count: string, over: Partial<ColumnOrigin> = {}): string | null {
  const group = { countColumn: 1, atLeast: 11 }
  const rows = hiding.columns([
    column('phi.name', { type: 1700, derived: true, group }),
    column(null, { name: 'count', type: INT8, ...over }),
  ])
  assert.deepEqual(rows.first, over.type === undefined || over.type === INT8 ? [1] : [])
  let shown: string | null = null
  rows.chunk(given, {
    release: cell => {
      const counted = over.format === 'binary' ? Buffer.from(count, 'hex') : Buffer.from(count)
      if (rows.first?.includes(1)) cell(1, counted)
      const value = cell(0, Buffer.from('41.5'))
      shown = value === null ? null : Buffer.from(value).toString()
      return given
    },
    tell: () => given,
  })
  return shown
}

test('a mean is shown from eleven on', () => {
  assert.equal(mean('11'), '41.5')
  assert.equal(mean('120'), '41.5')
  assert.equal(mean('10'), null)
  assert.equal(mean('000000000000000b', { format: 'binary' }), '41.5')
  assert.equal(mean('000000000000000a', { format: 'binary' }), null)
})

test('a mean is not shown by a count that is none, or is hidden itself', () => {
  assert.equal(mean('11', { type: 25 }), null)
  assert.equal(mean('many'), null)
  const rows = hiding.columns([
    column('phi.name', { derived: true, group: { countColumn: 1, atLeast: 11 } }),
    column('phi.mrn', { type: INT8 }),
  ])
  assert.deepEqual(rows.first, [])
})
