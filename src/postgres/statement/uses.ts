// Everything a statement names: relations, columns, functions. Promise: a name that a WITH clause defines is left out
// only where it really hides the relation, so that no relation escapes the policy by being called like one.
import { builtinReach, isStandard } from './builtin-functions.ts'
import type { FunctionUse, RelationUse } from './statement.ts'
import {
  as,
  children,
  constant,
  count,
  flag,
  isTree,
  list,
  strings,
  sub,
  type Tagged,
  type Tree,
  text,
} from './tree.ts'

/** What the catalog knows; without one, names stay as written. */
export interface Names {
  /** The schema an unqualified relation is found in, or null. */
  readonly schemaOf: (relation: string) => string | null
  /** Where a relation is made whose schema is not written, or null. */
  readonly creates?: string | null
  /** How far a function outside pg_catalog reaches; null where none of this name is known. */
  readonly functionReach: (schema: string | null, name: string) => FunctionUse['reach'] | null
}

export const noNames: Names = { schemaOf: () => null, functionReach: () => null }

interface SetConfig {
  readonly name: string
  readonly value: string | null
  /** Unless it is plainly false. */
  readonly local: boolean
  /** The value is a parameter, and none is known. */
  readonly bound?: true
}

export interface Uses {
  readonly relations: readonly RelationUse[]
  readonly columns: readonly string[]
  readonly functions: readonly FunctionUse[]
  /** Names of settings given to set_config, with their values; null where one is no constant. */
  readonly setConfigs: readonly (SetConfig | null)[]
  readonly writes: boolean
  readonly reads: boolean
  readonly locks: boolean
  readonly parameters: number
  readonly guarded: readonly Tagged[]
}

interface Found {
  relations: Map<string, RelationUse>
  columns: Set<string>
  functions: Map<string, FunctionUse>
  setConfigs: (SetConfig | null)[]
  writes: boolean
  reads: boolean
  locks: boolean
  parameters: number
  guarded: Tagged[]
}

export function usesOf(root: Tagged, names: Names): Uses {
  const found: Found = {
    relations: new Map(),
    columns: new Set(),
    functions: new Map(),
    setConfigs: [],
    writes: false,
    reads: false,
    locks: false,
    parameters: 0,
    guarded: [],
  }
  visit(plain.has(root.tag) ? root : { tag: root.tag, body: withoutTargets(root.body) }, new Set(), found, names)
  return {
    ...found,
    relations: [...found.relations.values()],
    columns: [...found.columns],
    functions: [...found.functions.values()],
  }
}

const plain = new Set(['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'])

/** What other statements are about is counted by their kind, not as data that is read. */
function withoutTargets(body: Tree): Tree {
  const { relation, relations, view, sequence, into, ...rest } = body
  return rest
}

function visit(node: Tagged, hidden: ReadonlySet<string>, found: Found, names: Names): void {
  const { tag, body } = node
  const inside = withNames(body, hidden, found, names)
  const rest = { ...body }
  delete rest.withClause
  switch (tag) {
    case 'RangeVar':
      // Columns that were given other names.
      if (list(sub(body, 'alias') ?? {}, 'colnames').length > 0) found.columns.add('*')
      use(body, 'read', hidden, found, names)
      found.reads = true
      return
    case 'InsertStmt':
    case 'UpdateStmt':
    case 'DeleteStmt':
    case 'MergeStmt': {
      found.writes = true
      if (tag !== 'InsertStmt') found.guarded.push(node)
      if (sub(body, 'returningClause') !== null) found.reads = true
      const relation = sub(body, 'relation')
      if (relation !== null) use(relation, 'write', new Set(), found, names)
      delete rest.relation
      if (tag === 'InsertStmt' && list(body, 'cols').length === 0) found.columns.add('*')
      for (const item of list(body, 'cols')) found.columns.add(text(as(item, 'ResTarget') ?? {}, 'name'))
      for (const set of [tag === 'UpdateStmt' ? body : {}, sub(body, 'onConflictClause') ?? {}])
        for (const item of list(set, 'targetList')) found.columns.add(text(as(item, 'ResTarget') ?? {}, 'name'))
      break
    }
    case 'IndexElem':
      if (text(body, 'name') !== '') found.columns.add(text(body, 'name'))
      break
    case 'JoinExpr':
      if (flag(body, 'isNatural')) found.columns.add('*')
      for (const name of strings(list(body, 'usingClause'))) found.columns.add(name)
      break
    case 'CopyStmt':
      if (list(body, 'attlist').length === 0 && sub(body, 'query') === null) found.columns.add('*')
      for (const name of strings(list(body, 'attlist'))) found.columns.add(name)
      break
    case 'IntoClause':
      return
    case 'LockingClause':
      found.locks = true
      return
    case 'ColumnRef': {
      const last = list(body, 'fields').at(-1)
      found.columns.add(as(last, 'A_Star') === null ? (strings([last])[0] ?? '') : '*')
      return
    }
    case 'ParamRef':
      found.parameters = Math.max(found.parameters, count(body, 'number'))
      return
    case 'FuncCall':
      useFunction(body, found, names)
      break
    default:
  }
  for (const child of children(rest)) visit(child, inside, found, names)
}

/** Visits the WITH clause and returns the names hidden from the statement it belongs to. */
function withNames(body: Tree, hidden: ReadonlySet<string>, found: Found, names: Names): ReadonlySet<string> {
  const clause = sub(body, 'withClause')
  if (clause === null) return hidden
  const all = list(clause, 'ctes').map(item => as(item, 'CommonTableExpr') ?? {})
  const inside = new Set(hidden)
  if (flag(clause, 'recursive')) for (const cte of all) inside.add(text(cte, 'ctename'))
  for (const cte of all) {
    for (const child of children(cte)) visit(child, new Set(inside), found, names)
    inside.add(text(cte, 'ctename'))
  }
  return inside
}

export function use(
  range: Tree,
  how: RelationUse['use'],
  hidden: ReadonlySet<string>,
  found: Pick<Found, 'relations'>,
  names: Names,
  makes = false,
): void {
  const name = text(range, 'relname')
  const written = text(range, 'schemaname') || null
  if (name === '' || (written === null && hidden.has(name))) return
  const temporary = text(range, 'relpersistence') === 't' ? 'pg_temp' : null
  const schema = written ?? temporary ?? (makes ? (names.creates ?? null) : names.schemaOf(name))
  found.relations.set(`${how} ${schema ?? ''} ${name}`, { schema, name, use: how })
}

function useFunction(body: Tree, found: Found, names: Names): void {
  const parts = strings(list(body, 'funcname'))
  const name = parts.at(-1) ?? ''
  const schema = parts.length > 1 ? (parts.at(-2) ?? null) : null
  const reach = reachOf(schema, name, names)
  found.functions.set(`${schema ?? ''} ${name}`, { schema, name, reach })
  if (name !== 'set_config') return
  const args = list(body, 'args')
  const values = args.slice(0, 2).map(arg => constantText(arg))
  const [setting, value] = values
  const bound = as(args[1], 'ParamRef') === null ? {} : ({ bound: true } as const)
  const unread = setting === undefined || setting === null || (value === undefined && bound.bound !== true)
  const local = constant(args[2]) !== 'false'
  found.setConfigs.push(unread ? null : { name: setting, value: value ?? null, local, ...bound })
}

function constantText(node: unknown): string | null | undefined {
  const body = as(node, 'A_Const')
  if (body === null) return undefined
  const held = sub(body, 'sval')
  return flag(body, 'isnull') ? null : isTree(held) ? text(held, 'sval') : undefined
}

function reachOf(schema: string | null, name: string, names: Names): FunctionUse['reach'] {
  const own = names.functionReach(schema, name)
  if (own === null && isStandard(schema, name)) return 'pure'
  const known = builtinReach(name)
  // Outside functions count wherever they are installed: extensions live in any schema.
  if (known === 'outside') return 'outside'
  if (own !== null) return own
  if (schema !== null && schema !== 'pg_catalog') return 'write'
  if (known === 'session') return 'session'
  return known === 'unlisted' || known === 'writing' ? 'write' : 'pure'
}
