// What a leaf of the log says. Promise: ids, enumerations, counts and commitments, never free text and never a value;
// an entry is RFC 8785 canonical JSON of at most 65,535 bytes. Kinds and optional members are added, never changed.
import type { Code } from '../gateway/errors.ts'
import type { Decision, Door } from '../gateway/seam.ts'
import type { Findings } from '../masking/masked.ts'

export interface EntryRef {
  readonly log: string
  readonly seq: bigint
}

/** Both payloads are encrypted, with different keys. */
interface Blob {
  /** Left out where the transcript shows all of the raw payload, byte for byte: it is that then. */
  readonly sealed?: Commitment
  readonly transcript: Commitment
}

export interface Commitment {
  /** SHA-256 of the stored ciphertext, hex: integrity can be checked with no key. */
  readonly sha256: string
  /** Length of the stored ciphertext. */
  readonly bytes: number
  /** SHA-256 of a salt that lies inside the ciphertext and the plaintext, hex. */
  readonly salted: string
}

interface Payload {
  readonly raw: Uint8Array
  readonly transcript: Uint8Array
}

type Common = {
  readonly v: 1
  /** Wall clock, ms. */
  readonly at: number
  readonly session: string | null
  /** Position within the session, from 0; 0 where there is no session. */
  readonly n: number
}

export type EntryBody =
  | { readonly kind: 'start'; readonly version: string }
  | { readonly kind: 'stop'; readonly version: string }
  | {
      readonly kind: 'refused'
      readonly code: Code
      readonly reference: string
      readonly source: string
      /** The connection that was asked for, where that is one and it is known who asks. */
      readonly connection: string | null
      /** Why, as a word of the gateway. */
      readonly reason: string | null
      readonly count: number
    }
  | { readonly kind: 'clock'; readonly jumpMs: number }
  | {
      readonly kind: 'config'
      readonly from: string
      readonly to: string
      readonly by: string
      readonly outcome: 'live' | 'broken'
      /** Connections that run with masking off, for interoperability tests. */
      readonly transparent: number
      /** Sections that changed and stay as they were until a restart. */
      readonly restart: readonly string[]
    }
  | {
      readonly kind: 'session.open'
      readonly subject: string
      readonly provider: string
      readonly subjectKind: 'human' | 'service' | 'agent'
      readonly person: string | null
      readonly onBehalfOf: string | null
      readonly purpose: string | null
      readonly connection: string
      readonly connectionKind: 'mcp' | 'postgres'
      readonly retention: string
    }
  | {
      readonly kind: 'question'
      readonly exchange: string
      readonly parent: string | null
      readonly door: Door
      readonly operation: string
      readonly target: string
      /** `probe`: what it would take is asked of the system before it is decided. */
      readonly decision: Decision['kind'] | 'probe'
      readonly rules: readonly string[]
      readonly policy: string
      readonly findings: Findings
      /** Reference of the approval this question used up, when it did. */
      readonly approval: string | null
    }
  | {
      readonly kind: 'decided'
      readonly exchange: string
      readonly decision: Decision['kind']
      readonly rules: readonly string[]
      readonly approval: string | null
    }
  | { readonly kind: 'hold'; readonly exchange: string; readonly approval: string; readonly until: number }
  | {
      readonly kind: 'verdict'
      readonly exchange: string
      readonly approval: string
      readonly by: readonly string[]
      readonly outcome: 'approved' | 'denied' | 'expired' | 'withdrawn' | 'used'
    }
  | {
      readonly kind: 'answer'
      readonly exchange: string
      readonly part: number
      readonly last: boolean
      readonly door: Door
      readonly findings: Findings
      /** Left out where an answer has no rows. */
      readonly rows?: number
    }
  | { readonly kind: 'answer.refused'; readonly exchange: string; readonly code: Code }
  | { readonly kind: 'end'; readonly exchange: string; readonly outcome: string; readonly delivered: number }
  | { readonly kind: 'access'; readonly by: string; readonly act: string; readonly of: string }
  | { readonly kind: 'session.close'; readonly entries: number; readonly outcome: string }

/** As it stands in the log. `blob` is there when the entry has a payload. */
export type Entry = Common &
  EntryBody & {
    readonly blob?: Blob
    /** SHA-256 of the wrapped key that payloads use from this entry on, hex: nobody can put another in its place. */
    readonly key?: string
    /** SHA-256 of the salt of the raw payload and the released bytes, hex: what was delivered can be shown. */
    readonly releasedSalted?: string
  }

/** As its maker writes it: the inbox adds version, time, position and commitments. */
export interface Draft {
  readonly session: string | null
  readonly body: EntryBody
  readonly payload: Payload | null
  /** The bytes that leave, when this entry clears a passage; only committed to. */
  readonly released: Uint8Array | null
  /** Others come at once, and share its commit. */
  readonly followed?: boolean
}
