// What the entries say of each other. Promise: every leaf is canonical, every blob, key and index row is the one its leaf
// committed to, sessions count without gaps, and nothing is answered that was not asked before.
import { hash } from 'node:crypto'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { isDeepStrictEqual } from 'node:util'
import canonicalize from 'canonicalize'
import type { Commitment, Entry } from './entry.ts'
import { fileNumbers, filePath, openForReading, type SessionIndexRow } from './inbox-file.ts'
import { leafHash } from './merkle.ts'
import { keyCommitment, type StoredKey } from './seal.ts'
import type { Report } from './verify.ts'

export interface EntryRow {
  readonly seq: number
  readonly prev: number | null
  readonly key: number | null
  readonly hash: Uint8Array
  readonly leaf: Uint8Array
  readonly transcript: Uint8Array | null
  readonly sealed: Uint8Array | null
}

/** A session as its entries tell it: what its index row must say. */
type Told = { -readonly [name in keyof SessionIndexRow]: SessionIndexRow[name] } & { commitment: string | null }

interface FileStatements {
  readonly key: StatementSync
  readonly listed: StatementSync
  readonly sessions: StatementSync
}

const QUESTIONS_KEPT = 10_000

export class LogStory {
  readonly #folder: string
  readonly #report: Report
  readonly #sessions = new Map<string, Told>()
  /** Those of this file, which its index must list. */
  readonly #touched = new Set<string>()
  readonly #ownKeys = new Map<number, string>()
  /** Keys whose stored form was already compared in this file. */
  readonly #checkedKeys = new Set<number>()
  readonly #questions = new Map<string, number>()
  readonly #earlier = new Map<number, DatabaseSync>()
  #db!: DatabaseSync
  #file = 0
  #from!: FileStatements
  #listed = 0
  #lastAt = 0
  #opened = 0
  #closed = 0

  constructor(folder: string, report: Report) {
    this.#folder = folder
    this.#report = report
  }

  get sessions(): number {
    return this.#opened
  }

  get openSessions(): number {
    return this.#opened - this.#closed
  }

  beginFile(db: DatabaseSync, number: number): void {
    this.#db = db
    this.#file = number
    this.#touched.clear()
    this.#checkedKeys.clear()
    this.#listed = 0
    this.#from = {
      key: db.prepare('SELECT session, wrapped, derive FROM session_key WHERE id = ?'),
      listed: db.prepare('SELECT count(*) AS found FROM exchange WHERE id = ? AND seq = ?'),
      sessions: db.prepare('SELECT * FROM session'),
    }
  }

  /** The hash that counts in the tree: the stored one, so that a changed leaf is one fault and not one per checkpoint. */
  entry(row: EntryRow): Buffer {
    const stored = Buffer.from(row.hash)
    const found = leafHash(row.leaf)
    if (!found.equals(stored)) {
      this.#report('intact', row.seq, 'the entry was changed')
      return stored.length === found.length ? stored : found
    }
    const entry = readLeaf(row.leaf)
    if (!entry) {
      this.#report('intact', row.seq, 'the entry is not canonical JSON')
      return stored
    }
    this.#time(row.seq, entry)
    this.#session(row, entry)
    this.#blobs(row, entry)
    this.#exchange(row.seq, entry)
    return stored
  }

  #time(seq: number, entry: Entry): void {
    if (entry.at < this.#lastAt && entry.kind !== 'clock')
      this.#report('complete', seq, 'time goes back with no clock entry')
    this.#lastAt = entry.at
  }

  #session(row: EntryRow, entry: Entry): void {
    const { seq } = row
    if (entry.session === null) {
      if (entry.key !== undefined) this.#ownKeys.set(seq, entry.key)
      if (entry.n !== 0 || row.prev !== null) this.#report('intact', seq, 'the entry has a place in no session')
      return
    }
    const told = this.#told(entry.session)
    if (entry.kind === 'session.open') {
      if (told) this.#report('complete', seq, 'the session was opened before')
      this.#open(row, entry)
      return
    }
    if (!told) {
      this.#report('complete', seq, 'the session was not opened before')
      return
    }
    if (entry.n !== told.entries)
      this.#report('complete', seq, `entry ${told.entries} of the session is missing before`)
    if (row.prev !== told.last) this.#report('intact', seq, 'the link to the entry before is wrong')
    told.entries = entry.n + 1
    told.last = seq
    if (entry.kind === 'question') told.questions++
    const decision = entry.kind === 'question' || entry.kind === 'decided' ? entry.decision : null
    if (decision === 'block') told.blocks++
    if (decision === 'hold') told.holds++
    if (entry.kind === 'session.close') {
      if (entry.entries !== told.entries)
        this.#report('complete', seq, `the session closes with ${entry.entries} entries`)
      told.closed_at = entry.at
      told.outcome = entry.outcome
      this.#closed++
    }
    this.#touched.add(entry.session)
  }

  #open({ seq, prev }: EntryRow, entry: Extract<Entry, { kind: 'session.open' }>): void {
    const { v, at, session, n, key, blob, releasedSalted, ...body } = entry
    if (n !== 0 || prev !== null) this.#report('complete', seq, 'the session does not begin at its first entry')
    if (v !== 1 || key === undefined || session === null) this.#report('intact', seq, 'the opening names no key')
    const id = session as string
    this.#opened++
    this.#touched.add(id)
    this.#sessions.set(id, {
      id,
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
      commitment: key ?? null,
    })
  }

  #blobs(row: EntryRow, entry: Entry): void {
    const { seq, key } = row
    if (!entry.blob) {
      if (row.sealed !== null || row.transcript !== null || key !== null) {
        this.#report('intact', seq, 'there is a payload the entry does not know of')
      }
      return
    }
    if (!isCommitted(row.sealed, entry.blob.sealed)) this.#report('intact', seq, 'the sealed payload was changed')
    if (!isCommitted(row.transcript, entry.blob.transcript)) this.#report('intact', seq, 'the transcript was changed')
    const told = entry.session === null ? null : this.#told(entry.session)
    const commitment = told ? told.commitment : this.#ownKeys.get(key ?? -1)
    if (key === null || commitment == null || (told && told.key !== key)) {
      this.#report('intact', seq, 'the payload names a key that is not its own')
    } else if (!this.#checkedKeys.has(key)) {
      this.#checkedKeys.add(key)
      this.#key(seq, key, entry.session, commitment)
    }
  }

  #key(seq: number, id: number, session: string | null, commitment: string): void {
    const stored = this.#from.key.get(id) as (StoredKey & { session: string | null }) | undefined
    if (!stored) this.#report('intact', seq, 'the key of the payload is missing')
    else if (stored.session !== session || keyCommitment(stored) !== commitment) {
      this.#report('intact', seq, 'the key of the payload was changed')
    }
  }

  #exchange(seq: number, entry: Entry): void {
    if (!('exchange' in entry)) return
    const { exchange } = entry
    if (entry.kind === 'question' || entry.session === null) {
      this.#listed++
      const { found } = this.#from.listed.get(exchange, seq) as { found: number }
      if (found !== 1) this.#report('intact', seq, 'the index of exchanges does not list the entry')
    }
    if (entry.kind === 'question') {
      if (this.#questions.size >= QUESTIONS_KEPT) {
        for (const oldest of this.#questions.keys()) {
          this.#questions.delete(oldest)
          break
        }
      }
      this.#questions.set(exchange, seq)
    } else if (!this.#questions.has(exchange) && !this.#wasAsked(exchange, seq)) {
      this.#report('complete', seq, `the ${entry.kind} has no question before it`)
    }
  }

  /** Through the index, but believing only the leaf it points to. */
  #wasAsked(exchange: string, before: number): boolean {
    for (const db of this.#filesBack()) {
      const rows = db
        .prepare('SELECT leaf FROM exchange JOIN entry USING (seq) WHERE id = ? AND seq < ?')
        .all(exchange, before) as { leaf: Uint8Array }[]
      for (const { leaf } of rows) {
        const entry = readLeaf(leaf)
        if (entry?.kind === 'question' && entry.exchange === exchange) return true
      }
    }
    return false
  }

  #told(id: string): Told | undefined {
    const known = this.#sessions.get(id)
    if (known) return known
    // Closed in an earlier file, whose index row was found to be right at its end.
    for (const db of this.#filesBack()) {
      if (db === this.#db) continue
      const row = db.prepare('SELECT * FROM session WHERE id = ?').get(id) as SessionIndexRow | undefined
      if (!row) continue
      const told = { ...row, commitment: null }
      this.#sessions.set(id, told)
      return told
    }
    return undefined
  }

  endFile(): void {
    let rows = 0
    for (const row of this.#from.sessions.iterate() as Iterable<SessionIndexRow>) {
      rows++
      const told = this.#sessions.get(row.id)
      if (!told || !this.#touched.has(row.id) || !isSame(told, row)) {
        this.#report('intact', told?.first ?? null, 'a row of the session index does not say what the entries say')
      }
    }
    if (rows !== this.#touched.size)
      this.#report('intact', null, `file ${this.#file} does not list all of its sessions`)
    const { listed } = this.#db.prepare('SELECT count(*) AS listed FROM exchange').get() as { listed: number }
    if (listed !== this.#listed) this.#report('intact', null, `file ${this.#file} lists exchanges that are not in it`)
    this.#unusedKeys()
    for (const [id, told] of this.#sessions) if (told.closed_at !== null) this.#sessions.delete(id)
  }

  /** Keys that no payload of this file named. */
  #unusedKeys(): void {
    const rows = this.#db.prepare('SELECT id, session, wrapped, derive FROM session_key').iterate()
    for (const row of rows as Iterable<StoredKey & { id: number; session: string | null }>) {
      if (this.#checkedKeys.has(row.id)) continue
      const told = row.session === null ? undefined : this.#sessions.get(row.session)
      const commitment =
        row.session === null ? this.#ownKeys.get(row.id) : told?.key === row.id ? told.commitment : null
      if (keyCommitment(row) !== commitment) this.#report('intact', row.id, 'a stored key is not one of this log')
    }
  }

  /** This file, then the earlier ones, newest first. */
  *#filesBack(): Generator<DatabaseSync> {
    yield this.#db
    for (const number of fileNumbers(this.#folder).reverse()) {
      if (number >= this.#file) continue
      const open = this.#earlier.get(number) ?? openForReading(filePath(this.#folder, number))
      this.#earlier.set(number, open)
      yield open
    }
  }

  close(): void {
    for (const db of this.#earlier.values()) db.close()
    this.#earlier.clear()
  }
}

function readLeaf(leaf: Uint8Array): Entry | null {
  const text = Buffer.from(leaf).toString()
  try {
    const value: unknown = JSON.parse(text)
    return canonicalize(value) === text && isEntry(value) ? value : null
  } catch {
    return null
  }
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null) return false
  const { v, at, n, kind, session } = value as Record<string, unknown>
  const placed =
    Number.isSafeInteger(at) && Number.isSafeInteger(n) && (session === null || typeof session === 'string')
  return v === 1 && placed && typeof kind === 'string'
}

function isCommitted(bytes: Uint8Array | null, { sha256, bytes: length }: Commitment): boolean {
  return bytes !== null && bytes.length === length && hash('sha256', bytes, 'hex') === sha256
}

function isSame({ commitment: _, opening, ...told }: Told, { opening: listed, ...row }: SessionIndexRow): boolean {
  try {
    return isDeepStrictEqual({ ...row }, told) && isDeepStrictEqual(JSON.parse(listed), JSON.parse(opening))
  } catch {
    return false
  }
}
