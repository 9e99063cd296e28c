// Whether a log is what it was. Promise: everything is recomputed from the leaves, with a public key as the only thing
// believed, in memory that does not grow with the log; a fault says where and what, and never an excerpt.
//
// Its limit: whoever can write the files can cut the end off, together with what the index says of it, or go back to a
// whole older copy. What is left is intact and complete in itself; only somebody who kept a later checkpoint can tell.
import type { KeyObject } from 'node:crypto'
import { closeSync, existsSync } from 'node:fs'
import { limits } from '../gateway/limits.ts'
import { type Checkpoint, origin, verifyCheckpoint } from './checkpoint.ts'
import { type CheckpointRecord, type FrameRecord, MalformedFrame, readRecords, type StoredEntry } from './frame.ts'
import { fileNumbers, filePath, logDir, logsIn } from './inbox-folder.ts'
import { type Frame, FrameReader, openForReading } from './inbox-frames.ts'
import { readVerifyingKey } from './keys.ts'
import { readIndex } from './log-index.ts'
import { append, type Edge, emptyEdge, readEdge, root, sameEdge } from './merkle.ts'
import { LogStory } from './verify-story.ts'

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
  /** Entries under the checkpoint that was kept, where they are those; null where there are not, or none was given. */
  readonly kept: number | null
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
  /** A checkpoint that somebody kept: a signed note. The log must still hold what it states. */
  readonly kept?: string
  readonly onProgress?: (entries: number) => void
}

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
      if (faults.length < limits.verifyFaults) faults.push({ log, seq, verdict, what })
    }
  }
  const publicKey = options.publicKey ?? readVerifyingKey(dir)
  const logs = options.instance === undefined ? logsIn(dir) : [options.instance]
  if (logs.length === 0) reportFor('')('complete', null, 'there is no log')
  const kept = options.kept === undefined ? null : new KeptCheckpoint(options.kept, publicKey, logs)
  if (kept !== null && kept.log === null)
    reportFor('')('intact', null, 'the checkpoint that was kept is not signed for a log here by this key')
  for (const log of logs) {
    const walk = new LogWalk(dir, log, publicKey, reportFor(log), kept?.log === log ? kept : null)
    const result = await walk.run(entries => options.onProgress?.(total.entries + entries))
    for (const name of ['entries', 'signed', 'sessions', 'openSessions'] as const) total[name] += result[name]
  }
  return {
    intact: !broken.intact,
    complete: !broken.complete,
    anchored: 'not configured',
    kept: kept?.held ?? null,
    ...total,
    faults,
    faultCount,
  }
}

/** What somebody outside remembers of a log. */
class KeptCheckpoint {
  /** The log it was signed for; null where it was for none of these, or by another key. */
  readonly log: string | null
  readonly #stated: Checkpoint | null = null
  #held: boolean | null = null

  constructor(note: string, publicKey: KeyObject | null, logs: readonly string[]) {
    const stated = logs.map(log => publicKey && verifyCheckpoint(note, origin(log), publicKey))
    const at = stated.findIndex(one => one !== null)
    this.log = logs[at] ?? null
    this.#stated = stated[at] ?? null
  }

  /** Its number of entries, where the log holds them. */
  get held(): number | null {
    return this.#held === true ? (this.#stated?.size ?? null) : null
  }

  /** `edge` is null where it is not known any more what the tree was. */
  reached(size: number, edge: Edge | null, report: Report): void {
    if (this.#stated === null || size !== this.#stated.size) return
    this.#held = edge !== null && root(edge).equals(this.#stated.root)
    if (!this.#held) report('intact', size - 1, 'the entries are not those under the checkpoint that was kept')
  }

  end(size: number, report: Report): void {
    if (this.#stated === null || this.#held !== null) return
    report('complete', size, `the checkpoint that was kept says that there were ${this.#stated.size} entries`)
  }
}

class LogWalk {
  readonly #folder: string
  readonly #log: string
  readonly #publicKey: KeyObject | null
  readonly #report: Report
  readonly #story: LogStory
  readonly #kept: KeptCheckpoint | null
  #edge: Edge = emptyEdge
  #signed = 0
  /** After a gap or a root that is not the signed one, later roots cannot be right: they are not counted as faults. */
  #treeBroken = false

  constructor(dir: string, log: string, publicKey: KeyObject | null, report: Report, kept: KeptCheckpoint | null) {
    this.#folder = logDir(dir, log)
    this.#log = log
    this.#publicKey = publicKey
    this.#report = report
    this.#kept = kept
    this.#story = new LogStory(this.#folder, readIndex(this.#folder), report)
  }

  async run(onProgress: (entries: number) => void) {
    if (!this.#publicKey) this.#report('intact', null, 'there is no public key to check signatures with')
    const numbers = this.#fileNumbers()
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
    this.#kept?.end(this.#edge.size, this.#report)
    this.#story.end(this.#edge.size)
    const { sessions, openSessions } = this.#story
    return { entries: this.#edge.size, signed: this.#signed, sessions, openSessions }
  }

  #fileNumbers(): number[] {
    try {
      return fileNumbers(this.#folder)
    } catch (error) {
      this.#report('intact', null, error instanceof Error ? error.message : 'the folder cannot be read')
      return []
    }
  }

  /** The number of the next file, where this one says there is one. */
  async #file(number: number, onProgress: (entries: number) => void): Promise<number | null> {
    const handle = openForReading(filePath(this.#folder, number))
    try {
      const reader = new FrameReader(handle)
      let next: number | null = null
      let first = true
      let seen = 0
      for (let frame = reader.next(); frame; frame = reader.next()) {
        for (const record of this.#records(frame)) {
          if (first && record.kind !== 'head')
            this.#report('intact', this.#edge.size, `file ${number} has no beginning`)
          first = false
          if (record.kind === 'next') next = record.number
          else this.#record(record, number)
          if (seen++ % PROGRESS_ENTRIES === 0) {
            onProgress(this.#edge.size)
            await new Promise(resolve => setImmediate(resolve))
          }
        }
        if (!frame.whole)
          this.#report('intact', this.#edge.size - 1, `bytes of file ${number} were changed at ${frame.offset}`)
      }
      if (reader.tail === 'broken' || (reader.tail === 'torn' && next !== null)) {
        this.#report('intact', this.#edge.size, `file ${number} cannot be read from byte ${reader.at} on`)
        this.#treeBroken = true
      }
      return next
    } finally {
      closeSync(handle)
    }
  }

  *#records({ body, offset }: Frame): Generator<FrameRecord> {
    try {
      yield* readRecords(body)
    } catch (error) {
      if (!(error instanceof MalformedFrame)) throw error
      this.#report('intact', this.#edge.size, `the frame at byte ${offset} is not of a known form`)
      this.#treeBroken = true
    }
  }

  #record(record: Exclude<FrameRecord, { kind: 'next' }>, number: number): void {
    if (record.kind === 'entry') this.#entry(record, number)
    else if (record.kind === 'key') this.#story.key(record)
    else if (record.kind === 'checkpoint') this.#checkpoint(record)
    else {
      if (record.log !== this.#log || record.number !== number)
        this.#report('intact', null, `file ${number} is another one`)
      const edge = readEdge(record.first, Buffer.from(record.edge, 'hex'))
      if (record.first !== this.#edge.size) {
        this.#report('complete', this.#edge.size, `file ${number} begins at entry ${record.first}`)
        this.#treeBroken = true
        this.#edge = { size: record.first, hashes: [] }
      } else if (!this.#treeBroken && (edge === null || !sameEdge(edge, this.#edge))) {
        this.#report('intact', record.first - 1, `file ${number} does not begin where the one before ends`)
      }
    }
  }

  #entry(row: StoredEntry, number: number): void {
    const expected = this.#edge.size
    if (row.seq !== expected) {
      const missing =
        row.seq > expected ? `entries ${expected} to ${row.seq - 1} are missing` : `entry ${row.seq} comes again`
      this.#report('complete', expected, missing)
      this.#treeBroken = true
      this.#edge = { size: row.seq, hashes: [] }
    }
    const hash = this.#story.entry(row, number)
    this.#edge = this.#treeBroken ? { size: row.seq + 1, hashes: [] } : append(this.#edge, hash)
    this.#kept?.reached(this.#edge.size, this.#treeBroken ? null : this.#edge, this.#report)
  }

  #checkpoint(record: CheckpointRecord): void {
    const signed = this.#checkpointNote(record)
    if (record.size > this.#edge.size) {
      this.#report('complete', this.#edge.size, `a checkpoint says that there were ${record.size} entries`)
      return
    }
    if (!signed || this.#treeBroken) return
    if (record.size !== this.#edge.size || !signed.root.equals(root(this.#edge))) {
      const seq = record.size - 1
      this.#report('intact', seq, `entries ${this.#signed} to ${seq} are not those that were signed`)
      this.#treeBroken = true
      return
    }
    this.#signed = record.size
  }

  #checkpointNote({ size, note }: CheckpointRecord) {
    if (!this.#publicKey) return null
    const signed = verifyCheckpoint(note, origin(this.#log), this.#publicKey)
    if (signed && signed.size === size) return signed
    this.#report('intact', size - 1, 'a checkpoint is not signed by the key of this log')
    return null
  }

  #unreadable(number: number, error: unknown): void {
    const code = (error as { code?: string }).code
    const why = code === undefined ? 'it is not of a known format' : code
    this.#report('intact', this.#edge.size, `file ${number} cannot be read from here on: ${why}`)
    this.#treeBroken = true
  }
}
