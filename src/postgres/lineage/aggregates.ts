// sum and avg of a protected column. Promise: only a plain aggregate of one stored column over one relation is marked;
// a join could repeat one person's value, and an expression could pick it out.
import { as, flag, list, same, strings, sub, type Tree } from '../statement/tree.ts'
import type { Context, Output, Rows } from './context.ts'
import { lookUp, type Scope } from './scope.ts'
import { isClean } from './taint.ts'

export function aggregates(
  body: Tree,
  targets: readonly unknown[],
  rows: Rows,
  scope: Scope,
  ctx: Context,
): readonly Output[] {
  const from = list(body, 'fromClause')
  const plain = from.length === 1 && as(from[0], 'RangeVar') !== null && rows.columns.length === targets.length
  if (!plain || rows.rest !== null) return rows.columns
  return rows.columns.map((column, at): Output => {
    if (isClean(column.taint) || column.taint.unknown) return column
    const call = plainCall(targets[at])
    if (call === null || !/^(sum|avg)$/.test(call.name)) return column
    const found = lookUp(scope, strings(list(as(call.argument, 'ColumnRef') ?? {}, 'fields')), ctx.parameters)
    if (found.columns.length !== 1 || found.columns[0]?.stored !== true) return column
    const counts = targets.findIndex(target => {
      const other = plainCall(target)
      return other?.name === 'count' && same(other.argument, call.argument)
    })
    const name = call.name === 'sum' ? 'sum' : 'avg'
    return { ...column, aggregate: { function: name, countColumn: counts < 0 ? null : counts } }
  })
}

function plainCall(target: unknown): { readonly name: string; readonly argument: unknown } | null {
  const call = as(as(target, 'ResTarget')?.val, 'FuncCall')
  if (call === null) return null
  const args = list(call, 'args')
  const special = flag(call, 'agg_distinct') || sub(call, 'agg_filter') !== null || sub(call, 'over') !== null
  const names = strings(list(call, 'funcname'))
  const known = names.length === 1 || names[0] === 'pg_catalog'
  if (!known || special || args.length !== 1 || as(args[0], 'ColumnRef') === null) return null
  return { name: names.at(-1) ?? '', argument: args[0] }
}
