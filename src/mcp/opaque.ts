// Identifiers of the protected system as the caller holds them. Promise: encrypted, so that a cursor made of row values or
// a session id says nothing; bound to kind, connection and subject, so that a forged or foreign one opens to nothing. The
// same value has the same wrapping, since callers compare URIs and task ids.
import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import type { Subject } from '../gateway/seam.ts'

export type OpaqueKind = 'session' | 'cursor' | 'state' | 'task' | 'request' | 'event' | 'uri'

/** Whose identifiers they are. Made once per session. */
export interface Binding {
  readonly connection: string
  readonly subject: string
}

export interface Opaque {
  wrap(kind: OpaqueKind, binding: Binding, value: string): string
  /** Null for what this gateway did not wrap for this kind, connection and subject. */
  unwrap(kind: OpaqueKind, binding: Binding, text: string): string | null
}

/** One text per subject, and per human an agent acts for. */
export function subjectKey(subject: Subject): string {
  const { provider, kind, id, onBehalfOf } = subject
  return JSON.stringify([provider, kind, id, onBehalfOf ? subjectKey(onBehalfOf) : null])
}

const VERSION = 1
const NONCE = 12
const TAG = 16
const OVERHEAD = 1 + NONCE + TAG
const FORM = /^[A-Za-z0-9_-]{39,}$/

export function createOpaque(key: KeyObject): Opaque {
  const nonceKey = createSecretKey(Buffer.from(hkdfSync('sha256', key, '', 'sallyport opaque nonce', 32)))
  const bound = (kind: OpaqueKind, { connection, subject }: Binding) =>
    Buffer.from(JSON.stringify(['sallyport opaque', VERSION, kind, connection, subject]))

  return {
    wrap(kind, binding, value) {
      const aad = bound(kind, binding)
      const plain = Buffer.from(value)
      const length = Buffer.alloc(4)
      length.writeUInt32BE(aad.length)
      const nonce = createHmac('sha256', nonceKey).update(length).update(aad).update(plain).digest().subarray(0, NONCE)
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG })
      cipher.setAAD(aad)
      const sealed = Buffer.concat([cipher.update(plain), cipher.final()])
      return Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), sealed]).toString('base64url')
    },

    unwrap(kind, binding, text) {
      if (!FORM.test(text)) return null
      const bytes = Buffer.from(text, 'base64url')
      // Base64 has several spellings of one value; only ours is accepted.
      if (bytes.length < OVERHEAD || bytes[0] !== VERSION || bytes.toString('base64url') !== text) return null
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(1, 1 + NONCE), { authTagLength: TAG })
      decipher.setAAD(bound(kind, binding))
      decipher.setAuthTag(bytes.subarray(1 + NONCE, OVERHEAD))
      try {
        return Buffer.concat([decipher.update(bytes.subarray(OVERHEAD)), decipher.final()]).toString()
      } catch {
        return null
      }
    },
  }
}

const URI = 'sallyport://uri/'

/** A URI that stands for one in which a label was found. */
export function wrapUri(opaque: Opaque, binding: Binding, uri: string): string {
  return URI + opaque.wrap('uri', binding, uri)
}

/** The URI it stands for, the text itself when it is no such token, null when it is a forged or foreign one. */
export function unwrapUri(opaque: Opaque, binding: Binding, text: string): string | null {
  return text.startsWith(URI) ? opaque.unwrap('uri', binding, text.slice(URI.length)) : text
}
