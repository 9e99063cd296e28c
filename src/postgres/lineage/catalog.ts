// A snapshot of what the target database holds, as far as lineage needs it. Promise: plain data and look-ups; a name
// that several things could mean is resolved as PostgreSQL does, and one that is not here is not known.

export interface CatalogColumn {
  readonly attribute: number
  readonly name: string
  readonly type: number
  /** pg_attribute.atttypmod, such as how long its texts may be. */
  readonly room?: number
  /** Of a generated column: its expression. */
  readonly generated: string | null
  /** Its default, where that calls a function outside pg_catalog. */
  readonly preset?: string | null
  readonly notNull?: boolean
}

export interface CatalogRelation {
  readonly oid: number
  readonly schema: string
  readonly name: string
  /** pg_class.relkind. */
  readonly kind: string
  readonly columns: readonly CatalogColumn[]
  /** Of a view or materialized view: its query. */
  readonly definition: string | null
  /** Tables it inherits from or is a partition of. */
  readonly parents: readonly number[]
  /** Rules beside a view's own: they replace what a statement does. */
  readonly hasRules: boolean
  /** Their definitions. */
  readonly rules?: readonly string[]
  /** Functions that people's triggers on it run. */
  readonly triggers?: readonly CatalogTrigger[]
}

export interface CatalogTrigger {
  readonly function: number
  readonly on: readonly ('insert' | 'update' | 'delete' | 'truncate')[]
  /** Of UPDATE OF: the columns, by number. */
  readonly columns?: readonly number[]
  /** What it calls the tables of old and new rows. */
  readonly transitions?: readonly string[]
}

export interface CatalogFunction {
  readonly oid: number
  readonly schema: string
  readonly name: string
  /** pg_proc.prokind: f, a, w or p. */
  readonly kind: string
  readonly language: string
  readonly volatility: 'i' | 's' | 'v'
  readonly source: string
  /** Of a function with a body of parsed SQL: the whole definition. */
  readonly definition: string | null
  readonly argumentNames: readonly string[]
  readonly argumentCount: number
  /** Names of OUT and TABLE columns; empty where the result is one value. */
  readonly outNames: readonly string[]
  readonly resultType: number
  readonly returnsSet: boolean
  /** `search_path` of its own SET clause. */
  readonly searchPath: string | null
  /** Of an extension that does nothing but compute. */
  readonly trusted: boolean
  /** Run by triggers alone. */
  readonly trigger?: boolean
  /** Defaults of its last arguments, as a list of expressions. */
  readonly defaults?: string | null
  /** Types of its arguments: what is given may be cast to them unsaid. */
  readonly argumentTypes?: readonly number[]
  /** Of an aggregate: the functions it is made of. */
  readonly parts?: readonly FunctionPart[]
}

interface FunctionPart {
  readonly oid: number
  readonly schema: string
  readonly name: string
}

/** The column of a foreign key, and the one whose values it holds. */
interface CatalogReference {
  readonly constraint?: string
  /** What becomes of it when that changes or goes: nothing but a check, unless it says otherwise. */
  readonly follows?: boolean
  readonly relation: number
  readonly attribute: number
  readonly toRelation: number
  readonly toAttribute: number
}

/** Of what people made: PostgreSQL keeps all below for its own. */
export const FIRST_OWN = 16_384

export interface CatalogType {
  readonly oid: number
  readonly schema: string
  readonly name: string
  /** Of a composite type: its relation. */
  readonly relation: number
  /** Of an array: its element; of a domain: its base. */
  readonly inner: number
  /** One of a few values that are listed. */
  readonly listed?: boolean
}

export interface Catalog {
  /** Changes when anything in the snapshot does. */
  readonly version: string
  readonly relations: ReadonlyMap<number, CatalogRelation>
  readonly functions: ReadonlyMap<string, readonly CatalogFunction[]>
  readonly types: ReadonlyMap<number, CatalogType>
  /** Out columns of functions in pg_catalog that return several. */
  readonly builtinColumns: ReadonlyMap<string, readonly string[]>
  /** Operator symbols defined outside pg_catalog, with their functions. */
  readonly ownOperators: ReadonlyMap<string, readonly number[]>
  /** Of those: symbols that could be meant between values of built-in types. */
  readonly shadowed?: ReadonlySet<string>
  /** Types with a cast function outside pg_catalog. */
  readonly ownCasts: ReadonlyMap<string, readonly number[]>
  /** Of those: types that values of built-in types are cast to. */
  readonly bentTo?: ReadonlySet<string>
  /** Some of these are done without being asked for. */
  readonly bends?: boolean
  readonly references?: readonly CatalogReference[]
  /** Relations, types and functions that run a function of people's, or read a relation, where no text of theirs is here. */
  readonly dependents?: readonly { readonly function: number; readonly name: string; readonly relation?: number }[]
  /** Relations were being changed: what is made of them could not be read, and is here as an empty text. */
  readonly partial?: boolean
  readonly byName: ReadonlyMap<string, CatalogRelation>
  readonly schemas: ReadonlySet<string>
  readonly functionsByOid: ReadonlyMap<number, CatalogFunction>
}

const key = (schema: string, name: string) => `${schema}\u0000${name}`

export function index(parts: Omit<Catalog, 'byName' | 'schemas' | 'functionsByOid'>): Catalog {
  const byName = new Map<string, CatalogRelation>()
  for (const relation of parts.relations.values()) byName.set(key(relation.schema, relation.name), relation)
  return {
    ...parts,
    byName,
    schemas: new Set([...parts.relations.values()].map(({ schema }) => schema)),
    functionsByOid: new Map([...parts.functions.values()].flat().map(found => [found.oid, found])),
  }
}

/** Temporary relations come first, then pg_catalog, unless the path names them. */
export function placesOf(path: readonly string[]): readonly string[] {
  const named = path.includes('pg_catalog') ? path : ['pg_catalog', ...path]
  return named.includes('pg_temp') ? named : ['pg_temp', ...named]
}

export function findRelation(
  catalog: Catalog,
  path: readonly string[],
  schema: string | null,
  name: string,
): CatalogRelation | null {
  if (schema !== null) return catalog.byName.get(key(schema, name)) ?? null
  for (const place of placesOf(path)) {
    const found = catalog.byName.get(key(place, name))
    if (found !== undefined) return found
  }
  return null
}

/** Whether one relation of this name stands in front of another. */
export function isCovering(catalog: Catalog, path: readonly string[], name: string, temporary: boolean): boolean {
  const places = new Set(placesOf(path))
  const there = [...places].filter(place => catalog.byName.has(key(place, name)) || (temporary && place === 'pg_temp'))
  return there.length > 1
}

/** Functions that people made which a call by this name could mean; those in pg_catalog stand on every path. */
export function findFunctions(
  catalog: Catalog,
  path: readonly string[],
  schema: string | null,
  name: string,
): readonly CatalogFunction[] {
  const all = catalog.functions.get(name) ?? []
  const onPath = (place: string) => place === 'pg_catalog' || path.includes(place)
  return all.filter(found => (schema === null ? onPath(found.schema) : found.schema === schema))
}

/** The relation whose row a value of this type is, or holds many of. */
export function rowOf(catalog: Catalog, type: number): CatalogRelation | null {
  let at = catalog.types.get(type)
  for (let steps = 0; at !== undefined && steps < 8; steps++) {
    if (at.relation !== 0) return catalog.relations.get(at.relation) ?? null
    if (at.inner === 0) return null
    at = catalog.types.get(at.inner)
  }
  return null
}
