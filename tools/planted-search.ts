// Searches what a test run printed for identifiers that tests planted. Promise: each value is looked for as it is, in a
// URL and in base64, in one pass over the text; a finding tells where, never what.
import { closeSync, openSync, readSync } from 'node:fs'

export interface Finding {
  /** Which of the planted values, in the order they were registered. */
  readonly value: number
  readonly form: 'plain' | 'url' | 'base64'
  readonly offset: number
}

/** Enough characters to make a chance hit rare, few enough for the shortest value. */
const PROBE = 6
const BLOCK_BYTES = 4 << 20

interface Needle {
  readonly bytes: Buffer
  readonly value: number
  readonly form: Finding['form']
}

function formsOf(value: string, index: number): Needle[] {
  const plain = { bytes: Buffer.from(value), value: index, form: 'plain' } as const
  const inUrl = encodeURIComponent(value)
  const forms: Needle[] = inUrl === value ? [plain] : [plain, { bytes: Buffer.from(inUrl), value: index, form: 'url' }]
  // Within a longer text, base64 has three alignments; the characters that depend on neighbours are left out.
  const bytes = Buffer.from(value)
  for (const shift of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replaceAll('=', '')
    const first = Math.ceil((shift * 8) / 6)
    const last = Math.floor(((shift + bytes.length) * 8) / 6)
    const certain = Buffer.from(encoded.slice(first, last))
    if (certain.length >= 2 * PROBE) forms.push({ bytes: certain, value: index, form: 'base64' })
  }
  return forms
}

/** Needles by the number that their first six bytes make. */
function index(values: readonly string[]): { byProbe: Map<number, Needle[]>; longest: number } {
  const byProbe = new Map<number, Needle[]>()
  let longest = 0
  for (const [at, value] of values.entries()) {
    if (Buffer.byteLength(value) < PROBE) throw new Error(`planted value ${at} is too short to be searched for`)
    for (const needle of formsOf(value, at)) {
      const probe = needle.bytes.readUIntBE(0, PROBE)
      const same = byProbe.get(probe)
      if (same === undefined) byProbe.set(probe, [needle])
      else same.push(needle)
      longest = Math.max(longest, needle.bytes.length)
    }
  }
  return { byProbe, longest }
}

export type Search = (text: Buffer, from?: number) => Finding[]

export function searchFor(values: readonly string[]): Search & { readonly longest: number } {
  const { byProbe, longest } = index(values)
  const search = (text: Buffer, from = 0): Finding[] => {
    const findings: Finding[] = []
    for (let at = 0; at + PROBE <= text.length; at++) {
      const candidates = byProbe.get(text.readUIntBE(at, PROBE))
      if (candidates === undefined) continue
      for (const { bytes, value, form } of candidates)
        if (text.subarray(at, at + bytes.length).equals(bytes)) findings.push({ value, form, offset: from + at })
    }
    return findings
  }
  return Object.assign(search, { longest })
}

/** Searches a file of any size; blocks overlap by the longest value. */
export function searchFile(search: ReturnType<typeof searchFor>, file: string): Finding[] {
  const descriptor = openSync(file, 'r')
  const seen = new Map<string, Finding>()
  try {
    const block = Buffer.alloc(BLOCK_BYTES + search.longest)
    for (let from = 0; ; from += BLOCK_BYTES) {
      const length = readSync(descriptor, block, 0, block.length, from)
      for (const finding of search(block.subarray(0, length), from))
        seen.set(`${finding.offset} ${finding.form} ${finding.value}`, finding)
      if (length < block.length) return [...seen.values()]
    }
  } finally {
    closeSync(descriptor)
  }
}
