// What the API reads of the record. Promise: asked without waiting for the disk on this thread; whose session it is is
// decided here.
import { limits } from '../gateway/limits.ts'
import type { Subject } from '../gateway/seam.ts'
import type { SessionSummary } from '../recording/read.ts'
import type { RecordPages } from './record-pages.ts'
import { isOwn } from './roles.ts'

type Pages = Pick<RecordPages, 'sessions' | 'summary' | 'story' | 'exchange' | 'steps' | 'question' | 'log'>

/** As RecordPages, elsewhere. */
export type RecordView = {
  readonly [M in keyof Pages]: (...args: Parameters<Pages[M]>) => Promise<ReturnType<Pages[M]>>
}

export interface SessionQuery {
  readonly limit: number
  readonly before: string | undefined
  /** `provider|id`. */
  readonly subject: string | undefined
  readonly connection: string | undefined
}

/** A page of what `may` lets through. `next` continues it, also where a scan ended early and found less than `limit`. */
export async function sessionPage(
  record: RecordView,
  query: SessionQuery,
  may: (session: SessionSummary) => boolean,
): Promise<{ readonly found: readonly SessionSummary[]; readonly next: string | null }> {
  const found: SessionSummary[] = []
  let { before } = query
  for (let scanned = 0; scanned < limits.apiScannedSessions; scanned += limits.apiItems) {
    const page = await record.sessions({
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

export function time(ms: number): string {
  return new Date(ms).toISOString()
}
