// Ids of exchanges, sessions and grants. Promise: 128 bits, ordered by time, never derived from content.
import { randomFillSync } from 'node:crypto'

/** x_ an exchange (the reference people are given), s_ a session, g_ a grant. */
export type IdKind = 'x' | 's' | 'g'

/** Crockford base32: no i, l, o, u. */
const DIGITS = Buffer.from('0123456789abcdefghjkmnpqrstvwxyz')
const RANDOM_BYTES = 10
const pool = Buffer.alloc(RANDOM_BYTES * 256)
let used = pool.length

/** The prefix, ten digits of time and sixteen of chance; the time is written once for those of one millisecond. */
const id = Buffer.from(`x_${'0'.repeat(26)}`)
const TIME_AT = 2
const CHANCE_AT = 12
let writtenMs = 0

/** 48 bits of wall-clock milliseconds, then 80 random bits: 26 characters after the prefix. */
export function newId(kind: IdKind, atMs: number = Date.now()): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  id[0] = kind.charCodeAt(0)
  if (atMs !== writtenMs) writeTime(atMs)
  for (let at = CHANCE_AT; at < id.length; at += 8, used += 5) {
    const middle = pool[used + 2] as number
    writeDigits(at, ((pool[used] as number) << 12) | ((pool[used + 1] as number) << 4) | (middle >> 4))
    writeDigits(at + 4, ((middle & 15) << 16) | ((pool[used + 3] as number) << 8) | (pool[used + 4] as number))
  }
  return id.toString('latin1')
}

function writeTime(atMs: number): void {
  let time = atMs
  for (let at = CHANCE_AT - 1; at >= TIME_AT; at--) {
    id[at] = DIGITS[time % 32] as number
    time = Math.floor(time / 32)
  }
  writtenMs = atMs
}

/** Four of five bits each. */
function writeDigits(at: number, twenty: number): void {
  for (let digit = 3, bits = twenty; digit >= 0; digit--, bits >>= 5) id[at + digit] = DIGITS[bits & 31] as number
}
