// Sessions as the commit thread knows them. Promise: what a failed commit changed is undone; a session that is closed, or
// was opened by an earlier process, takes no more payload.
import type { IndexReader } from './log-index.ts'
import type { Item } from './parcel.ts'
import type { SessionKey } from './seal.ts'
import type { SessionRow } from './session-row.ts'

export interface LiveSession extends SessionRow {
  /** Null for a session that is closed or was opened by an earlier process. */
  secret: SessionKey | null
}

export class SessionIndex {
  readonly #index: IndexReader
  readonly #known = new Map<string, LiveSession>()
  /** As they were before this commit, so that it can be undone; null for one that it opened. */
  readonly #before = new Map<string, LiveSession | null>()
  /** Changed since the index was last written. */
  #unwritten = new Map<string, LiveSession>()

  constructor(index: IndexReader) {
    this.#index = index
  }

  find(id: string): LiveSession | null {
    const known = this.#known.get(id) ?? this.#unwritten.get(id)
    if (known) return known
    const row = this.#index.session(id)
    return row && { ...row, secret: null }
  }

  /** A session that would begin with this entry, or null where there already is one of that id. */
  opening(item: Item, seq: number): LiveSession | null {
    if (this.find(item.session)) return null
    const body = JSON.parse(item.extra) as { provider: string; subject: string; connection: string }
    return {
      id: item.session,
      first: seq,
      last: seq,
      entries: 0,
      opened_at: item.at,
      closed_at: null,
      outcome: null,
      questions: 0,
      blocks: 0,
      holds: 0,
      key: seq,
      secret: null,
      subject: body.subject,
      connection: body.connection,
      opening: item.extra,
    }
  }

  open(session: LiveSession, secret: SessionKey): LiveSession {
    session.secret = secret
    this.#before.set(session.id, null)
    this.#known.set(session.id, session)
    return session
  }

  /** To be called before a session is changed. */
  touch(session: LiveSession): LiveSession {
    if (!this.#before.has(session.id)) this.#before.set(session.id, { ...session })
    this.#known.set(session.id, session)
    return session
  }

  /** After the commit: sessions that will take no more payload are not kept in memory. */
  done(): void {
    for (const id of this.#before.keys()) {
      const one = this.#known.get(id) as LiveSession
      this.#unwritten.set(id, one)
      if (one.closed_at !== null || one.secret === null) this.#known.delete(id)
    }
    this.#before.clear()
  }

  undo(): void {
    for (const [id, before] of this.#before) {
      if (before?.secret) this.#known.set(id, before)
      else this.#known.delete(id)
      // A later change must not be made to what the failed commit left behind.
      if (before && this.#unwritten.has(id)) this.#unwritten.set(id, before)
    }
    this.#before.clear()
  }

  /** What the index has to be told. */
  get unwritten(): Map<string, LiveSession> {
    return this.#unwritten
  }

  written(): void {
    this.#unwritten = new Map()
  }
}
