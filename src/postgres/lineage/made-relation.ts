// Relations that statements make, and what others that are kept were judged by. Promise: where a view or a condition is built on a
// name, that name never comes to show what is protected through a column that did not show it.
import { as, list, strings, sub, type Tree, text } from '../statement/tree.ts'
import { isBuiltOn } from './behind-names.ts'
import { type CatalogRelation, findRelation } from './catalog.ts'
import { type Context, noteFlow, noteOracle, type Rows } from './context.ts'
import { readDefined } from './from.ts'
import { numbers } from './new-columns.ts'
import type { Item } from './scope.ts'
import { relationRows } from './stored.ts'
import { clean, derive, isClean, type Taint } from './taint.ts'

const noRows: Rows = { columns: [], rest: null }

/** A view keeps its lineage in the catalog; a copy, and anything temporary, is out of the catalog's sight. */
export function madeFrom(rows: Rows, target: Tree | null, kind: 'table' | 'view', ctx: Context): Rows {
  const all = derive(rows.rest ?? clean, ...rows.columns.map(({ taint }) => taint))
  const temporary =
    target !== null && (text(target, 'relpersistence') === 't' || text(target, 'schemaname') === 'pg_temp')
  const name = target === null ? '' : text(target, 'relname')
  noteFlow(ctx.notes, temporary ? 'table' : kind, name, all)
  if (target !== null && !isClean(all)) noteMade(rows, target, ctx)
  return noRows
}

/** A view made anew, or a name that means another relation from now on. What comes to it at its end nobody has read. */
function noteMade(rows: Rows, target: Tree, ctx: Context): void {
  const name = text(target, 'relname')
  const all = derive(rows.rest ?? clean, ...rows.columns.map(({ taint }) => taint))
  const there = found(target, ctx)
  const lost = ctx.path.length === 0 && text(target, 'schemaname') === ''
  const meant = there === null && lost ? [...ctx.catalog.relations.values()].filter(one => one.name === name) : [there]
  if (meant.length === 0) noteNew(name, null, all, ctx)
  for (const one of meant) {
    const before = one === null ? null : relationRows(one, ctx).columns
    const more = rows.columns.filter(({ taint }, at) =>
      before === null ? !isClean(taint) : at < before.length && !holds(before[at]?.taint ?? clean, taint),
    )
    noteNew(name, one, derive(rows.rest ?? clean, ...more.map(({ taint }) => taint)), ctx)
  }
}

/** Of what is computed, conditions may have been judged by how: that it is computed otherwise now cannot be told. */
function holds(before: Taint, after: Taint): boolean {
  if (isClean(after)) return true
  const [one, other] = [before.column, after.column]
  return one !== null && !after.unknown && one.relation === other?.relation && one.attribute === other.attribute
}

/** What a relation comes to show that it did not. */
function noteNew(name: string, there: CatalogRelation | null, taint: Taint, ctx: Context): void {
  if (!isClean(taint) && isBuiltOn(name, there, ctx.catalog)) noteFlow(ctx.notes, 'table', name, taint)
}

/** CREATE TABLE: what refers to protected values, or inherits their columns, is to be filled with them. */
export function noteFilled(body: Tree, ctx: Context): void {
  const constraints = list(body, 'tableElts').flatMap(node => [
    node,
    ...list(as(node, 'ColumnDef') ?? {}, 'constraints'),
  ])
  const ranges = [
    ...list(body, 'inhRelations').map(node => as(node, 'RangeVar')),
    ...constraints.map(node => sub(as(node, 'Constraint') ?? {}, 'pktable')),
  ]
  const items = ranges.flatMap(range => (range === null ? [] : [readDefined(range, ctx)]))
  const all = derive(...items.flatMap(({ columns, rest }) => [...columns.map(({ taint }) => taint), rest ?? clean]))
  noteNew(text(sub(body, 'relation') ?? {}, 'relname'), null, all, ctx)
}

/** ALTER TABLE: the same, of columns that there are. */
export function noteJoined(command: Tree, range: Tree | null, item: Item, ctx: Context): void {
  const relation = range === null ? null : found(range, ctx)
  if (relation === null) return
  const constraint = as(command.def, 'Constraint') ?? {}
  const [parent, key] = [as(command.def, 'RangeVar'), sub(constraint, 'pktable')]
  const other = parent ?? key
  if (other === null) return
  const there = found(other, ctx)
  const { columns } = readDefined(other, ctx)
  const [own, referred] = [strings(list(constraint, 'fk_attrs')), strings(list(constraint, 'pk_attrs'))]
  const typeOf = (one: CatalogRelation | null, name: string) => one?.columns.find(column => column.name === name)
  const more = item.columns.filter(({ name, taint }) => {
    const at = own.indexOf(name)
    if (parent === null && at < 0) return false
    const meant = columns.filter(column => {
      if (parent !== null) return column.name === name
      if (referred.length > 0) return column.name === referred[at]
      // The primary key, which of its columns that may be.
      const [from, to] = [typeOf(relation, name), typeOf(there, column.name)]
      return to?.notNull === true && numbers.has(from?.type ?? 0) === numbers.has(to.type)
    })
    return meant.some(column => ![...column.taint.labels].every(label => taint.labels.has(label)))
  })
  const shown = more.length === 0 ? clean : derive(...columns.map(({ taint }) => taint))
  noteNew(relation.name, relation, shown, ctx)
  // What checks, sorts or parts its rows was judged when it held nothing.
  noteOracle(ctx.notes, 'comparison', shown)
}

function found(range: Tree, ctx: Context): CatalogRelation | null {
  return findRelation(ctx.catalog, ctx.path, text(range, 'schemaname') || null, text(range, 'relname'))
}
