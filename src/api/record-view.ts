// What the API reads of the record, and how it shows it. Promise: transcripts only, never a seal; what is shown is cut at
// a limit; a payload that is not what its entry committed to is said to be unreadable and never shown.
import { limits } from '../gateway/limits.ts'
import type { Subject } from '../gateway/seam.ts'
import type { RecordedEntry, RecordReader, SessionSummary } from '../recording/read.ts'
import { SealError } from '../recording/seal.ts'
import { isOwn } from './roles.ts'

/** The part of a RecordReader that the API needs. */
export type RecordView = Pick<RecordReader, 'sessions' | 'summary' | 'session' | 'exchange' | 'transcript'>

export interface SessionQuery {
  readonly limit: number
  readonly before: string | undefined
  /** `provider|id`. */
  readonly subject: string | undefined
  readonly connection: string | undefined
}

/** A page of what `may` lets through. `next` continues it, also where a scan ended early and found less than `limit`. */
export function sessionPage(
  record: RecordView,
  query: SessionQuery,
  may: (session: SessionSummary) => boolean,
): { readonly found: readonly SessionSummary[]; readonly next: string | null } {
  const found: SessionSummary[] = []
  let { before } = query
  for (let scanned = 0; scanned < limits.apiScannedSessions; scanned += limits.apiItems) {
    const page = record.sessions({
      limit: limits.apiItems,
      ...(before !== undefined && { before }),
      ...(query.subject !== undefined && { subject: query.subject.slice(query.subject.indexOf('|') + 1) }),
      ...(query.connection !== undefined && { connection: query.connection }),
    })
    for (const session of page) {
      if (found.length === query.limit) return { found, next: before ?? null }
      before = session.id
      if (may(session) && (query.subject === undefined || ownerOf(session) === query.subject)) found.push(session)
    }
    if (page.length < limits.apiItems) return { found, next: null }
  }
  return { found, next: before ?? null }
}

/** `provider|id`. */
export function ownerOf(session: Pick<SessionSummary, 'provider' | 'subject'>): string {
  return `${session.provider}|${session.subject}`
}

export function isOwnSession(subject: Subject, session: SessionSummary): boolean {
  return isOwn(subject, { subject: ownerOf(session), onBehalfOf: session.onBehalfOf })
}

/** A session's entries in the order of the log, verdicts of approvers, who have no part in the session, in their place. */
export function storyOf(record: RecordView, session: string): RecordedEntry[] {
  const own = record.session(session)
  const held = own.flatMap(({ entry }) => (entry.kind === 'hold' ? [entry.approval] : []))
  const verdicts = [...new Set(held)].flatMap(id =>
    record.exchange(id).filter(({ entry }) => entry.kind === 'verdict' && entry.session === null),
  )
  return [...own, ...verdicts].sort((left, right) => Number(left.ref.seq - right.ref.seq))
}

interface Shown {
  readonly text: string
  readonly bytes: number
  readonly cut: boolean
}

export interface Showing {
  readonly shown: Shown | null
  readonly unreadable: boolean
}

const decoder = new TextDecoder('utf-8')

export function show(record: RecordView, recorded: RecordedEntry): Showing {
  try {
    const transcript = record.transcript(recorded)
    return { shown: transcript === null ? null : cut(transcript), unreadable: false }
  } catch (error) {
    if (error instanceof SealError) return { shown: null, unreadable: true }
    throw error
  }
}

function cut(transcript: Uint8Array): Shown {
  const long = transcript.length > limits.apiShownBytes
  const text = decoder.decode(transcript.subarray(0, limits.apiShownBytes))
  // The cut may have gone through a character.
  return { text: long ? text.replace(/\uFFFD$/, '') : text, bytes: transcript.length, cut: long }
}

export function time(ms: number): string {
  return new Date(ms).toISOString()
}
