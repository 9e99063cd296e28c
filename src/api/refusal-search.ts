// A refusal before anything was asked, by its reference. Promise: no index lists it, so it is looked for where the record
// was when its reference was made, among a bounded number of entries.
import type { RecordedEntry, RecordReader } from '../recording/read.ts'

type Entries = Pick<RecordReader, 'entry'>

/** Crockford's base32, as ids are written. */
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz'
/** Clocks of an id and of its entry are read one after the other. */
const BEFORE_MS = 100
/** It is recorded at once, or refused in another way. */
const AFTER_MS = 5_000
const LOOKED_AT = 5_000

export function findRefusal(record: Entries, reference: string): RecordedEntry | null {
  const made = madeAt(reference)
  if (made === null) return null
  const first = firstSince(record, made - BEFORE_MS)
  for (let seq = first; seq < first + LOOKED_AT; seq++) {
    const found = record.entry(BigInt(seq))
    if (found === null || found.entry.at > made + AFTER_MS) return null
    if (found.entry.kind === 'refused' && found.entry.reference === reference) return found
  }
  return null
}

/** Wall clock, ms; null where this is no id. */
function madeAt(id: string): number | null {
  const digits = Array.from(id.slice(2, 12), digit => DIGITS.indexOf(digit))
  return digits.length < 10 || digits.includes(-1) ? null : digits.reduce((time, digit) => time * 32 + digit, 0)
}

/** The first entry not older than `at`, or where it would be. */
function firstSince(record: Entries, at: number): number {
  const older = (seq: number) => (record.entry(BigInt(seq))?.entry.at ?? Number.POSITIVE_INFINITY) < at
  let low = 0
  let high = 1
  while (older(high)) [low, high] = [high, high * 2]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (older(middle)) low = middle + 1
    else high = middle
  }
  return low
}
