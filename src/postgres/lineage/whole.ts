// Whether an expression stands for a whole stored value. Promise: true only where comparing with it tells no more than
// that the whole value was or was not the one given.
import { list, strings, sub, type Tagged, type Tree, tagged, text } from '../statement/tree.ts'
import { findFunctions } from './catalog.ts'
import type { Context } from './context.ts'
import { evaluate } from './expression.ts'
import { meansBuiltin } from './own-types.ts'
import { lookUp, type Scope, within } from './scope.ts'
import { queryRows } from './select.ts'
import { isClean, type Taint } from './taint.ts'

/** They keep different values apart, or all but. */
const keeping = new Set(['lower', 'upper', 'btrim', 'ltrim', 'rtrim', 'casefold', 'normalize'])

export function whole(node: unknown, scope: Scope, ctx: Context): boolean {
  const found = tagged(node)
  if (found === null) return true
  if (found.tag === 'SelectStmt') return everyColumn(found, scope, ctx)
  if (isClean(evaluate(node, scope, ctx))) return true
  const { tag, body } = found
  switch (tag) {
    case 'ColumnRef':
      return identity(lookUp(scope, strings(list(body, 'fields')), ctx.parameters).taint)
    case 'TypeCast':
      return keepsType(body, ctx) && whole(body.arg, scope, ctx)
    case 'CollateClause':
      return whole(body.arg, scope, ctx)
    case 'RowExpr':
      return list(body, 'args').every(part => whole(part, scope, ctx))
    case 'FuncCall':
      return keepsValue(body, ctx) && list(body, 'args').every(part => whole(part, scope, ctx))
    case 'SubLink':
      return text(body, 'subLinkType') === 'EXPR_SUBLINK' && whole(body.subselect, scope, ctx)
    default:
      return false
  }
}

function identity(taint: Taint): boolean {
  return isClean(taint) || taint.unknown || taint.column !== null
}

function keepsValue(body: Tree, ctx: Context): boolean {
  const names = strings(list(body, 'funcname'))
  const trims = names.at(-1)?.endsWith('trim') === true && list(body, 'args').length > 1
  const name = names.at(-1) ?? ''
  if (trims || !keeping.has(name)) return false
  if (names.length > 1) return names[0] === 'pg_catalog'
  // People may have written another of this name.
  return findFunctions(ctx.catalog, ctx.path, null, name).every(({ trusted }) => trusted)
}

/** A cast to them cuts nothing off, unless a length is given. */
const uncut = new Set(
  'text varchar bpchar citext name uuid int4 int8 numeric float8 date timestamp timestamptz'.split(' '),
)

function keepsType(cast: Tree, ctx: Context): boolean {
  const type = sub(cast, 'typeName') ?? {}
  const names = strings(list(type, 'names'))
  return list(type, 'typmods').length === 0 && uncut.has(names.at(-1) ?? '') && meansBuiltin(names, ctx)
}

function everyColumn(query: Tagged, scope: Scope, ctx: Context): boolean {
  const rows = queryRows(query, within(scope), ctx)
  return (rows.rest === null || isClean(rows.rest)) && rows.columns.every(({ taint }) => identity(taint))
}
