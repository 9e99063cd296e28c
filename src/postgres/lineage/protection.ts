// Which stored columns are protected, and as what. Promise: what is declared for a table holds for its partitions,
// children and parents, and for foreign keys that hold its values; a wildcard never reaches the system catalogs.
import type { Catalog, CatalogRelation } from './catalog.ts'
import type { Rows } from './context.ts'
import { isSystem } from './system-relations.ts'

/** Each part a name or `*`. */
export interface ProtectedColumn {
  readonly schema: string
  readonly relation: string
  readonly column: string
  readonly label: string
}

export interface Protection {
  readonly catalog: Catalog
  /** Labels by relation and attribute. */
  readonly labels: ReadonlyMap<number, ReadonlyMap<number, ReadonlySet<string>>>
  /** Columns of relations worked out so far; null while one is being worked out. */
  readonly known: Map<number, Rows | null>
  /** The same where a setting may hold anything. */
  readonly doubted: Map<number, Rows | null>
}

export function protect(catalog: Catalog, declared: readonly ProtectedColumn[]): Protection {
  const labels = new Map<number, Map<number, Set<string>>>()
  for (const relation of catalog.relations.values()) {
    if (isSystem(relation)) continue
    for (const rule of declared) {
      if (!fits(rule.schema, relation.schema) || !fits(rule.relation, relation.name)) continue
      for (const column of relation.columns)
        if (fits(rule.column, column.name)) add(labels, relation.oid, column.attribute, [rule.label])
    }
  }
  inherit(catalog, labels)
  return { catalog, labels, known: new Map(), doubted: new Map() }
}

export function labelsAt(protection: Protection, relation: number, attribute: number): ReadonlySet<string> {
  return protection.labels.get(relation)?.get(attribute) ?? new Set()
}

function fits(pattern: string, name: string): boolean {
  return pattern === '*' || pattern === name
}

type Labels = Map<number, Map<number, Set<string>>>

function add(labels: Labels, relation: number, attribute: number, more: Iterable<string>): boolean {
  const columns = labels.get(relation) ?? new Map<number, Set<string>>()
  labels.set(relation, columns)
  const held = columns.get(attribute) ?? new Set<string>()
  columns.set(attribute, held)
  const before = held.size
  for (const label of more) held.add(label)
  return held.size > before
}

/** Both ways along pg_inherits, by column name, and to what refers to a column, until nothing changes. */
function inherit(catalog: Catalog, labels: Labels): void {
  for (let changed = true; changed; ) {
    changed = false
    for (const { relation, attribute, toRelation, toAttribute } of catalog.references ?? []) {
      const held = labels.get(toRelation)?.get(toAttribute)
      if (held !== undefined && add(labels, relation, attribute, held)) changed = true
    }
    for (const child of catalog.relations.values())
      for (const oid of child.parents) {
        const parent = catalog.relations.get(oid)
        if (parent !== undefined && (copy(child, parent, labels) || copy(parent, child, labels))) changed = true
      }
  }
}

function copy(from: CatalogRelation, to: CatalogRelation, labels: Labels): boolean {
  let changed = false
  for (const column of from.columns) {
    const held = labels.get(from.oid)?.get(column.attribute)
    const there = to.columns.find(({ name }) => name === column.name)
    if (held !== undefined && there !== undefined && add(labels, to.oid, there.attribute, held)) changed = true
  }
  return changed
}
