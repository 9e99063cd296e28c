// The changes that one MERGE makes. Promise: all that any of its clauses could do.
import { as, list, type Tree, text } from '../statement/tree.ts'

/** What it does, and the columns it sets where it updates. */
export function mergedBy(body: Tree): { readonly does: ReadonlySet<string>; readonly setting: readonly unknown[] } {
  const clauses = list(body, 'mergeWhenClauses').map(item => as(item, 'MergeWhenClause') ?? {})
  const does = new Set(clauses.map(clause => text(clause, 'commandType').replace('CMD_', '').toLowerCase()))
  const updates = clauses.filter(clause => text(clause, 'commandType') === 'CMD_UPDATE')
  return { does, setting: updates.flatMap(clause => list(clause, 'targetList')) }
}
