// A text of SQL as policy sees it. Promise: one part for each thing a statement does to each relation, those inside another
// statement included; what a function might write is a part of its own.
import type { Action, ActionPart, Effect } from '../gateway/seam.ts'
import type { Catalog } from './lineage/catalog.ts'
import { findFunctions, findRelation } from './lineage/catalog.ts'
import type { Protection } from './lineage/protection.ts'
import type { Plan } from './lineage/resolve.ts'
import { builtinReach } from './statement/builtin-functions.ts'
import { runsInside } from './statement/kinds.ts'
import { qualified } from './statement/qualified.ts'
import type { RelationUse, Statement, StatementKind } from './statement/statement.ts'
import { children, sub, type Tagged, type Tree, tagged, text } from './statement/tree.ts'
import type { Names } from './statement/uses.ts'
import { factsOf } from './statement-facts.ts'

export interface Planned {
  readonly statement: Statement
  /** What it stands for: of EXECUTE and FETCH, the statement behind it. */
  readonly decided: Statement
  readonly plan: Plan
  /** Its own, where the text has changed the path before it. */
  readonly moved?: Setting
}

export interface Setting {
  readonly catalog: Catalog
  readonly protection: Protection
  readonly path: readonly string[]
  readonly names: Names
}

export type SqlAction = Pick<
  Action,
  'operation' | 'target' | 'subjectMatter' | 'effects' | 'facts' | 'carries' | 'parts'
>

const READ: ReadonlySet<Effect> = new Set(['read'])
const WRITE: ReadonlySet<Effect> = new Set(['write'])
const changes: Readonly<Record<string, StatementKind>> = {
  InsertStmt: 'insert',
  UpdateStmt: 'update',
  DeleteStmt: 'delete',
  MergeStmt: 'merge',
}
/** Their relations are read as a query's are. */
const reading = new Set<StatementKind>(['select', 'insert', 'update', 'delete', 'merge', 'execute', 'call', 'do'])
/** Kinds that change or remove rows. */
const removing = /^sql\.(update|delete|merge|truncate|drop)$/

/** Nothing but comments and white space. */
export const emptyAction: SqlAction = {
  operation: 'sql.show',
  target: 'unlisted',
  subjectMatter: '',
  effects: READ,
  facts: {},
  carries: new Set(),
}

export function actionOf(read: readonly Planned[], setting: Setting): SqlAction {
  const planned = read.map(one => ({ ...one, decided: placed(one.decided, one.moved ?? setting) }))
  const own = planned.map(({ decided, moved }) => partsOf(decided, moved ?? setting))
  const parts = planned.flatMap((one, at) => [...(own[at] ?? []), ...partsInside(one, one.moved ?? setting)])
  const hasWhere = planned.every(({ decided }, at) => decided.hasWhere !== false || own[at]?.some(removes) !== true)
  const effects = new Set(planned.flatMap(({ decided }) => [...decided.effects]))
  for (const part of parts) for (const effect of part.effects) effects.add(effect)
  const first = planned.find(({ statement }) => statement.kind !== 'transaction' && statement.kind !== 'set')
  const operation = `sql.${(first ?? planned[0])?.statement.kind ?? 'other'}`
  const known = new Set(parts.filter(({ target }) => target !== 'unlisted').map(({ target }) => target))
  const [only] = known
  return {
    operation,
    target: known.size === 1 && only !== undefined ? only : 'unlisted',
    subjectMatter: parts.length === 1 ? (parts[0]?.subjectMatter ?? '') : '',
    effects,
    facts: { sql: factsOf(planned, { parts, effects, hasWhere }, setting) },
    carries: carriesOf(planned),
    parts,
  }
}

function removes({ operation }: ActionPart): boolean {
  return removing.test(operation)
}

/** A name whose place was not known when the text was read may be that of a table it made before. */
function placed(statement: Statement, { names }: Setting): Statement {
  if (statement.relations.every(({ schema }) => schema !== null)) return statement
  const relations = statement.relations.map(use => ({ ...use, schema: use.schema ?? names.schemaOf(use.name) }))
  return { ...statement, relations }
}

function carriesOf(planned: readonly Planned[]): ReadonlySet<string> | 'unknown' {
  const labels = new Set<string>()
  for (const { plan } of planned) {
    if (plan.columns === null) return 'unknown'
    for (const column of plan.columns) {
      if (column.labels === 'unknown') return 'unknown'
      for (const label of column.labels) labels.add(label)
    }
  }
  return labels
}

// ---- parts ----

function partsOf(statement: Statement, setting: Setting): readonly ActionPart[] {
  const { names, catalog, path } = setting
  const { kind, effects } = statement
  const found = new Map<string, ActionPart>()
  const add = (operation: string, schema: string | null, name: string, what: ReadonlySet<Effect>) => {
    const key = `${operation} ${schema ?? ''} ${name}`
    const before = found.get(key)
    const subjectMatter = schema === null ? qualified(name) : qualified(schema, name)
    const listed =
      schema !== null &&
      (operation === 'sql.call'
        ? schema === 'pg_catalog' || findFunctions(catalog, path, schema, name).length > 0
        : findRelation(catalog, path, schema, name) !== null)
    const target = listed ? subjectMatter : 'unlisted'
    found.set(key, {
      operation,
      target,
      subjectMatter,
      effects: before === undefined ? what : new Set([...before.effects, ...what]),
    })
  }
  // Preparing runs nothing: what is prepared is decided when it is executed.
  if (kind !== 'prepare') {
    const runs = kind !== 'explain' || runsInside(tagged(statement.tree)?.body ?? {})
    const written = runs ? changesIn(statement.tree, names) : []
    for (const { operation, schema, name } of written) add(operation, schema, name, WRITE)
    for (const use of statement.relations) {
      if (use.use === 'read') for (const operation of readAs(kind, runs)) add(operation, use.schema, use.name, READ)
      else if (use.use === 'define') add(`sql.${kind}`, use.schema, use.name, changing(effects))
      else if (!isAmong(use, written)) add(runs ? `sql.${kind}` : 'sql.explain', use.schema, use.name, WRITE)
    }
    for (const { schema, name, reach } of statement.functions) {
      if ((reach === 'write' || reach === 'outside') && runs)
        for (const place of schemasOf(schema, name, setting)) add('sql.call', place, name, WRITE)
    }
  }
  const parts = [...found.values()]
  if (parts.length === 0 || kind === 'do' || kind === 'execute') {
    parts.push({ operation: `sql.${kind}`, target: 'unlisted', subjectMatter: '', effects })
  }
  // What locks rows, and anything else that writes, does so to what it touches.
  const unseen = [...effects].filter(effect => !parts.some(part => part.effects.has(effect)))
  return unseen.length === 0 ? parts : parts.map(part => ({ ...part, effects: new Set([...part.effects, ...unseen]) }))
}

/** What functions that people wrote read on their own: no caller reads by a function what it may not read. */
function partsInside({ decided, plan }: Planned, { catalog, path }: Setting): readonly ActionPart[] {
  const own = decided.functions.some(({ schema, name }) =>
    findFunctions(catalog, path, schema, name).some(({ trusted }) => !trusted),
  )
  if (!own) return []
  const named = new Set(decided.relations.map(({ schema, name }) => findRelation(catalog, path, schema, name)?.oid))
  return plan.relations.flatMap(oid => {
    const relation = named.has(oid) ? undefined : catalog.relations.get(oid)
    if (relation === undefined) return []
    const name = qualified(relation.schema, relation.name)
    return [{ operation: 'sql.select', target: name, subjectMatter: name, effects: READ }]
  })
}

/** Where a function of this name is found; any of them may be the one that is meant. */
function schemasOf(written: string | null, name: string, { catalog, path }: Setting): readonly (string | null)[] {
  if (written !== null) return [written]
  const found = new Set(findFunctions(catalog, path, null, name).map(({ schema }) => schema))
  // What no other schema of a known path has can only be PostgreSQL's own.
  if (builtinReach(name) !== 'unlisted' || (found.size === 0 && path.length > 0)) found.add('pg_catalog')
  return found.size === 0 ? [null] : [...found]
}

function readAs(kind: StatementKind, runs: boolean): readonly string[] {
  if (reading.has(kind)) return ['sql.select']
  if (kind === 'create-table-as') return ['sql.select']
  if (kind === 'explain') return runs ? ['sql.explain', 'sql.select'] : ['sql.explain']
  return kind === 'lock' || kind === 'maintain' ? [`sql.${kind}`] : [`sql.${kind}`, 'sql.select']
}

function changing(effects: ReadonlySet<Effect>): ReadonlySet<Effect> {
  const rest = new Set(effects)
  rest.delete('read')
  return rest.size === 0 ? effects : rest
}

interface Written {
  readonly operation: string
  readonly schema: string | null
  readonly name: string
}

/** Every change of rows in a tree, in WITH clauses too. */
function changesIn(tree: Tree, names: Names): readonly Written[] {
  const found: Written[] = []
  const root = tagged(tree)
  const visit = ({ tag, body }: Tagged) => {
    const kind = changes[tag]
    if (kind !== undefined) {
      const range = sub(body, 'relation') ?? {}
      const name = text(range, 'relname')
      const schema = text(range, 'schemaname') || names.schemaOf(name)
      found.push({ operation: `sql.${kind}`, schema, name })
      // INSERT … ON CONFLICT DO UPDATE is both.
      if (sub(body, 'onConflictClause')?.action === 'ONCONFLICT_UPDATE')
        found.push({ operation: 'sql.update', schema, name })
    }
    for (const child of children(body)) visit(child)
  }
  if (root !== null) visit(root)
  return found
}

function isAmong({ schema, name }: RelationUse, written: readonly Written[]): boolean {
  return written.some(one => one.schema === schema && one.name === name)
}
