// The index of sessions as the commit thread keeps it. Promise: a row per session says where its entries begin and end
// and what they count to, is written in the transaction of the entries it counts, and moves along from file to file.
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { fileNumbers, filePath, openForReading, type SessionIndexRow } from './inbox-file.ts'
import type { Item } from './parcel.ts'
import type { SessionKey } from './seal.ts'

export interface LiveSession {
  readonly id: string
  readonly first: number
  last: number
  entries: number
  readonly openedAt: number
  closedAt: number | null
  outcome: string | null
  questions: number
  blocks: number
  holds: number
  /** Null for a session that is closed or was opened by an earlier process: it takes no more payload. */
  key: SessionKey | null
  keyId: number | null
  readonly subject: string
  readonly connection: string
  readonly opening: string
  /** The newest file that has this row. */
  file: number
  /** The newest file that has its key. */
  keyFile: number
}

export class SessionIndex {
  readonly #folder: string
  readonly #known = new Map<string, LiveSession>()
  /** As they were before this transaction, so that it can be undone; null for one that it opened. */
  readonly #before = new Map<string, LiveSession | null>()
  #file: number
  #insert: StatementSync
  #update: StatementSync
  #select: StatementSync
  #key: StatementSync

  constructor(db: DatabaseSync, folder: string, file: number) {
    this.#folder = folder
    this.#file = file
    ;[this.#insert, this.#update, this.#select, this.#key] = prepare(db)
  }

  moveTo(db: DatabaseSync, file: number): void {
    this.#file = file
    ;[this.#insert, this.#update, this.#select, this.#key] = prepare(db)
  }

  find(id: string): LiveSession | null {
    return this.#known.get(id) ?? this.#past(id)
  }

  /** A session that would begin with this entry, or null where there already is one of that id. */
  opening(item: Item, seq: number): LiveSession | null {
    if (this.#known.has(item.session) || this.#select.get(item.session)) return null
    const body = JSON.parse(item.extra) as { provider: string; subject: string; connection: string }
    return {
      id: item.session,
      first: seq,
      last: seq,
      entries: 0,
      openedAt: item.at,
      closedAt: null,
      outcome: null,
      questions: 0,
      blocks: 0,
      holds: 0,
      key: null,
      keyId: null,
      subject: body.subject,
      connection: body.connection,
      opening: item.extra,
      file: 0,
      keyFile: 0,
    }
  }

  open(session: LiveSession, key: SessionKey): LiveSession {
    session.key = key
    session.keyId = session.first
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

  /** Writes what this transaction changed. */
  write(): void {
    for (const id of this.#before.keys()) {
      const one = this.#known.get(id) as LiveSession
      if (one.file === this.#file) {
        this.#update.run(one.last, one.entries, one.closedAt, one.outcome, one.questions, one.blocks, one.holds, id)
      } else {
        const counts = [one.questions, one.blocks, one.holds, one.keyId] as const
        const ends = [one.openedAt, one.closedAt, one.outcome] as const
        this.#insert.run(
          id,
          one.first,
          one.last,
          one.entries,
          ...ends,
          ...counts,
          one.subject,
          one.connection,
          one.opening,
        )
        one.file = this.#file
      }
      if (one.key && one.keyFile !== this.#file) {
        this.#key.run(one.keyId, id, one.key.wrapped, one.key.derive)
        one.keyFile = this.#file
      }
    }
  }

  /** After the commit: sessions that will take no more payload are not kept in memory. */
  done(): void {
    for (const id of this.#before.keys()) {
      const one = this.#known.get(id) as LiveSession
      if (one.closedAt !== null || one.key === null) this.#known.delete(id)
    }
    this.#before.clear()
  }

  undo(): void {
    for (const [id, before] of this.#before) {
      if (before?.key) this.#known.set(id, before)
      else this.#known.delete(id)
    }
    this.#before.clear()
  }

  #past(id: string): LiveSession | null {
    const here = this.#select.get(id) as SessionIndexRow | undefined
    if (here) return asPast(here, this.#file)
    for (const number of fileNumbers(this.#folder).reverse()) {
      if (number >= this.#file) continue
      const db = openForReading(filePath(this.#folder, number))
      try {
        const row = db.prepare('SELECT * FROM session WHERE id = ?').get(id) as SessionIndexRow | undefined
        if (row) return asPast(row, number)
      } finally {
        db.close()
      }
    }
    return null
  }
}

function asPast(row: SessionIndexRow, file: number): LiveSession {
  const { opened_at: openedAt, closed_at: closedAt, key: keyId, ...rest } = row
  return { ...rest, openedAt, closedAt, key: null, keyId, file, keyFile: file }
}

function prepare(db: DatabaseSync): [StatementSync, StatementSync, StatementSync, StatementSync] {
  return [
    db.prepare(`INSERT INTO session (id, first, last, entries, opened_at, closed_at, outcome, questions, blocks, holds, key,
      subject, connection, opening) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
    db.prepare(`UPDATE session SET last = ?, entries = ?, closed_at = ?, outcome = ?, questions = ?, blocks = ?, holds = ?
      WHERE id = ?`),
    db.prepare('SELECT * FROM session WHERE id = ?'),
    db.prepare('INSERT INTO session_key (id, session, wrapped, derive) VALUES (?, ?, ?, ?)'),
  ]
}
