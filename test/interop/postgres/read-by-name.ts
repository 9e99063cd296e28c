// A reader of statements that reads none: for runs in which only what the wire and masking cost is asked. A column is what
// it is called; where values come from is the business of the product's own reader.
import { type ReadStatements, type StatementReading, unread } from '../../../src/postgres/reading.ts'

const nothing: ReadonlySet<string> = new Set()
const ssn: ReadonlySet<string> = new Set(['phi.ssn'])

const reading: StatementReading = {
  ...unread,
  action: { ...unread.action, operation: 'sql.select', effects: new Set(['read']), carries: nothing },
  origins: fields =>
    fields.map(({ name, type, format }) => ({
      name,
      type,
      format,
      labels: name === 'ssn' ? ssn : nothing,
      derived: false,
    })),
}

/** Refuses what begins with `frobnicate`. */
export const readByName: ReadStatements = sql =>
  sql.startsWith('frobnicate')
    ? { kind: 'refused', code: 'unreadable', sqlState: '42601', detail: 'Not SQL.', position: 1 }
    : reading
