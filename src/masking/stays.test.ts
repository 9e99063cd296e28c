import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createMasker } from './masker.ts'
import { compileMasking, type MaskingPlan } from './plan.ts'
import { builtInShapes } from './shapes.ts'

const transforms = { default: 'redact', byLabel: {} } as const
const planOf = (labels: Parameters<typeof compileMasking>[0]['labels']) =>
  compileMasking({ labels, clean: {}, transforms })

const plans: readonly MaskingPlan[] = [
  planOf(null),
  ...builtInShapes.map(({ shape, label }) => planOf({ [label]: { shape } })),
  planOf({ 'phi.ssn': { shape: 'ssn' }, 'phi.phone': { shape: 'phone' }, 'phi.email': { shape: 'email' } }),
  planOf({ 'phi.mrn': { json: ['**.mrn'], csv: ['mrn'] }, 'phi.ssn': { shape: 'ssn' } }),
]

const digits = fc.stringMatching(/^[0-9]{1,9}$/)
const piece = fc.oneof(
  { arbitrary: digits, weight: 4 },
  { arbitrary: fc.constantFrom('-', '-', ' ', ' ', '.', '/', '(', ') ', ', ', ':', '+', '@', '_', '~'), weight: 4 },
  {
    arbitrary: fc.constantFrom(
      ...['MRN', 'SSN ', 'dob ', 'tel ', 'fax: ', 'zip ', 'member id ', 'account no ', 'VIN ', 'serial number '],
      ...[
        'May ',
        '5 March 2020',
        'age ',
        'x',
        'ab',
        'www.example.org',
        'a@b.example',
        '::1',
        '10.0.0.7',
        'mrn=',
        'mrn|',
      ],
      ...['insurance: ', 'call ', 'patient ', 'PID|1|', '<given>x</given>', 'B0J 2H0', ', IL ', '00:1a:2b:3c:4d:5e'],
      ...['{"mrn":"7"}', '\n', '\t', '\\u0031', '%31', '&#49;', '１', 'é', '\u2011', '123-45-6789', '(555) 555-0142'],
    ),
    weight: 3,
  },
)
const value = fc.array(piece, { maxLength: 10 }).map(pieces => pieces.join(''))
const name = fc.constantFrom('c', 'ssn', 'dob', 'phone', 'zip', 'mrn', 'notes', 'member_id')

test('a value that is said to stay, by its bytes alone, is one in which a search finds nothing', () => {
  let stayed = 0
  let searched = 0
  fc.assert(
    fc.property(fc.nat(plans.length - 1), name, value, (at, column, text) => {
      const masker = createMasker(plans[at] as MaskingPlan, new Set())
      const origin = { name: column, type: 25, format: 'text', labels: new Set<string>(), derived: false } as const
      const rows = masker.columns([origin])
      const bytes = Buffer.from(`..${text}..`)
      if (rows.touched.length === 0 || !rows.stays?.(0, bytes, 2, bytes.length - 2)) {
        searched++
        return
      }
      stayed++
      const own = bytes.subarray(2, -2)
      const { findings } = rows.chunk(own, {
        release: cell => {
          assert.equal(cell(0, own), own, text)
          return own
        },
        tell: () => new Uint8Array(),
      })
      assert.deepEqual(findings, {}, text)
    }),
    { numRuns: 30_000, seed: 7 },
  )
  assert.ok(stayed > 3_000 && searched > 3_000, `${stayed} stayed, ${searched} were searched`)
})
