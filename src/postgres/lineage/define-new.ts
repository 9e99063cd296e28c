// Expressions that new tables, types and triggers bring along. Promise: what of them is worked out at once and kept in the
// catalog, or put into columns later, is noted as a flow; what will decide whether rows are taken, as an oracle.
import { as, children, list, strings, sub, type Tree, tagged, text } from '../statement/tree.ts'
import { findFunctions } from './catalog.ts'
import { type Context, noteFlow, noteOracle } from './context.ts'
import { evaluate } from './expression.ts'
import { judgeKeys, newColumns } from './new-columns.ts'
import { sparesRow } from './plpgsql.ts'
import { type Item, outermost, type Scope } from './scope.ts'
import { clean, derive, isClean, ofLabels, row, type Taint } from './taint.ts'

/** Its own columns and the value that is checked hold nothing yet. */
const fresh: Scope = { ...outermost, rest: clean }

/** CREATE TABLE: conditions of its rows, what they are put into partitions by, and the bounds of a partition. */
export function newTable(body: Tree, ctx: Context): void {
  const scope = newColumns(body, ctx)
  for (const node of list(body, 'tableElts')) {
    const column = as(node, 'ColumnDef')
    for (const part of column === null ? [node] : list(column, 'constraints')) {
      condition(part, scope, ctx)
      const constraint = as(part, 'Constraint') ?? {}
      const preset = /^CONSTR_(?:DEFAULT|GENERATED)$/.test(text(constraint, 'contype')) ? constraint.raw_expr : null
      noteFlow(ctx.notes, 'column', text(column ?? {}, 'colname'), evaluate(preset, scope, ctx))
    }
  }
  judgeKeys(body, scope, ctx)
  newBound(sub(body, 'partbound'), ctx)
}

/** Bounds are worked out once, and everybody may read them. */
export function newBound(bound: Tree | null, ctx: Context): void {
  if (bound === null) return
  // MINVALUE and MAXVALUE look like columns.
  const parts = children(bound).filter(({ tag }) => tag !== 'ColumnRef')
  const taint = derive(...parts.map(part => evaluate({ [part.tag]: part.body }, fresh, ctx)))
  noteFlow(ctx.notes, 'table', 'bound', taint)
}

/** CREATE DOMAIN and ALTER DOMAIN: its default is put into columns that no default of their own says it of. */
export function newDomain(body: Tree, ctx: Context): void {
  for (const part of [...list(body, 'constraints'), body.def]) {
    const constraint = as(part, 'Constraint')
    const preset = constraint === null ? part : text(constraint, 'contype') === 'CONSTR_DEFAULT' && constraint.raw_expr
    if (tagged(preset) !== null) noteFlow(ctx.notes, 'table', 'default', evaluate(preset, fresh, ctx))
    condition(part, fresh, ctx)
  }
}

/** WHEN decides whether a trigger runs. */
export function newTrigger(body: Tree, item: Item | null, ctx: Context): void {
  const rows = ['new', 'old'].map((alias): Item => ({ ...emptied(item), alias, schema: null }))
  decided(evaluate(body.whenClause, { ...outermost, items: rows }, ctx), ctx)
}

/** A trigger whose function can be read, and makes nothing of what is protected in the row it is given. */
export function sparesAll(body: Tree, item: Item | null, ctx: Context): boolean {
  const names = strings(list(body, 'funcname'))
  const found = findFunctions(ctx.catalog, ctx.path, names.length > 1 ? (names.at(-2) ?? '') : null, names.at(-1) ?? '')
  const [only] = found.filter(({ argumentCount }) => argumentCount === 0)
  if (item === null || only === undefined || found.length > 1 || list(body, 'transitionRels').length > 0) return false
  return sparesRow(only, row(item.columns), ctx)
}

function emptied(item: Item | null): Pick<Item, 'columns' | 'rest'> {
  return { columns: item?.columns.map(column => ({ ...column })) ?? [], rest: item === null ? clean : item.rest }
}

/** `deterministic = false`: what is equal by it are not the same values, so that parts of one could be told. */
export function newCollation(body: Tree, ctx: Context): void {
  const loose = list(body, 'definition').some(item => {
    const option = as(item, 'DefElem') ?? {}
    return text(option, 'defname') === 'deterministic' && !/"sval":"(?:true|on|1)"/i.test(JSON.stringify(option))
  })
  if (loose) noteOracle(ctx.notes, 'comparison', everyLabel(ctx))
}

export function everyLabel({ protection }: Context): Taint {
  return ofLabels([...protection.labels.values()].flatMap(columns => [...columns.values()].flatMap(held => [...held])))
}

function condition(node: unknown, scope: Scope, ctx: Context): void {
  const constraint = as(node, 'Constraint') ?? {}
  if (text(constraint, 'contype') === 'CONSTR_CHECK') decided(evaluate(constraint.raw_expr, scope, ctx), ctx)
  if (text(constraint, 'contype') !== 'CONSTR_EXCLUSION') return
  const elements = list(constraint, 'exclusions').flatMap(pair => list(as(pair, 'List') ?? {}, 'items').slice(0, 1))
  for (const one of [constraint.where_clause, ...elements.map(element => as(element, 'IndexElem')?.expr)])
    decided(evaluate(one, scope, ctx), ctx)
}

function decided(taint: Taint, ctx: Context): void {
  if (!isClean(taint)) noteOracle(ctx.notes, 'comparison', taint)
}
