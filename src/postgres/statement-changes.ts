// What a statement changes for those after it. Promise: what people wrote may have changed anything.
import { definedNames } from './defined-names.ts'
import type { Defined } from './definitions.ts'
import { comesTo, heedsDefinitions, unsettles } from './lineage/behind-names.ts'
import { type Catalog, findFunctions, findRelation, placesOf } from './lineage/catalog.ts'
import { madeIn } from './lineage/session.ts'
import { isTemporary } from './lineage/temporary.ts'
import type { StatementReading } from './reading.ts'
import { builtinReach } from './statement/builtin-functions.ts'
import type { Statement } from './statement/statement.ts'
import { as, count, print, sub, tagged, text } from './statement/tree.ts'
import type { Setting } from './statement-action.ts'

export function changesOf(statement: Statement, runs: Statement, setting: Setting): StatementReading['changes'] {
  const { session } = statement
  if (changesUnseen(statement, runs, setting)) return 'unknown'
  if (session.some(change => change.kind === 'define' || change.kind === 'discard' || change.kind === 'reset-all'))
    return 'unknown'
  return session.some(change => change.kind !== 'listen') ? 'told' : 'nothing'
}

/** Whether it could change something that is not named in it. */
export function changesUnseen(statement: Statement, { tree }: Statement, { catalog, path }: Setting): boolean {
  const { kind, session, functions, effects } = statement
  if (unsettles(tree, catalog)) return true
  if (session.some(change => change.kind === 'define') && heedsDefinitions(catalog)) return true
  const own = functions.some(
    ({ schema, name, reach }) =>
      reach === 'write' && (builtinReach(name) === 'unlisted' || findFunctions(catalog, path, schema, name).length > 0),
  )
  if (own || kind === 'do' || kind === 'call') return true
  // The path is known again when the server has said it.
  if (session.some(change => change.kind === 'set' && change.unsure && change.setting.name === 'search_path'))
    return true
  if (tree !== statement.tree && print(tree).includes('"set_config"')) return true
  return effects.has('write') && comesTo(tree, catalog, ['pg_settings'])
}

/** Whether what was defined before it may be gone afterwards. */
export function turnsBack({ session }: Statement): boolean {
  return session.some(change => change.kind === 'transaction' && change.step !== 'begin' && change.step !== 'other')
}

/** Whether what was put off until now happens in it, or what happened before it may be gone. */
export function settlesOld(statement: Statement): boolean {
  return turnsBack(statement) || as(statement.tree, 'ConstraintsSetStmt') !== null
}

/** Whether it adds something under a name of its own, and changes nothing that there is, nor what a name is found as. */
export function adds({ kind, tree }: Statement, written: readonly string[], { catalog, path }: Setting): boolean {
  const root = tagged(tree)
  if (root === null || (kind !== 'create-table-as' && !ADDING.has(root.tag))) return false
  // A schema of the path was passed over until it is there, or may be looked into.
  if (root.tag === 'GrantStmt') return text(root.body, 'objtype') !== 'OBJECT_SCHEMA'
  if (root.tag === 'CreateSchemaStmt') {
    const name = text(root.body, 'schemaname')
    return name !== '' && !written.includes(name)
  }
  const made = madeIn(root)
  if (made === null) return true
  const there = findRelation(catalog, path, null, text(made, 'relname'))
  const places = placesOf(path)
  const place = places.indexOf(isTemporary(made, path) ? 'pg_temp' : text(made, 'schemaname') || (path[0] ?? ''))
  return there === null || place < 0 || places.indexOf(there.schema) <= place
}

const ADDING = new Set([
  'CreateStmt',
  'CreateSeqStmt',
  'CreateSchemaStmt',
  'IndexStmt',
  'CommentStmt',
  'GrantStmt',
  'VariableSetStmt',
])

/** Whether what was put off until now happens: words about it quote what came before. */
export function endsWork({ kind, tree }: Statement): boolean {
  return kind === 'transaction' || tagged(tree)?.tag === 'ConstraintsSetStmt'
}

/** Of DECLARE: whether its cursor outlives the transaction. */
export function holds({ tree }: Statement): boolean {
  return (count(as(tree, 'DeclareCursorStmt') ?? {}, 'options') & CURSOR_HOLDS) !== 0
}

const CURSOR_HOLDS = 0x20

/** What may be something else for sessions of others afterwards; null where nothing is. */
export function definedForAll({ kind, session, tree }: Statement, runs: Statement, catalog: Catalog): Defined | null {
  if (kind === 'do' || kind === 'call' || unsettles(runs.tree, catalog)) return 'anything'
  if (!session.some(change => change.kind === 'define')) return null
  const made = MAKING.map(([tag, part]) => sub(as(tree, tag) ?? {}, part)).find(range => range !== null)
  const range = made && (sub(made, 'rel') ?? made)
  // What the path is by then may be another: only what is written says that it is temporary.
  return range && isTemporary(range, []) ? null : definedNames(tree)
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
