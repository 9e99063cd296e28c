// One log as others read it, also while it is written. Promise: what the index does not know yet is read from the entries
// behind it, so that what was durable before `atOnce` began is found.
import { closeSync } from 'node:fs'
import { FIRST_FRAME, type KeyRecord, readRecords, type StoredEntry } from './frame.ts'
import { fileNumbers, filePath, logDir } from './inbox-folder.ts'
import { FrameReader, openForReading } from './inbox-frames.ts'
import { type IndexReader, nothingPending, type Pending, type Place, readIndex, tell } from './log-index.ts'
import { append, type Edge, readEdge } from './merkle.ts'
import type { SessionRow } from './session-row.ts'

/** Entries behind the index, and the tree with them. */
interface Tail extends Pending {
  readonly edge: Edge
}

export class LogReader {
  readonly name: string
  readonly #folder: string
  readonly #handles = new Map<number, number>()
  #index: IndexReader | null = null
  #tail: Tail | null = null
  /** The frame that was read last: entries of a session are often neighbours. */
  #last: { readonly place: Place; readonly entries: ReadonlyMap<number, StoredEntry> } | null = null

  constructor(dir: string, name: string) {
    this.name = name
    this.#folder = logDir(dir, name)
  }

  /** Everything `work` asks of this reader is of one moment. */
  atOnce<T>(work: () => T): T {
    this.#index ??= readIndex(this.#folder)
    const index = this.#index
    this.#last = null
    index?.begin()
    try {
      this.#tail = this.#readTail(index)
      return work()
    } finally {
      index?.end()
    }
  }

  // ---- inside atOnce ----

  get edge(): Edge {
    return this.#now.edge
  }

  /** The newest signed checkpoint. */
  get checkpoint(): string | null {
    return this.#now.checkpoint?.note ?? this.#index?.told().checkpoint ?? null
  }

  session(id: string): SessionRow | null {
    return this.#now.sessions.get(id) ?? this.#index?.session(id) ?? null
  }

  /** Newest first. */
  sessions(filter: { before: string; subject?: string; connection?: string; limit: number }): SessionRow[] {
    const { before, subject, connection, limit } = filter
    const rows = new Map((this.#index?.sessions(filter) ?? []).map(row => [row.id, row]))
    for (const row of this.#now.sessions.values()) {
      const matches =
        row.id < before && (subject ?? row.subject) === row.subject && (connection ?? row.connection) === row.connection
      if (matches) rows.set(row.id, row)
    }
    return [...rows.values()].sort((left, right) => (left.id < right.id ? 1 : -1)).slice(0, limit)
  }

  exchange(id: string): number[] {
    const behind = this.#now.exchanges.filter(([exchange]) => exchange === id).map(([, seq]) => seq)
    return [...(this.#index?.exchange(id) ?? []), ...behind]
  }

  key(id: number): KeyRecord | null {
    return this.#now.keys.find(key => key.id === id) ?? this.#index?.key(id) ?? null
  }

  entry(seq: number): StoredEntry | null {
    if (seq < 0 || seq >= this.edge.size) return null
    const place = this.#now.places.findLast(({ first }) => first <= seq) ?? this.#index?.place(seq)
    return (place && this.#frame(place).get(seq)) ?? null
  }

  // ----

  get #now(): Tail {
    return this.#tail as Tail
  }

  #frame(place: Place): ReadonlyMap<number, StoredEntry> {
    if (this.#last?.place.file === place.file && this.#last.place.at === place.at) return this.#last.entries
    const entries = new Map<number, StoredEntry>()
    const frame = new FrameReader(this.#handle(place.file), place.at, null).next()
    if (frame?.whole) {
      for (const record of readRecords(Buffer.from(frame.body))) {
        if (record.kind === 'entry') entries.set(record.seq, record)
      }
    }
    this.#last = { place, entries }
    return entries
  }

  #readTail(index: IndexReader | null): Tail {
    const told = index?.told() ?? { size: 0, edge: new Uint8Array() }
    const pending = nothingPending()
    let edge = readEdge(told.size, told.edge)
    if (edge === null)
      throw new Error(`The index in ${this.#folder} is damaged: remove it, and the next start makes it again.`)
    const last = index !== null && told.size > 0 ? index.place(told.size - 1) : null
    for (const number of fileNumbers(this.#folder)) {
      if (last !== null && number < last.file) continue
      const continues = last?.file === number
      const reader = new FrameReader(
        this.#handle(number),
        continues ? last.at : FIRST_FRAME,
        continues ? null : undefined,
      )
      for (let frame = reader.next(); frame?.whole; frame = reader.next()) {
        const first = edge.size
        for (const record of readRecords(frame.body)) {
          if (record.kind === 'entry') {
            if (record.seq !== edge.size) continue
            edge = append(edge, Buffer.from(record.hash))
          } else if (record.kind === 'key' && record.id < told.size) continue
          tell(pending, record, id => index?.session(id) ?? null)
        }
        if (edge.size > first) pending.places.push({ first, file: number, at: frame.offset })
      }
    }
    return { ...pending, edge }
  }

  #handle(number: number): number {
    const known = this.#handles.get(number)
    if (known !== undefined) return known
    const handle = openForReading(filePath(this.#folder, number))
    this.#handles.set(number, handle)
    return handle
  }

  close(): void {
    this.#index?.close()
    for (const handle of this.#handles.values()) closeSync(handle)
    this.#handles.clear()
    this.#index = null
  }
}
