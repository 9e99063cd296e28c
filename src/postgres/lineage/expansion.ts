// How many rows a function makes. Promise: where a protected value could decide it by more than what it is made of, that is
// noted as an oracle, because whoever counts the rows reads the value.
import { as, constant, list, strings, type Tree, tagged, text } from '../statement/tree.ts'
import { type Context, noteOracle } from './context.ts'
import { evaluate } from './expression.ts'
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
  jsonb_populate_recordset each skeys svals
`)
/** Rows by a number, a pattern or a path. */
const selecting = words(`
  generate_series generate_subscripts regexp_matches regexp_split_to_table string_to_table jsonb_path_query
  jsonb_path_query_tz ts_parse ts_debug xpath_table
`)
/** A value of as many parts as its arguments, or as the rows it is made of. */
const folding = words(`
  to_json to_jsonb row_to_json array_agg json_agg jsonb_agg json_build_array jsonb_build_array json_build_object
  jsonb_build_object json_object_agg jsonb_object_agg json_object jsonb_object hstore xmlelement
  array_to_json
`)
const folded = words(
  'RowExpr JsonObjectConstructor JsonArrayConstructor JsonArrayQueryConstructor JsonObjectAgg JsonArrayAgg',
)
/** Of those: as many as what they are given has. */
const passing = words('to_json to_jsonb row_to_json array_to_json hstore json_object jsonb_object')

/** In FROM every function makes rows. */
export function noteExpansion(call: Tree, scope: Scope, ctx: Context): void {
  const name = strings(list(call, 'funcname')).at(-1) ?? ''
  const args = list(call, 'args')
  for (const [at, arg] of args.entries()) {
    const taint = evaluate(arg, scope, ctx)
    if (isClean(taint)) continue
    const plain = unfolding.has(name) ? keepsParts(arg, scope, ctx) : at === 0 && plainPath(name, args[1])
    if (!plain) noteOracle(ctx.notes, 'limit', taint)
  }
}

/** In a list of targets only these do. */
export function noteShownExpansion(call: Tree, scope: Scope, ctx: Context): void {
  const name = strings(list(call, 'funcname')).at(-1) ?? ''
  if (unfolding.has(name) || selecting.has(name)) noteExpansion(call, scope, ctx)
}

/** XMLTABLE and JSON_TABLE: a filter in the path of rows decides whether there are any. */
export function noteTableExpansion(body: Tree, taint: Taint, ctx: Context): void {
  if (isClean(taint)) return
  const path = 'rowexpr' in body ? constant(body.rowexpr) : constant(as(body.pathspec, 'JsonTablePathSpec')?.string)
  const spec = path ?? constant((body.pathspec as Tree | undefined)?.string)
  const plain = typeof spec === 'string' && !/[?([]\s*[^*\s]/.test(spec)
  if (!plain) noteOracle(ctx.notes, 'limit', taint)
}

function plainPath(name: string, path: unknown): boolean {
  const spec = constant(path)
  return name.startsWith('jsonb_path_query') && typeof spec === 'string' && !spec.includes('?')
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
    case 'A_Indirection':
      return keepsParts(body.arg, scope, ctx)
    case 'CoalesceExpr':
      return all(list(body, 'args'))
    case 'A_ArrayExpr':
      return all(list(body, 'elements').filter(one => mayBeList(one, scope, ctx)))
    case 'SubLink':
      return queriedParts(body, scope, ctx)
    case 'A_Expr':
      return joining.test(strings(list(body, 'name')).at(-1) ?? '') && all([body.lexpr, body.rexpr])
    case 'FuncCall': {
      const name = strings(list(body, 'funcname')).at(-1) ?? ''
      return folding.has(name) && (!passing.has(name) || all(list(body, 'args')))
    }
    default:
      return folded.has(tag)
  }
}

const joining = /^(?:->>?|#>>?|\|\|)$/

/** As many as there are rows, or as the one value has that is asked for. */
function queriedParts(body: Tree, scope: Scope, ctx: Context): boolean {
  const query = as(body.subselect, 'SelectStmt') ?? {}
  const inside = readFrom(list(query, 'fromClause'), within(scope), ctx)
  const targets = list(query, 'targetList').map(node => as(node, 'ResTarget')?.val)
  const lists =
    text(body, 'subLinkType') === 'ARRAY_SUBLINK' ? targets.filter(one => mayBeList(one, inside, ctx)) : targets
  return 'targetList' in query && lists.every(one => keepsParts(one, inside, ctx))
}
