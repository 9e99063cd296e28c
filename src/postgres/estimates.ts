// How many rows the system expects, of what is about to run with exactly these parameters. Promise: what cannot be told stays
// unknown; where the system cannot plan the only statement of a text, its caller hears what the system says about that.
import { Refusal } from '../gateway/errors.ts'
import type { Cleared } from '../recording/inbox.ts'
import type { Flight } from './flight.ts'
import { type LinkAsk, SystemError } from './link-ask.ts'
import { plannedRows } from './planned-rows.ts'
import type { Wanted } from './question.ts'
import type { Estimable } from './reading.ts'
import type { Readings } from './readings.ts'
import type { Turns } from './turns.ts'

export interface EstimatesParts {
  readonly readings: Readings
  readonly flight: Flight
  readonly turns: Turns
  readonly ask: LinkAsk
}

type Facts = Readonly<Record<string, unknown>>

const EXPLAIN = 'explain (format json) '
const UNPLANNED = 'The system cannot plan this statement.'
const UNKNOWN_ROWS: Facts = {}

export class Estimates {
  readonly #parts: EstimatesParts
  /** What the system said of statements it could not plan. */
  readonly #unplanned = new WeakMap<Wanted, Cleared<'caller'>>()

  constructor(parts: EstimatesParts) {
    this.#parts = parts
  }

  /** In place of a refusal, where the system could not plan it. */
  saidOf(wanted: Wanted | null): Cleared<'caller'> | undefined {
    return wanted === null ? undefined : this.#unplanned.get(wanted)
  }

  /** What policy may know beside what it knew, once all before has been answered. `parent`: the exchange this is asked for. */
  async factsOf(wanted: Wanted, parent: string): Promise<Facts | Refusal> {
    const { readings, flight, turns } = this.#parts
    const { query } = wanted.run
    const read = query === null ? wanted.reading : await readings.exactly(query, wanted.reading)
    if ('refusal' in read) return read.refusal
    const { action } = read
    const quotes = read.quotes()
    const estimable = read.estimable()
    if (!turns.idle) await flight.answered()
    if (turns.skipping) return UNKNOWN_ROWS
    if (flight.failed && estimable?.length !== 1) return UNKNOWN_ROWS
    const clean = quotes !== 'unknown' && quotes.size === 0
    const rows = flight.failed ? 0 : await this.#rows(wanted, estimable, parent, clean)
    if (rows === null) return UNKNOWN_ROWS
    if (rows instanceof Refusal) return rows
    return { sql: { ...(typeof action.facts.sql === 'object' ? action.facts.sql : {}), estimatedRows: rows } }
  }

  /** `clean`: what the system says of it may be told as it is. */
  async #rows(
    wanted: Wanted,
    estimable: readonly Estimable[] | null,
    parent: string,
    clean: boolean,
  ): Promise<number | Refusal | null> {
    if (estimable === null) return null
    const { flight, ask } = this.#parts
    const { portal } = wanted
    const values = portal === null ? {} : { types: portal.prepared.types, values: portal.values }
    const about = { operation: 'sql.probe', parent, clean }
    let rows = 0
    try {
      for (const { sql, bound, atMost } of estimable) {
        const how = bound === 'text' ? { ...values, before: EXPLAIN.length } : (bound ?? {})
        const expected =
          sql === null
            ? atMost
            : plannedRows(await ask.rows({ ...about, sql: `${EXPLAIN}${sql}`, ...how, synced: !flight.unsynced }))
        rows = Math.max(rows, Math.min(atMost, expected))
      }
    } catch (fault) {
      if (fault instanceof Refusal) return fault
      if (!(fault instanceof SystemError) || estimable.length > 1) return null
      this.#unplanned.set(wanted, fault.said)
      return new Refusal('upstream', parent, UNPLANNED)
    }
    return rows
  }
}
