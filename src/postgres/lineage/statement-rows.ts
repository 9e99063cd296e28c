// The rows that each kind of statement answers with, and what it does besides, as its notes. Promise: a kind that is not known
// answers with what is unknown.
import { kindOf, runsInside } from '../statement/kinds.ts'
import type { StatementKind } from '../statement/statement.ts'
import { as, list, print, strings, sub, type Tagged, type Tree, tagged, text } from '../statement/tree.ts'
import { countsRows } from './aggregates.ts'
import { findFunctions, findRelation } from './catalog.ts'
import { copiedIn, emptied, noteMeasured } from './change.ts'
import { type Context, noteFlow, type Rows } from './context.ts'
import { noteDefinition, noteDropped } from './define.ts'
import { evaluate } from './expression.ts'
import { readRelation } from './from.ts'
import { evaluateCall, ofSetting } from './function-call.ts'
import { madeFrom } from './made-relation.ts'
import { speaksCleanly } from './plpgsql.ts'
import { predicates } from './predicate.ts'
import { outermost, type Scope } from './scope.ts'
import { queryRows } from './select.ts'
import { clean, derive, isClean, ofLabels, type Taint, unknown } from './taint.ts'
import { copiedRows } from './temporary.ts'

export const unknownRows: Rows = { columns: [], rest: unknown }
const noRows: Rows = { columns: [], rest: null }

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

export function statementRows(root: Tagged, ctx: Context): Rows {
  const { tag, body } = root
  // With a definition a setting is kept where others read it.
  if (!ctx.settingsSaid && /^(?:Create|Alter)\w+$/.test(tag) && print(body).includes('"VAR_SET_CURRENT"'))
    noteFlow(ctx.notes, 'function', tag, unknown)
  switch (tag) {
    case 'SelectStmt':
      return askedAlone(body, ctx) ?? intoOr(body, root, ctx)
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
      return show(text(body, 'name'), ctx)
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

/** `select exists (…), (select count(*) …)`: no more than those queries themselves would tell, which are judged alike. */
function askedAlone(body: Tree, ctx: Context): Rows | null {
  const parts = Object.keys(body).filter(key => !/^(?:targetList|limitOption|op)$/.test(key))
  const targets = list(body, 'targetList').map(node => as(node, 'ResTarget') ?? {})
  if (ctx.depth > 0 || ctx.parameters.size > 0 || parts.length > 0 || targets.length === 0) return null
  const queries = targets.map(target => {
    const asked = as(target.val, 'SubLink') ?? {}
    const [query, kind] = [tagged(asked.subselect), text(asked, 'subLinkType')]
    if (query?.tag !== 'SelectStmt' || (kind !== 'EXISTS_SUBLINK' && !countsAlone(kind, query.body))) return null
    const counts = kind !== 'EXISTS_SUBLINK'
    return { query, counts, name: text(target, 'name') || (counts ? 'count' : 'exists') }
  })
  if (!queries.every(one => one !== null)) return null
  const columns = queries.map(({ query, counts, name }) => {
    const [counted] = queryRows(query, outermost, ctx).columns
    return { name, taint: counts ? derive(counted?.taint ?? unknown) : clean, stored: false }
  })
  return { columns, rest: null }
}

/** Of one query, how many rows it has. */
function countsAlone(kind: string, body: Tree): boolean {
  const parts = Object.keys(body).filter(key => !/^(?:targetList|fromClause|whereClause|limitOption|op)$/.test(key))
  const [only, ...others] = list(body, 'targetList')
  return kind === 'EXPR_SUBLINK' && parts.length === 0 && others.length === 0 && countsRows(as(only, 'ResTarget')?.val)
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
  return root === null
    ? lost(ctx)
    : statementRows(root, { ...ctx, parameters, given: parameters, depth: ctx.depth + 1 })
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

function show(name: string, ctx: Context): Rows {
  if (name !== 'all')
    return { columns: [{ name, taint: ofSetting(name, ctx), stored: false, unnamed: true }], rest: null }
  const columns = ['name', 'setting', 'description'].map(column => ({
    name: column,
    taint: column === 'setting' && !ctx.settingsSaid ? unknown : clean,
    stored: false,
  }))
  return { columns, rest: null }
}
