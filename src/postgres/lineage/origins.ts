// The plan against what the system says its columns are. Promise: a description that does not fit the plan hides every
// column, and a column that stands where something is protected is never shown because the plan forgot it.
import { smallestGroup } from './context.ts'
import { labelsAt, type Protection } from './protection.ts'
import type { Plan } from './resolve.ts'
import { isSystem } from './system-relations.ts'

/** A column as RowDescription gives it; oid and attribute are 0 for an expression. */
export interface DescribedColumn {
  readonly name: string
  readonly table: number
  readonly attribute: number
}

export interface Origin {
  readonly labels: ReadonlySet<string> | 'unknown'
  readonly derived: boolean
  /** A sum or mean that may be shown where its group is large enough. */
  readonly group?: { readonly countColumn: number; readonly atLeast: number }
}

const none: ReadonlySet<string> = new Set()
const unknownOrigin: Origin = { labels: 'unknown', derived: true }
const kept: Origin = { labels: 'unknown', derived: false }

/** A column of the system catalog as it stands there. */
function isKept({ catalog }: Protection, table: number): boolean {
  const relation = catalog.relations.get(table)
  return relation !== undefined && isSystem(relation) && relation.definition === null
}

export function originsOf(
  plan: Plan,
  protection: Protection,
  described: readonly DescribedColumn[],
): readonly Origin[] {
  const { columns } = plan
  // How many columns a row of unknown type has is the server's to say; what they hold is not.
  if (columns === null && plan.allClean)
    return described.map(({ table, attribute }): Origin => {
      const labels = table === 0 ? none : labelsOn(protection, table, attribute)
      return labels === null ? unknownOrigin : { labels, derived: false }
    })
  const fits = columns !== null && columns.length === described.length
  if (!fits || !columns.every(({ name, unnamed }, at) => unnamed || clipped(name) === described[at]?.name))
    return described.map(() => unknownOrigin)
  return columns.map((column, at): Origin => {
    const { table = 0, attribute = 0 } = described[at] ?? {}
    // A table that is in no snapshot may be one that this session made.
    const own = column.temporary && !protection.catalog.relations.has(table)
    const there = table === 0 || own ? none : labelsOn(protection, table, attribute)
    if (there === null || column.labels === 'unknown') return isKept(protection, table) ? kept : unknownOrigin
    const labels = new Set([...column.labels, ...there])
    const derived = labels.size > column.labels.length || column.form === 'derived'
    const countColumn = column.aggregate?.countColumn ?? null
    return countColumn === null
      ? { labels, derived }
      : { labels, derived, group: { countColumn, atLeast: smallestGroup } }
  })
}

/** Names longer than PostgreSQL's are cut by it. */
function clipped(name: string): string {
  const bytes = Buffer.from(name)
  return bytes.length <= 63
    ? name
    : bytes
        .subarray(0, 63)
        .toString()
        .replace(/\uFFFD$/, '')
}

/** Null where the relation is not in the snapshot: temporary, or made since. */
function labelsOn(protection: Protection, table: number, attribute: number): ReadonlySet<string> | null {
  const relation = protection.catalog.relations.get(table)
  if (relation === undefined) return null
  const column = relation.columns.find(found => found.attribute === attribute)
  const known = protection.known.get(table)
  const held = column === undefined ? undefined : known?.columns.find(({ name }) => name === column.name)
  if (held?.taint.unknown === true) return null
  return new Set([...labelsAt(protection, table, attribute), ...(held?.taint.labels ?? [])])
}
