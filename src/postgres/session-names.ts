// What a session calls things, held against what is in the catalog. Promise: a name counts as found only where the system
// would find it now.
import type { Snapshot } from './catalogs.ts'
import { type Catalog, FIRST_OWN, findFunctions, findRelation } from './lineage/catalog.ts'
import type { SessionNames } from './lineage/resolve.ts'
import type { Bound } from './reading.ts'
import { builtinReach } from './statement/builtin-functions.ts'
import type { ParameterTypes } from './statement/parameter-types.ts'
import type { FunctionUse, Statement } from './statement/statement.ts'

/** With the schemas of the path that are there now: another may be there later. */
export function visible(names: SessionNames, { usable }: Snapshot): SessionNames {
  const path = names.path.filter(schema => usable.has(schema) || schema === 'pg_temp')
  return path.length === names.path.length ? names : { ...names, path }
}

/** What else of a session decides what a statement of it means, and whether it may pass. */
export function beliefOf({ path, steered, settingsSaid }: SessionNames): string {
  return [steered === true, settingsSaid === true, ...path].join('\0')
}

const SYSTEM = /^(?:pg_|information_schema$)/

/** It may have been made by somebody else a moment ago. */
export function namesUnknown(statements: readonly Statement[], snapshot: Snapshot, session: SessionNames): boolean {
  const { catalog } = snapshot
  const { path, temporary } = visible(session, snapshot)
  const known = (schema: string | null, name: string) =>
    SYSTEM.test(schema ?? name) || temporary?.has(name) || findRelation(catalog, path, schema, name) !== null
  const callable = ({ schema, name }: FunctionUse) =>
    SYSTEM.test(schema ?? '') ||
    builtinReach(name) !== 'unlisted' ||
    findFunctions(catalog, path, schema, name).length > 0
  return statements.some(
    ({ relations, functions }) =>
      relations.some(({ use, schema, name }) => use !== 'define' && !known(schema, name)) || !functions.every(callable),
  )
}

/** What was declared with parameters is estimated with them. */
export function withBound(names: SessionNames, statements: readonly Statement[], bound: Bound): SessionNames {
  if (names.declared === undefined) return names
  const declared = new Map(names.declared)
  for (const [name, one] of declared) if (statements.includes(one.statement)) declared.set(name, { ...one, bound })
  return { ...names, declared }
}

const OID_BYTES = 4
const NO_TYPES: ParameterTypes = new Map()

/** Those that people made, of what Parse gave; null where one of them is not known. */
export function parameterTypes(oids: Uint8Array, { types }: Catalog): ParameterTypes | null {
  let found = NO_TYPES
  const view = new DataView(oids.buffer, oids.byteOffset, oids.length)
  // How many there are comes before them.
  for (let number = 1, at = 2; at + OID_BYTES <= oids.length; number++, at += OID_BYTES) {
    const oid = view.getUint32(at)
    if (oid < FIRST_OWN) continue
    const type = types.get(oid)
    if (type === undefined) return null
    const schema = type.schema.startsWith('pg_temp') ? 'pg_temp' : type.schema
    found = new Map(found).set(number, [schema, type.name])
  }
  return found
}
