// One row of the session index, and how entries change it. Promise: pure; what the index says of a session follows from
// its entries alone.
import type { Entry } from './entry.ts'

/** What can be listed of a session without reading its entries. */
export interface SessionRow {
  readonly id: string
  readonly first: number
  last: number
  entries: number
  readonly opened_at: number
  closed_at: number | null
  outcome: string | null
  questions: number
  blocks: number
  holds: number
  /** Id of its key. */
  readonly key: number
  readonly subject: string
  readonly connection: string
  /** The body of its session.open entry. */
  readonly opening: string
}

type Opening = Extract<Entry, { kind: 'session.open' }>

export function openedRow(entry: Opening, seq: number): SessionRow {
  const { v, at, session, n, key, blob, releasedSalted, ...body } = entry
  return {
    id: session as string,
    first: seq,
    last: seq,
    entries: 1,
    opened_at: at,
    closed_at: null,
    outcome: null,
    questions: 0,
    blocks: 0,
    holds: 0,
    key: seq,
    subject: body.subject,
    connection: body.connection,
    opening: JSON.stringify(body),
  }
}

/** Of an entry that is not the first of its session. */
export function advance(row: SessionRow, entry: Entry, seq: number): void {
  row.last = seq
  row.entries = entry.n + 1
  if (entry.kind === 'question') row.questions++
  const decision = entry.kind === 'question' || entry.kind === 'decided' ? entry.decision : null
  if (decision === 'block') row.blocks++
  if (decision === 'hold') row.holds++
  if (entry.kind === 'session.close') {
    row.closed_at = entry.at
    row.outcome = entry.outcome
  }
}

/** Under which exchange the index lists an entry. */
export function listedExchange(entry: Entry): string | null {
  return 'exchange' in entry && isListed(entry.kind, entry.session) ? entry.exchange : null
}

/** All but the parts of answers, of which there may be any number: they stand between what lets it pass and its end. */
export function isListed(kind: Entry['kind'], session: string | null): boolean {
  return kind !== 'answer' || session === null
}
