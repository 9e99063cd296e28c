// Which protected columns each output column of a statement derives from. Promise: what cannot be worked out is unknown,
// never clean; nothing is thrown.

import type { Bound } from '../reading.ts'
import { kindOf, runsInside } from '../statement/kinds.ts'
import type { Statement, StatementKind } from '../statement/statement.ts'
import { as, list, strings, sub, type Tagged, type Tree, tagged, text } from '../statement/tree.ts'
import { findFunctions, findRelation } from './catalog.ts'
import { copiedIn, emptied, noteMeasured } from './change.ts'
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
import { noteDefinition, noteDropped } from './define.ts'
import { evaluate } from './expression.ts'
import { readRelation } from './from.ts'
import { evaluateCall } from './function-call.ts'
import { madeFrom } from './made-relation.ts'
import { speaksCleanly } from './plpgsql.ts'
import { predicates } from './predicate.ts'
import type { Protection } from './protection.ts'
import { outermost, type Scope } from './scope.ts'
import { queryRows } from './select.ts'
import { clean, derive, isClean, ofLabels, type StoredColumn, type Taint, unknown } from './taint.ts'
import { copiedRows } from './temporary.ts'

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
  /** The path changes back when the transaction ends, or could. */
  readonly passing: boolean
  /** Its caller chose how the server plans. */
  readonly steered?: boolean
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

export function columnsOf(tree: Tree, protection: Protection, session: SessionNames): Plan {
  const notes = newNotes()
  const ctx: Context = {
    catalog: protection.catalog,
    protection,
    path: session.path,
    notes,
    parameters: new Map(),
    prepared: session.prepared,
    cursors: session.cursors,
    temporary: session.temporary,
    filled: session.filled,
    depth: 0,
  }
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

const unknownRows: Rows = { columns: [], rest: unknown }
const noRows: Rows = { columns: [], rest: null }

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

/** They answer with no rows. */
const silent: ReadonlySet<StatementKind> = new Set([
  'transaction',
  'set',
  'discard',
  'deallocate',
  'close',
  'listen',
  'notify',
  'lock',
  'truncate',
  'drop',
  'grant',
])

function statementRows(root: Tagged, ctx: Context): Rows {
  const { tag, body } = root
  switch (tag) {
    case 'SelectStmt':
      return askedWhether(body, ctx) ?? intoOr(body, root, ctx)
    case 'InsertStmt':
    case 'UpdateStmt':
    case 'DeleteStmt':
    case 'MergeStmt':
      return queryRows(root, outermost, ctx)
    case 'CreateTableAsStmt':
      return createAs(body, ctx)
    case 'ViewStmt':
      return madeFrom(heldRows(body, ctx), sub(body, 'view'), 'view', ctx)
    case 'PrepareStmt':
      statementRows(tagged(body.query) ?? { tag: 'none', body: {} }, ctx)
      return noRows
    case 'ExecuteStmt':
      return execute(body, ctx)
    case 'FetchStmt':
      return body.ismove === true ? noRows : (ctx.cursors.get(text(body, 'portalname')) ?? lost(ctx))
    case 'CopyStmt':
      return copy(body, ctx)
    case 'ExplainStmt':
      return explain(body, ctx)
    case 'VariableShowStmt':
      return show(text(body, 'name'))
    case 'CallStmt':
      return called(sub(body, 'funccall') ?? {}, ctx)
    case 'DoStmt':
      if (!speaksCleanly(body, ctx)) lost(ctx)
      return unknownRows
    case 'TruncateStmt':
      emptied(body, ctx)
      return noRows
    case 'DropStmt':
      noteDropped(body, ctx)
      return noRows
    default: {
      const kind = kindOf(root)
      if (silent.has(kind)) return noRows
      noteDefinition(root, ctx)
      const lostRows = lost(ctx)
      // Building an index or changing a type reads every row, and an error quotes the one that failed.
      return kind === 'define' || kind === 'maintain' ? noRows : lostRows
    }
  }
}

/** CALL: its columns are what the procedure gives back. */
function called(body: Tree, ctx: Context): Rows {
  const names = strings(list(body, 'funcname'))
  const schema = names.length > 1 ? (names.at(-2) ?? '') : null
  const found = findFunctions(ctx.catalog, ctx.path, schema, names.at(-1) ?? '')
  const { taint } = evaluateCall(body, outermost, ctx)
  const [only] = found
  if (only === undefined || found.length > 1) return lost(ctx)
  // What is unknown of it may be said as well.
  if (taint.unknown) lost(ctx)
  return { columns: only.outNames.map(name => ({ name, taint: derive(taint), stored: false })), rest: null }
}

function lost(ctx: Context): Rows {
  ctx.notes.touched = derive(ctx.notes.touched, unknown)
  return unknownRows
}

/** `select exists (…)`: no more than that query itself would tell, which is judged alike. */
function askedWhether(body: Tree, ctx: Context): Rows | null {
  const parts = Object.keys(body).filter(key => !/^(?:targetList|limitOption|op)$/.test(key))
  const targets = list(body, 'targetList').map(node => as(node, 'ResTarget') ?? {})
  if (ctx.depth > 0 || ctx.parameters.size > 0 || parts.length > 0 || targets.length === 0) return null
  const queries = targets.map(target => {
    const asked = as(target.val, 'SubLink') ?? {}
    return text(asked, 'subLinkType') === 'EXISTS_SUBLINK' ? tagged(asked.subselect) : null
  })
  if (!queries.every(query => query?.tag === 'SelectStmt')) return null
  for (const query of queries) if (query !== null) queryRows(query, outermost, ctx)
  const columns = targets.map(target => ({ name: text(target, 'name') || 'exists', taint: clean, stored: false }))
  return { columns, rest: null }
}

function intoOr(body: Tree, root: Tagged, ctx: Context): Rows {
  let at: Tree | null = body
  while (at !== null && sub(at, 'intoClause') === null) at = sub(at, 'larg')
  const into = at === null ? null : sub(at, 'intoClause')
  if (into === null) return queryRows(root, outermost, ctx)
  const rows = queryRows(root, outermost, ctx)
  ctx.notes.made = copiedRows(rows, into)
  return madeFrom(rows, sub(into, 'rel'), 'table', ctx)
}

function createAs(body: Tree, ctx: Context): Rows {
  const into = sub(body, 'into') ?? {}
  const rows = heldRows(body, ctx)
  ctx.notes.made = copiedRows(rows, into)
  if (text(body, 'objtype') === 'OBJECT_MATVIEW') noteMeasured(rows, ctx)
  return madeFrom(rows, sub(into, 'rel'), text(body, 'objtype') === 'OBJECT_MATVIEW' ? 'view' : 'table', ctx)
}

function heldRows(body: Tree, ctx: Context): Rows {
  const root = tagged(body.query)
  return root === null ? unknownRows : statementRows(root, ctx)
}

function execute(body: Tree, ctx: Context): Rows {
  const parameters = new Map<string, Taint>()
  list(body, 'params').forEach((value, at) => {
    parameters.set(`$${at + 1}`, evaluate(value, outermost, ctx))
  })
  const query = ctx.prepared.get(text(body, 'name'))
  const root = query === undefined || ctx.depth > 4 ? null : tagged(query)
  return root === null ? lost(ctx) : statementRows(root, { ...ctx, parameters, depth: ctx.depth + 1 })
}

function copy(body: Tree, ctx: Context): Rows {
  const query = tagged(body.query)
  if (query !== null) return statementRows(query, ctx)
  const range = sub(body, 'relation') ?? {}
  const item = readRelation(range, outermost, ctx)
  const scope: Scope = { ...outermost, items: [item], columns: item.columns, rest: item.rest }
  if (body.is_from === true) {
    const relation = findRelation(ctx.catalog, ctx.path, text(range, 'schemaname') || null, text(range, 'relname'))
    ctx.notes.touched = derive(
      ctx.notes.touched,
      relation === null ? unknown : clean,
      ...item.columns.map(c => c.taint),
    )
    if (relation !== null) copiedIn(relation, item, ctx)
    predicates([body.whereClause], scope, ctx)
    return noRows
  }
  const names = strings(list(body, 'attlist'))
  // Generated columns are copied only where they are named.
  const whole = findRelation(ctx.catalog, ctx.path, text(range, 'schemaname') || null, text(range, 'relname'))
  const made = new Set(whole?.columns.filter(({ generated }) => generated !== null).map(({ name }) => name))
  const chosen =
    names.length === 0
      ? item.columns.filter(({ name }) => !made.has(name))
      : names.map(name => item.columns.find(c => c.name === name))
  const columns = chosen.map((column, at) => ({
    name: column?.name ?? names[at] ?? '',
    taint: column?.taint ?? unknown,
    stored: true,
  }))
  ctx.notes.touched = derive(ctx.notes.touched, item.rest ?? clean, ...columns.map(({ taint }) => taint))
  return { columns, rest: item.rest }
}

/** Plans quote constants, some of them worked out by functions, and counts tell what a condition met. */
function explain(body: Tree, ctx: Context): Rows {
  const query = tagged(body.query)
  const rows = query === null ? unknownRows : statementRows(query, ctx)
  const { oracles, touched, called, computed } = ctx.notes
  const asked = [...oracles.values()].filter(({ use }) => use !== 'join' && use !== 'order' && use !== 'group')
  const executed = query?.tag === 'ExecuteStmt' && !isClean(touched)
  const quoted = touched.unknown || executed || rows.rest !== null ? unknown : clean
  const measured = runsInside(body) ? computed : clean // how much room values took
  const told = derive(
    quoted,
    called,
    measured,
    ...asked.map(({ labels }) => (labels === 'unknown' ? unknown : ofLabels(labels))),
  )
  return { columns: [{ name: 'QUERY PLAN', taint: told, stored: false }], rest: null }
}

function show(name: string): Rows {
  const setting = name.includes('.') && !name.startsWith('sallyport.') ? unknown : clean
  if (name !== 'all')
    return {
      columns: [{ name, taint: name === 'application_name' ? unknown : setting, stored: false, unnamed: true }],
      rest: null,
    }
  const columns = ['name', 'setting', 'description'].map(column => ({
    name: column,
    taint: clean,
    stored: false,
  }))
  return { columns, rest: null }
}
