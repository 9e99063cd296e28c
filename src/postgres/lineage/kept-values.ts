// Values that a statement makes of protected ones and writes to where they are protected as well. Promise: true only where
// neither a constraint that fails nor the size of what is stored tells more than that a value is there.
import { as, list, strings, sub, type Tree, tagged, text } from '../statement/tree.ts'
import { findFunctions } from './catalog.ts'
import type { Context } from './context.ts'
import { evaluate } from './expression.ts'
import { takesAll } from './fallible.ts'
import type { Scope } from './scope.ts'
import { isClean } from './taint.ts'
import { whole } from './whole.ts'

/** They put something to a value. */
const adding = new Set(['array_append', 'array_prepend', 'concat', 'concat_ws', 'jsonb_insert', 'jsonb_set'])

export function keepsValue(node: unknown, scope: Scope, ctx: Context): boolean {
  const found = tagged(node)
  if (found === null || isClean(evaluate(node, scope, ctx)) || whole(node, scope, ctx)) return true
  const { tag, body } = found
  const all = (nodes: readonly unknown[]) => nodes.every(one => keepsValue(one, scope, ctx))
  switch (tag) {
    case 'TypeCast':
      return takesAll(sub(body, 'typeName') ?? {}, ctx) && keepsValue(body.arg, scope, ctx)
    case 'CoalesceExpr':
    case 'RowExpr':
      return all(list(body, 'args'))
    case 'A_ArrayExpr':
      return all(list(body, 'elements'))
    case 'A_Expr':
      return joins(body) && all([body.lexpr, body.rexpr])
    case 'FuncCall':
      return adds(body, ctx) && all(list(body, 'args'))
    default:
      return false
  }
}

function joins(body: Tree): boolean {
  const operator = strings(list(body, 'name')).join('.')
  if (text(body, 'kind') !== 'AEXPR_OP' || !/^(?:\|\||\+|-)$/.test(operator)) return false
  return operator === '||' || [body.lexpr, body.rexpr].some(side => as(side, 'A_Const') !== null)
}

function adds(body: Tree, ctx: Context): boolean {
  const names = strings(list(body, 'funcname'))
  const name = names.at(-1) ?? ''
  return adding.has(name) && findFunctions(ctx.catalog, ctx.path, names.at(-2) ?? null, name).length === 0
}
