// What a SQL text would do, as plain data. Promise: values of the caller appear here only where a setting is named;
// everything is in memory for policy and lineage, and nothing of it is an error text.
import type { Effect } from '../../gateway/seam.ts'
import type { Tree } from './tree.ts'

/** Kinds with lineage of their own have names of their own; `define`, `maintain` and `other` hold the rest. */
export type StatementKind =
  | 'select'
  | 'insert'
  | 'update'
  | 'delete'
  | 'merge'
  | 'copy-in'
  | 'copy-out'
  | 'create-table-as'
  | 'truncate'
  | 'drop'
  | 'define'
  | 'grant'
  | 'maintain'
  | 'lock'
  | 'explain'
  | 'prepare'
  | 'execute'
  | 'deallocate'
  | 'declare'
  | 'fetch'
  | 'close'
  | 'set'
  | 'show'
  | 'discard'
  | 'transaction'
  | 'listen'
  | 'notify'
  | 'do'
  | 'call'
  | 'other'

export interface RelationUse {
  /** Null where no schema was written and the catalog does not know the name. */
  readonly schema: string | null
  readonly name: string
  readonly use: 'read' | 'write' | 'define'
}

export interface FunctionUse {
  readonly schema: string | null
  readonly name: string
  /** `session`: changes state of this session; `outside`: reaches files, other servers, SQL in text or other sessions. */
  readonly reach: 'pure' | 'session' | 'write' | 'outside'
}

export interface SettingChange {
  readonly name: string
  /** Null where it goes back to its default. */
  readonly value: readonly string[] | null
  readonly local: boolean
}

/** What stays in the session after the statement. */
export type SessionChange =
  /** `unsure`: whether it happens depends on more than that the statement runs. */
  | { readonly kind: 'set'; readonly setting: SettingChange; readonly unsure?: true }
  | { readonly kind: 'reset-all' }
  | { readonly kind: 'discard'; readonly what: 'all' | 'plans' | 'sequences' | 'temporary' }
  | { readonly kind: 'transaction'; readonly step: 'begin' | 'commit' | 'rollback' | 'savepoint' | 'other' }
  | { readonly kind: 'prepare'; readonly name: string; readonly tree: Tree }
  | { readonly kind: 'deallocate'; readonly name: string | null }
  | { readonly kind: 'declare'; readonly name: string; readonly tree: Tree }
  | { readonly kind: 'close'; readonly name: string | null }
  | { readonly kind: 'listen'; readonly channel: string | null }
  /** Relations, functions or types change: a snapshot of the catalog is stale afterwards. */
  | { readonly kind: 'define' }

export interface Statement {
  /** Bytes of this statement in the message's text. */
  readonly start: number
  readonly end: number
  readonly kind: StatementKind
  /** Of EXPLAIN, PREPARE, DECLARE and COPY: what they hold. */
  readonly inner: StatementKind | null
  readonly effects: ReadonlySet<Effect>
  readonly relations: readonly RelationUse[]
  readonly functions: readonly FunctionUse[]
  /** Column names written anywhere; `*` for all of a relation. */
  readonly columns: readonly string[]
  /** Whether a condition that can be false guards what is changed or read; null where there is nothing to guard. */
  readonly hasWhere: boolean | null
  readonly session: readonly SessionChange[]
  /** The highest $n. */
  readonly parameters: number
  /** Where the gateway never passes this on, whatever policy says. */
  readonly refusal: StatementRefusal | null
  readonly tree: Tree
  /** As the caller wrote it. */
  written(): string
  /** Groups statements that differ in constants alone; never a key of authority. */
  fingerprint(): string
}

export interface StatementRefusal {
  readonly kind: 'refused'
  readonly code: 'unreadable' | 'too-large' | 'blocked' | 'limit'
  readonly sqlState: '42601' | '42P18' | '0A000' | '22021' | '54000' | '54001' | '42501' | '57014'
  /** A fixed sentence, never a part of the statement. */
  readonly detail: string
  /** Character of the text, counted from 1. */
  readonly position: number | null
  readonly said?: Said
}

/** What PostgreSQL says of the same, to who wrote the statement alone: it may quote it. */
export interface Said {
  readonly message: string
  readonly file: string
  readonly routine: string
}

interface ParsedText {
  readonly kind: 'read'
  /** Empty for an empty text or one of comments alone. */
  readonly statements: readonly Statement[]
}

export type Read = ParsedText | StatementRefusal

export function refused(
  code: StatementRefusal['code'],
  sqlState: StatementRefusal['sqlState'],
  detail: string,
  position: number | null = null,
): StatementRefusal {
  return { kind: 'refused', code, sqlState, detail, position }
}
