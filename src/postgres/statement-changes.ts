// What a statement changes for those after it. Promise: what people wrote may have changed anything.
import { unsettles } from './lineage/behind-names.ts'
import { type Catalog, findFunctions } from './lineage/catalog.ts'
import { isTemporary } from './lineage/temporary.ts'
import type { StatementReading } from './reading.ts'
import { builtinReach } from './statement/builtin-functions.ts'
import type { Statement } from './statement/statement.ts'
import { as, sub } from './statement/tree.ts'
import type { Setting } from './statement-facts.ts'

export function changesOf(
  statement: Statement,
  { tree }: Statement,
  { catalog, path }: Setting,
): StatementReading['changes'] {
  const { kind, session, functions } = statement
  if (unsettles(tree, catalog)) return 'unknown'
  const own = functions.some(
    ({ schema, name, reach }) =>
      reach === 'write' && (builtinReach(name) === 'unlisted' || findFunctions(catalog, path, schema, name).length > 0),
  )
  if (own || kind === 'do' || kind === 'call') return 'unknown'
  if (session.some(change => change.kind === 'define' || change.kind === 'discard' || change.kind === 'reset-all'))
    return 'unknown'
  return session.some(change => change.kind !== 'listen') ? 'told' : 'nothing'
}

/** Whether what was defined before it may be gone afterwards. */
export function turnsBack({ session }: Statement): boolean {
  return session.some(change => change.kind === 'transaction' && change.step !== 'begin' && change.step !== 'other')
}

/** Whether sessions of others may see something else afterwards. */
export function definesForAll({ kind, session, tree }: Statement, runs: Statement, catalog: Catalog): boolean {
  if (kind === 'do' || kind === 'call' || unsettles(runs.tree, catalog)) return true
  if (!session.some(change => change.kind === 'define')) return false
  const made = MAKING.map(([tag, part]) => sub(as(tree, tag) ?? {}, part)).find(range => range !== null)
  const range = made && (sub(made, 'rel') ?? made)
  // What the path is by then may be another: only what is written says that it is temporary.
  return !range || !isTemporary(range, [])
}

const MAKING = [
  ['CreateStmt', 'relation'],
  ['ViewStmt', 'view'],
  ['CreateTableAsStmt', 'into'],
] as const

/** Names of the protocol that mean something else afterwards. */
export function forgottenBy({ session }: Statement): StatementReading['forgets'] {
  return session.flatMap((change): StatementReading['forgets'] => {
    switch (change.kind) {
      case 'deallocate':
        return [{ kind: 'statement', name: change.name }]
      case 'prepare':
        return [{ kind: 'statement', name: change.name }]
      case 'declare':
      case 'close':
        return [{ kind: 'portal', name: change.name }]
      case 'discard':
        return change.what === 'all'
          ? [
              { kind: 'statement', name: null },
              { kind: 'portal', name: null },
            ]
          : []
      default:
        return []
    }
  })
}
