// The resolver's answer beside the server's. Promise: a column counts as missed when the server's tree shows a protected
// column in it that the plan does not name.

import type { Catalog } from '../../../src/postgres/lineage/catalog.ts'
import { labelsAt, type ProtectedColumn, type Protection, protect } from '../../../src/postgres/lineage/protection.ts'
import type { Plan } from '../../../src/postgres/lineage/resolve.ts'
import { parseNodes } from './node-tree.ts'
import { outputsOf } from './rewritten.ts'

export interface Tally {
  selects: number
  columns: number
  /** Columns in which the server's tree shows something protected. */
  carrying: number
  /** Clean by the server's tree, and not by the plan: conditions, functions, names that are not known. */
  more: number
  /** Of these, those of statements the plan knows nothing of. */
  unknown: number
  missed: string[]
}

export function newTally(): Tally {
  return { selects: 0, columns: 0, carrying: 0, more: 0, unknown: 0, missed: [] }
}

/** Every third column of every table, each with a label of its own. */
export function everyThird(catalog: Catalog): Protection {
  const declared: ProtectedColumn[] = []
  for (const { schema, name, kind, columns } of catalog.relations.values()) {
    if (!/[rpf]/.test(kind) || schema === 'pg_catalog' || schema === 'information_schema') continue
    for (const column of columns) {
      if ((column.attribute + name.length) % 3 !== 0) continue
      declared.push({ schema, relation: name, column: column.name, label: `${schema}.${name}.${column.name}` })
    }
  }
  return protect(catalog, declared)
}

export function compare(tally: Tally, sql: string, tree: string, plan: Plan, protection: Protection): void {
  const outputs = outputsOf(parseNodes(tree), (relation, attribute) => {
    if (attribute > 0) return [...labelsAt(protection, relation, attribute)]
    return [...(protection.labels.get(relation)?.values() ?? [])].flatMap(labels => [...labels])
  })
  if (outputs === null) return
  tally.selects++
  tally.columns += outputs.length
  const { columns } = plan
  if (columns !== null && columns.length !== outputs.length)
    tally.missed.push(`${columns.length} columns for ${outputs.length}: ${sql}`)
  for (const [at, labels] of outputs.entries()) {
    const ours = columns?.[at]?.labels ?? 'unknown'
    if (labels.size > 0) tally.carrying++
    const lacking = ours === 'unknown' ? [] : [...labels].filter(label => !ours.includes(label))
    if (lacking.length > 0) tally.missed.push(`column ${at} lacks ${lacking.join()}: ${sql}`)
    if (labels.size === 0 && (ours === 'unknown' || ours.length > 0)) tally.more++
    if (labels.size === 0 && ours === 'unknown') tally.unknown++
  }
}
