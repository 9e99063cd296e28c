// sum and avg of a protected column. Promise: only a plain aggregate of one stored column over one relation is marked;
// a join could repeat one person's value, and an expression could pick it out.
import { as, flag, list, same, strings, sub, type Tree, text } from '../statement/tree.ts'
import { type CatalogRelation, findRelation } from './catalog.ts'
import type { Context, Output, Rows } from './context.ts'
import { lookUp, type Scope } from './scope.ts'
import { isClean, unknown } from './taint.ts'
import { temporaryRows } from './temporary.ts'

export function aggregates(
  body: Tree,
  targets: readonly unknown[],
  rows: Rows,
  scope: Scope,
  ctx: Context,
): readonly Output[] {
  const table = tableIn(list(body, 'fromClause'), scope, ctx)
  if (table === null || rows.columns.length !== targets.length || rows.rest !== null) return rows.columns
  return rows.columns.map((column, at): Output => {
    if (isClean(column.taint) || column.taint.unknown) return column
    const call = plainCall(rounded(as(targets[at], 'ResTarget')?.val))
    if (call === null || !/^(sum|avg)$/.test(call.name)) return column
    const found = lookUp(scope, strings(list(as(call.argument, 'ColumnRef') ?? {}, 'fields')), ctx.parameters)
    const [summed] = found.columns
    if (found.columns.length !== 1 || summed?.stored !== true) return column
    const full = table.columns.find(({ name }) => name === summed.name)?.notNull === true
    const counts = targets.findIndex((target, place) => {
      const value = as(target, 'ResTarget')?.val
      if (!isClean(rows.columns[place]?.taint ?? unknown)) return false
      if (full && countsRows(value)) return true
      const other = plainCall(value)
      return other?.name === 'count' && same(other.argument, call.argument)
    })
    const name = call.name === 'sum' ? 'sum' : 'avg'
    return { ...column, aggregate: { function: name, countColumn: counts < 0 ? null : counts } }
  })
}

/** A stored table: a query of any other kind could repeat one person's value. */
function tableIn(from: readonly unknown[], scope: Scope, ctx: Context): CatalogRelation | null {
  const range = from.length === 1 ? as(from[0], 'RangeVar') : null
  if (range === null || temporaryRows(range, ctx) !== null) return null
  const schema = text(range, 'schemaname') || null
  if (schema === null && scope.ctes.has(text(range, 'relname'))) return null
  const relation = findRelation(ctx.catalog, ctx.path, schema, text(range, 'relname'))
  return relation !== null && /[rp]/.test(relation.kind) ? relation : null
}

/** Rounding a mean shows no more than the mean. */
function rounded(node: unknown): unknown {
  const cast = as(node, 'TypeCast')
  if (cast !== null) return plainNumbers.has(typeName(cast)) ? rounded(cast.arg) : node
  const call = as(node, 'FuncCall')
  const name = call === null ? '' : (strings(list(call, 'funcname')).at(-1) ?? '')
  if (call === null || !/^(round|trunc|ceil|ceiling|floor)$/.test(name)) return node
  const [value, ...rest] = list(call, 'args')
  return rest.every(arg => as(arg, 'A_Const') !== null) ? rounded(value) : node
}

const plainNumbers = new Set(['int2', 'int4', 'int8', 'numeric', 'float4', 'float8'])

function typeName(cast: Tree): string {
  const type = sub(cast, 'typeName') ?? {}
  return strings(list(type, 'names')).at(-1) ?? ''
}

/** `count(*)`, and nothing else. */
export function countsRows(node: unknown): boolean {
  const call = as(node, 'FuncCall')
  if (call === null || !flag(call, 'agg_star')) return false
  const special = sub(call, 'agg_filter') !== null || sub(call, 'over') !== null
  return !special && strings(list(call, 'funcname')).at(-1) === 'count'
}

function plainCall(node: unknown): { readonly name: string; readonly argument: unknown } | null {
  const call = as(node, 'FuncCall')
  if (call === null) return null
  const args = list(call, 'args')
  const special = flag(call, 'agg_distinct') || sub(call, 'agg_filter') !== null || sub(call, 'over') !== null
  const names = strings(list(call, 'funcname'))
  const known = names.length === 1 || names[0] === 'pg_catalog'
  if (!known || special || args.length !== 1 || as(args[0], 'ColumnRef') === null) return null
  return { name: names.at(-1) ?? '', argument: args[0] }
}
