// Functions that people defined. Promise: a body in SQL is read like a query, one in PL/pgSQL covers all its queries; every
// other body is unknown.
import { parseSql } from '../statement/parser.ts'
import { searchPathOf } from '../statement/settings.ts'
import { as, isTree, list, sub, type Tagged, tagged } from '../statement/tree.ts'
import { type CatalogFunction, rowOf } from './catalog.ts'
import type { Context, Rows } from './context.ts'
import { evaluate } from './expression.ts'
import { bodyTaint, readBody } from './plpgsql.ts'
import { outermost } from './scope.ts'
import { queryRows } from './select.ts'
import { clean, derive, row, type Taint, unknown } from './taint.ts'

export interface OwnCall {
  readonly taint: Taint
  readonly rows: Rows | null
  readonly changes: boolean
}

const deepest = 12

/** Overloads are not told apart: the result covers each of them. */
export function callOwn(overloads: readonly CatalogFunction[], args: readonly Taint[], ctx: Context): OwnCall {
  const results = overloads.map(found => callOne(found, args, ctx))
  const taint = derive(...results.map(result => result.taint))
  const [only] = results
  return {
    taint: results.length === 1 && only !== undefined ? only.taint : taint,
    rows: results.length === 1 && only !== undefined ? only.rows : { columns: [], rest: taint },
    changes: overloads.some(({ volatility }) => volatility === 'v'),
  }
}

interface Result {
  readonly taint: Taint
  readonly rows: Rows | null
}

function callOne(found: CatalogFunction, args: readonly Taint[], ctx: Context): Result {
  const all = derive(...args)
  const opaque = derive(all, unknown)
  const closed: Result = { taint: opaque, rows: { columns: [], rest: opaque } }
  if (found.trusted) return { taint: all, rows: found.returnsSet ? { columns: [], rest: all } : null }
  if (ctx.depth > deepest || found.kind === 'a' || found.kind === 'w') return closed
  try {
    if (found.language === 'sql') return callSql(found, args, all, ctx)
    if (found.language === 'plpgsql') return callPlPgSql(found, args, all, ctx) ?? closed
  } catch {
    return closed
  }
  return closed
}

/** Null where the body is not one that can be read. */
function callPlPgSql(found: CatalogFunction, args: readonly Taint[], all: Taint, ctx: Context): Result | null {
  const body = readBody(found)
  if (body === null) return null
  const { inner, given } = inside(found, args, all, ctx)
  const taint = bodyTaint(body, given, inner.parameters, inner)
  const names = resultNames(found, ctx)
  const columns = (names ?? [found.name]).map(name => ({ name, taint, stored: false }))
  const known = names !== null || rowOf(ctx.catalog, found.resultType) === null
  return { taint, rows: known ? { columns, rest: isRecord(found) ? taint : null } : { columns: [], rest: taint } }
}

/** Its columns are named where it is called. */
function isRecord(found: CatalogFunction): boolean {
  return found.resultType === RECORD && found.outNames.length === 0
}

const RECORD = 2249

function inside(found: CatalogFunction, args: readonly Taint[], all: Taint, ctx: Context) {
  const parameters = new Map<string, Taint>()
  // A default is an expression of its own, which is not read here.
  const given = args.length < found.argumentCount ? derive(all, unknown) : all
  // A VARIADIC or defaulted argument has no one place: each parameter stands for all of them.
  for (let at = 0; at < Math.max(args.length, found.argumentCount, found.argumentNames.length); at++) {
    parameters.set(`$${at + 1}`, given)
    const name = found.argumentNames[at]
    if (name) parameters.set(name, given)
  }
  const path = found.searchPath === null ? ctx.path : searchPathOf([found.searchPath], '')
  const inner: Context = { ...ctx, path, parameters, depth: ctx.depth + 1 }
  return { inner, given }
}

function callSql(found: CatalogFunction, args: readonly Taint[], all: Taint, ctx: Context): Result {
  const { inner } = inside(found, args, all, ctx)
  for (const statement of before(found)) queryRows(statement, outermost, inner)
  const last = bodyOf(found)
  if (last === null) return { taint: derive(all, unknown), rows: { columns: [], rest: unknown } }
  if (last.tag === 'ReturnStmt') return { taint: derive(evaluate(last.body.returnval, outermost, inner)), rows: null }
  const made = queryRows(last, outermost, inner)
  const whole = made.rest === null ? row(made.columns) : derive(made.rest, ...made.columns.map(({ taint }) => taint))
  return { taint: named(found, made, whole, ctx), rows: rename(found, made, ctx) }
}

/** A composite result has the names of its type, not of the query. */
function named(found: CatalogFunction, made: Rows, whole: Taint, ctx: Context): Taint {
  const names = resultNames(found, ctx)
  if (names === null || made.rest !== null || names.length !== made.columns.length) return { ...whole, fields: null }
  return row(made.columns.map(({ taint }, at) => ({ name: names[at] ?? '', taint })))
}

function rename(found: CatalogFunction, made: Rows, ctx: Context): Rows {
  const names = resultNames(found, ctx)
  if (names === null) return made.columns.length === 1 && made.rest === null ? oneColumn(found, made) : open(made)
  if (made.rest !== null || names.length !== made.columns.length) return open(made)
  return {
    columns: made.columns.map((column, at) => ({ ...column, name: names[at] ?? '', stored: false })),
    rest: null,
  }
}

function oneColumn(found: CatalogFunction, made: Rows): Rows {
  return { columns: made.columns.map(column => ({ ...column, name: found.name, stored: false })), rest: null }
}

function open(made: Rows): Rows {
  return { columns: [], rest: derive(made.rest ?? clean, ...made.columns.map(({ taint }) => taint)) }
}

function resultNames(found: CatalogFunction, ctx: Context): readonly string[] | null {
  if (found.outNames.length > 0) return found.outNames
  return rowOf(ctx.catalog, found.resultType)?.columns.map(({ name }) => name) ?? null
}

function statementsOf(sql: string): readonly (Tagged | null)[] {
  const parsed: unknown = parseSql(sql)
  return isTree(parsed) ? list(parsed, 'stmts').map(item => (isTree(item) ? tagged(item.stmt) : null)) : []
}

/** What it does before that moves data too. */
function before(found: CatalogFunction): readonly Tagged[] {
  if (found.definition !== null) return []
  return statementsOf(found.source)
    .slice(0, -1)
    .filter(statement => statement !== null)
}

/** The statement whose result the function returns. */
function bodyOf(found: CatalogFunction): Tagged | null {
  if (found.definition === null) return statementsOf(found.source).at(-1) ?? null
  const create = statementsOf(found.definition)[0]
  const body = create === null || create === undefined ? null : tagged(sub(create.body, 'sql_body'))
  if (body?.tag !== 'List') return body
  let last: unknown = body
  while (as(last, 'List') !== null || (isTree(last) && 'tag' in last)) {
    const items = isTree(last) && 'tag' in last ? list(body.body, 'items') : list(as(last, 'List') ?? {}, 'items')
    last = items.at(-1)
  }
  return tagged(last)
}
