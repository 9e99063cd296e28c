// Ids of exchanges, sessions and grants. Promise: 128 bits, ordered by time, never derived from content.
import { randomFillSync } from 'node:crypto'

/** x_ an exchange (the reference people are given), s_ a session, g_ a grant. */
export type IdKind = 'x' | 's' | 'g'

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz' // Crockford base32: no i, l, o, u
const pool = Buffer.alloc(10 * 256)
let used = pool.length

/** 48 bits of wall-clock milliseconds, then 80 random bits: 26 characters after the prefix. */
export function newId(kind: IdKind, atMs: number = Date.now()): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  let time = atMs
  let head = ''
  for (let digit = 0; digit < 10; digit++) {
    head = ALPHABET[time % 32] + head
    time = Math.floor(time / 32)
  }
  let tail = ''
  for (let group = 0; group < 2; group++) {
    let bits = pool.readUIntBE(used + group * 5, 5)
    for (let digit = 0; digit < 8; digit++) {
      tail += ALPHABET[bits % 32]
      bits = Math.floor(bits / 32)
    }
  }
  used += 10
  return `${kind}_${head}${tail}`
}
