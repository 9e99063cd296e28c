// Rows that an INSERT proposes, which ON CONFLICT knows as `excluded`. Promise: what was written down is so many guesses
// wherever it meets what is hidden, and what a query gives is any number of them.
import { builtinReach } from '../statement/builtin-functions.ts'
import { as, children, list, strings, sub, type Tagged, tagged } from '../statement/tree.ts'
import { findFunctions } from './catalog.ts'
import { type Context, noteOracle, type Rows } from './context.ts'
import type { Item } from './scope.ts'
import { derive, isClean } from './taint.ts'

/** How many rows are written down; 0 where there may be any number. */
export function proposedBy(query: Tagged | null, ctx: Context): number {
  if (query === null) return 1
  const { tag, body } = query
  if (tag !== 'SelectStmt' || sub(body, 'larg') !== null || list(body, 'fromClause').length > 0) return 0
  const rows = list(body, 'valuesLists')
  // Functions that give sets are refused among several rows, and give as many where there is one.
  if (rows.length > 1) return rows.length
  const values = rows.length === 1 ? list(as(rows[0], 'List') ?? {}, 'items') : list(body, 'targetList')
  return values.some(value => givesSet(value, ctx)) ? 0 : 1
}

const SETS =
  /^(?:generate_|unnest$|\w+_to_table$|regexp_matches$|jsonb?_(?:array_elements|each|object_keys|to_record|populate_record|path_query)|ts_|pg_|_pg_|aclexplode$|txid_snapshot_xip$|xpath_table$)/

function givesSet(node: unknown, ctx: Context): boolean {
  const found = tagged(node)
  if (found === null) return false
  if (found.tag === 'FuncCall') {
    const [schema, name] = namesIn(found)
    const own = findFunctions(ctx.catalog, ctx.path, schema, name)
    if (SETS.test(name) || own.some(({ returnsSet }) => returnsSet)) return true
    if (own.length === 0 && builtinReach(name) === 'unlisted') return true
  }
  return children(found.body).some(child => givesSet({ [child.tag]: child.body }, ctx))
}

function namesIn({ body }: Tagged): readonly [string | null, string] {
  const names = strings(list(body, 'funcname'))
  return [names.length > 1 ? (names.at(-2) ?? null) : null, names.at(-1) ?? '']
}

/** Values of columns that are hidden where they come from are joined, and not guessed. */
export function excludedItem(target: Item, names: readonly string[], rows: Rows | null, written: number): Item {
  const joined = (name: string) => {
    const from = rows === null || rows.rest !== null ? undefined : rows.columns[names.indexOf(name)]
    return from?.stored === true && from.taint.column !== null && !isClean(from.taint)
  }
  const columns = target.columns.map(column => (joined(column.name) ? { ...column } : { ...column, written }))
  return { ...target, alias: 'excluded', columns, schema: null }
}

/** In a query of its own, or in what people wrote, it is compared unseen. */
export function noteLent(nodes: readonly unknown[], excluded: Item, ctx: Context, lent = false): void {
  for (const node of nodes) {
    const found = tagged(node)
    if (found === null) continue
    const [first, second] = found.tag === 'ColumnRef' ? strings(list(found.body, 'fields')) : []
    if (lent && first === 'excluded') {
      const meant = excluded.columns.filter(({ name }) => !second || name === second)
      const guesses = meant.filter(({ written }) => written !== undefined)
      noteOracle(ctx.notes, 'comparison', derive(...guesses.map(({ taint }) => taint)))
    }
    const inside = children(found.body).map(({ tag, body }) => ({ [tag]: body }))
    noteLent(inside, excluded, ctx, lent || lends(found, ctx))
  }
}

function lends(node: Tagged, ctx: Context): boolean {
  if (node.tag === 'SubLink') return true
  if (node.tag !== 'FuncCall') return false
  const found = findFunctions(ctx.catalog, ctx.path, ...namesIn(node))
  return found.some(({ trusted }) => !trusted)
}
