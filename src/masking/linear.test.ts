import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMasker } from './masker.ts'
import { compileMasking } from './plan.ts'

const plan = compileMasking({
  labels: { 'phi.mrn': { json: ['**.mrn'] } },
  clean: {},
  transforms: { default: 'redact', byLabel: {} },
})
const hidden = (text: string): string =>
  Buffer.from(createMasker(plan, new Set()).text(Buffer.from(text)).released).toString()

const MIB = 1 << 20
/** Far above what these take, and far below what they took when each part was read to the end of the text. */
const MOST_MS = 8_000

const texts: readonly (readonly [name: string, part: string, end: string, bytes: number])[] = [
  ['names whose lines below begin with a carriage return', '\r|---|mrn:\n ', '', MIB],
  ['elements that do not end between pieces of JSON', '{"a":1} <mrn>', 'x', MIB],
  ['pieces of JSON before the only line end', '{"a":1} ', '\n', 4 * MIB],
  ['records between pieces of JSON', '{"a":1} | mrn | ', '\n', 4 * MIB],
  ['cells of a wide row of HTML', '<td>a</td>', '', MIB],
]
for (const [name, part, end, bytes] of texts) {
  test(`the time is that of the length: ${name}`, () => {
    const text = part.repeat(Math.ceil(bytes / part.length)) + end
    const before = process.threadCpuUsage()
    hidden(text)
    const { user, system } = process.threadCpuUsage(before)
    assert.ok((user + system) / 1000 < MOST_MS, `${Math.round((user + system) / 1000)} ms`)
  })
}

test('a table of HTML with very many cells is masked', () => {
  const masked = hidden(`<table><tr><th>mrn</th></tr>${'<tr><td>A1</td></tr>'.repeat(150_000)}</table>`)
  assert.ok(masked.includes('<td>[phi.mrn]</td>') && !masked.includes('A1'))
})

test('a line below a name that begins with a lone carriage return is a value like any other', () => {
  assert.equal(hidden('mrn:\n \rA1'), 'mrn:\n [phi.mrn]')
})
