// The record as it is read: by the API, the CLI and tests, beside a running gateway or offline. Promise: opens files for
// reading only and changes nothing in them; a transcript is shown only if it is what its entry committed to.
import type { KeyObject } from 'node:crypto'
import type { Commitment, Entry, EntryRef } from './entry.ts'
import type { StoredEntry } from './frame.ts'
import { logsIn } from './inbox-folder.ts'
import { LogReader } from './log-reader.ts'
import { openBlob, type Place, SealError, type StoredKey, salted, transcriptKey, unwrapKeys } from './seal.ts'
import type { SessionRow } from './session-row.ts'

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
  /** Where the index lists something of an exchange, ascending: all but its answers. */
  positions(exchange: string, log: string): bigint[]
  entry(seq: bigint, log?: string): RecordedEntry | null
  /** What `work` asks of one log is read as of one moment: finding that moment costs more than finding an entry. */
  together<T>(log: string, work: () => T): T
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

/** `keys` are needed for transcripts alone. */
export function openRecord(dir: string, keys?: { readonly transcript: KeyObject }): RecordReader {
  return new FileReader(dir, keys?.transcript ?? null)
}

class FileReader implements RecordReader {
  readonly #dir: string
  readonly #transcript: KeyObject | null
  #held: LogReader | null = null
  readonly #open = new Map<string, LogReader>()

  constructor(dir: string, transcript: KeyObject | null) {
    this.#dir = dir
    this.#transcript = transcript
  }

  sessions(filter: SessionFilter = {}): SessionSummary[] {
    const limit = Math.min(Math.max(1, Math.floor(filter.limit ?? PAGE)), PAGE_MAX)
    const found = this.#logs().flatMap(log =>
      log.atOnce(() =>
        log.sessions({ ...filter, before: filter.before ?? '~', limit }).map(row => summaryOf(log.name, row)),
      ),
    )
    return found.sort((left, right) => (left.id < right.id ? 1 : -1)).slice(0, limit)
  }

  summary(session: string): SessionSummary | null {
    for (const log of this.#logs()) {
      const row = log.atOnce(() => log.session(session))
      if (row) return summaryOf(log.name, row)
    }
    return null
  }

  session(id: string): RecordedEntry[] {
    for (const log of this.#logs()) {
      const entries = log.atOnce(() => this.#session(log, id))
      if (entries.length > 0) return entries
    }
    return []
  }

  #session(log: LogReader, id: string): RecordedEntry[] {
    return this.#back(log, log.session(id)?.last ?? null, -1)
  }

  /** Entries of one session in order: from the one after `after` up to `last`. */
  #back(log: LogReader, last: number | null, after: number): RecordedEntry[] {
    const entries: RecordedEntry[] = []
    for (let seq = last; seq !== null && seq > after; ) {
      const stored = log.entry(seq)
      if (!stored) break
      entries.push(recorded(log.name, stored))
      seq = stored.prev
    }
    return entries.reverse()
  }

  exchange(id: string): RecordedEntry[] {
    return this.#logs().flatMap(log => log.atOnce(() => this.#exchange(log, id)))
  }

  /** The index lists all but its answers, which stand in its session between what let it pass and its end. */
  #exchange(log: LogReader, id: string): RecordedEntry[] {
    const listed = log.exchange(id).flatMap(seq => {
      const stored = log.entry(seq)
      return stored ? [recorded(log.name, stored)] : []
    })
    const passed = listed.find(({ entry }) => 'decision' in entry && entry.decision === 'allow')
    if (!passed) return listed
    const end = listed.find(({ entry }) => entry.kind === 'end')
    const last = end ? Number(end.ref.seq) : (log.session(passed.entry.session ?? '')?.last ?? null)
    const answers = this.#back(log, last, Number(passed.ref.seq)).filter(
      ({ entry }) => entry.kind === 'answer' && entry.exchange === id,
    )
    return [...listed, ...answers].sort((left, right) => Number(left.ref.seq - right.ref.seq))
  }

  positions(exchange: string, log: string): bigint[] {
    const reader = this.#logs().find(({ name }) => name === log)
    return reader ? this.#at(reader, () => reader.exchange(exchange)).map(BigInt) : []
  }

  entry(seq: bigint, log?: string): RecordedEntry | null {
    for (const reader of this.#logs()) {
      if (log !== undefined && reader.name !== log) continue
      const stored = this.#at(reader, () => reader.entry(Number(seq)))
      if (stored) return recorded(reader.name, stored)
    }
    return null
  }

  together<T>(log: string, work: () => T): T {
    const reader = this.#logs().find(({ name }) => name === log)
    if (!reader || this.#held) return work()
    this.#held = reader
    try {
      return reader.atOnce(work)
    } finally {
      this.#held = null
    }
  }

  #at<T>(reader: LogReader, work: () => T): T {
    return this.#held === reader ? work() : reader.atOnce(work)
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
    const kind = entry.blob.sealed ? 'sealed' : 'transcript'
    const { key, bytes } = this.#blob(one, kind)
    const { seal, transcript } = unwrapKeys(privateKey, key.wrapped, ref.log, entry.session)
    const secret = kind === 'sealed' ? seal : transcript
    const { payload, salt } = openBlob(kind, secret, placeOf(one), bytes, entry.blob[kind] as Commitment)
    return { raw: payload, released: claimed => entry.releasedSalted === salted(salt, claimed) }
  }

  close(): void {
    for (const log of this.#open.values()) log.close()
    this.#open.clear()
  }

  // ----

  #logs(): LogReader[] {
    return logsIn(this.#dir).map(name => {
      const log = this.#open.get(name) ?? new LogReader(this.#dir, name)
      this.#open.set(name, log)
      return log
    })
  }

  #blob({ ref }: RecordedEntry, column: 'transcript' | 'sealed'): { key: StoredKey; bytes: Uint8Array } {
    const log = this.#logs().find(({ name }) => name === ref.log)
    if (!log) throw new SealError('changed')
    const found = this.#at(log, () => {
      const stored = log.entry(Number(ref.seq))
      const bytes = stored?.[column]
      const key = stored && stored.key !== null ? log.key(stored.key) : null
      return bytes && key ? { key, bytes } : null
    })
    if (!found) throw new SealError('changed')
    return found
  }
}

function recorded(log: string, { seq, leaf }: StoredEntry): RecordedEntry {
  return { ref: { log, seq: BigInt(seq) }, entry: JSON.parse(Buffer.from(leaf).toString()) as Entry }
}

function placeOf({ ref, entry }: RecordedEntry): Place {
  return { log: ref.log, session: entry.session, n: entry.n, seq: Number(ref.seq) }
}

function summaryOf(log: string, row: SessionRow): SessionSummary {
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
