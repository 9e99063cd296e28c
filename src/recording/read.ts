// The record as it is read: by the API, the CLI and tests, beside a running gateway or offline. Promise: opens files for
// reading only and changes nothing in them; a transcript is shown only if it is what its entry committed to.
import type { KeyObject } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { Entry, EntryRef } from './entry.ts'
import {
  fileNumbers,
  filePath,
  isLeftover,
  logDir,
  logsIn,
  openForReading,
  readMeta,
  type SessionIndexRow,
} from './inbox-file.ts'
import { openBlob, type Place, SealError, type StoredKey, salted, transcriptKey, unwrapKey } from './seal.ts'

export interface RecordedEntry {
  readonly ref: EntryRef
  readonly entry: Entry
}

export interface SessionSummary {
  readonly log: string
  readonly id: string
  readonly subject: string
  readonly provider: string
  readonly subjectKind: 'human' | 'service' | 'agent'
  readonly person: string | null
  readonly onBehalfOf: string | null
  readonly purpose: string | null
  readonly connection: string
  readonly connectionKind: 'mcp' | 'postgres'
  readonly retention: string
  readonly openedAt: number
  /** Null while it is open, and for ever where its process died. */
  readonly closedAt: number | null
  readonly outcome: string | null
  readonly entries: number
  readonly questions: number
  readonly blocks: number
  readonly holds: number
}

export interface SessionFilter {
  readonly limit?: number
  /** Only sessions opened before that one: the last of the page before. */
  readonly before?: string
  readonly subject?: string
  readonly connection?: string
}

export interface RecordReader {
  /** Newest first. */
  sessions(filter?: SessionFilter): SessionSummary[]
  summary(session: string): SessionSummary | null
  /** In order; empty where there is no such session. */
  session(id: string): RecordedEntry[]
  /** In order, those of approvers included, who have no session. */
  exchange(id: string): RecordedEntry[]
  entry(seq: bigint, log?: string): RecordedEntry | null
  /** Null where the entry has no payload. Throws SealError where the blob is not what the entry committed to. */
  transcript(recorded: RecordedEntry): Buffer | null
  /** The raw payload, for whoever holds the private seal key; `released` says whether these bytes were what left. */
  unseal(recorded: RecordedEntry, privateKey: KeyObject): Unsealed | null
  close(): void
}

interface Unsealed {
  readonly raw: Buffer
  released(bytes: Uint8Array): boolean
}

const PAGE = 50
const PAGE_MAX = 1_000

interface OpenFile {
  readonly log: string
  readonly number: number
  readonly first: number
  readonly db: DatabaseSync
}

interface EntryRow {
  readonly seq: number
  readonly prev: number | null
  readonly key: number | null
  readonly leaf: Uint8Array
}

/** `keys` are needed for transcripts alone. */
export function openRecord(dir: string, keys?: { readonly transcript: KeyObject }): RecordReader {
  return new FileReader(dir, keys?.transcript ?? null)
}

class FileReader implements RecordReader {
  readonly #dir: string
  readonly #transcript: KeyObject | null
  readonly #open = new Map<string, OpenFile>()

  constructor(dir: string, transcript: KeyObject | null) {
    this.#dir = dir
    this.#transcript = transcript
  }

  sessions(filter: SessionFilter = {}): SessionSummary[] {
    const limit = Math.min(Math.max(1, Math.floor(filter.limit ?? PAGE)), PAGE_MAX)
    const before = filter.before ?? '~'
    const found = new Map<string, SessionSummary>()
    for (const log of logsIn(this.#dir)) {
      // Newest file first: its row is the one that counts.
      for (const file of this.#files(log).reverse()) {
        const rows = file.db
          .prepare(
            `SELECT * FROM session WHERE id < ? AND (? IS NULL OR subject = ?) AND (? IS NULL OR connection = ?)
             ORDER BY id DESC LIMIT ?`,
          )
          .all(before, ...twice(filter.subject), ...twice(filter.connection), limit)
        for (const row of rows as unknown as SessionIndexRow[]) {
          if (!found.has(row.id)) found.set(row.id, summaryOf(log, row))
        }
      }
    }
    return [...found.values()].sort((left, right) => (left.id < right.id ? 1 : -1)).slice(0, limit)
  }

  summary(session: string): SessionSummary | null {
    const found = this.#sessionRow(session)
    return found && summaryOf(found.log, found.row)
  }

  session(id: string): RecordedEntry[] {
    const found = this.#sessionRow(id)
    if (!found) return []
    const entries: RecordedEntry[] = []
    for (let seq: number | null = found.row.last; seq !== null; ) {
      const row = this.#row(found.log, seq)
      if (!row) break
      entries.push(recorded(found.log, row))
      seq = row.prev
    }
    return entries.reverse()
  }

  exchange(id: string): RecordedEntry[] {
    const found = new Map<bigint, RecordedEntry>()
    for (const log of logsIn(this.#dir)) {
      for (const file of this.#files(log)) {
        const rows = file.db.prepare('SELECT seq FROM exchange WHERE id = ?').all(id) as { seq: number }[]
        for (const { seq } of rows) {
          const row = this.#row(log, seq)
          if (!row) continue
          const listed = recorded(log, row)
          found.set(listed.ref.seq, listed)
          if (listed.entry.session === null) continue
          for (const one of this.session(listed.entry.session)) {
            if ('exchange' in one.entry && one.entry.exchange === id) found.set(one.ref.seq, one)
          }
        }
      }
    }
    return [...found.values()].sort((left, right) => Number(left.ref.seq - right.ref.seq))
  }

  entry(seq: bigint, log?: string): RecordedEntry | null {
    for (const name of log === undefined ? logsIn(this.#dir) : [log]) {
      const row = this.#row(name, Number(seq))
      if (row) return recorded(name, row)
    }
    return null
  }

  transcript(one: RecordedEntry): Buffer | null {
    const { entry, ref } = one
    if (!entry.blob) return null
    if (!this.#transcript) throw new SealError('wrong-key')
    const { key, bytes } = this.#blob(one, 'transcript')
    const derived = transcriptKey(this.#transcript, key.derive, ref.log, entry.session)
    return openBlob('transcript', derived, placeOf(one), bytes, entry.blob.transcript).payload
  }

  unseal(one: RecordedEntry, privateKey: KeyObject): Unsealed | null {
    const { entry, ref } = one
    if (!entry.blob) return null
    const { key, bytes } = this.#blob(one, 'sealed')
    const unwrapped = unwrapKey(privateKey, key.wrapped, ref.log, entry.session)
    const { payload, salt } = openBlob('sealed', unwrapped, placeOf(one), bytes, entry.blob.sealed)
    return { raw: payload, released: claimed => entry.releasedSalted === salted(salt, claimed) }
  }

  close(): void {
    for (const { db } of this.#open.values()) db.close()
    this.#open.clear()
  }

  // ----

  #files(log: string): OpenFile[] {
    const folder = logDir(this.#dir, log)
    return fileNumbers(folder).flatMap(number => {
      const path = filePath(folder, number)
      const known = this.#open.get(path)
      if (known) return [known]
      // A file may be in the making at this moment.
      if (isLeftover(path)) return []
      const db = openForReading(path)
      const file = { log, number, first: readMeta(db).first, db }
      this.#open.set(path, file)
      return [file]
    })
  }

  #fileOf(log: string, seq: number): OpenFile | undefined {
    return this.#files(log).findLast(file => file.first <= seq)
  }

  #row(log: string, seq: number): EntryRow | undefined {
    const row = this.#fileOf(log, seq)?.db.prepare('SELECT seq, prev, key, leaf FROM entry WHERE seq = ?').get(seq)
    return row as EntryRow | undefined
  }

  #sessionRow(id: string): { log: string; row: SessionIndexRow } | null {
    for (const log of logsIn(this.#dir)) {
      for (const file of this.#files(log).reverse()) {
        const row = file.db.prepare('SELECT * FROM session WHERE id = ?').get(id)
        if (row) return { log, row: row as unknown as SessionIndexRow }
      }
    }
    return null
  }

  #blob({ ref }: RecordedEntry, column: 'transcript' | 'sealed'): { key: StoredKey; bytes: Uint8Array } {
    const file = this.#fileOf(ref.log, Number(ref.seq))
    const row = file?.db.prepare(`SELECT key, ${column} AS bytes FROM entry WHERE seq = ?`).get(Number(ref.seq))
    const { key, bytes } = (row ?? {}) as { key?: number | null; bytes?: Uint8Array | null }
    const stored = file?.db.prepare('SELECT wrapped, derive FROM session_key WHERE id = ?').get(key ?? null)
    if (!bytes || !stored) throw new SealError('changed')
    return { bytes, key: stored as unknown as StoredKey }
  }
}

function twice(value: string | undefined): [string | null, string | null] {
  return [value ?? null, value ?? null]
}

function recorded(log: string, { seq, leaf }: EntryRow): RecordedEntry {
  return { ref: { log, seq: BigInt(seq) }, entry: JSON.parse(Buffer.from(leaf).toString()) as Entry }
}

function placeOf({ ref, entry }: RecordedEntry): Place {
  return { log: ref.log, session: entry.session, n: entry.n, seq: Number(ref.seq) }
}

function summaryOf(log: string, row: SessionIndexRow): SessionSummary {
  const body = JSON.parse(row.opening) as Extract<Entry, { kind: 'session.open' }>
  return {
    log,
    id: row.id,
    subject: body.subject,
    provider: body.provider,
    subjectKind: body.subjectKind,
    person: body.person,
    onBehalfOf: body.onBehalfOf,
    purpose: body.purpose,
    connection: body.connection,
    connectionKind: body.connectionKind,
    retention: body.retention,
    openedAt: row.opened_at,
    closedAt: row.closed_at,
    outcome: row.outcome,
    entries: row.entries,
    questions: row.questions,
    blocks: row.blocks,
    holds: row.holds,
  }
}
