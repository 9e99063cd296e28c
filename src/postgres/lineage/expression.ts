// What an expression derives from. Promise: a node that is not named here is unknown, and every part of a named one
// takes part in the result.
import { as, children, count, list, strings, sub, type Tagged, type Tree, tagged, text } from '../statement/tree.ts'
import { type Context, noteOracle, noteShown, probedBy, touch } from './context.ts'
import { castMayFail, nodeMayFail, operatorMayFail } from './fallible.ts'
import { evaluateCall } from './function-call.ts'
import { asText, gathered, joined } from './growth.ts'
import { callOwn } from './own-functions.ts'
import { checksOf, mayBeOwn, meansOwn } from './own-types.ts'
import { useOf } from './predicate.ts'
import { quiet } from './quiet.ts'
import { itemNamed, lookUp, type Scope, wholeRow, within } from './scope.ts'
import { queryRows } from './select.ts'
import { clean, derive, isClean, row, type Taint, unknown } from './taint.ts'
import { whole } from './whole.ts'

/** Nodes whose value is made of the values of their parts. */
const composed = new Set(
  `A_ArrayExpr A_Expr A_Indices BoolExpr BooleanTest CoalesceExpr List MinMaxExpr NamedArgExpr NullTest
  Part XmlExpr XmlSerialize ResTarget JsonObjectConstructor JsonArrayConstructor JsonArrayQueryConstructor JsonObjectAgg
  JsonArrayAgg JsonAggConstructor JsonKeyValue JsonParseExpr JsonScalarExpr JsonSerializeExpr JsonIsPredicate JsonFuncExpr
  JsonValueExpr JsonArgument JsonOutput JsonFormat JsonReturning JsonBehavior SortBy MultiAssignRef WindowDef
  RangeTableFuncCol JsonTableColumn JsonTablePathSpec`.split(/\s+/),
)

const constants = new Set(
  'A_Const SetToDefault SQLValueFunction CurrentOfExpr MergeSupportFunc GroupingFunc TypeName String Integer Float Boolean BitString'.split(
    ' ',
  ),
)

/** Conditions and sort keys are read more than once; nested without end they would multiply. */
const mostSteps = 500_000

export function evaluate(node: unknown, scope: Scope, ctx: Context): Taint {
  if (++ctx.notes.steps > mostSteps) throw new Error('too much to work out')
  const found = tagged(node)
  if (found === null) return node === undefined || node === null ? clean : unknown
  const taint = touch(ctx.notes, evaluateTagged(found, scope, ctx))
  if (taint.column === null && taint.fields === null && !isClean(taint))
    ctx.notes.computed = derive(ctx.notes.computed, taint)
  return taint
}

export function evaluateAll(nodes: readonly unknown[], scope: Scope, ctx: Context): Taint {
  return derive(...nodes.map(node => evaluate(node, scope, ctx)))
}

function evaluateTagged(node: Tagged, scope: Scope, ctx: Context): Taint {
  const { tag, body } = node
  if (constants.has(tag)) return clean
  switch (tag) {
    case 'ColumnRef':
      return evaluateColumn(body, scope, ctx)
    case 'ParamRef':
      return ctx.parameters.get(`$${count(body, 'number')}`) ?? clean
    case 'FuncCall':
      return evaluateCall(body, scope, ctx).taint
    case 'TypeCast':
      return evaluateCast(body, scope, ctx)
    case 'CollateClause':
      return derive(evaluate(body.arg, scope, ctx))
    case 'SubLink':
      return evaluateSubLink(body, scope, ctx)
    case 'RowExpr':
      return evaluateRow(body, scope, ctx)
    case 'A_Indirection':
      return evaluateIndirection(body, scope, ctx)
    case 'A_Expr':
      return operation(node, scope, ctx)
    case 'CaseExpr':
    case 'CaseWhen':
      return chosen(node, scope, ctx)
    case 'SelectStmt':
      return derive(...rowTaints(node, scope, ctx))
    default:
      if (!composed.has(tag)) return unknown
      if (tag === 'CoalesceExpr' || tag === 'BoolExpr') noteSkipping(tag, list(body, 'args'), scope, ctx)
      return failing(nodeMayFail(tag, body, scope, ctx), compose(tag, parts(body, scope, ctx), ctx), ctx)
  }
}

function compose(tag: string, given: readonly Taint[], ctx: Context): Taint {
  if (/^Json(?:Object|Array)Agg$/.test(tag)) return gathered(given, ctx)
  return /^(?:A_ArrayExpr|XmlExpr|Json.*)$/.test(tag) ? joined(given, ctx) : derive(...given)
}

/** What stands behind is worked out or not by what stands before it. */
function noteSkipping(tag: string, args: readonly unknown[], scope: Scope, ctx: Context): void {
  const hidden = args.map(arg => ({ found: tagged(arg), taint: evaluate(arg, scope, ctx) }))
  if (hidden.every(({ taint }) => isClean(taint)) || args.every(arg => quiet(arg, scope, ctx))) return
  for (const { found, taint } of hidden) {
    if (found === null || isClean(taint)) continue
    if (tag === 'BoolExpr') noteShown(ctx.notes, useOf(found, scope, ctx), taint)
    // That a stored value is NULL is shown.
    else if (found.tag !== 'ColumnRef' || taint.column === null) noteShown(ctx.notes, 'comparison', taint)
  }
}

/** The answer is hidden, but whether it fails is not: a comparison here is one like in a condition. */
function operation(node: Tagged, scope: Scope, ctx: Context): Taint {
  const { body } = node
  const values = parts(body, scope, ctx)
  const given = strings(list(body, 'name')).at(-1) === '||' ? joined(values, ctx) : derive(...values)
  const own = operatorsNamed(body, ctx)
  const taint = derive(given, byOwn(own, given, ctx))
  if (isClean(taint)) return taint
  if (
    own.length > 0 &&
    (list(body, 'name').length > 1 || meansOwn(strings(list(body, 'name')), sides(body), scope, ctx))
  )
    noteShown(ctx.notes, 'comparison', taint)
  const operator = strings(list(body, 'name')).at(-1) ?? ''
  const compares = text(body, 'kind') !== 'AEXPR_OP' || comparing.has(operator)
  const use = compares ? useOf(node, scope, ctx) : null
  if (!compares) failing(operatorMayFail(operator, body, scope, ctx), taint, ctx)
  if (use === 'comparison' || use === 'pattern') noteShown(ctx.notes, use, taint)
  // Rows and lists are compared one by one until it is clear.
  else if (use !== null && use !== 'join' && ![body.lexpr, body.rexpr].every(side => quiet(side, scope, ctx)))
    noteShown(ctx.notes, use, taint)
  if ((operator === '/' || operator === '%') && !isClean(evaluate(body.rexpr, scope, ctx)))
    noteShown(ctx.notes, 'comparison', taint)
  return taint
}

function sides({ lexpr, rexpr }: Tree): readonly unknown[] {
  return [lexpr, rexpr]
}

const comparing = new Set([
  '=',
  '<>',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  '~',
  '~*',
  '!~',
  '!~*',
  '~~',
  '~~*',
  '@>',
  '<@',
  '&&',
])

/** What a CASE asks decides what is worked out, and so what fails. */
function chosen(node: Tagged, scope: Scope, ctx: Context): Taint {
  const taint = derive(...parts(node.body, scope, ctx))
  if (isClean(taint)) return taint
  if (node.tag === 'CaseExpr') {
    const { arg } = node.body
    if (arg === undefined) return taint
    const open =
      !isClean(evaluate(arg, scope, ctx)) && !quiet({ CaseExpr: { ...node.body, arg: undefined } }, scope, ctx)
    if (open || !whole(arg, scope, ctx)) noteShown(ctx.notes, 'comparison', taint)
    return taint
  }
  const asked = tagged(node.body.expr)
  if (asked === null || isClean(evaluate(node.body.expr, scope, ctx))) return taint
  const use = useOf(asked, scope, ctx)
  const told = !quiet(node.body.result, scope, ctx)
  if (use === 'comparison' || use === 'pattern' || told) noteShown(ctx.notes, use, taint)
  return taint
}

function parts(body: Tree, scope: Scope, ctx: Context): readonly Taint[] {
  return children(body).map(child => evaluate({ [child.tag]: child.body }, scope, ctx))
}

function evaluateColumn(body: Tree, scope: Scope, ctx: Context): Taint {
  const fields = list(body, 'fields')
  if (as(fields.at(-1), 'A_Star') === null) {
    const { taint, missing } = lookUp(scope, strings(fields), ctx.parameters)
    if (missing === true && ctx.depth === 0) ctx.notes.missing = true
    return taint
  }
  const names = strings(fields.slice(0, -1))
  if (names.length === 0) return derive(scope.rest ?? clean, ...scope.columns.map(({ taint }) => taint))
  const item = itemNamed(scope, names.length > 1 ? (names.at(-2) ?? null) : null, names.at(-1) ?? '')
  return item === null ? unknown : wholeRow(item)
}

const textual = /^(?:text|varchar|bpchar|citext)$/

function evaluateCast(body: Tree, scope: Scope, ctx: Context): Taint {
  const value = evaluate(body.arg, scope, ctx)
  const names = strings(list(sub(body, 'typeName') ?? {}, 'names'))
  const held = failing(!isClean(value) && castMayFail(body, scope, ctx), value, ctx)
  const own = ctx.catalog.ownCasts.get(names.at(-1) ?? '') ?? []
  failing(own.length > 0 && !isClean(value) && mayBeOwn(body.arg, scope, ctx), value, ctx)
  const checked = byOwn(checksOf(names.at(-1) ?? '', ctx.catalog), clean, ctx)
  failing(!isClean(checked), checked, ctx)
  return derive(textual.test(names.at(-1) ?? '') ? asText(held, ctx) : held, byOwn(own, value, ctx))
}

/** That a value fails is told to whoever asked, as if it had been compared. */
function failing(may: boolean, taint: Taint, ctx: Context): Taint {
  if (may) noteShown(ctx.notes, 'comparison', taint)
  return taint
}

/** Operators that people defined and that this one may be; `OPERATOR(schema.+)` names its schema. */
function operatorsNamed(body: Tree, ctx: Context): readonly number[] {
  const names = strings(list(body, 'name'))
  return names[0] === 'pg_catalog' && names.length > 1 ? [] : (ctx.catalog.ownOperators.get(names.at(-1) ?? '') ?? [])
}

/** What functions that people put behind an operator or a cast add; given what is protected, they may do anything. */
function byOwn(functions: readonly number[], given: Taint, ctx: Context): Taint {
  if (functions.length === 0) return clean
  if (!isClean(given)) return unknown
  const found = functions.flatMap(oid => ctx.catalog.functionsByOid.get(oid) ?? [])
  return found.length < functions.length ? unknown : callOwn(found, [clean, clean], { ...ctx, many: true }).taint
}

function evaluateRow(body: Tree, scope: Scope, ctx: Context): Taint {
  const args = list(body, 'args')
  const values = args.map((arg, at) => ({ name: `f${at + 1}`, taint: evaluate(arg, scope, ctx) }))
  const starred = args.some(arg => as(list(as(arg, 'ColumnRef') ?? {}, 'fields').at(-1), 'A_Star') !== null)
  return starred ? derive(...values.map(({ taint }) => taint)) : row(values)
}

function evaluateIndirection(body: Tree, scope: Scope, ctx: Context): Taint {
  let value = evaluate(body.arg, scope, ctx)
  for (const step of list(body, 'indirection')) {
    const found = tagged(step)
    if (found?.tag === 'String') {
      const name = text(found.body, 'sval')
      // A name that is no field may be a function applied to the row.
      const called = callOwn(ctx.catalog.functions.get(name) ?? [], [value], ctx).taint
      value = value.fields?.get(name) ?? derive(value, called, value.fields === null ? clean : unknown)
    } else if (found?.tag === 'A_Indices') {
      value = { ...derive(value, ...parts(found.body, scope, ctx)), fields: value.fields }
    } else if (found?.tag !== 'A_Star') return derive(value, unknown)
  }
  return { ...value, column: null }
}

function rowTaints(query: Tagged, scope: Scope, ctx: Context): readonly Taint[] {
  const rows = queryRows(query, within(scope), ctx)
  return [...rows.columns.map(({ taint }) => taint), rows.rest ?? clean]
}

function evaluateSubLink(body: Tree, scope: Scope, ctx: Context): Taint {
  const query = tagged(body.subselect)
  if (query === null) return unknown
  const tested = evaluate(body.testexpr, scope, ctx)
  const [taints, probed] = probedBy(ctx.notes, () => queryRows(query, within(scope), ctx))
  const values = derive(...taints.columns.map(({ taint }) => taint), taints.rest ?? clean)
  const kind = text(body, 'subLinkType')
  if (kind === 'EXISTS_SUBLINK') {
    // Whether a row exists says whether the probe hit; what the row holds is not looked at.
    noteOracle(ctx.notes, 'presence', probed)
    return derive(probed)
  }
  if (kind === 'ARRAY_SUBLINK') return derive(gathered([values], ctx), probed)
  const first = taints.columns[0]
  if (kind === 'EXPR_SUBLINK' && taints.columns.length === 1 && first !== undefined && taints.rest === null)
    return { ...derive(first.taint, probed), fields: first.taint.fields }
  return derive(tested, values, probed)
}
