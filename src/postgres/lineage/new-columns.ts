// Columns that a table is to have and that are to hold what is protected: they refer to it, or are inherited. Promise: none of
// them is checked, sorted, put into partitions or given a type by which one value could be told from another.
import { as, constant, list, strings, sub, type Tree, text } from '../statement/tree.ts'
import { type CatalogColumn, findRelation } from './catalog.ts'
import { type Context, noteOracle } from './context.ts'
import { evaluate } from './expression.ts'
import { takes } from './fallible.ts'
import { readDefined } from './from.ts'
import { isOfFew } from './own-types.ts'
import { type Column, outermost, type Scope } from './scope.ts'
import { clean, derive, isClean, type Taint } from './taint.ts'

/** Of CREATE TABLE, before it is there. What else it is made of holds nothing yet. */
export function newColumns(body: Tree, ctx: Context): Scope {
  const elements = list(body, 'tableElts')
  const columns = new Map<string, Column>()
  const hold = (name: string, taint: Taint) => {
    const more = derive(columns.get(name)?.taint ?? clean, taint)
    const column = isClean(columns.get(name)?.taint ?? clean) ? taint : more
    columns.set(name, { name, taint: column, stored: true })
  }
  for (const node of list(body, 'inhRelations'))
    for (const { name, taint } of readDefined(as(node, 'RangeVar') ?? {}, ctx).columns) hold(name, taint)
  const itself = text(sub(body, 'relation') ?? {}, 'relname')
  const selves: (readonly [string, string | undefined])[] = []
  for (const node of elements) {
    const definition = as(node, 'ColumnDef')
    const own = definition === null ? null : text(definition, 'colname')
    if (own !== null) hold(own, clean)
    for (const part of definition === null ? [node] : list(definition, 'constraints')) {
      const constraint = as(part, 'Constraint') ?? {}
      if (text(constraint, 'contype') !== 'CONSTR_FOREIGN') continue
      const names = own === null ? strings(list(constraint, 'fk_attrs')) : [own]
      for (const [at, name] of names.entries()) {
        if (text(sub(constraint, 'pktable') ?? {}, 'relname') === itself)
          selves.push([name, strings(list(constraint, 'pk_attrs'))[at]])
        const type = typeOf(elements, name)
        for (const { taint, held } of referred(constraint, at, type, ctx)) {
          hold(name, taint)
          const fits = type !== null && held !== undefined && takes(type, held, ctx)
          if (!fits) noteOracle(ctx.notes, 'comparison', taint)
        }
      }
    }
  }
  for (let round = 0; round <= selves.length; round++)
    for (const [name, to] of selves)
      for (const { taint } of to === undefined ? [...columns.values()] : [columns.get(to) ?? { taint: clean }]) {
        if (!isClean(taint)) hold(name, taint)
        if (!isClean(taint) && !alike(elements, name, to)) noteOracle(ctx.notes, 'comparison', taint)
      }
  const all = [...columns.values()]
  const filled = all.filter(({ taint }) => !isClean(taint))
  if (filled.length > 0) ctx.notes.filled.set(itself, [...(ctx.notes.filled.get(itself) ?? []), ...filled])
  return {
    ...outermost,
    items: [{ alias: itself, schema: null, columns: all, rest: clean }],
    columns: all,
    rest: clean,
  }
}

function alike(elements: readonly unknown[], name: string, other: string | undefined): boolean {
  const [one, two] = [name, other ?? ''].map(column => typeOf(elements, column))
  const spelled = (type: Tree | null | undefined) =>
    JSON.stringify([strings(list(type ?? {}, 'names')), list(type ?? {}, 'typmods').map(constant)])
  return one !== null && two !== null && spelled(one) === spelled(two)
}

/** Null where another table brings the column along, with whatever conditions that has. */
function typeOf(elements: readonly unknown[], name: string): Tree | null {
  const found = elements.map(node => as(node, 'ColumnDef')).find(one => text(one ?? {}, 'colname') === name)
  return sub(found ?? {}, 'typeName')
}

interface Referred {
  readonly taint: Taint
  readonly held: CatalogColumn | undefined
}

/** Without names: the primary key, which of the columns that may be. */
function referred(constraint: Tree, at: number, type: Tree | null, ctx: Context): readonly Referred[] {
  const range = sub(constraint, 'pktable') ?? {}
  const names = strings(list(constraint, 'pk_attrs'))
  const there = findRelation(ctx.catalog, ctx.path, text(range, 'schemaname') || null, text(range, 'relname'))
  const all = readDefined(range, ctx).columns.map(({ name, taint }) => ({
    name,
    taint,
    held: there?.columns.find(column => column.name === name),
  }))
  if (names.length > 0) return all.filter(({ name }) => name === names[at])
  const spelled = type === null ? null : numeric.test(strings(list(type, 'names')).at(-1) ?? '')
  return all.filter(
    ({ held }) => held?.notNull === true && (spelled === null || spelled === numbers.has(held?.type ?? 0)),
  )
}

export const numbers = new Set([20, 21, 23, 700, 701, 1700])
const numeric = /^(?:int[248]|float[48]|numeric|(?:big|small)?serial[248]?)$/

/** What decides which rows are taken, and where they are put. */
export function judgeKeys(body: Tree, scope: Scope, ctx: Context): void {
  for (const node of list(body, 'tableElts')) {
    const column = as(node, 'ColumnDef')
    for (const part of column === null ? [node] : list(column, 'constraints')) {
      const constraint = as(part, 'Constraint') ?? {}
      const kind = text(constraint, 'contype')
      const keys = strings(list(constraint, 'keys'))
      if (/^CONSTR_(?:UNIQUE|PRIMARY)$/.test(kind))
        sorted(
          [...(keys.length > 0 ? keys : [text(column ?? {}, 'colname')]), ...strings(list(constraint, 'including'))],
          scope.columns,
          true,
          ctx,
        )
      if (kind !== 'CONSTR_EXCLUSION') continue
      for (const pair of list(constraint, 'exclusions'))
        named(text(as(list(as(pair, 'List') ?? {}, 'items')[0], 'IndexElem') ?? {}, 'name'), scope, ctx)
    }
  }
  for (const node of list(sub(body, 'partspec') ?? {}, 'partParams')) {
    const element = as(node, 'PartitionElem') ?? {}
    named(text(element, 'name'), scope, ctx)
    noteOracle(ctx.notes, 'comparison', evaluate(element.expr, scope, ctx))
  }
}

function named(name: string, { columns }: Scope, ctx: Context): void {
  for (const column of columns) if (column.name === name) noteOracle(ctx.notes, 'comparison', column.taint)
}

/** Rows that an index alone can give leave it in its order; that two are alike tells all of a column of few values. */
export function sorted(names: readonly string[], columns: readonly Column[], unique: boolean, ctx: Context): void {
  const held = names.map(name => columns.find(column => column.name === name)?.taint ?? clean)
  if (held.some(isClean)) noteOracle(ctx.notes, 'order', derive(...held))
  if (unique) noteOracle(ctx.notes, 'comparison', derive(...held.filter(taint => isOfFew(taint, ctx))))
}
