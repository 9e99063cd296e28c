// What a function call derives from. Promise: a result is trusted to depend on its arguments alone only for functions
// known to do so; protected data given to a function that changes something is noted as a flow.
import { type BuiltinReach, builtinReach, isStandard } from '../statement/builtin-functions.ts'
import { holdsAnything } from '../statement/settings.ts'
import { as, constant, flag, list, strings, sub, type Tree } from '../statement/tree.ts'
import { type CatalogFunction, findFunctions } from './catalog.ts'
import { type Context, noteFlow, noteOracle, noteShown, type Rows } from './context.ts'
import { noteShownExpansion } from './expansion.ts'
import { evaluate, evaluateAll } from './expression.ts'
import { mayFail } from './fallible.ts'
import { noteCallGrowth } from './growth.ts'
import { callOwn } from './own-functions.ts'
import { predicates, single, tieSorted } from './predicate.ts'
import { lookUp, type Scope } from './scope.ts'
import { clean, derive, isClean, type Taint, unknown } from './taint.ts'

export interface Call {
  readonly taint: Taint
  /** Where the result has columns of its own. */
  readonly rows: Rows | null
}

/** Their result counts or numbers rows and holds no value of them. */
const counting = new Set(['count', 'regr_count', 'row_number', 'rank', 'dense_rank', 'percent_rank', 'cume_dist'])

export function evaluateCall(body: Tree, scope: Scope, ctx: Context): Call {
  const names = strings(list(body, 'funcname'))
  const name = names.at(-1) ?? ''
  const schema = names.length > 1 ? (names.at(-2) ?? '') : null
  predicates([body.agg_filter], scope, ctx)
  for (const item of list(body, 'agg_order')) tieSorted(as(item, 'SortBy')?.node, scope, ctx)
  const args = list(body, 'args').map(arg => evaluate(arg, scope, ctx))
  const order = evaluateAll(
    list(body, 'agg_order').map(item => as(item, 'SortBy')?.node),
    scope,
    ctx,
  )
  const grouped = flag(body, 'agg_within_group')
  noteOracle(ctx.notes, 'order', order)
  const ranked = rankedBy(body, scope, ctx)
  const given = grouped ? [...args, order] : args
  const own = fitting(findFunctions(ctx.catalog, ctx.path, schema, name), given.length)
  if (own.length === 0 && isStandard(schema, name)) {
    noteShownExpansion(body, scope, ctx)
    return { taint: derive(...given), rows: null }
  }
  const builtin = schema === null || schema === 'pg_catalog' ? builtinReach(name) : 'unlisted'
  if (own.length > 0) {
    const many = !list(body, 'args').every(arg => single(arg, scope, ctx))
    const called = callOwn(own, given, { ...ctx, many })
    ctx.notes.called = derive(ctx.notes.called, called.taint)
    if (called.changes && !isClean(derive(...given))) noteFlow(ctx.notes, 'function', name, derive(...given))
    const alsoBuiltin = builtin === 'unlisted' ? clean : builtinTaint(name, builtin, body, given, scope, ctx)
    const computes = own.every(({ trusted }) => trusted)
    if (computes) noteShownExpansion(body, scope, ctx)
    if (computes && builtin === 'unlisted' && !isClean(derive(...given)) && mayFail(name, given, body, scope, ctx))
      noteShown(ctx.notes, 'comparison', derive(...given))
    const taint = derive(called.taint, alsoBuiltin)
    return { taint: isClean(alsoBuiltin) ? called.taint : taint, rows: called.rows }
  }
  noteShownExpansion(body, scope, ctx)
  if (counting.has(name) && builtin === 'pure' && !grouped)
    return { taint: derive(ranked, counted(body, args, scope, ctx)), rows: null }
  return { taint: derive(builtinTaint(name, builtin, body, given, scope, ctx), ranked), rows: null }
}

/** Without those that need more arguments; all of them where none fits, as the call is not understood then. */
function fitting(overloads: readonly CatalogFunction[], given: number): readonly CatalogFunction[] {
  const short = ({ kind, argumentCount, defaults }: CatalogFunction) =>
    kind === 'f' && defaults === null && argumentCount > given
  const fit = overloads.filter(one => !short(one))
  return fit.length > 0 ? fit : overloads
}

/** Counting stored values tells how many are there; counting what was made of them tells what they are. */
function counted(body: Tree, args: readonly Taint[], scope: Scope, ctx: Context): Taint {
  const made = list(body, 'args').map((arg, at) => {
    const reference = as(arg, 'ColumnRef')
    if (reference === null) return args[at] ?? clean
    const found = lookUp(scope, strings(list(reference, 'fields')), ctx.parameters)
    return found.columns.length > 0 && found.columns.every(({ stored }) => stored) ? clean : (args[at] ?? clean)
  })
  return derive(...made)
}

function builtinTaint(
  name: string,
  reach: BuiltinReach,
  body: Tree,
  args: readonly Taint[],
  scope: Scope,
  ctx: Context,
): Taint {
  const all = noteCallGrowth(name, args, body, ctx)
  if (name === 'pg_show_all_settings' && !ctx.settingsSaid) return derive(all, unknown)
  if (name === 'current_setting') return settingTaint(body, all, ctx)
  if (!isClean(all) && mayFail(name, args, body, scope, ctx)) noteShown(ctx.notes, 'comparison', all)
  switch (reach) {
    case 'pure':
    case 'harmless':
      return all
    case 'metadata':
      return name === 'pg_typeof' || name === 'pg_collation_for' ? clean : all
    case 'session':
    case 'writing':
      noteFlow(ctx.notes, 'function', name, all)
      return all
    default:
      noteFlow(ctx.notes, 'function', name, all)
      return derive(all, unknown)
  }
}

/** The server's own settings hold no data; others hold what someone put there. */
function settingTaint(body: Tree, all: Taint, ctx: Context): Taint {
  const name = constant(list(body, 'args')[0])
  return derive(all, typeof name === 'string' ? ofSetting(name, ctx) : ctx.settingsSaid ? clean : unknown)
}

export function ofSetting(name: string, { settingsSaid }: Context): Taint {
  const plain = name.toLowerCase()
  const own = (!plain.includes('.') && !holdsAnything(plain)) || plain.startsWith('sallyport.')
  return own || settingsSaid ? clean : unknown
}

/** A place in an order by something computed tells what was computed; one by a stored column tells the order alone. */
function rankedBy(body: Tree, scope: Scope, ctx: Context): Taint {
  const over = sub(body, 'over')
  if (over === null) return clean
  noteWindow(over, scope, ctx)
  const sorts = list(over, 'orderClause').map(item => as(item, 'SortBy')?.node)
  const computed = [...sorts, ...list(over, 'partitionClause')].filter(node => as(node, 'ColumnRef') === null)
  return evaluateAll(computed, scope, ctx)
}

export function noteWindow(over: Tree, scope: Scope, ctx: Context): void {
  // Rows leave a window in the order of its partitions.
  noteOracle(ctx.notes, 'order', evaluateAll(list(over, 'partitionClause'), scope, ctx))
  const sorts = list(over, 'orderClause').map(item => as(item, 'SortBy')?.node)
  noteOracle(ctx.notes, 'order', evaluateAll(sorts, scope, ctx))
  noteOracle(ctx.notes, 'order', evaluateAll([over.startOffset, over.endOffset], scope, ctx))
}
