// Tables that are written through views. Promise: what is written to a view is written to each of these, for all that can be
// told from its query; null where it cannot.
import { parseSql } from '../statement/parser.ts'
import { as, isTree, list, strings, sub, text } from '../statement/tree.ts'
import { type Catalog, type CatalogRelation, findRelation } from './catalog.ts'

export interface WrittenThrough {
  readonly relation: CatalogRelation
  /** What a column of the view is called there; a name that is not here is not known. */
  readonly names: ReadonlyMap<string, string>
}

const deepest = 24

/** The views and the table below it, from above; empty where it is no view. */
export function writtenThrough(view: CatalogRelation, catalog: Catalog): readonly WrittenThrough[] | null {
  const found: WrittenThrough[] = []
  let names = new Map(view.columns.map(({ name }) => [name, name]))
  for (let above = view; above.definition !== null && above.kind !== 'm'; ) {
    const query = queryOf(above.definition)
    if (query === null || found.length > deepest) return null
    const [from, ...more] = list(query, 'fromClause')
    // Written to by triggers and rules of its own alone.
    if (from === undefined || more.length > 0) return found
    const range = as(from, 'RangeVar')
    if (range === null) return found
    const below = findRelation(catalog, [], text(range, 'schemaname') || null, text(range, 'relname'))
    if (below === null) return null
    const targets = list(query, 'targetList').map(target => {
      const column = as(sub(as(target, 'ResTarget') ?? {}, 'val'), 'ColumnRef')
      return column === null ? undefined : strings(list(column, 'fields')).at(-1)
    })
    const shown = new Map(above.columns.map(({ name }, at) => [name, targets[at]]))
    const here = [...names].flatMap(([name, one]): [string, string][] => {
      const called = shown.get(one)
      return called === undefined ? [] : [[name, called]]
    })
    names = new Map(here)
    found.push({ relation: below, names })
    above = below
  }
  return found
}

function queryOf(definition: string) {
  let parsed: unknown
  try {
    parsed = parseSql(definition)
  } catch {
    return null
  }
  const first = isTree(parsed) ? list(parsed, 'stmts')[0] : null
  return isTree(first) ? as(first.stmt, 'SelectStmt') : null
}
