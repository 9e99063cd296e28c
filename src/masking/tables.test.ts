import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMasker } from './masker.ts'
import { compileMasking } from './plan.ts'

const plan = compileMasking({
  labels: {
    'phi.mrn': { csv: ['patient_ref', 'mrn'] },
    'phi.date': { shape: 'date' },
    'phi.phone': { shape: 'phone' },
  },
  clean: {},
  transforms: { default: 'redact', byLabel: {} },
})
const shown = (text: string) => Buffer.from(createMasker(plan, new Set()).text(Buffer.from(text)).released).toString()

const tables: readonly (readonly [what: string, text: string, hidden: readonly string[], kept: readonly string[]])[] = [
  [
    'a sentence with a comma before it',
    'Rows by date, newest first\npatient_ref,ward\nQzxabc7,4',
    ['Qzxabc7'],
    ['ward'],
  ],
  ['a telling header before it', 'phone,date\npatient_ref,ward\nQzxabc7,north', ['Qzxabc7'], ['north']],
  ['another header among its rows', 'mrn,ward\nQzxabc7,north\nward,mrn\nsouth,Qzxabc8', ['Qzxabc7', 'Qzxabc8'], []],
  ['another header of another size', 'mrn,ward\nQzxabc7,north\na,b,mrn\n1,2,Qzxabc8', ['Qzxabc7', 'Qzxabc8'], ['1,2']],
  ['an empty line among its rows', 'ward,mrn\nnorth,Qzxabc7\n\nsouth,Qzxabc8', ['Qzxabc7', 'Qzxabc8'], ['south']],
  [
    'a sentence behind it',
    'ward,mrn\nnorth,Qzxabc7\n\nCounted twice, and again.',
    ['Qzxabc7'],
    ['Counted twice, and again.'],
  ],
  ['a name with its table', 'p.mrn,p.ward\nQzxabc7,north', ['Qzxabc7'], ['north']],
  ['a name in quotes', `'mrn','ward'\nQzxabc7,north`, ['Qzxabc7'], ['north']],
  ['a name in stars', '| *mrn* | ward |\n|---|---|\n| Qzxabc7 | north |', ['Qzxabc7'], ['north']],
  ['a name in tags', '| <b>mrn</b> | ward |\n|---|---|\n| Qzxabc7 | north |', ['Qzxabc7'], ['north']],
]
for (const [what, text, hidden, kept] of tables) {
  test(`a table is found with ${what}`, () => {
    const out = shown(text)
    for (const value of hidden) assert.ok(!out.includes(value), out)
    for (const value of kept) assert.ok(out.includes(value), out)
  })
}

test('long tables and lines of marks take time as long as they are', () => {
  const once = (count: number) => {
    const texts = [
      `phone,date\n${'a,b\n'.repeat(count)}`,
      `mrn,ward\n${'mrn,b\n'.repeat(count)}`,
      `ward,mrn\n${'a,b\n\n'.repeat(count)}`,
      `${`${"'".repeat(200)},`.repeat(count / 20)}\nx`,
      `x ${'PID|1^|'.repeat(count / 2)}`,
      `${' '.repeat(count)}x${'{"a",'.repeat(count / 2)}`,
      `${Array.from({ length: count / 10 }, (_, at) => `<a${at}.mrn>`).join('')}${'</'.repeat(count)}`,
    ]
    const began = process.cpuUsage().user
    for (const text of texts) shown(text)
    return process.cpuUsage().user - began
  }
  once(2_000)
  const [one, four] = [once(5_000), once(20_000)]
  assert.ok(four < one * 12, `${one} µs, and ${four} for four times as much`)
})

test('a number beside a word for it is found behind a bracket and a colon too', () => {
  for (const text of [
    'Phone (home): 555-0123',
    'Fax (2): 555-0123',
    'Phone 1: 555-0123',
    'Telephone (Büro): 1234-5678',
  ])
    assert.ok(!/\d{3}-|\d{4}$/.test(shown(text)), shown(text))
  assert.equal(shown('Cell 2019;177:1192-1205'), 'Cell 2019;177:1192-1205')
})
