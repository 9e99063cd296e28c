// Which protected columns each output column of a statement derives from. Promise: what cannot be worked out is unknown,
// never clean; nothing is thrown.
import { kindOf } from '../statement/kinds.ts'
import type { StatementKind } from '../statement/statement.ts'
import { list, strings, sub, type Tagged, type Tree, tagged, text } from '../statement/tree.ts'
import { findRelation } from './catalog.ts'
import {
  type Aggregate,
  type Context,
  type Flow,
  labelsOf,
  newNotes,
  noteFlow,
  type Oracle,
  type Rows,
} from './context.ts'
import { evaluate } from './expression.ts'
import { readRelation } from './from.ts'
import { predicates } from './predicate.ts'
import type { Protection } from './protection.ts'
import { outermost, type Scope } from './scope.ts'
import { queryRows } from './select.ts'
import { clean, derive, isClean, ofLabels, type StoredColumn, type Taint, unknown } from './taint.ts'

interface ColumnPlan {
  readonly name: string
  readonly labels: readonly string[] | 'unknown'
  /** `identity`: the stored value itself, to be transformed; `derived`: anything computed, to be hidden whole. */
  readonly form: 'clean' | 'identity' | 'derived'
  /** Of an identity: the column whose transform applies. */
  readonly column: StoredColumn | null
  /** sum or avg that may be shown where its group is large enough. */
  readonly aggregate: Aggregate | null
}

export interface Plan {
  /** Null where their number is not known: every column is hidden. */
  readonly columns: readonly ColumnPlan[] | null
  readonly oracles: readonly Oracle[]
  readonly flows: readonly Flow[]
  /** Labels of everything that takes part anywhere, shown or not: errors and notices could quote it. */
  readonly touches: readonly string[] | 'unknown'
  /** Relations read or written, views as they are named. */
  readonly relations: readonly number[]
  /** Of DECLARE: what its cursor will give. */
  readonly rows: Rows
}

/** What the session remembers. */
export interface SessionNames {
  /** Empty where it is not known: then only qualified names are. */
  readonly path: readonly string[]
  readonly inTransaction: boolean
  /** The path changes back when the transaction ends, or could. */
  readonly passing: boolean
  /** Statements by PREPARE name. */
  readonly prepared: ReadonlyMap<string, Tree>
  /** Rows of open cursors, as they were when declared. */
  readonly cursors: ReadonlyMap<string, Rows>
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
  return {
    columns: silentRows ? [] : rows.rest === null ? rows.columns.map(planOf) : null,
    oracles: [...notes.oracles.values()],
    flows: [...notes.flows.values()],
    touches: labelsOf(notes.touched),
    relations: [...notes.relations],
    rows,
  }
}

const unknownRows: Rows = { columns: [], rest: unknown }
const noRows: Rows = { columns: [], rest: null }

function planOf({ name, taint, aggregate }: Rows['columns'][number]): ColumnPlan {
  const form = isClean(taint) ? 'clean' : taint.column !== null && !taint.unknown ? 'identity' : 'derived'
  return {
    name,
    labels: labelsOf(taint),
    form,
    column: form === 'identity' ? taint.column : null,
    aggregate: aggregate ?? null,
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
      return intoOr(body, root, ctx)
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
    default: {
      const kind = kindOf(root)
      if (silent.has(kind)) return noRows
      const lostRows = lost(ctx)
      // Building an index or changing a type reads every row, and an error quotes the one that failed.
      return kind === 'define' || kind === 'maintain' ? noRows : lostRows
    }
  }
}

function lost(ctx: Context): Rows {
  ctx.notes.touched = derive(ctx.notes.touched, unknown)
  return unknownRows
}

function intoOr(body: Tree, root: Tagged, ctx: Context): Rows {
  let at: Tree | null = body
  while (at !== null && sub(at, 'intoClause') === null) at = sub(at, 'larg')
  const into = at === null ? null : sub(at, 'intoClause')
  if (into === null) return queryRows(root, outermost, ctx)
  return madeFrom(queryRows(root, outermost, ctx), sub(into, 'rel'), 'table', ctx)
}

function createAs(body: Tree, ctx: Context): Rows {
  const into = sub(body, 'into') ?? {}
  return madeFrom(
    heldRows(body, ctx),
    sub(into, 'rel'),
    text(body, 'objtype') === 'OBJECT_MATVIEW' ? 'view' : 'table',
    ctx,
  )
}

function heldRows(body: Tree, ctx: Context): Rows {
  const root = tagged(body.query)
  return root === null ? unknownRows : statementRows(root, ctx)
}

/** A view keeps its lineage in the catalog; a copy, and anything temporary, is out of the catalog's sight. */
function madeFrom(rows: Rows, target: Tree | null, kind: 'table' | 'view', ctx: Context): Rows {
  const all = derive(rows.rest ?? clean, ...rows.columns.map(({ taint }) => taint))
  const temporary =
    target !== null && (text(target, 'relpersistence') === 't' || text(target, 'schemaname') === 'pg_temp')
  noteFlow(ctx.notes, temporary ? 'table' : kind, target === null ? '' : text(target, 'relname'), all)
  return noRows
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
    predicates([body.whereClause], scope, ctx)
    return noRows
  }
  const names = strings(list(body, 'attlist'))
  const chosen = names.length === 0 ? item.columns : names.map(name => item.columns.find(c => c.name === name))
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
  const { oracles, touched, called } = ctx.notes
  const asked = [...oracles.values()].filter(({ use }) => use !== 'join' && use !== 'order' && use !== 'group')
  const quoted = touched.unknown || query?.tag === 'ExecuteStmt' || rows.rest !== null ? unknown : clean
  const told = derive(quoted, called, ...asked.map(({ labels }) => (labels === 'unknown' ? unknown : ofLabels(labels))))
  return { columns: [{ name: 'QUERY PLAN', taint: told, stored: false }], rest: null }
}

function show(name: string): Rows {
  const setting = name.includes('.') && !name.startsWith('sallyport.') ? unknown : clean
  if (name !== 'all')
    return { columns: [{ name, taint: name === 'application_name' ? unknown : setting, stored: false }], rest: null }
  const columns = ['name', 'setting', 'description'].map(column => ({
    name: column,
    taint: column === 'setting' ? unknown : clean,
    stored: false,
  }))
  return { columns, rest: null }
}
