// Conditions. Promise: every protected column in one is noted as an oracle, and a column that a condition ties to a
// protected value counts as holding that value, so that nobody reads it off a list of guesses.
import { limits } from '../../gateway/limits.ts'
import { builtinReach } from '../statement/builtin-functions.ts'
import { as, children, count, list, strings, sub, type Tagged, type Tree, tagged, text } from '../statement/tree.ts'
import { findFunctions } from './catalog.ts'
import { type Context, type Matched, noteOracle, type OracleUse } from './context.ts'
import { evaluate } from './expression.ts'
import { fewValues, isSorted, meansOwn } from './own-types.ts'
import { type Column, lookUp, type Scope, within } from './scope.ts'
import { queryRows } from './select.ts'
import { derive, isClean, type Taint } from './taint.ts'
import { whole } from './whole.ts'

function predicate(node: unknown, scope: Scope, ctx: Context): void {
  const found = tagged(node)
  if (found === null) return
  if (found.tag === 'BoolExpr') {
    for (const part of list(found.body, 'args')) predicate(part, scope, ctx)
    return
  }
  const taint = evaluate(node, scope, ctx)
  if (isClean(taint)) return
  const use = unplaced(found, scope, ctx) ? 'comparison' : useOf(found, scope, ctx)
  noteOracle(ctx.notes, use, taint)
  const joins = (use === 'join' || use === 'equality') && proposedIn([node], scope, ctx) === null
  if (joins) noteMatched(...matched(found, scope, ctx), ctx)
  tie(columnsIn(found, scope, ctx), taint, equates(found), scope, ctx)
}

/** Two that are hidden: where the server must sort to match them, rows come in their order. */
export function noteMatched(left: readonly Taint[], right: readonly Taint[], ctx: Context): void {
  if (left.every(isClean) || right.every(isClean)) return
  const all = [...left, ...right]
  noteOracle(ctx.notes, isSorted(all, ctx) ? 'order' : 'join', derive(...all))
}

function matched(node: Tagged, scope: Scope, ctx: Context): Matched {
  const known = ctx.notes.matched.get(node.body)
  if (known !== undefined) return known
  const found = sidesOf(node, scope, ctx)
  ctx.notes.matched.set(node.body, found)
  return found
}

function sidesOf({ tag, body }: Tagged, scope: Scope, ctx: Context): Matched {
  const parts = (taint: Taint): readonly Taint[] =>
    taint.fields === null || taint.column !== null ? [taint] : [...taint.fields.values()].flatMap(parts)
  if (tag === 'A_Expr') return [parts(evaluate(body.lexpr, scope, ctx)), parts(evaluate(body.rexpr, scope, ctx))]
  const query = tag === 'SubLink' ? tagged(body.subselect) : null
  if (query === null) return [[], []]
  const rows = queryRows(query, within(scope), ctx)
  return [parts(evaluate(body.testexpr, scope, ctx)), rows.columns.map(({ taint }) => taint)]
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

/** A column that is not known one by one cannot be tied. */
function unplaced(node: Tagged, scope: Scope, ctx: Context): boolean {
  if (node.tag === 'SelectStmt') return false
  if (node.tag !== 'ColumnRef') return children(node.body).some(child => unplaced(child, scope, ctx))
  const { columns, taint, open } = lookUp(scope, strings(list(node.body, 'fields')), ctx.parameters)
  return open === true && columns.length === 0 && !taint.unknown
}

function equates({ tag, body }: Tagged): boolean {
  if (tag === 'SubLink') return /^(ANY|ALL)_SUBLINK$/.test(text(body, 'subLinkType'))
  if (tag !== 'A_Expr') return false
  const operator = strings(list(body, 'name')).at(-1) ?? ''
  return operator === '=' && /^AEXPR_(OP|IN|OP_ANY|DISTINCT|NOT_DISTINCT)$/.test(text(body, 'kind'))
}

export function useOf(node: Tagged, scope: Scope, ctx: Context): OracleUse {
  const known = ctx.notes.uses.get(node.body)
  if (known !== undefined) return known
  const use = judge(node, scope, ctx)
  ctx.notes.uses.set(node.body, use)
  return use
}

/** Equality is that of whole values: one guess a statement. A part of a value is guessed in no time. */
function judge({ tag, body }: Tagged, scope: Scope, ctx: Context): OracleUse {
  // Of a few values that there are, one comparison tells too much.
  const sees = (node: unknown) => whole(node, scope, ctx) && !fewValues(node, scope, ctx)
  switch (tag) {
    case 'ColumnRef':
      // One of yes and no.
      return 'comparison'
    case 'SubLink':
      return ofSubLink(body, sees, scope, ctx)
    case 'NullTest':
      return whole(body.arg, scope, ctx) ? 'presence' : 'comparison'
    case 'BooleanTest': {
      const inside = tagged(body.arg)
      return inside === null ? 'comparison' : useOf(inside, scope, ctx)
    }
    case 'BoolExpr': {
      const uses = list(body, 'args').flatMap(part => {
        const inside = tagged(part)
        return inside === null || isClean(evaluate(part, scope, ctx)) ? [] : [useOf(inside, scope, ctx)]
      })
      return uses.find(use => use === 'pattern' || use === 'comparison') ?? uses[0] ?? 'comparison'
    }
    case 'A_Expr':
      break
    default:
      return 'comparison'
  }
  const operator = strings(list(body, 'name')).at(-1) ?? ''
  const kind = text(body, 'kind')
  if (/LIKE|SIMILAR/.test(kind) || operator.includes('~')) return 'pattern'
  const equal = operator === '=' && /^AEXPR_(OP|IN|OP_ANY|DISTINCT|NOT_DISTINCT|NULLIF)$/.test(kind)
  if (meansOwn(strings(list(body, 'name')), [body.lexpr, body.rexpr], scope, ctx)) return 'comparison'
  if (!equal || !sees(body.lexpr)) return 'comparison'
  if (kind === 'AEXPR_IN' || kind === 'AEXPR_OP_ANY') return ofGuesses(listed(body.rexpr, ctx), scope, ctx)
  if (!sees(body.rexpr)) return 'comparison'
  const open = [body.lexpr, body.rexpr].filter(side => isClean(evaluate(side, scope, ctx)))
  if (open.length > 0) return ofGuesses(open, scope, ctx)
  const proposed = proposedIn([body.lexpr, body.rexpr], scope, ctx)
  if (proposed !== null) return guessed(proposed, ctx, [])
  const [left, right] = [storedColumn(body.lexpr, scope, ctx), storedColumn(body.rexpr, scope, ctx)]
  return left && right ? 'join' : 'equality'
}

/** A few values that were written down are so many guesses; a column, a query or a series is any number of them. */
function ofGuesses(guesses: readonly unknown[] | null, scope: Scope, ctx: Context): OracleUse {
  const written = guesses?.map(guess => writtenIn(guess, scope, ctx)) ?? [0]
  return written.includes(0)
    ? 'comparison'
    : guessed(
        written.reduce((sum, number) => sum + number, 0),
        ctx,
        guesses ?? [],
      )
}

/** So many guesses; 0 where they cannot be counted. */
export function guessed(number: number, ctx: Context, guesses: readonly unknown[]): OracleUse {
  const { notes } = ctx
  notes.guesses += number
  for (const guess of guesses) noteCompared(guess, ctx)
  return number === 0 || notes.guesses > limits.guessesPerMinute ? 'comparison' : 'equality'
}

/** What is given to parameters is known when they are bound. */
function noteCompared(guess: unknown, { notes, parameters, given }: Context): void {
  if (as(guess, 'A_Const') !== null) return
  if (parameters.size > 0 && parameters !== given) notes.passed++
  else
    for (const number of new Set(parametersIn(guess))) notes.compared.set(number, (notes.compared.get(number) ?? 0) + 1)
}

function parametersIn(node: unknown): readonly number[] {
  const found = tagged(node)
  if (found === null) return []
  if (found.tag === 'ParamRef') return [count(found.body, 'number')]
  return children(found.body).flatMap(child => parametersIn({ [child.tag]: child.body }))
}

/** How many rows are written down of which these take columns, as ON CONFLICT does; null where there are none such. */
function proposedIn(nodes: readonly unknown[], scope: Scope, ctx: Context): number | null {
  const columns = nodes.flatMap(node => {
    const found = tagged(node)
    return found === null ? [] : columnsIn(found, scope, ctx)
  })
  const rows = columns.flatMap(({ stored, written }) => (stored && written !== undefined ? [written] : []))
  return rows.length === 0 ? null : rows.includes(0) ? 0 : Math.max(...rows)
}

/** How many values a guess stands for; 0 where nobody can tell. */
function writtenIn(guess: unknown, scope: Scope, ctx: Context): number {
  if (single(guess, scope, ctx)) return 1
  const reference = as(guess, 'ColumnRef')
  const found = reference === null ? null : lookUp(scope, strings(list(reference, 'fields')), ctx.parameters)
  return found?.columns.length === 1 ? (found.columns[0]?.written ?? 0) : 0
}

/** The members of `IN (…)` and of `= ANY (ARRAY[…])`; those of a parameter are counted when it is bound. */
function listed(node: unknown, ctx: Context): readonly unknown[] | null {
  const found = tagged(node)
  switch (found?.tag) {
    case 'TypeCast':
      // A cast that people made may give any number of values.
      return castsToArray(found.body, ctx) ? null : listed(found.body.arg, ctx)
    case 'List':
      return list(found.body, 'items')
    case 'A_ArrayExpr':
      return list(found.body, 'elements')
    case 'ParamRef':
      return [node]
    default:
      return null
  }
}

function castsToArray(body: Tree, { catalog }: Context): boolean {
  const type = sub(body, 'typeName') ?? {}
  const name = strings(list(type, 'names')).at(-1) ?? ''
  return catalog.ownCasts.has(list(type, 'arrayBounds').length > 0 ? `_${name}` : name)
}

/** One value for all rows, such as a constant or a parameter. */
export function single(node: unknown, scope: Scope, ctx: Context): boolean {
  const found = tagged(node)
  if (found === null) return true
  if (found.tag === 'SubLink' || !isClean(evaluate(node, scope, ctx))) return false
  if (found.tag === 'ParamRef') return ctx.many !== true
  if (found.tag === 'ColumnRef')
    return ctx.many !== true && lookUp(scope, strings(list(found.body, 'fields')), ctx.parameters).columns.length === 0
  if (found.tag === 'FuncCall' && !steady(found.body, ctx)) return false
  return children(found.body).every(child => single({ [child.tag]: child.body }, scope, ctx))
}

/** The same for every row: what is not would be a guess for each. */
function steady(body: Tree, { catalog, path }: Context): boolean {
  const names = strings(list(body, 'funcname'))
  const name = names.at(-1) ?? ''
  const schema = names.length > 1 ? (names.at(-2) ?? '') : null
  const own = findFunctions(catalog, path, schema, name)
  if (own.some(({ volatility }) => volatility === 'v')) return false
  const reach = builtinReach(name)
  return reach === 'pure' || reach === 'metadata' || (reach === 'unlisted' && own.length > 0)
}

function ofSubLink(body: Tree, sees: (node: unknown) => boolean, scope: Scope, ctx: Context): OracleUse {
  const kind = text(body, 'subLinkType')
  if (kind === 'EXISTS_SUBLINK') return 'presence'
  if (kind !== 'ANY_SUBLINK' && kind !== 'ALL_SUBLINK') return 'comparison'
  const operator = strings(list(body, 'operName')).at(-1) ?? '='
  const hidden = [body.testexpr, body.subselect].every(side => !isClean(evaluate(side, scope, ctx)))
  const own = meansOwn(strings(list(body, 'operName')), [body.testexpr], scope, ctx)
  return operator === '=' && !own && hidden && sees(body.testexpr) && sees(body.subselect) ? 'equality' : 'comparison'
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
