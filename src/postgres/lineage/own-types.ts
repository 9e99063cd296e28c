// Types, operators and columns that are not what their names say, or hold few values. Promise: a name means what PostgreSQL
// has by it only where nothing that people made could be meant.
import { children, list, strings, tagged } from '../statement/tree.ts'
import { type Catalog, type CatalogType, FIRST_OWN } from './catalog.ts'
import type { Context } from './context.ts'
import { lookUp, type Scope } from './scope.ts'
import { isClean, type StoredColumn, type Taint } from './taint.ts'

/** Types of extensions are of one name with their arrays; of others no two share a name. */
export function meansBuiltin(names: readonly string[], { catalog, path }: Context): boolean {
  const name = names.at(-1) ?? ''
  if (names.length > 1) return names.at(-2) === 'pg_catalog' && catalog.bentTo?.has(name) !== true
  const meant = (named: string) =>
    (ownTypes(catalog).get(named) ?? []).filter(({ schema }) => path.length === 0 || path.includes(schema))
  if (catalog.bentTo?.has(name) === true) return false
  if (meant(name).some(type => type.inner !== 0 || type.relation !== 0 || type.listed === true)) return false
  return meant(`_${name}`).length < 2
}

const known = new WeakMap<Catalog, ReadonlyMap<string, readonly CatalogType[]>>()

function ownTypes(catalog: Catalog): ReadonlyMap<string, readonly CatalogType[]> {
  const found = known.get(catalog) ?? Map.groupBy(outside(catalog), ({ name }) => name)
  known.set(catalog, found)
  return found
}

function outside({ types }: Catalog): readonly CatalogType[] {
  return [...types.values()].filter(({ schema }) => schema !== 'pg_catalog')
}

/** Whether an operator that people made could be meant: between values of built-in types few are. */
export function meansOwn(
  names: readonly string[],
  sides: readonly unknown[],
  scope: Scope,
  { catalog, ...ctx }: Context,
): boolean {
  const name = names.at(-1) ?? '='
  if (names.length > 1) return names.at(-2) !== 'pg_catalog'
  if (catalog.shadowed?.has(name) === true || catalog.bends === true) return true
  if ((catalog.ownOperators.get(name) ?? []).length === 0) return false
  return sides.some(side => typesIn(side, scope, { catalog, ...ctx }).some(type => type >= FIRST_OWN))
}

/** Whether a value in it may be of a type that people made, but for names of other types. */
export function mayBeOwn(node: unknown, scope: Scope, ctx: Context): boolean {
  const own = (type: number) => type >= FIRST_OWN && baseOf(type, ctx) >= FIRST_OWN
  return madeBelow(node, scope, ctx) || typesIn(node, scope, ctx).some(own)
}

/** By a query, or holds rows: of which type it is there is not known. */
function madeBelow(node: unknown, scope: Scope, ctx: Context): boolean {
  const found = tagged(node)
  if (found === null) return false
  const { tag, body } = found
  if (tag === 'SelectStmt') return true
  if (tag !== 'ColumnRef') return children(body).some(child => madeBelow({ [child.tag]: child.body }, scope, ctx))
  const { columns } = lookUp(scope, strings(list(body, 'fields')), ctx.parameters)
  return !columns.every(({ stored, taint }) => stored && (isClean(taint) || taint.column !== null))
}

const BOOLEAN = 16
const CHARACTER = 18

/** A column of yes and no, or of a few names: one comparison tells it whole. */
export function fewValues(node: unknown, scope: Scope, ctx: Context): boolean {
  return typesIn(node, scope, ctx).some(type => isFew(type, ctx))
}

/** As such a column itself. */
export function isOfFew({ column }: Taint, ctx: Context): boolean {
  return typesAt(column, ctx).some(type => isFew(type, ctx))
}

function isFew(type: number, ctx: Context): boolean {
  const base = baseOf(type, ctx)
  return base === BOOLEAN || base === CHARACTER || ctx.catalog.types.get(base)?.listed === true
}

/** money, bit, varbit, tsvector, tsquery: the server cannot hash them. */
const sortedAlone: ReadonlySet<number> = new Set([790, 1560, 1562, 3614, 3615])
const hashedOwn: ReadonlySet<string> = new Set(['citext', 'hstore'])
/** date, timestamp, timestamptz: hashed one like the other they are not. */
const moments: ReadonlySet<number> = new Set([1082, 1114, 1184])

/** Whether the server must sort rows to group them by these columns, or to match them: then they come in that order. */
export function isSorted(taints: readonly Taint[], ctx: Context): boolean {
  const types = taints.flatMap(({ column }) => typesAt(column, ctx)).map(type => baseOf(type, ctx))
  return types.some(type => isUnhashed(type, ctx, 0)) || new Set(types.filter(type => moments.has(type))).size > 1
}

function isUnhashed(type: number, ctx: Context, depth: number): boolean {
  const found = ctx.catalog.types.get(type)
  if (depth > 8) return true
  if (found === undefined) return sortedAlone.has(type)
  if (found.inner !== 0) return isUnhashed(found.inner, ctx, depth + 1)
  const parts = ctx.catalog.relations.get(found.relation)?.columns
  if (parts !== undefined) return parts.some(part => isUnhashed(part.type, ctx, depth + 1))
  return found.listed !== true && type >= FIRST_OWN && !hashedOwn.has(found.name)
}

function baseOf(type: number, { catalog }: Context): number {
  let at = type
  for (let found = catalog.types.get(at); isDomain(found); found = catalog.types.get(at)) at = found.inner
  return at
}

/** An array has its element in it too; both are of as few values. */
function isDomain(type: CatalogType | undefined): type is CatalogType {
  return type !== undefined && type.inner !== 0
}

/** Types of the protected columns in it that are stored as they are. */
function typesIn(node: unknown, scope: Scope, ctx: Context): readonly number[] {
  const found = tagged(node)
  if (found === null || found.tag === 'SelectStmt') return []
  const { tag, body } = found
  if (tag !== 'ColumnRef') return children(body).flatMap(child => typesIn({ [child.tag]: child.body }, scope, ctx))
  return typesAt(lookUp(scope, strings(list(body, 'fields')), ctx.parameters).taint.column, ctx)
}

function typesAt(column: StoredColumn | null, { catalog }: Context): readonly number[] {
  const held = column === null ? undefined : catalog.relations.get(column.relation)
  return held?.columns.flatMap(({ attribute, type }) => (attribute === column?.attribute ? [type] : [])) ?? []
}

/** Functions by which values of a domain of this name, or of what it is made of, are checked. */
export function checksOf(name: string, { types, dependents = [] }: Catalog): readonly number[] {
  const made = [...types.values()].filter(type => type.name === name && type.schema !== 'pg_catalog')
  for (const { inner } of made) made.push(...[types.get(inner)].filter(type => type !== undefined))
  return dependents.filter(one => made.some(type => type.name === one.name)).map(one => one.function)
}
