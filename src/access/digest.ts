// What an approval is bound to. Promise: the same digest only for the same subject, purpose of use, connection, tool,
// tool definition, arguments, rules and holds to be met; keyed, because arguments are few enough to be guessed from a
// plain hash.
import { createHmac, hash, type KeyObject } from 'node:crypto'
import type { Subject } from '../gateway/seam.ts'
import { subjectName } from './approver.ts'

export interface Bound {
  /** With the purpose of use it asks for. */
  readonly subject: Subject
  readonly connection: string
  /** Digest of the rules compiled for this connection, and where its system is. */
  readonly rules: string
  /** The rules that hold this question now: a group, the time or a label may have added one since it was approved. */
  readonly holds: readonly string[]
  readonly operation: string
  readonly subjectMatter: string
  /** Canonical bytes of what is asked. */
  readonly exact: Uint8Array
}

/** HMAC-SHA-256, hex. Each part is preceded by its length, so that no two lists of parts read the same. */
export function approvalDigest(key: KeyObject, bound: Bound): string {
  const hmac = createHmac('sha256', key)
  const add = (part: string | Uint8Array) => {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part
    const length = Buffer.alloc(8)
    length.writeBigUInt64BE(BigInt(bytes.length))
    hmac.update(length).update(bytes)
  }
  for (let subject: Subject | null = bound.subject; subject; subject = subject.onBehalfOf) add(subjectName(subject))
  add('')
  add(JSON.stringify(bound.subject.purpose))
  for (const part of [bound.connection, bound.rules, bound.operation, bound.subjectMatter]) add(part)
  add(JSON.stringify([...bound.holds].sort()))
  add(bound.exact)
  return hmac.digest('hex')
}

/** Of `Bound.rules` alone, to tell later whether they are still in force. */
export function rulesDigest(rules: string): string {
  return hash('sha256', rules, 'hex')
}
