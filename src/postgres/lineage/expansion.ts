// How many rows a function makes. Promise: where a protected value could decide it by more than what it is made of, that is
// noted as an oracle, because whoever counts the rows reads the value.
import { as, constant, flag, list, strings, sub, type Tree, tagged, text } from '../statement/tree.ts'
import { type Context, noteOracle } from './context.ts'
import { evaluate, evaluateAll } from './expression.ts'
import { readFrom } from './from.ts'
import { mayBeList } from './odd-arguments.ts'
import { lookUp, type Scope, within } from './scope.ts'
import { isClean, type Taint } from './taint.ts'

const words = (block: string): ReadonlySet<string> => new Set(block.split(/\s+/).filter(word => word !== ''))

/** One row for each part of the value. */
const unfolding = words(`
  unnest json_array_elements json_array_elements_text jsonb_array_elements jsonb_array_elements_text json_each
  json_each_text jsonb_each jsonb_each_text json_object_keys jsonb_object_keys json_to_record json_to_recordset
  jsonb_to_record jsonb_to_recordset json_populate_record json_populate_recordset jsonb_populate_record
  jsonb_populate_recordset each skeys svals _pg_expandarray
`)
/** Rows by a number, a pattern or a path. */
const selecting = words(`
  generate_series generate_subscripts regexp_matches regexp_split_to_table string_to_table jsonb_path_query
  jsonb_path_query_tz ts_parse ts_debug xpath_table
`)
/** A value of as many parts as its arguments, or as the rows it is made of. */
const folding = words(`
  to_json to_jsonb row_to_json array_agg json_agg jsonb_agg json_build_array jsonb_build_array json_build_object
  jsonb_build_object json_object_agg jsonb_object_agg hstore array_to_json
`)
/** Of those: as many as what they are given has. */
const passing = words('to_json to_jsonb row_to_json array_to_json')

/** In FROM every function makes rows. */
export function noteExpansion(call: Tree, scope: Scope, ctx: Context): void {
  const name = strings(list(call, 'funcname')).at(-1) ?? ''
  const args = list(call, 'args')
  for (const [at, arg] of args.entries()) {
    const taint = evaluate(arg, scope, ctx)
    if (isClean(taint)) continue
    const plain = unfolding.has(name)
      ? keepsParts(arg, scope, ctx)
      : at === 0 && plainPath(name, args[1]) && keepsParts(arg, scope, ctx)
    if (!plain) noteOracle(ctx.notes, 'limit', taint)
  }
}

/** In a list of targets only these do. */
export function noteShownExpansion(call: Tree, scope: Scope, ctx: Context): void {
  const name = strings(list(call, 'funcname')).at(-1) ?? ''
  if (unfolding.has(name) || selecting.has(name)) noteExpansion(call, scope, ctx)
}

/** XMLTABLE and JSON_TABLE: a filter in the path of rows decides whether there are any. */
export function noteTableExpansion(body: Tree, taint: Taint, scope: Scope, ctx: Context): void {
  if (isClean(taint)) return
  const path = 'rowexpr' in body ? constant(body.rowexpr) : constant(as(body.pathspec, 'JsonTablePathSpec')?.string)
  const spec = path ?? constant((body.pathspec as Tree | undefined)?.string)
  const document = body.docexpr ?? sub(body, 'context_item')?.raw_expr
  if (!withoutFilter(spec) || !keepsParts(document, scope, ctx)) noteOracle(ctx.notes, 'limit', taint)
}

function plainPath(name: string, path: unknown): boolean {
  return name.startsWith('jsonb_path_query') && withoutFilter(constant(path))
}

/** A place in a list may be written as a number, and not be worked out of the document. */
function withoutFilter(path: unknown): boolean {
  return typeof path === 'string' && !/[?([]/.test(path.replace(/\[\s*(?:\*|\d+|last)\s*\]/g, ''))
}

function keepsParts(node: unknown, scope: Scope, ctx: Context): boolean {
  if (isClean(evaluate(node, scope, ctx))) return true
  const found = tagged(node)
  if (found === null) return true
  const { tag, body } = found
  const all = (nodes: readonly unknown[]) => nodes.every(one => keepsParts(one, scope, ctx))
  switch (tag) {
    case 'ColumnRef': {
      // What a query below has made may be of any number of parts.
      const { columns } = lookUp(scope, strings(list(body, 'fields')), ctx.parameters)
      return columns.every(({ stored, taint }) => stored || taint.fields !== null)
    }
    case 'TypeCast':
    case 'CollateClause':
      return keepsParts(body.arg, scope, ctx)
    case 'A_Indirection': {
      const places = list(body, 'indirection').map(item => as(item, 'A_Indices') ?? {})
      const known = places.every(({ lidx, uidx }) => isClean(evaluateAll([lidx, uidx], scope, ctx)))
      return known && keepsParts(body.arg, scope, ctx)
    }
    case 'CoalesceExpr':
      return all(list(body, 'args'))
    case 'A_ArrayExpr':
      return all(list(body, 'elements').filter(one => mayBeList(one, scope, ctx)))
    case 'SubLink':
      return queriedParts(body, scope, ctx)
    case 'A_Expr': {
      const operator = strings(list(body, 'name')).at(-1) ?? ''
      if (reaching.test(operator)) return isClean(evaluate(body.rexpr, scope, ctx)) && all([body.lexpr])
      // Of two equal keys or words one is left.
      const sides = [body.lexpr, body.rexpr]
      return operator === '||' && sides.some(isArray) && all(sides)
    }
    case 'FuncCall': {
      const name = strings(list(body, 'funcname')).at(-1) ?? ''
      const args = list(body, 'args')
      if (name === 'hstore') return args.length === 1 && isRow(args[0], scope, ctx)
      return folding.has(name) && (!passing.has(name) || all(args))
    }
    case 'RowExpr':
      return true
    case 'JsonArrayConstructor':
      return flag(body, 'absent_on_null') ? list(body, 'exprs').every(one => showsNull(one, scope, ctx)) : true
    case 'JsonObjectConstructor':
      return !flag(body, 'absent_on_null') || list(body, 'exprs').every(one => showsNull(pairValue(one), scope, ctx))
    case 'JsonArrayAgg':
    case 'JsonObjectAgg': {
      const absent = flag(body, 'absent_on_null')
      return !absent || showsNull(tag === 'JsonArrayAgg' ? body.arg : pairValue(body.arg), scope, ctx)
    }
    case 'JsonArrayQueryConstructor':
      return queriedParts({ subselect: body.query }, scope, ctx, showsNull)
    default:
      return false
  }
}

const reaching = /^(?:->>?|#>>?)$/

function isArray(node: unknown): boolean {
  const link = as(node, 'SubLink')
  return as(node, 'A_ArrayExpr') !== null || (link !== null && text(link, 'subLinkType') === 'ARRAY_SUBLINK')
}

function isRow(node: unknown, scope: Scope, ctx: Context): boolean {
  return as(node, 'RowExpr') !== null || evaluate(node, scope, ctx).fields !== null
}

function pairValue(node: unknown): unknown {
  return (as(node, 'JsonKeyValue') ?? (node as Tree | undefined))?.value
}

/** Left out where it is NULL: what is stored shows that anyway. */
function showsNull(node: unknown, scope: Scope, ctx: Context): boolean {
  const value = as(node, 'JsonValueExpr')?.raw_expr ?? (node as Tree | undefined)?.raw_expr ?? node
  if (isClean(evaluate(value, scope, ctx))) return true
  const reference = as(value, 'ColumnRef')
  if (reference === null) return false
  return lookUp(scope, strings(list(reference, 'fields')), ctx.parameters).columns.every(({ stored }) => stored)
}

/** As many as there are rows, or as the one value has that is asked for. */
function queriedParts(body: Tree, scope: Scope, ctx: Context, keeps = keepsParts): boolean {
  const query = as(body.subselect, 'SelectStmt') ?? {}
  const inside = readFrom(list(query, 'fromClause'), within(scope), ctx)
  const targets = list(query, 'targetList').map(node => as(node, 'ResTarget')?.val)
  const lists =
    text(body, 'subLinkType') === 'ARRAY_SUBLINK' ? targets.filter(one => mayBeList(one, inside, ctx)) : targets
  return 'targetList' in query && lists.every(one => keeps(one, inside, ctx))
}
