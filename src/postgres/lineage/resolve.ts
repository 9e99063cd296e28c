// Which protected columns each output column of a statement derives from. Promise: what cannot be worked out is unknown,
// never clean; nothing is thrown.

import type { Bound } from '../reading.ts'
import type { Statement } from '../statement/statement.ts'
import { type Tree, tagged, text } from '../statement/tree.ts'
import {
  type Aggregate,
  type Context,
  type Flow,
  labelsOf,
  newNotes,
  noteFlow,
  type Oracle,
  type Output,
  type Rows,
} from './context.ts'
import type { Protection } from './protection.ts'
import { statementRows, unknownRows } from './statement-rows.ts'
import { derive, isClean, type StoredColumn, unknown } from './taint.ts'

interface ColumnPlan {
  readonly name: string
  readonly labels: readonly string[] | 'unknown'
  /** `identity`: the stored value itself, to be transformed; `derived`: anything computed, to be hidden whole. */
  readonly form: 'clean' | 'identity' | 'derived'
  /** Of an identity: the column whose transform applies. */
  readonly column: StoredColumn | null
  /** sum or avg that may be shown where its group is large enough. */
  readonly aggregate: Aggregate | null
  /** Of a table of this session alone, which no snapshot holds. */
  readonly temporary: boolean
  readonly unnamed: boolean
}

export interface Plan {
  /** Null where their number is not known: every column is hidden. */
  readonly columns: readonly ColumnPlan[] | null
  /** Nothing protected is in any column, however many there are. */
  readonly allClean: boolean
  readonly oracles: readonly Oracle[]
  /** Values that are written in it and compared with protected ones. */
  readonly guesses: number
  /** In how many of those comparisons each parameter stands, and how many are in functions that may be given any. */
  readonly compared: ReadonlyMap<number, number>
  readonly passed: number
  /** It names a column that nothing in it has. */
  readonly missing: boolean
  readonly flows: readonly Flow[]
  /** Labels of everything that takes part anywhere, shown or not: errors and notices could quote it. */
  readonly touches: readonly string[] | 'unknown'
  /** Relations read or written, views as they are named. */
  readonly relations: readonly number[]
  /** Of DECLARE: what its cursor will give. */
  readonly rows: Rows
  /** Of CREATE TABLE AS: what the table will hold. */
  readonly made: Rows | null
  /** Columns that are to hold what is protected, by the table that gets them. */
  readonly filled: ReadonlyMap<string, readonly Output[]>
}

/** A cursor as its declaration was read. */
export interface Declared {
  readonly statement: Statement
  readonly plan: Plan
  /** Its parameters, where it was bound. */
  readonly bound?: Bound | null
}

/** What the session remembers. */
export interface SessionNames {
  /** Empty where it is not known: then only qualified names are. */
  readonly path: readonly string[]
  readonly inTransaction: boolean
  /** What SET LOCAL says holds to the end of the text that is read. */
  readonly inText?: boolean
  /** The path changes back when the transaction ends, or could. */
  readonly passing: boolean
  /** Its caller chose how the server plans. */
  readonly steered?: boolean
  /** All that a setting holds was written in a statement that was read. */
  readonly settingsSaid?: boolean
  /** Statements by PREPARE name. */
  readonly prepared: ReadonlyMap<string, Tree>
  /** Rows of open cursors, as they were when declared. */
  readonly cursors: ReadonlyMap<string, Rows>
  /** Of those that a statement declared: it, and names of some that are gone. */
  readonly declared?: ReadonlyMap<string, Declared>
  /** Cursors that outlive their transaction, and whether the transaction that made them has ended. */
  readonly holding?: ReadonlyMap<string, 'new' | 'lasting'>
  /** Tables that this session made for itself. */
  readonly temporary?: ReadonlyMap<string, Rows>
  /** Columns that are to hold what is protected, of tables that it made or changed. */
  readonly filled?: ReadonlyMap<string, readonly Output[]>
}

export function contextOf(protection: Protection, session: SessionNames): Context {
  return {
    catalog: protection.catalog,
    protection,
    path: session.path,
    notes: newNotes(),
    parameters: new Map(),
    prepared: session.prepared,
    cursors: session.cursors,
    temporary: session.temporary,
    filled: session.filled,
    settingsSaid: session.settingsSaid === true,
    depth: 0,
  }
}

export function columnsOf(tree: Tree, protection: Protection, session: SessionNames): Plan {
  const ctx = contextOf(protection, session)
  const { notes } = ctx
  let rows: Rows
  let silentRows = false
  try {
    const root = tagged(tree)
    const declared = root?.tag === 'DeclareCursorStmt' ? tagged(root.body.query) : null
    silentRows = declared !== null
    rows = root === null ? unknownRows : statementRows(declared ?? root, ctx)
  } catch {
    notes.touched = derive(notes.touched, unknown)
    noteFlow(notes, 'table', 'unknown', unknown)
    rows = unknownRows // a tree too deep to walk
  }
  const cursor = cursorOf(tree, session)
  return {
    allClean:
      silentRows || (rows.columns.every(({ taint }) => isClean(taint)) && (rows.rest === null || isClean(rows.rest))),
    columns: silentRows ? [] : rows.rest === null ? rows.columns.map(planOf) : null,
    oracles: [...notes.oracles.values()].map(one => (session.steered && sorting.has(one.use) ? ordered(one) : one)),
    guesses: notes.guesses,
    compared: notes.compared,
    passed: notes.passed,
    missing: notes.missing,
    flows: [...notes.flows.values()],
    touches: cursor === null ? labelsOf(notes.touched) : cursor.plan.touches,
    relations: cursor === null ? [...notes.relations] : cursor.plan.relations,
    rows,
    made: notes.made,
    filled: notes.filled,
  }
}

/** They put rows in an order of their own where the server is made to work them out by sorting. */
const sorting: ReadonlySet<string> = new Set(['join', 'group', 'presence'])

function ordered({ labels }: Oracle): Oracle {
  return { use: 'order', labels }
}

/** Of FETCH and MOVE: words about it quote what the query of its cursor reads. */
export function cursorOf(tree: Tree, { cursors, declared }: SessionNames): Declared | null {
  const root = tagged(tree)
  if (root?.tag !== 'FetchStmt') return null
  const name = text(root.body, 'portalname')
  return cursors.has(name) ? (declared?.get(name) ?? null) : null
}

function planOf({ name, taint, aggregate, temporary, unnamed }: Rows['columns'][number]): ColumnPlan {
  const form = isClean(taint) ? 'clean' : taint.column !== null && !taint.unknown ? 'identity' : 'derived'
  return {
    name,
    labels: labelsOf(taint),
    form,
    column: form === 'identity' ? taint.column : null,
    aggregate: aggregate ?? null,
    temporary: temporary === true,
    unnamed: unnamed === true,
  }
}
