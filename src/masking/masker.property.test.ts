import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { MessageContext } from '../gateway/seam.ts'
import { readJson } from '../json/document.ts'
import { createMasker, defaultPlan } from './masker.ts'
import { compileMasking } from './plan.ts'

const limits = { depth: 64, values: 1 << 20 }
const context: MessageContext = {
  shape: { members: [['jsonrpc', 'fixed']] },
  edits: [],
  token: null,
  outputSchema: null,
}
const plan = compileMasking({
  labels: {
    'phi.mrn': { json: ['**.mrn'], shape: 'mrn' },
    'phi.ssn': { shape: 'ssn' },
    'phi.email': { shape: 'email' },
    'phi.phone': { shape: 'phone' },
    'acme.badge': { pattern: 'BDG-[0-9]{6}' },
  },
  clean: {},
  transforms: { default: 'redact', byLabel: {} },
})

const digits = (length: number) => fc.stringMatching(new RegExp(`^[1-9][0-9]{${length - 1}}$`))
const identifier = fc.oneof(
  fc
    .tuple(digits(3), digits(2), digits(4), fc.constantFrom('-', ' ', '.', '\u2011'))
    .map(([a, b, c, mark]) => [a, b, c].join(mark)),
  fc.tuple(digits(3), digits(3), digits(4)).map(([a, b, c]) => `(${a}) ${b}-${c}`),
  fc.tuple(digits(6), digits(3)).map(([local, domain]) => `u${local}@d${domain}.example`),
  digits(6).map(number => `BDG-${number}`),
)
const harmless = fc.oneof(
  fc.constantFrom('', 'a', 'stable', 'line\nbreak "q" \\ é 😀', '{not json', 'x, y; z', '[1, 2]', 'k: v', '50% of'),
  fc.stringMatching(/^[b-h {}[\]:",\\]{0,12}$/),
)
/** An identifier in text that neither touches it with a digit nor a mark that would make it another one. */
const planted = (value: string) =>
  fc.tuple(harmless, harmless).map(([before, after]) => `${before} ~ ${value} ~ ${after}`)
const scalar = fc.oneof(harmless, fc.integer({ min: -999, max: 999 }), fc.boolean(), fc.constant(null))

/** A random value that holds `value` once: as text, as a member name, under `mrn`, or in JSON inside a string. */
function around(value: string): fc.Arbitrary<unknown> {
  const leaf = fc.oneof(
    planted(value),
    planted(value).map(name => ({ [name]: 1 })),
    fc.constant({ mrn: value }),
    fc.constant({ deep: { mrn: [value] } }),
  )
  const wrap = (inner: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
    fc.oneof(
      inner,
      fc.tuple(harmless, inner, scalar).map(([name, one, other]) => ({ [`${name}k`]: one, other })),
      fc.tuple(scalar, inner).map(([other, one]) => [other, one]),
      inner.map(one => JSON.stringify({ one })),
      inner.map(one => `rows: ${JSON.stringify([one])} end`),
    )
  return wrap(wrap(wrap(leaf)))
}

/** A decoded view of all strings and names of a value, nested JSON included. */
function strings(value: unknown): string {
  if (typeof value === 'string') {
    const inner = /[[{].*[\]}]/s.exec(value)
    if (inner) {
      try {
        return `${value}\n${strings(JSON.parse(inner[0]))}`
      } catch {
        return value
      }
    }
    return value
  }
  if (typeof value === 'object' && value !== null)
    return Object.entries(value)
      .map(([name, one]) => `${name}\n${strings(one)}`)
      .join('\n')
  return String(value)
}

test('a planted identifier is in neither the released bytes nor the transcript, wherever it was', () => {
  const masker = createMasker(plan, new Set<string>())
  fc.assert(
    fc.property(
      identifier.chain(value => fc.tuple(fc.constant(value), around(value))),
      ([value, content]) => {
        const bytes = Buffer.from(JSON.stringify({ jsonrpc: '2.0', result: content }))
        const masked = masker.message(readJson(bytes, limits), context)
        for (const side of [masked.released, masked.transcript]) {
          const text = Buffer.from(side).toString()
          assert.ok(!text.includes(value))
          assert.ok(!strings(JSON.parse(text)).includes(value))
        }
        assert.ok(Object.keys(masked.findings).length > 0)
      },
    ),
    { numRuns: 1500 },
  )
})

test('with nothing planted the bytes are the same', () => {
  const value = fc.letrec(tie => ({
    any: fc.oneof(
      { maxDepth: 4 },
      scalar,
      fc.array(tie('any'), { maxLength: 4 }),
      fc.dictionary(harmless, tie('any'), { maxKeys: 4 }),
    ),
  })).any
  fc.assert(
    fc.property(value, fc.constantFrom(undefined, 2, '\t'), (content, space) => {
      const bytes = Buffer.from(JSON.stringify({ jsonrpc: '2.0', result: content }, null, space))
      for (const masker of [createMasker(plan, new Set<string>()), createMasker(defaultPlan, new Set<string>())]) {
        const masked = masker.message(readJson(bytes, limits), context)
        assert.equal(masked.released, masked.raw)
        assert.equal(masked.transcript, masked.raw)
      }
    }),
    { numRuns: 500 },
  )
})

test('masking what is masked changes nothing', () => {
  const masker = createMasker(plan, new Set<string>())
  fc.assert(
    fc.property(identifier.chain(around), content => {
      const once = masker.message(
        readJson(Buffer.from(JSON.stringify({ text: JSON.stringify(content) })), limits),
        context,
      ).released
      const lines = Buffer.from(once)
        .toString()
        .replaceAll(/"(?:\\+")?mrn/g, match => match.replace('mrn', 'was'))
      const again = masker.message(readJson(Buffer.from(lines), limits), context)
      assert.equal(again.released, again.raw)
    }),
    { numRuns: 300 },
  )
})
