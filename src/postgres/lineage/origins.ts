// The plan against what the system says its columns are. Promise: a description that does not fit the plan hides every
// column, and a column that stands where something is protected is never shown because the plan forgot it.
import { labelsAt, type Protection } from './protection.ts'
import type { Plan } from './resolve.ts'

/** A column as RowDescription gives it; oid and attribute are 0 for an expression. */
export interface DescribedColumn {
  readonly name: string
  readonly table: number
  readonly attribute: number
}

export interface Origin {
  readonly labels: ReadonlySet<string> | 'unknown'
  readonly derived: boolean
}

const unknownOrigin: Origin = { labels: 'unknown', derived: true }

export function originsOf(
  plan: Plan,
  protection: Protection,
  described: readonly DescribedColumn[],
): readonly Origin[] {
  const { columns } = plan
  const fits = columns !== null && columns.length === described.length
  if (!fits || !columns.every(({ name }, at) => clipped(name) === described[at]?.name))
    return described.map(() => unknownOrigin)
  return columns.map((column, at): Origin => {
    const { table = 0, attribute = 0 } = described[at] ?? {}
    const there = table === 0 ? new Set<string>() : labelsOn(protection, table, attribute)
    if (there === null || column.labels === 'unknown') return unknownOrigin
    const labels = new Set([...column.labels, ...there])
    return { labels, derived: labels.size > column.labels.length || column.form === 'derived' }
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
