// How many rows the system expects, of what is about to run with exactly these parameters. Promise: what cannot be told stays
// unknown; where the system cannot plan the only statement of a text, its caller hears what the system says about that.
import { Refusal } from '../gateway/errors.ts'
import type { Cleared } from '../recording/inbox.ts'
import { type LinkQuestion, SystemError } from './link-ask.ts'
import { plannedRows } from './planned-rows.ts'
import type { Wanted } from './question.ts'
import type { Estimable } from './reading.ts'

type Rows = readonly (readonly (string | null)[])[]

/** A refusal, and the system's own words in its place. */
export interface Unplanned {
  readonly refusal: Refusal
  readonly said: Cleared<'caller'>
}

const EXPLAIN = 'explain (format json) '
const UNPLANNED = 'The system cannot plan this statement.'

export async function estimate(
  { portal, estimable }: Pick<Wanted, 'portal'> & { readonly estimable: readonly Estimable[] | null },
  parent: string,
  ask: (question: Omit<LinkQuestion, 'synced'>) => Promise<Rows>,
): Promise<number | Unplanned | Refusal | null> {
  if (estimable === null) return null
  const values = portal === null ? {} : { types: portal.prepared.types, values: portal.values }
  let rows = 0
  try {
    for (const { sql, bound, atMost } of estimable) {
      const how = bound === 'text' ? { ...values, before: EXPLAIN.length } : (bound ?? {})
      const question = { operation: 'sql.probe', parent, sql: `${EXPLAIN}${sql}`, ...how }
      const expected = sql === null ? atMost : plannedRows(await ask(question))
      rows = Math.max(rows, Math.min(atMost, expected))
    }
  } catch (fault) {
    if (fault instanceof Refusal) return fault
    if (!(fault instanceof SystemError) || estimable.length > 1) return null
    const { said } = fault
    return { refusal: new Refusal('upstream', parent, UNPLANNED), said }
  }
  return rows
}
