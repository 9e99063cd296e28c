// What to ask the system to learn how many rows a text would take. Promise: what is explained is the statement itself or the
// query in it, compared with what was read; of what cannot be estimated, null.
import { limits } from '../gateway/limits.ts'
import { findRelation } from './lineage/catalog.ts'
import { cursorOf, type SessionNames } from './lineage/resolve.ts'
import type { Estimable } from './reading.ts'
import { runsInside } from './statement/kinds.ts'
import { parseText } from './statement/parse.ts'
import type { Statement, StatementKind } from './statement/statement.ts'
import { as, list, print, strings, sub, type Tree, tagged, text } from './statement/tree.ts'
import type { Setting } from './statement-action.ts'

const whole = new Set<StatementKind>(['select', 'insert', 'update', 'delete', 'merge', 'declare', 'create-table-as'])
/** They neither read nor change rows of relations. */
const none = new Set<StatementKind>([
  'transaction',
  'set',
  'show',
  'discard',
  'prepare',
  'deallocate',
  'close',
  'listen',
  'notify',
  'lock',
])
const NO_ROWS: Estimable = { sql: null, bound: null, atMost: 0 }
/** What no count says. */
const ALL = Number.MAX_SAFE_INTEGER

export function estimableOf(statement: Statement, session: SessionNames, setting: Setting): Estimable | null {
  const { kind, tree } = statement
  const written = statement.written()
  const body = tagged(tree)?.body ?? {}
  const own = (sql: string | null): Estimable | null => (sql === null ? null : { sql, bound: 'text', atMost: ALL })
  if (whole.has(kind) || kind === 'execute') return own(written)
  if (none.has(kind) || definesAlone(statement.tree)) return NO_ROWS
  if (kind === 'explain') return runsInside(body) ? own(inside(written, sub(body, 'query'), 'start')) : NO_ROWS
  if (kind === 'copy-out') {
    const query = sub(body, 'query')
    return own(query === null ? wholeRelation(body, setting) : inside(written, query, 'both'))
  }
  if (kind !== 'fetch') return null
  const atMost = fetches(body)
  const cursor = cursorOf(statement.tree, session)
  const query = cursor === null ? null : sub(tagged(cursor.statement.tree)?.body ?? {}, 'query')
  const sql = cursor === null ? null : inside(cursor.statement.written(), query, 'start')
  const bound = cursor?.bound ?? null
  const known = cursor !== null && (bound !== null || cursor.statement.parameters === 0)
  if (sql !== null && known) return { sql, bound, atMost }
  return atMost === ALL ? null : { sql: null, bound: null, atMost }
}

/** A view, a table or a foreign key of one: it names relations, and gives no rows of them. */
function definesAlone(tree: Statement['tree']): boolean {
  const found = tagged(tree)
  if (found?.tag !== 'AlterTableStmt') return found?.tag === 'ViewStmt' || found?.tag === 'CreateStmt'
  return list(found.body, 'cmds').every(item => {
    const added = as(as(item, 'AlterTableCmd')?.def, 'Constraint')
    return added !== null && text(added, 'contype') === 'CONSTR_FOREIGN'
  })
}

/** Null where any of them cannot be estimated. */
export function allOf(estimates: readonly (() => Estimable | null)[]): readonly Estimable[] | null {
  const found = estimates.map(one => one()).filter(one => one !== null)
  return found.length === estimates.length ? found : null
}

function fetches(body: Tree): number {
  if (/RELATIVE|ABSOLUTE/.test(text(body, 'direction'))) return 1
  const { howMany } = body
  const rows = typeof howMany === 'string' || typeof howMany === 'number' ? Math.abs(Number(howMany)) : 0
  return rows >= 2 ** 31 - 1 ? ALL : rows
}

function wholeRelation(body: Tree, { catalog, path }: Setting): string | null {
  const range = sub(body, 'relation') ?? {}
  const found = findRelation(catalog, path, text(range, 'schemaname') || null, text(range, 'relname'))
  if (found === null) return null
  const name = [found.schema, found.name].map(quoted).join('.')
  const columns = strings(list(body, 'attlist')).map(quoted).join(', ')
  return `select ${columns || '*'} from only ${name}`
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** The text of a query that stands at the end of another statement, or in parentheses in it. */
function inside(written: string, query: Tree | null, where: 'start' | 'both'): string | null {
  if (query === null || written.length > limits.estimatedChars) return null
  const wanted = print(query)
  const starts = [...written.matchAll(where === 'both' ? /\(/g : /\s+|\)/g)].slice(0, limits.estimatePlaces)
  const ends = where === 'both' ? [...written.matchAll(/\)/g)].slice(-limits.estimatePlaces).reverse() : []
  for (const { index, 0: found } of starts) {
    const from = index + found.length
    for (const to of where === 'both' ? ends.map(({ index }) => index) : [written.length]) {
      const sql = written.slice(from, to)
      if (to > from && parses(sql, wanted)) return sql
    }
  }
  return null
}

function parses(sql: string, wanted: string): boolean {
  const read = parseText(sql)
  return read.kind === 'trees' && read.statements.length === 1 && print(read.statements[0]?.tree) === wanted
}
