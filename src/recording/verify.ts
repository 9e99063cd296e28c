// Whether a log is what it was. Promise: everything is recomputed from the leaves, with a public key as the only thing
// believed, in memory that does not grow with the log; a fault says where and what, and never an excerpt.
//
// Its limit: entries after the newest checkpoint are covered by the stored right edge alone. Whoever can write the file
// can cut them off together with that edge, or go back to a whole older copy; only an anchor outside would tell.
import type { KeyObject } from 'node:crypto'
import { existsSync } from 'node:fs'
import { origin, verifyCheckpoint } from './checkpoint.ts'
import { fileNumbers, filePath, isLeftover, logDir, logsIn, openForReading, readMeta, readTree } from './inbox-file.ts'
import { readVerifyingKey } from './keys.ts'
import { append, type Edge, emptyEdge, root, sameEdge } from './merkle.ts'
import { type EntryRow, LogStory } from './verify-story.ts'

interface Fault {
  readonly log: string
  /** Position of the entry it is about; null where it is about a file or the log. */
  readonly seq: number | null
  /** intact: what is there was changed. complete: something is missing or out of order. */
  readonly verdict: 'intact' | 'complete'
  readonly what: string
}

export interface LogVerdict {
  readonly intact: boolean
  readonly complete: boolean
  readonly anchored: 'not configured'
  readonly entries: number
  /** Entries that a signed checkpoint covers; the rest are younger than the last one. */
  readonly signed: number
  readonly sessions: number
  /** Without a closing entry: still open, or their process died. */
  readonly openSessions: number
  /** The first thousand. */
  readonly faults: readonly Fault[]
  readonly faultCount: number
}

export interface VerifyOptions {
  /** Default: the one of this data directory. */
  readonly publicKey?: KeyObject
  readonly instance?: string
  readonly onProgress?: (entries: number) => void
}

const FAULTS_MAX = 1_000
const PROGRESS_ENTRIES = 2_000

export type Report = (verdict: Fault['verdict'], seq: number | null, what: string) => void

/** Verifies every log under the data directory, or the one of `instance`. */
export async function verifyLog(dir: string, options: VerifyOptions = {}): Promise<LogVerdict> {
  const faults: Fault[] = []
  let faultCount = 0
  const broken = { intact: false, complete: false }
  const total = { entries: 0, signed: 0, sessions: 0, openSessions: 0 }
  const reportFor = (log: string): Report => {
    return (verdict, seq, what) => {
      broken[verdict] = true
      faultCount++
      if (faults.length < FAULTS_MAX) faults.push({ log, seq, verdict, what })
    }
  }
  const publicKey = options.publicKey ?? readVerifyingKey(dir)
  const logs = options.instance === undefined ? logsIn(dir) : [options.instance]
  if (logs.length === 0) reportFor('')('complete', null, 'there is no log')
  for (const log of logs) {
    const walk = new LogWalk(dir, log, publicKey, reportFor(log))
    const result = await walk.run(entries => options.onProgress?.(total.entries + entries))
    for (const name of ['entries', 'signed', 'sessions', 'openSessions'] as const) total[name] += result[name]
  }
  return {
    intact: !broken.intact,
    complete: !broken.complete,
    anchored: 'not configured',
    ...total,
    faults,
    faultCount,
  }
}

class LogWalk {
  readonly #folder: string
  readonly #log: string
  readonly #publicKey: KeyObject | null
  readonly #report: Report
  readonly #story: LogStory
  #edge: Edge = emptyEdge
  #signed = 0
  /** After a gap or a root that is not the signed one, later roots cannot be right: they are not counted as faults. */
  #treeBroken = false

  constructor(dir: string, log: string, publicKey: KeyObject | null, report: Report) {
    this.#folder = logDir(dir, log)
    this.#log = log
    this.#publicKey = publicKey
    this.#report = report
    this.#story = new LogStory(this.#folder, report)
  }

  async run(onProgress: (entries: number) => void) {
    if (!this.#publicKey) this.#report('intact', null, 'there is no public key to check signatures with')
    const numbers = existsSync(this.#folder) ? fileNumbers(this.#folder) : []
    if (numbers.length === 0) this.#report('complete', null, 'the log has no files')
    // Files may be added while this runs: the last one says whether another follows.
    for (let number = 1, last = numbers[numbers.length - 1] ?? 0; number <= last; number++) {
      if (!existsSync(filePath(this.#folder, number))) {
        this.#report('complete', null, `file ${number} is missing`)
        this.#treeBroken = true
        continue
      }
      try {
        const next = await this.#file(number, onProgress)
        // A crash may come between the making of the newest file and the mark in the one before it.
        if (next === null ? number < last - 1 : next !== number + 1) {
          this.#report('intact', null, `file ${number} does not say which file follows`)
        } else if (next !== null && next > last) last = next
      } catch (error) {
        this.#unreadable(number, error)
      }
    }
    this.#story.close()
    const { sessions, openSessions } = this.#story
    return { entries: this.#edge.size, signed: this.#signed, sessions, openSessions }
  }

  /** The number of the next file, where this one says there is one. */
  async #file(number: number, onProgress: (entries: number) => void): Promise<number | null> {
    const path = filePath(this.#folder, number)
    if (isLeftover(path)) return null
    const db = openForReading(path)
    try {
      // One snapshot, so that a log can be verified while it is written.
      db.exec('BEGIN')
      const meta = readMeta(db)
      if (meta.log !== this.#log || meta.number !== number)
        this.#report('intact', null, `file ${number} is another one`)
      if (meta.first !== this.#edge.size) {
        this.#report('complete', this.#edge.size, `file ${number} begins at entry ${meta.first}`)
        this.#treeBroken = true
        this.#edge = { ...this.#edge, size: meta.first }
      }
      this.#story.beginFile(db, number)
      const notes = db.prepare('SELECT size, note FROM checkpoint ORDER BY size').iterate()
      const checkpoints = notes as unknown as Iterator<CheckpointRow, undefined>
      let checkpoint = checkpoints.next()
      const rows = db.prepare('SELECT seq, prev, key, hash, leaf, transcript, sealed FROM entry ORDER BY seq')
      for (const row of rows.iterate() as Iterable<EntryRow>) {
        this.#entry(row)
        for (; !checkpoint.done && checkpoint.value.size <= this.#edge.size; checkpoint = checkpoints.next()) {
          this.#checkpoint(checkpoint.value)
        }
        if (row.seq % PROGRESS_ENTRIES === 0) {
          onProgress(this.#edge.size)
          await new Promise(resolve => setImmediate(resolve))
        }
      }
      if (!checkpoint.done) {
        const { size } = checkpoint.value
        this.#report('complete', this.#edge.size, `a checkpoint says that there were ${size} entries`)
        this.#checkpointNote(checkpoint.value)
      }
      const tree = readTree(db)
      if (!tree || (this.#treeBroken ? tree.size !== this.#edge.size : !sameEdge(tree, this.#edge))) {
        this.#report('intact', this.#edge.size - 1, `the right edge of file ${number} is not that of its entries`)
      }
      this.#story.endFile()
      return meta.next
    } finally {
      db.close()
    }
  }

  #entry(row: EntryRow): void {
    const expected = this.#edge.size
    if (row.seq !== expected) {
      this.#report('complete', expected, `entries ${expected} to ${row.seq - 1} are missing`)
      this.#treeBroken = true
      this.#edge = { ...this.#edge, size: row.seq }
    }
    const hash = this.#story.entry(row)
    this.#edge = append(this.#treeBroken ? { size: 0, hashes: [] } : this.#edge, hash)
    if (this.#treeBroken) this.#edge = { size: row.seq + 1, hashes: [] }
  }

  #checkpoint(row: CheckpointRow): void {
    const signed = this.#checkpointNote(row)
    if (!signed || this.#treeBroken) return
    if (row.size !== this.#edge.size || !signed.root.equals(root(this.#edge))) {
      this.#report('intact', row.size - 1, `entries ${this.#signed} to ${row.size - 1} are not those that were signed`)
      this.#treeBroken = true
      return
    }
    this.#signed = row.size
  }

  #checkpointNote({ size, note }: CheckpointRow) {
    if (!this.#publicKey) return null
    const signed = verifyCheckpoint(note, origin(this.#log), this.#publicKey)
    if (signed && signed.size === size) return signed
    this.#report('intact', size - 1, 'a checkpoint is not signed by the key of this log')
    return null
  }

  #unreadable(number: number, error: unknown): void {
    const says = (error as { errcode?: number }).errcode
    const own = error instanceof Error && says === undefined ? 'it is not of a known format' : `SQLite error ${says}`
    this.#report('intact', this.#edge.size, `file ${number} cannot be read from here on: ${own}`)
    this.#treeBroken = true
  }
}

interface CheckpointRow {
  readonly size: number
  readonly note: string
}
