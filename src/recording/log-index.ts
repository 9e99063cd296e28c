// Where to find what in a log: sessions, exchanges, keys, places. Promise: all of it follows from the inbox files, is
// written behind them and never ahead, and is made again from them where it is missing or cannot be read.
import { chmodSync, closeSync, existsSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Entry } from './entry.ts'
import type { CheckpointRecord, FrameRecord, KeyRecord, StoredEntry } from './frame.ts'
import { advance, listedExchange, openedRow, type SessionRow } from './session-row.ts'

const APPLICATION_ID = 0x53505258
const FORMAT = 2

const SCHEMA = `
CREATE TABLE told (size INTEGER NOT NULL, edge BLOB NOT NULL, checkpoint TEXT);
CREATE TABLE place (first INTEGER PRIMARY KEY, file INTEGER NOT NULL, at INTEGER NOT NULL);
CREATE TABLE session (id TEXT PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL, entries INTEGER NOT NULL,
  opened_at INTEGER NOT NULL, closed_at INTEGER, outcome TEXT, questions INTEGER NOT NULL, blocks INTEGER NOT NULL,
  holds INTEGER NOT NULL, key INTEGER NOT NULL, subject TEXT NOT NULL, connection TEXT NOT NULL, opening TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE exchange (id TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (id, seq)) WITHOUT ROWID;
CREATE TABLE session_key (id INTEGER PRIMARY KEY, session TEXT, wrapped BLOB NOT NULL, derive BLOB NOT NULL);
INSERT INTO told VALUES (0, x'', NULL);
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${FORMAT};
`

/** Where the frame with this entry as its first begins. */
export interface Place {
  readonly first: number
  readonly file: number
  readonly at: number
}

/** Rows the index does not have yet. */
export interface Pending {
  readonly places: Place[]
  readonly sessions: Map<string, SessionRow>
  readonly exchanges: (readonly [id: string, seq: number])[]
  readonly keys: KeyRecord[]
  checkpoint: CheckpointRecord | null
}

export function nothingPending(): Pending {
  return { places: [], sessions: new Map(), exchanges: [], keys: [], checkpoint: null }
}

/** Adds one record of a frame to what is pending; `find` gives the row of a session the index already has. */
export function tell(pending: Pending, record: FrameRecord, find: (id: string) => SessionRow | null): void {
  if (record.kind === 'key') pending.keys.push(record)
  else if (record.kind === 'checkpoint') pending.checkpoint = record
  else if (record.kind === 'entry') tellEntry(pending, record, find)
}

function tellEntry(pending: Pending, { seq, leaf }: StoredEntry, find: (id: string) => SessionRow | null): void {
  const entry = JSON.parse(Buffer.from(leaf.buffer, leaf.byteOffset, leaf.length).toString()) as Entry
  const exchange = listedExchange(entry)
  if (exchange !== null) pending.exchanges.push([exchange, seq])
  if (entry.session === null) return
  if (entry.kind === 'session.open') {
    pending.sessions.set(entry.session, openedRow(entry, seq))
    return
  }
  const row = pending.sessions.get(entry.session) ?? find(entry.session)
  if (!row) return
  advance(row, entry, seq)
  pending.sessions.set(entry.session, row)
}

interface Told {
  /** Entries the index knows: those before this position. */
  readonly size: number
  /** Right edge of the tree of that size. */
  readonly edge: Uint8Array
  /** The newest signed checkpoint. */
  readonly checkpoint: string | null
}

/** Read alone, beside the process that writes. */
export class IndexReader {
  protected readonly db: DatabaseSync
  readonly #told: StatementSync
  readonly #place: StatementSync
  readonly #session: StatementSync
  readonly #key: StatementSync
  readonly #exchange: StatementSync

  constructor(db: DatabaseSync) {
    this.db = db
    this.#told = db.prepare('SELECT size, edge, checkpoint FROM told')
    this.#place = db.prepare('SELECT first, file, at FROM place WHERE first <= ? ORDER BY first DESC LIMIT 1')
    this.#session = db.prepare('SELECT * FROM session WHERE id = ?')
    this.#key = db.prepare('SELECT id, session, wrapped, derive FROM session_key WHERE id = ?')
    this.#exchange = db.prepare('SELECT seq FROM exchange WHERE id = ? ORDER BY seq')
  }

  told(): Told {
    return this.#told.get() as unknown as Told
  }

  /** Of the frame that may hold this entry; null before the first one. */
  place(seq: number): Place | null {
    return (this.#place.get(seq) as unknown as Place | undefined) ?? null
  }

  session(id: string): SessionRow | null {
    const row = this.#session.get(id)
    return row === undefined ? null : ({ ...row } as unknown as SessionRow)
  }

  key(id: number): KeyRecord | null {
    const row = this.#key.get(id)
    return row === undefined ? null : ({ kind: 'key', ...row } as unknown as KeyRecord)
  }

  exchange(id: string): number[] {
    return (this.#exchange.all(id) as { seq: number }[]).map(({ seq }) => seq)
  }

  /** Newest first, those before `before`. */
  sessions(filter: { before: string; subject?: string; connection?: string; limit: number }): SessionRow[] {
    const { before, subject = null, connection = null, limit } = filter
    const rows = this.db
      .prepare(
        `SELECT * FROM session WHERE id < ? AND (? IS NULL OR subject = ?) AND (? IS NULL OR connection = ?)
         ORDER BY id DESC LIMIT ?`,
      )
      .all(before, subject, subject, connection, connection, limit)
    return rows as unknown as SessionRow[]
  }

  /** Rows of each table that grows, for who compares them with the entries. */
  counts(): { sessions: number; exchanges: number; keys: number } {
    const count = (table: string) =>
      (this.db.prepare(`SELECT count(*) AS rows FROM ${table}`).get() as { rows: number }).rows
    return { sessions: count('session'), exchanges: count('exchange'), keys: count('session_key') }
  }

  /** All that is read until `end` is of one moment. */
  begin(): void {
    this.db.exec('BEGIN')
  }

  end(): void {
    this.db.exec('COMMIT')
  }

  close(): void {
    this.db.close()
  }
}

/** As the commit thread writes it. */
export class LogIndex extends IndexReader {
  #size: number
  readonly #add: Record<'place' | 'session' | 'exchange' | 'key' | 'told', StatementSync>

  constructor(db: DatabaseSync) {
    super(db)
    this.#size = this.told().size
    this.#add = {
      place: db.prepare('INSERT OR REPLACE INTO place VALUES (?, ?, ?)'),
      session: db.prepare('INSERT OR REPLACE INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
      exchange: db.prepare('INSERT OR REPLACE INTO exchange VALUES (?, ?)'),
      key: db.prepare('INSERT OR REPLACE INTO session_key VALUES (?, ?, ?, ?)'),
      told: db.prepare('UPDATE told SET size = ?, edge = ?, checkpoint = coalesce(?, checkpoint)'),
    }
  }

  /** Entries the index knows. */
  get size(): number {
    return this.#size
  }

  /** One transaction: the index then knows all entries before `size`. */
  write({ places, sessions, exchanges, keys, checkpoint }: Pending, size: number, edge: Uint8Array): void {
    this.db.exec('BEGIN IMMEDIATE')
    try {
      for (const { first, file, at } of places) this.#add.place.run(first, file, at)
      for (const [id, seq] of exchanges) this.#add.exchange.run(id, seq)
      for (const { id, session, wrapped, derive } of keys) this.#add.key.run(id, session, wrapped, derive)
      for (const row of sessions.values()) {
        const { opened_at, closed_at, outcome, questions, blocks, holds, key, subject, connection, opening } = row
        const counts = [opened_at, closed_at, outcome, questions, blocks, holds, key] as const
        this.#add.session.run(row.id, row.first, row.last, row.entries, ...counts, subject, connection, opening)
      }
      this.#add.told.run(size, edge, checkpoint?.note ?? null)
      this.db.exec('COMMIT')
      this.#size = size
    } catch (error) {
      if (this.db.isTransaction) this.db.exec('ROLLBACK')
      throw error
    }
  }
}

function indexPath(folder: string): string {
  return join(folder, 'index.sqlite')
}

/** Opens the index of a log, or makes an empty one where there is none that can be used. */
export function openIndex(folder: string): LogIndex {
  const path = indexPath(folder)
  const known = existsSync(path) ? tryOpen(path) : null
  if (known) return new LogIndex(known)
  removeIndex(folder)
  closeSync(openSync(path, 'wx', 0o600))
  const db = new DatabaseSync(path, { timeout: BUSY_MS })
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
  db.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT`)
  chmodSync(path, 0o600)
  return new LogIndex(db)
}

/** Null where there is none yet, or none that this version reads. */
export function readIndex(folder: string): IndexReader | null {
  const path = indexPath(folder)
  if (!existsSync(path)) return null
  try {
    const db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS })
    if (isIndex(db)) return new IndexReader(db)
    db.close()
  } catch {
    // As if there were none: what cannot be read is made again at the next start.
  }
  return null
}

function tryOpen(path: string): DatabaseSync | null {
  try {
    const db = new DatabaseSync(path, { timeout: BUSY_MS })
    db.exec('PRAGMA synchronous = NORMAL')
    if (isIndex(db)) return db
    db.close()
  } catch {
    // Made again from the inbox files.
  }
  return null
}

function isIndex(db: DatabaseSync): boolean {
  const { application_id } = db.prepare('PRAGMA application_id').get() as { application_id: number }
  const { user_version } = db.prepare('PRAGMA user_version').get() as { user_version: number }
  return application_id === APPLICATION_ID && user_version === FORMAT
}

export function removeIndex(folder: string): void {
  for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(indexPath(folder) + suffix, { force: true })
}

/** Waits this long for a reader that recovers the index after a crash. */
const BUSY_MS = 5_000
