// Conditions. Promise: every protected column in one is noted as an oracle, and a column that a condition ties to a
// protected value counts as holding that value, so that nobody reads it off a list of guesses.
import { as, children, list, strings, type Tagged, tagged, text } from '../statement/tree.ts'
import { type Context, noteOracle, type OracleUse } from './context.ts'
import { evaluate } from './expression.ts'
import { type Column, lookUp, type Scope } from './scope.ts'
import { derive, isClean, type Taint } from './taint.ts'

function predicate(node: unknown, scope: Scope, ctx: Context): void {
  const found = tagged(node)
  if (found === null) return
  if (found.tag === 'BoolExpr') {
    for (const part of list(found.body, 'args')) predicate(part, scope, ctx)
    return
  }
  const taint = evaluate(node, scope, ctx)
  if (isClean(taint)) return
  const use = useOf(found, scope, ctx)
  noteOracle(ctx.notes, use, taint)
  tie(columnsIn(found, scope, ctx), taint, use === 'equality' || use === 'join', scope, ctx)
}

/** Conditions in any order: what one ties may tie more in another. */
export function predicates(nodes: readonly unknown[], scope: Scope, ctx: Context): void {
  for (let round = 0; round < 4; round++) {
    const before = ctx.notes.ties
    for (const node of nodes) predicate(node, scope, ctx)
    if (ctx.notes.ties === before) return
  }
}

/** What decides which row comes first ties its columns like a condition. */
export function tieSorted(node: unknown, scope: Scope, ctx: Context): void {
  const found = tagged(node)
  if (found === null || found.tag === 'ColumnRef') return
  const taint = evaluate(node, scope, ctx)
  if (!isClean(taint)) tie(columnsIn(found, scope, ctx), taint, false, scope, ctx)
}

/**
 * Stored columns are tied by equality alone. Any other column may be a list of guesses: it is tied by every condition,
 * together with all such columns beside it, which may hold the same guess under another name.
 */
export function tie(columns: readonly Column[], taint: Taint, equal: boolean, scope: Scope, ctx: Context): void {
  for (const column of columns) {
    if (column.stored && !equal) continue
    grow(column, taint, ctx)
    if (!column.stored) for (const other of beside(column, scope)) grow(other, taint, ctx)
  }
}

function grow(column: Column, taint: Taint, ctx: Context): void {
  if (covers(column.taint, taint)) return
  column.taint = derive(column.taint, taint)
  ctx.notes.ties++
}

function beside(column: Column, scope: Scope): readonly Column[] {
  for (let at: Scope | null = scope; at !== null; at = at.parent) {
    const all = [...at.columns, ...at.items.flatMap(item => item.columns)]
    if (all.includes(column)) return all.filter(other => !other.stored)
  }
  return []
}

function covers(held: Taint, more: Taint): boolean {
  return (held.unknown || !more.unknown) && [...more.labels].every(label => held.labels.has(label))
}

function useOf({ tag, body }: Tagged, scope: Scope, ctx: Context): OracleUse {
  if (tag === 'SubLink') return body.testexpr === undefined ? 'presence' : 'equality'
  if (tag === 'NullTest' || tag === 'BooleanTest') return 'presence'
  if (tag !== 'A_Expr') return 'comparison'
  const operator = strings(list(body, 'name')).at(-1) ?? ''
  const kind = text(body, 'kind')
  if (/LIKE|SIMILAR/.test(kind) || operator.includes('~')) return 'pattern'
  const equal = operator === '=' && /^AEXPR_(OP|IN|OP_ANY|DISTINCT|NOT_DISTINCT)$/.test(kind)
  if (!equal) return 'comparison'
  const [left, right] = [storedColumn(body.lexpr, scope, ctx), storedColumn(body.rexpr, scope, ctx)]
  return left && right ? 'join' : 'equality'
}

function storedColumn(node: unknown, scope: Scope, ctx: Context): boolean {
  const body = as(node, 'ColumnRef')
  if (body === null) return false
  const found = lookUp(scope, strings(list(body, 'fields')), ctx.parameters)
  return found.columns.length > 0 && found.columns.every(({ stored }) => stored)
}

/** Columns that stand in an expression itself; those of subqueries are tied where the subquery is read. */
function columnsIn(node: Tagged, scope: Scope, ctx: Context): readonly Column[] {
  if (node.tag === 'ColumnRef') return lookUp(scope, strings(list(node.body, 'fields')), ctx.parameters).columns
  return children(node.body).flatMap(child => (child.tag === 'SelectStmt' ? [] : columnsIn(child, scope, ctx)))
}
