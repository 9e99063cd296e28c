// One exchange under way and the turns in which the system answers it. Promise: an exchange ends once, when its last answer
// has been delivered; a portal that is resumed goes on in the exchange it began in.
import type { Authored } from '../gateway/authored.ts'
import { limits } from '../gateway/limits.ts'
import type { Admission, Outcome, RowMasker } from '../gateway/seam.ts'
import { back } from './frames.ts'
import type { Changes, Portal, Prepared } from './names.ts'
import type { Field, StatementReading } from './reading.ts'

export class Asked {
  readonly admission: Admission<'system'>
  readonly reading: StatementReading
  /** What is executed, in the extended protocol. */
  readonly portal: Portal | null
  /** What the rows that come are; null until the system or the prepared statement has said so. */
  fields: readonly Field[] | null = null
  rowMasker: RowMasker | null = null
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

  constructor(admission: Admission<'system'>, reading: StatementReading, portal: Portal | null) {
    this.admission = admission
    this.reading = reading
    this.portal = portal
  }

  /** Rows the transcript may still show. */
  get room(): number {
    return Math.max(0, limits.transcriptRows - this.rows)
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

  failed(outcome: Outcome): void {
    if (this.#outcome === 'done') this.#outcome = outcome
  }

  /** Ends the exchange where nothing of it is left to come or to deliver. */
  settle(): void {
    if (this.#over || this.#undelivered > 0 || !this.answered) return
    this.#over = true
    this.admission.end(this.#outcome, this.delivered)
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
  readonly refusal: Authored | null
}

export function ownTurn(expects: number, refusal: Authored | null = null): Turn {
  return { asked: null, expects: [expects], at: 0, changes: [], described: [], refusal }
}
