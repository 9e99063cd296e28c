// Functions that people defined. Promise: a body in SQL is read like a query, one in PL/pgSQL covers all its queries; every
// other body is unknown.

import { builtinReach } from '../statement/builtin-functions.ts'
import { parseSql } from '../statement/parser.ts'
import { searchPathOf } from '../statement/settings.ts'
import { as, isTree, list, type Tagged, tagged } from '../statement/tree.ts'
import { type CatalogFunction, rowOf } from './catalog.ts'
import { type Context, noteFlow, noteShown, type Rows } from './context.ts'
import { evaluate } from './expression.ts'
import { bodyTaint, noteUnread, readBody } from './plpgsql.ts'
import { quiet } from './quiet.ts'
import { outermost } from './scope.ts'
import { queryRows } from './select.ts'
import { clean, derive, isClean, mark, row, type Taint, unknown } from './taint.ts'

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
  if (found.kind === 'a' && isClean(all)) return { taint: aggregated(found, ctx), rows: null }
  const again = ctx.reading?.get(found.oid)
  if (again !== undefined) {
    again.met = true
    const taint = derive(all, again.taint)
    return { taint, rows: { columns: [], rest: taint } }
  }
  const read = ctx.depth > deepest || found.kind === 'a' || found.kind === 'w' ? null : settled(found, args, all, ctx)
  if (read !== null) return read
  // What nobody can read may put anything anywhere: what is not volatile calls what is.
  if (!/^(c|internal)$/.test(found.language) && ctx.protection.labels.size > 0)
    noteFlow(ctx.notes, 'function', found.name, unknown)
  // It may fail on whatever it likes.
  if (!isClean(all)) noteShown(ctx.notes, 'comparison', all)
  return closed
}

/** Where it calls itself, it gives there what it gives in the end. */
function settled(found: CatalogFunction, args: readonly Taint[], all: Taint, ctx: Context): Result | null {
  const assumed = { taint: all, met: false }
  for (let round = 0; round < mostRounds; round++) {
    const inner = { ...ctx, reading: new Map([...(ctx.reading ?? []), [found.oid, assumed]]) }
    const result = readOne(found, args, all, inner)
    if (result === null || !assumed.met) return result
    const given = [result.taint, result.rows?.rest ?? clean, ...(result.rows?.columns ?? []).map(({ taint }) => taint)]
    const next = derive(assumed.taint, ...given)
    if (mark(next) === mark(derive(assumed.taint))) return result
    assumed.taint = next
  }
  return null
}

const mostRounds = 4

function readOne(found: CatalogFunction, args: readonly Taint[], all: Taint, ctx: Context): Result | null {
  try {
    if (found.language === 'sql') return callSql(found, args, all, ctx)
    if (found.language === 'plpgsql') return callPlPgSql(found, args, all, ctx)
  } catch {
    return null
  }
  return null
}

/** Given nothing protected, an aggregate is what its parts make of it. */
function aggregated({ parts = [] }: CatalogFunction, ctx: Context): Taint {
  if (parts.length === 0) return unknown
  const taints = parts.map(({ oid, schema, name }) => {
    const own = ctx.catalog.functionsByOid.get(oid)
    if (own !== undefined) return callOwn([own], [clean, clean], { ...ctx, many: true }).taint
    return schema === 'pg_catalog' && (builtinReach(name) === 'pure' || accumulating.test(name)) ? clean : unknown
  })
  return derive(...taints)
}

const accumulating =
  /^(int[248]|float[48]|numeric|text|bpchar|date|timestamp|timestamptz|interval|cash|bool)_?(pl|mi|mul|add|sub|larger|smaller|accum|inc|sum|avg|cat|and_statefunc|or_statefunc)$/

/** Null where the body is not one that can be read. */
function callPlPgSql(found: CatalogFunction, args: readonly Taint[], all: Taint, ctx: Context): Result | null {
  const body = readBody(found)
  if (body === null) return null
  const { inner, given } = inside(found, args, all, ctx)
  const taint = bodyTaint(body, given, inner.parameters, inner)
  if (!isClean(all) && !(steady(args) && body.types.every(type => plainTypes.test(type)) && givesPlain(found, ctx)))
    noteShown(ctx.notes, 'comparison', all)
  const names = resultNames(found, ctx)
  const columns = (names ?? [found.name]).map(name => ({ name, taint, stored: false }))
  const known = names !== null || rowOf(ctx.catalog, found.resultType) === null
  return { taint, rows: known ? { columns, rest: isRecord(found) ? taint : null } : { columns: [], rest: taint } }
}

/** Whatever is put into them fits. */
const plainTypes = /^(?:pg_catalog\.)?(?:text|varchar|refcursor|boolean|bool)$/

/** Values as they are stored, and rows: whether they are NULL, and so whether a strict function runs at all, is told anyway. */
function steady(args: readonly Taint[]): boolean {
  return args.every(taint => isClean(taint) || taint.column !== null || taint.fields !== null)
}

/** A result of a type that people made may not fit it. */
function givesPlain({ resultType }: CatalogFunction, ctx: Context): boolean {
  const type = ctx.catalog.types.get(resultType)
  return type === undefined || type.schema === 'pg_catalog' || rowOf(ctx.catalog, resultType) !== null
}

/** Its columns are named where it is called. */
function isRecord(found: CatalogFunction): boolean {
  return found.resultType === RECORD && found.outNames.length === 0
}

const RECORD = 2249

function inside(found: CatalogFunction, args: readonly Taint[], all: Taint, ctx: Context) {
  const parameters = new Map<string, Taint>()
  const given = args.length < found.argumentCount ? derive(all, defaultsOf(found, ctx)) : all
  const [only] = args
  const whole = args.length === 1 && found.argumentCount === 1 && only !== undefined ? { ...only, column: null } : given
  // A VARIADIC or defaulted argument has no one place: each parameter stands for all of them.
  for (let at = 0; at < Math.max(args.length, found.argumentCount, found.argumentNames.length); at++) {
    parameters.set(`$${at + 1}`, whole)
    const name = found.argumentNames[at]
    if (name) parameters.set(name, whole)
  }
  const path = found.searchPath === null ? ctx.path : searchPathOf([found.searchPath], '')
  const late = found.definition !== null ? undefined : found.searchPath === null ? 'on any path' : 'on this path'
  const inner: Context = { ...ctx, path, late, parameters, depth: ctx.depth + 1 }
  return { inner, given }
}

/** Defaults are worked out before the call, as they were when it was written. */
function defaultsOf({ defaults }: CatalogFunction, ctx: Context): Taint {
  if (defaults === null || defaults === undefined || ctx.depth > deepest) return unknown
  const [query, ...more] = statementsOf(`SELECT ${defaults}`)
  if (query?.tag !== 'SelectStmt' || more.length > 0) return unknown
  const { columns, rest } = queryRows(query, outermost, {
    ...ctx,
    path: [],
    parameters: new Map(),
    depth: ctx.depth + 1,
  })
  return derive(rest ?? clean, ...columns.map(({ taint }) => taint))
}

function callSql(found: CatalogFunction, args: readonly Taint[], all: Taint, ctx: Context): Result {
  const { inner } = inside(found, args, all, ctx)
  const statements = bodyOf(found)
  for (const statement of statements) noteUnread(statement, inner)
  for (const statement of statements.slice(0, -1)) if (statement !== null) queryRows(statement, outermost, inner)
  const last = statements.at(-1) ?? null
  const plain = givesPlain(found, ctx) && (steady(args) || statements.every(one => quietBody(one, inner)))
  if (!isClean(all) && !plain) noteShown(ctx.notes, 'comparison', all)
  if (last === null) return { taint: derive(all, unknown), rows: { columns: [], rest: unknown } }
  if (last.tag === 'ReturnStmt') return { taint: derive(evaluate(last.body.returnval, outermost, inner)), rows: null }
  const made = queryRows(last, outermost, inner)
  const whole = made.rest === null ? row(made.columns) : derive(made.rest, ...made.columns.map(({ taint }) => taint))
  return { taint: named(found, made, whole, ctx), rows: rename(found, made, ctx) }
}

/** Nobody can tell whether it ran. */
function quietBody(statement: Tagged | null, ctx: Context): boolean {
  if (statement?.tag === 'ReturnStmt') return quiet(statement.body.returnval, outermost, ctx)
  if (statement?.tag !== 'SelectStmt' || list(statement.body, 'fromClause').length > 0) return false
  const targets = list(statement.body, 'targetList').map(node => as(node, 'ResTarget')?.val)
  return !('whereClause' in statement.body) && targets.every(target => quiet(target, outermost, ctx))
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

/** All that it does: what stands before its result moves data too. */
function bodyOf(found: CatalogFunction): readonly (Tagged | null)[] {
  if (found.definition === null) return statementsOf(found.source)
  const create = statementsOf(found.definition)[0]
  return create === null || create === undefined ? [] : flat(create.body.sql_body)
}

function flat(node: unknown): readonly (Tagged | null)[] {
  const items = as(node, 'List')
  return items === null ? [tagged(node)] : list(items, 'items').flatMap(flat)
}
