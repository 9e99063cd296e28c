// What the API reads of the record. Promise: transcripts only, never a seal; what is shown is cut at a limit.
import { limits } from '../gateway/limits.ts'
import type { Entry } from '../recording/entry.ts'

export interface SessionSummary {
  readonly id: string
  /** Wall clock, ms. */
  readonly opened: number
  readonly closed: number | null
  readonly outcome: string | null
  /** `provider|id`. */
  readonly subject: string
  readonly subjectKind: 'human' | 'service' | 'agent'
  readonly person: string | null
  readonly onBehalfOf: string | null
  readonly purpose: string | null
  readonly connection: string
  readonly connectionKind: 'mcp' | 'postgres'
  readonly exchanges: number | null
}

export interface ReplayStep {
  readonly entry: Entry
  readonly transcript: Uint8Array | null
}

export interface RecordView {
  /** Newest first; `before` is the id of the last one seen. */
  sessions(of: {
    readonly before: string | null
    readonly limit: number
    readonly wanted: (session: SessionSummary) => boolean
  }): Promise<readonly SessionSummary[]>
  session(id: string): Promise<SessionSummary | null>
  /** Entries of a session in order, from position `from` on, at most `limit`. */
  entries(id: string, from: number, limit: number): Promise<readonly Entry[]>
  /** All entries about one exchange, in order, at most `limit`. */
  exchange(id: string, limit: number): Promise<readonly Entry[]>
  /** The masked payload of an entry; null where it has none. */
  transcript(entry: Entry): Promise<Uint8Array | null>
}

export interface Shown {
  readonly text: string
  readonly bytes: number
  readonly cut: boolean
}

const decoder = new TextDecoder('utf-8')

export function shown(transcript: Uint8Array | null): Shown | null {
  if (transcript === null) return null
  const text = decoder.decode(transcript.subarray(0, limits.apiShownBytes))
  const cut = transcript.length > limits.apiShownBytes
  // A character that the cut went through.
  return { text: cut ? text.replace(/\uFFFD$/, '') : text, bytes: transcript.length, cut }
}

export function time(ms: number): string {
  return new Date(ms).toISOString()
}
