// What the reader of a session asks of it, and what one text of it comes to. Promise: where strings would be read otherwise than
// the gateway reads them, the session ends; a plan that nobody can rely on shows nothing.
import { stampSql } from './catalog-stamp.ts'
import { type Snapshot, snapshotOf } from './catalogs.ts'
import { refusal } from './flow-refusals.ts'
import { WireFault } from './frames.ts'
import { findRelation } from './lineage/catalog.ts'
import type { Plan, SessionNames } from './lineage/resolve.ts'
import { unknown } from './lineage/taint.ts'
import type { AskLink, Bound, Estimable, SqlRefusal, StatementReading } from './reading.ts'
import type { Statement } from './statement/statement.ts'
import { tagged, text } from './statement/tree.ts'

export const stateSql = `select pg_catalog.current_setting('search_path'), current_user,
  exists (select 1 from pg_catalog.pg_class where relnamespace = pg_catalog.pg_my_temp_schema()),
  (${stampSql}),
  (select pg_catalog.json_agg(name) from pg_catalog.pg_prepared_statements where from_sql),
  pg_catalog.current_setting('transaction_isolation'),
  pg_catalog.current_setting('standard_conforming_strings'), pg_catalog.current_setting('client_encoding')`

const OTHERWISE_READ = 'The system would read statements otherwise than the gateway does.'
const MUST_BE: Readonly<Record<string, string>> = { standard_conforming_strings: 'on', client_encoding: 'UTF8' }

export function mustBe(setting: string, value: string): void {
  const read = MUST_BE[setting]
  if (read !== undefined && value !== read) throw new WireFault('unreadable', OTHERWISE_READ)
}

/** Through the session itself, whose path is the same afterwards. */
export async function readOwn(ask: AskLink, path: string, local: boolean): Promise<Snapshot> {
  const set = (value: string) =>
    ask(`select pg_catalog.set_config('search_path', '${value.replaceAll("'", "''")}', ${local})`)
  try {
    return await snapshotOf(sql => (sql.startsWith('set search_path') ? set('') : ask(sql)))
  } finally {
    await set(path)
  }
}

/** They add something under a name of its own, and change nothing that there is. */
export const ADDING = new Set([
  'CreateStmt',
  'CreateSeqStmt',
  'CreateSchemaStmt',
  'IndexStmt',
  'CommentStmt',
  'GrantStmt',
  'VariableSetStmt',
])

export function allOf(estimates: readonly (() => Estimable | null)[]): readonly Estimable[] | null {
  const found = estimates.map(one => one()).filter(one => one !== null)
  return found.length === estimates.length ? found : null
}

/** What was declared with parameters is estimated with them. */
export function withBound(names: SessionNames, statements: readonly Statement[], bound: Bound): SessionNames {
  const declared = new Map(names.declared)
  for (const [name, one] of declared) if (statements.includes(one.statement)) declared.set(name, { ...one, bound })
  return { ...names, declared }
}

/** What was put off until now happens, and words about it quote what came before. */
export function endsWork({ kind, tree }: Statement): boolean {
  return kind === 'transaction' || tagged(tree)?.tag === 'ConstraintsSetStmt'
}

export function blinded(plan: Plan): Plan {
  const rows = { columns: [], rest: unknown }
  const columns = plan.columns?.length === 0 ? plan.columns : null
  return { ...plan, columns, allClean: false, touches: 'unknown', rows, made: null }
}

export function reads({ relations, kind }: Statement): boolean {
  return kind === 'create-table-as' || relations.some(({ use }) => use === 'read')
}

export interface Change extends Pick<StatementReading, 'changes'> {
  readonly forAll: boolean
  /** Functions ran that may have prepared or opened anything. */
  readonly spoke: boolean
}

export function snapshotPath({ catalog }: Snapshot, { path }: SessionNames): string {
  return [catalog.version, ...path].join('\0')
}

/** With the schemas of the path that are there now: another may be there later. */
export function visible(names: SessionNames, { usable }: Snapshot): SessionNames {
  const path = names.path.filter(schema => usable.has(schema) || schema === 'pg_temp')
  return path.length === names.path.length ? names : { ...names, path }
}

export function refusedBy(statement: Statement, names: SessionNames): SqlRefusal | null {
  if (statement.refusal !== null) return statement.refusal
  const { kind } = statement
  if (kind === 'do' || kind === 'define' || kind === 'call') {
    if (/sallyport/i.test(statement.written()))
      return refusal('blocked', '42501', 'Settings of the gateway cannot be changed.')
  }
  const root = tagged(statement.tree)
  const held = root?.tag === 'ExplainStmt' ? tagged(root.body.query) : root
  if (held?.tag === 'ExecuteStmt' && !names.prepared.has(text(held.body, 'name')))
    return refusal('unreadable', '26000', 'The gateway knows no prepared statement of this name: prepare it again.')
  if (held?.tag === 'FetchStmt' && !names.cursors.has(text(held.body, 'portalname')))
    return refusal('unreadable', '34000', 'The gateway knows no cursor of this name: declare it in a statement.')
  return null
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
