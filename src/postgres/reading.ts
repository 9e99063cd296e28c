// What the wire asks of those who read statements and know columns. Promise: where nobody reads them, every statement is
// refused and every column hidden; a connection that is transparent needs neither.
import type { Code } from '../gateway/errors.ts'
import type { Action, ColumnOrigin, Gateway, Session } from '../gateway/seam.ts'
import type { PostgresConnectionConfig, PostgresLogin } from './connection-config.ts'
import type { Lists } from './guesses.ts'
import type { Said } from './statement/statement.ts'
import type { Untold } from './untold.ts'
import type { HoldsNothing } from './violations.ts'

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
  readonly action: Pick<Action, 'operation' | 'target' | 'subjectMatter' | 'effects' | 'facts' | 'carries' | 'parts'>
  /**
   * Of the nth result of this text: where its columns come from. Compared there with what the system says they are; a
   * description that fits no plan comes back as `unknown` throughout.
   */
  readonly origins: (fields: readonly Field[], result: number) => readonly ColumnOrigin[]
  /** Of the nth result, where it is copied out: what its rows are; null where that is not known. */
  readonly copyOut: (result: number) => CopyOut | null
  /**
   * What later statements mean afterwards: the same; something else that is known at once (a search path, a cursor); or
   * something that the system must be asked about once this has run (new relations, what a function did).
   */
  readonly changes: 'nothing' | 'told' | 'unknown'
  /** Labels of what words of the system (errors, notices) about this could quote. */
  readonly quotes: () => ReadonlySet<string> | 'unknown'
  /** The same, and of all before it in its transaction: what was put off to the end is told then. */
  readonly endQuotes: () => ReadonlySet<string> | 'unknown'
  /** Whether columns that an error about a constraint quotes hold nothing that labels protect. */
  readonly holdsNothing: HoldsNothing
  /** Labels of what decides which rows come or in which order, so that answers could tell values one by one. */
  readonly probes: ReadonlySet<string> | 'unknown'
  /** It names a column that nothing in it has. */
  readonly missing: boolean
  /** Labels of what is compared with single values: bounded by how often. */
  readonly guesses: ReadonlySet<string> | 'unknown'
  /** How many such comparisons its statements are with these lists bound. */
  readonly guessed: (lists: Lists) => number
  /** It could carry protected data, unseen, to where nobody hides it. */
  readonly launders: boolean
  /** Prepared statements and portals whose names mean something else afterwards; null for all of them. */
  readonly forgets: readonly { readonly kind: 'statement' | 'portal'; readonly name: string | null }[]
  /** Whether it would be read the same now. */
  readonly holds: () => boolean
  /** It runs functions that people wrote. */
  readonly calls: boolean
  /** Whether those do what they did when it was read, as far as is known. */
  readonly lasts: () => boolean
  /** Its rows go on to be made: functions in it may have changed anything by now. */
  readonly resumes: () => void
  /** It is passed on, with these parameters: what follows is read as if it had run. */
  readonly passes: (bound: Bound | null) => Passage
  /** What of its text and values the record does not show; null where it shows all. */
  readonly untold: () => Untold | null
  /** How many rows it takes can be asked; null where that of some statement cannot. */
  readonly estimable: () => readonly Estimable[] | null
}

/** A text that is asked of the gateway, and may then leave for the system. */
export interface Passage {
  /** False where others define anew what it uses, or use what it defines anew; true, and it counts as having left. */
  leaves(): boolean | Promise<boolean>
}

/** Parameters as Parse and Bind had them. */
export interface Bound {
  readonly types: Uint8Array
  readonly values: Uint8Array
}

export interface Estimable {
  /** To be explained; null where `atMost` says it all. */
  readonly sql: string | null
  /** `text`: it has the parameters of the whole text. */
  readonly bound: 'text' | Bound | null
  readonly atMost: number
}

export interface CopyOut {
  readonly format: 'text' | 'csv' | 'binary'
  readonly delimiter: string
  readonly null: string
  readonly quote: string
  readonly escape: string
  /** A first row that holds names. */
  readonly header: boolean
  readonly columns: readonly ColumnOrigin[]
}

export interface SqlRefusal {
  readonly kind: 'refused'
  readonly code: Code
  readonly sqlState: string
  /** A fixed sentence, never a part of the statement. */
  readonly detail: string
  readonly position: number | null
  readonly said?: Said
}

/** Asks the system of a link itself, in its session, once all before is answered; recorded as the gateway's own question. */
export type AskLink = (sql: string) => Promise<readonly (readonly (string | null)[])[]>

export interface ReadContext {
  readonly session: Session
  /** Values of Bind as text, null for NULL, undefined where binary; null for a text that is not bound. */
  readonly parameters: readonly (string | null | undefined)[] | null
  /** Oids as Parse gave them: of its parameters from the first on, 0 where the system is to find out. */
  readonly types: Uint8Array
  /** Null where the system cannot be asked now: within a flight, or in a transaction that has failed. */
  readonly ask: AskLink | null
  /** A prepared statement of the protocol is no more what it was. */
  readonly forget: (statement: string) => void
}

/** The text is valid UTF-8 without NUL and within `limits.statementBytes`. */
export type ReadStatements = (
  sql: string,
  context: ReadContext,
) => StatementReading | SqlRefusal | Promise<StatementReading | SqlRefusal>

/** One caller's connection, as the reader of its statements knows it. */
export interface ReaderLink {
  readonly gateway: Gateway
  readonly session: Session
  readonly config: PostgresConnectionConfig
  readonly login: PostgresLogin
  /** Of the startup packet. */
  readonly settings: ReadonlyMap<string, string>
}

export interface LinkReader {
  readonly read: ReadStatements
  /**
   * All that was passed on is answered. `failed`: not all of it was done. `status` is the letter of ReadyForQuery, or
   * that of a transaction within a flight.
   */
  idle(status: number, failed: boolean): void
  /** Whether the next statement is read well only where the system can be asked before it. */
  readonly asks: boolean
  /** It has begun; what the system said of its settings while it let the session in was `heard` before. */
  begins?(): void
  /** The system says that a setting of the session has this value. Throws a WireFault where it must have another. */
  heard?(setting: string, value: string): void
  /** Before more of what the system says is read; null where nothing has to be asked for that. Rejects with a Refusal. */
  settle?(): Promise<void> | null
  /** Something was defined in a transaction that is not over: the session is over only once the system ends it. */
  readonly unfinished?: boolean
  /** The system has ended the session. */
  gone?(): void
}

export interface StatementReader {
  /** Rejects with a Refusal where the system cannot be asked what it holds. */
  open(link: ReaderLink): Promise<LinkReader>
  close(): Promise<void>
}

export function readerOf(read: ReadStatements): StatementReader {
  return { open: async () => ({ read, idle: () => undefined, asks: false }), close: async () => undefined }
}

export const nobodyReads: ReadStatements = () => ({
  kind: 'refused',
  code: 'unreadable',
  sqlState: '0A000',
  detail: 'This gateway cannot read statements, so it passes none on.',
  position: null,
})

const NO_LABELS: ReadonlySet<string> = new Set()

const UNHINDERED: Passage = { leaves: () => true }

/** A reading that knows nothing but what is said over it. */
export const opaque: Omit<StatementReading, 'action'> = {
  kind: 'statement',
  origins: unknownOrigins,
  copyOut: () => null,
  changes: 'nothing',
  quotes: () => 'unknown',
  endQuotes: () => 'unknown',
  holdsNothing: () => false,
  probes: NO_LABELS,
  missing: false,
  guesses: NO_LABELS,
  guessed: lists => [...lists.values()].reduce((sum, values) => sum + values, 1),
  launders: false,
  forgets: [],
  holds: () => true,
  calls: false,
  lasts: () => true,
  resumes: () => undefined,
  passes: () => UNHINDERED,
  untold: () => null,
  estimable: () => null,
}

/** Of a connection that is transparent: not read. */
export const unread: StatementReading = {
  ...opaque,
  action: {
    operation: 'sql.unread',
    target: 'unlisted',
    subjectMatter: '',
    effects: new Set(['read', 'write', 'define', 'session']),
    facts: {},
    carries: 'unknown',
  },
  origins: () => [],
  quotes: () => NO_LABELS,
  endQuotes: () => NO_LABELS,
}

/** Where no reading is known: everything is hidden. */
export function unknownOrigins(fields: readonly Field[]): readonly ColumnOrigin[] {
  return fields.map(({ name, type, format }) => ({ name, type, format, labels: 'unknown', derived: true }))
}
