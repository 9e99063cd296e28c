// What the wire asks of those who read statements and know columns. Promise: where nobody reads them, every statement is
// refused and every column hidden; a connection that is transparent needs neither.
import type { Code } from '../gateway/errors.ts'
import type { Action, ColumnOrigin, Session } from '../gateway/seam.ts'

/** A column as the system describes it. */
export interface Field {
  readonly name: string
  /** Oids; 0 where the column is an expression. */
  readonly table: number
  readonly attribute: number
  readonly type: number
  readonly format: 'text' | 'binary'
}

/** What one text asks for: all its statements together are one question. */
export interface StatementReading {
  readonly kind: 'statement'
  readonly action: Pick<Action, 'operation' | 'target' | 'subjectMatter' | 'effects' | 'facts' | 'carries'>
  /**
   * Of the nth result of this text: where its columns come from. Compared there with what the system says they are; a
   * description that fits no plan comes back as `unknown` throughout.
   */
  readonly origins: (fields: readonly Field[], result: number) => readonly ColumnOrigin[]
  /** Changes what later statements mean (search path, temporary tables …): they are read once it has run. */
  readonly changesSession: boolean
  /** Whether words of the system (errors, notices) may be shown as they are. */
  readonly wordsAreClean: boolean
}

export interface SqlRefusal {
  readonly kind: 'refused'
  readonly code: Code
  readonly sqlState: string
  /** A fixed sentence, never a part of the statement. */
  readonly detail: string
  readonly position: number | null
}

interface ReadContext {
  readonly session: Session
  /** Values of Bind as text, null for NULL, undefined where binary; null for a text that is not bound. */
  readonly parameters: readonly (string | null | undefined)[] | null
}

/** The text is valid UTF-8 without NUL and within `limits.statementBytes`. */
export type ReadStatements = (
  sql: string,
  context: ReadContext,
) => StatementReading | SqlRefusal | Promise<StatementReading | SqlRefusal>

export const nobodyReads: ReadStatements = () => ({
  kind: 'refused',
  code: 'unreadable',
  sqlState: '0A000',
  detail: 'This gateway cannot read statements, so it passes none on.',
  position: null,
})

/** Of a connection that is transparent: not read. */
export const unread: StatementReading = {
  kind: 'statement',
  action: {
    operation: 'sql.unread',
    target: 'unlisted',
    subjectMatter: '',
    effects: new Set(['read', 'write', 'define', 'session']),
    facts: {},
    carries: 'unknown',
  },
  origins: () => [],
  changesSession: false,
  wordsAreClean: true,
}

/** Where no reading is known: everything is hidden. */
export function unknownOrigins(fields: readonly Field[]): readonly ColumnOrigin[] {
  return fields.map(({ name, type, format }) => ({ name, type, format, labels: 'unknown', derived: true }))
}
