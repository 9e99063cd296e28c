// One exchange under way and the turns in which the system answers it. Promise: an exchange ends once, when its last answer
// has been delivered; a portal that is resumed goes on in the exchange it began in.
import type { Authored } from '../gateway/authored.ts'
import { limits } from '../gateway/limits.ts'
import type { Admission, Outcome, RowMasker } from '../gateway/seam.ts'
import type { Cleared } from '../recording/inbox.ts'
import { back } from './frames.ts'
import type { Changes, Portal, Prepared } from './names.ts'
import type { CopyOut, Field, StatementReading } from './reading.ts'

/** Whether the caller sees in clear what derives from these labels. */
export function shows(admission: Admission<'system'>, labels: ReadonlySet<string> | 'unknown'): boolean {
  if (labels !== 'unknown' && labels.size === 0) return true
  return admission.mask.columns([{ name: '', type: 0, format: 'text', labels, derived: true }]).touched.length === 0
}

export class Asked {
  readonly admission: Admission<'system'>
  readonly reading: StatementReading
  /** What is executed, in the extended protocol. */
  readonly portal: Portal | null
  /** What the rows that come are; null until the system or the prepared statement has said so. */
  fields: readonly Field[] | null = null
  rowMasker: RowMasker | null = null
  /** Rows that are copied out now, and whether the first of them has come. */
  copy: CopyOut | null = null
  copied = false
  /** Values hidden from the caller that it was not told of, by label; null where there are none. */
  hidden: Map<string, number> | null = null
  /** Of several results of one text. */
  result = 0
  rows = 0
  delivered = 0
  /** Turns not answered yet. */
  turns = 0
  suspended = false
  #outcome: Outcome = 'done'
  #undelivered = 0
  #over = false
  #clean: boolean | null = null

  constructor(admission: Admission<'system'>, reading: StatementReading, portal: Portal | null) {
    this.admission = admission
    this.reading = reading
    this.portal = portal
  }

  /** Rows the transcript may still show. */
  get room(): number {
    return Math.max(0, limits.transcriptRows - this.rows)
  }

  /** Whether words of the system about this may be shown as they are. */
  get wordsAreClean(): boolean {
    this.#clean ??= shows(this.admission, this.reading.quotes())
    return this.#clean
  }

  get answered(): boolean {
    return this.turns === 0 && !this.suspended
  }

  releasing(): void {
    this.#undelivered++
  }

  released(bytes: number): void {
    this.#undelivered--
    this.delivered += bytes
    this.settle()
  }

  /** What comes now is about all that was asked before it, too. */
  ending(): void {
    this.#clean = shows(this.admission, this.reading.endQuotes())
  }

  failed(outcome: Outcome): void {
    if (this.#outcome === 'done') this.#outcome = outcome
  }

  /** Ends the exchange where nothing of it is left to come or to deliver. */
  settle(): void {
    if (this.#over || this.#undelivered > 0 || !this.answered) return
    this.#over = true
    this.admission.end(this.#outcome, this.delivered)
  }

  /** Its portal is there no more: what was left in it will not come. */
  closed(): void {
    this.suspended = false
    this.settle()
  }

  /** Whatever is left of it. */
  abandon(outcome: Outcome): void {
    if (this.#over) return
    this.#over = true
    this.failed(outcome)
    this.admission.end(this.#outcome, this.delivered)
  }
}

/** What a message is answered by. The first three stand for themselves. */
export const reply = {
  parsed: back.parsed,
  bound: back.bound,
  closed: back.closed,
  ready: back.ready,
  /** Parameters, then rows or none. */
  statement: back.parameters,
  /** Rows or none. */
  portal: back.rowDescription,
  /** Rows, then one of complete, empty and suspended. */
  executed: back.complete,
  /** Any number of results, up to ready. */
  query: 1,
  /** The result of a function called by number, then ready. */
  call: 2,
  /** An error that the gateway itself brought about. */
  failure: back.error,
} as const

/** Words of the gateway, or recorded ones of the system. */
export type Told = Authored | Cleared<'caller'>

/** What the system is to answer to one thing that was sent. */
export interface Turn {
  /** Null for the gateway's own messages. */
  readonly asked: Asked | null
  readonly expects: number[]
  at: number
  readonly changes: Changes
  /** Statements whose description is awaited, in order. */
  readonly described: (Prepared | null)[]
  /** What the caller hears in place of an error that the gateway brought about. */
  readonly refusal: Told | null
  /** Who hears the rows of a question of the gateway's own. */
  readonly own?: OwnAnswer
}

export interface OwnAnswer {
  readonly row: (buffer: Buffer, start: number, end: number) => void
  /** An error, before `resolve`. */
  readonly failed: (frame: Buffer) => void
  /** Whether it was answered to its end. */
  readonly resolve: (whole: boolean) => void
}

export function ownTurn(expects: number, refusal: Told | null = null): Turn {
  return { asked: null, expects: [expects], at: 0, changes: [], described: [], refusal }
}
