// What a session calls things, held against what is in the catalog. Promise: a name counts as found only where the system
// would find it now.
import type { Snapshot } from './catalogs.ts'
import { findRelation } from './lineage/catalog.ts'
import type { SessionNames } from './lineage/resolve.ts'
import type { Bound } from './reading.ts'
import type { Statement } from './statement/statement.ts'

/** With the schemas of the path that are there now: another may be there later. */
export function visible(names: SessionNames, { usable }: Snapshot): SessionNames {
  const path = names.path.filter(schema => usable.has(schema) || schema === 'pg_temp')
  return path.length === names.path.length ? names : { ...names, path }
}

const SYSTEM = /^(?:pg_|information_schema$)/

/** It may have been made by somebody else a moment ago. */
export function namesUnknown(statements: readonly Statement[], snapshot: Snapshot, session: SessionNames): boolean {
  const { catalog } = snapshot
  const { path, temporary } = visible(session, snapshot)
  const known = (schema: string | null, name: string) =>
    SYSTEM.test(schema ?? name) || temporary?.has(name) || findRelation(catalog, path, schema, name) !== null
  return statements.some(({ relations }) =>
    relations.some(({ use, schema, name }) => use !== 'define' && !known(schema, name)),
  )
}

/** What was declared with parameters is estimated with them. */
export function withBound(names: SessionNames, statements: readonly Statement[], bound: Bound): SessionNames {
  const declared = new Map(names.declared)
  for (const [name, one] of declared) if (statements.includes(one.statement)) declared.set(name, { ...one, bound })
  return { ...names, declared }
}
