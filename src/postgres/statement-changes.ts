// What a statement changes for those after it. Promise: what people wrote may have changed anything.
import { findFunctions } from './lineage/catalog.ts'
import type { StatementReading } from './reading.ts'
import { builtinReach } from './statement/builtin-functions.ts'
import type { Statement } from './statement/statement.ts'
import type { Setting } from './statement-facts.ts'

export function changesOf(statement: Statement, { catalog, path }: Setting): StatementReading['changes'] {
  const { kind, session, functions } = statement
  const own = functions.some(
    ({ schema, name, reach }) =>
      reach === 'write' && (builtinReach(name) === 'unlisted' || findFunctions(catalog, path, schema, name).length > 0),
  )
  if (own || kind === 'do' || kind === 'call') return 'unknown'
  if (session.some(change => change.kind === 'define' || change.kind === 'discard' || change.kind === 'reset-all'))
    return 'unknown'
  return session.some(change => change.kind !== 'listen') ? 'told' : 'nothing'
}

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
