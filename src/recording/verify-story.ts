// What the entries say of each other. Promise: every leaf is canonical, every blob and key is the one its leaf committed
// to, sessions count without gaps, nothing is answered that was not asked before, and the index says what the entries say.
import { hash } from 'node:crypto'
import { closeSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import canonicalize from 'canonicalize'
import type { Commitment, Entry } from './entry.ts'
import { type KeyRecord, readRecords, type StoredEntry } from './frame.ts'
import { filePath } from './inbox-folder.ts'
import { FrameReader, openForReading } from './inbox-frames.ts'
import type { IndexReader } from './log-index.ts'
import { leafHash } from './merkle.ts'
import { keyCommitment } from './seal.ts'
import { advance, listedExchange, openedRow, type SessionRow } from './session-row.ts'
import type { Report } from './verify.ts'

/** A session as its entries tell it. */
interface Told {
  readonly row: SessionRow
  /** What its opening says of its key. */
  readonly commitment: string | null
}

const QUESTIONS_KEPT = 10_000
const SESSIONS_KEPT = 10_000

export class LogStory {
  readonly #folder: string
  readonly #report: Report
  /** Of one moment; null where there is none, since it can be made again. */
  readonly #index: IndexReader | null
  /** Entries the index knew at that moment. */
  readonly #indexed: number
  readonly #sessions = new Map<string, Told>()
  readonly #questions = new Set<string>()
  /** Keys of payloads without a session, and what the entry they begin with says of them. */
  readonly #ownKeys = new Map<number, string>()
  /** Ids of the stored keys that were as their entries say, and may be named again. */
  readonly #keys = new Set<number>()
  #keyCount = 0
  #listed = 0
  #lastAt = 0
  #opened = 0
  #closed = 0
  #compared = false

  constructor(folder: string, index: IndexReader | null, report: Report) {
    this.#folder = folder
    this.#report = report
    this.#index = index
    this.#index?.begin()
    this.#indexed = index?.told().size ?? 0
  }

  get sessions(): number {
    return this.#opened
  }

  get openSessions(): number {
    return this.#opened - this.#closed
  }

  /** The hash that counts in the tree: the stored one, so that a changed leaf is one fault and not one per checkpoint. */
  entry(row: StoredEntry, file: number): Buffer {
    if (row.seq >= this.#indexed) this.#compare()
    const stored = Buffer.from(row.hash)
    if (!leafHash(row.leaf).equals(stored)) {
      this.#report('intact', row.seq, 'the entry was changed')
      return stored
    }
    const entry = readLeaf(row.leaf)
    if (!entry) {
      this.#report('intact', row.seq, 'the entry is not canonical JSON')
      return stored
    }
    this.#place(row.seq, file)
    this.#time(row.seq, entry)
    this.#session(row, entry)
    this.#blobs(row, entry)
    this.#exchange(row.seq, entry)
    return stored
  }

  #place(seq: number, file: number): void {
    if (seq >= this.#indexed) return
    const place = this.#index?.place(seq)
    if (place?.file !== file) this.#report('intact', seq, 'the index does not say in which file the entry is')
  }

  #time(seq: number, entry: Entry): void {
    if (entry.at < this.#lastAt && entry.kind !== 'clock')
      this.#report('complete', seq, 'time goes back with no clock entry')
    this.#lastAt = entry.at
  }

  #session(row: StoredEntry, entry: Entry): void {
    const { seq } = row
    if (entry.session === null) {
      if (entry.key !== undefined) this.#ownKeys.set(seq, entry.key)
      if (entry.n !== 0 || row.prev !== null) this.#report('intact', seq, 'the entry has a place in no session')
      return
    }
    const told = this.#sessions.get(entry.session)
    if (entry.kind === 'session.open') {
      if (told) this.#report('complete', seq, 'the session was opened before')
      if (entry.n !== 0 || row.prev !== null)
        this.#report('complete', seq, 'the session does not begin at its first entry')
      if (entry.key === undefined) this.#report('intact', seq, 'the opening names no key')
      this.#opened++
      this.#sessions.set(entry.session, { row: openedRow(entry, seq), commitment: entry.key ?? null })
      return
    }
    if (!told) {
      this.#report('complete', seq, 'the session was not opened before')
      return
    }
    if (entry.n !== told.row.entries)
      this.#report('complete', seq, `entry ${told.row.entries} of the session is missing before`)
    if (row.prev !== told.row.last) this.#report('intact', seq, 'the link to the entry before is wrong')
    advance(told.row, entry, seq)
    if (entry.kind !== 'session.close') return
    if (entry.entries !== told.row.entries)
      this.#report('complete', seq, `the session closes with ${entry.entries} entries`)
    this.#closed++
    if (this.#sessions.size > SESSIONS_KEPT) this.#forget()
  }

  /** Closed sessions whose row says all that will be said of them are not needed any more. */
  #forget(): void {
    if (this.#index === null) return
    for (const [id, { row }] of this.#sessions) {
      if (row.closed_at === null || !isSame(row, this.#index.session(id))) continue
      this.#sessions.delete(id)
      this.#keys.delete(row.key)
    }
  }

  #blobs(row: StoredEntry, entry: Entry): void {
    const { seq, key } = row
    if (!entry.blob) {
      if (row.sealed !== null || row.transcript !== null || key !== null) {
        this.#report('intact', seq, 'there is a payload the entry does not know of')
      }
      return
    }
    const { sealed } = entry.blob
    if (sealed ? !isCommitted(row.sealed, sealed) : row.sealed !== null) {
      this.#report('intact', seq, 'the sealed payload was changed')
    }
    if (!isCommitted(row.transcript, entry.blob.transcript)) this.#report('intact', seq, 'the transcript was changed')
    const told = entry.session === null ? null : this.#sessions.get(entry.session)
    const commitment = told ? told.commitment : this.#ownKeys.get(key ?? -1)
    if (key === null || commitment == null || (told && told.row.key !== key)) {
      this.#report('intact', seq, 'the payload names a key that is not its own')
      return
    }
    // The key of a payload without a session stands behind the entry that it begins with.
    if (seq !== key && !this.#keys.has(key)) this.#report('intact', seq, 'the key of the payload is missing')
  }

  /** A key stands behind the entry that says what it must be. */
  key(record: KeyRecord): void {
    const told = record.session === null ? null : this.#sessions.get(record.session)
    const commitment = told ? (told.row.key === record.id ? told.commitment : null) : this.#ownKeys.get(record.id)
    if (keyCommitment(record) !== commitment || this.#keys.has(record.id)) {
      this.#report('intact', record.id, 'a stored key is not the one its entry names')
      return
    }
    this.#keys.add(record.id)
    this.#keyCount++
    if (record.id >= this.#indexed || this.#index === null) return
    const listed = this.#index.key(record.id)
    if (!listed || listed.session !== record.session || keyCommitment(listed) !== commitment) {
      this.#report('intact', record.id, 'the index has another key than the log')
    }
  }

  #exchange(seq: number, entry: Entry): void {
    if (!('exchange' in entry)) return
    const { exchange } = entry
    if (listedExchange(entry) !== null) {
      this.#listed++
      if (seq < this.#indexed && !this.#index?.exchange(exchange).includes(seq)) {
        this.#report('intact', seq, 'the index of exchanges does not list the entry')
      }
    }
    if (entry.kind === 'question') {
      this.#questions.add(exchange)
      if (this.#questions.size > QUESTIONS_KEPT && this.#index !== null) {
        const [oldest] = this.#questions
        this.#questions.delete(oldest as string)
      }
    } else if (!this.#questions.has(exchange) && !this.#wasAsked(exchange, seq)) {
      this.#report('complete', seq, `the ${entry.kind} has no question before it`)
    }
  }

  /** Through the index, but believing only the leaf it points to. */
  #wasAsked(exchange: string, before: number): boolean {
    for (const seq of this.#index?.exchange(exchange) ?? []) {
      const entry = seq < before ? this.#leafAt(seq) : null
      if (entry?.kind === 'question' && entry.exchange === exchange) return true
    }
    return false
  }

  #leafAt(seq: number): Entry | null {
    const place = this.#index?.place(seq)
    if (!place) return null
    const handle = openForReading(filePath(this.#folder, place.file))
    try {
      const frame = new FrameReader(handle, place.at, null).next()
      for (const record of frame?.whole ? readRecords(frame.body) : []) {
        if (record.kind === 'entry' && record.seq === seq) return readLeaf(record.leaf)
      }
      return null
    } finally {
      closeSync(handle)
    }
  }

  /** The index against the entries it knows, when the last of them was read. */
  #compare(): void {
    if (this.#compared || this.#index === null) return
    this.#compared = true
    for (const [id, { row }] of this.#sessions) {
      if (isSame(row, this.#index.session(id))) continue
      this.#report('intact', row.first, 'a row of the session index does not say what the entries say')
    }
    const { sessions, exchanges, keys } = this.#index.counts()
    if (sessions !== this.#opened)
      this.#report('intact', null, `the index lists ${sessions} sessions of ${this.#opened}`)
    if (exchanges !== this.#listed)
      this.#report('intact', null, `the index lists ${exchanges} exchanges of ${this.#listed}`)
    if (keys !== this.#keyCount) this.#report('intact', null, `the index has ${keys} keys of ${this.#keyCount}`)
  }

  /** After the last entry. */
  end(entries: number): void {
    if (entries < this.#indexed) {
      this.#report('complete', entries, `the index knows of ${this.#indexed} entries`)
    } else this.#compare()
    if (this.#keyCount !== this.#opened + this.#ownKeys.size) this.#report('complete', null, 'a key is missing')
    this.#index?.end()
    this.#index?.close()
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

function isSame({ opening, ...told }: SessionRow, row: SessionRow | null): boolean {
  if (row === null) return false
  const { opening: listed, ...rest } = row
  try {
    return isDeepStrictEqual(rest, told) && isDeepStrictEqual(JSON.parse(listed), JSON.parse(opening))
  } catch {
    return false
  }
}
