// Statements that name others. Promise: EXECUTE is what was prepared, as it is read now; FETCH and MOVE are what their cursor
// was declared for, as it was read then; policy decides them as that.
import { cursorOf, type SessionNames } from './lineage/resolve.ts'
import { classify } from './statement/classify.ts'
import type { Statement } from './statement/statement.ts'
import { type Tree, tagged, text } from './statement/tree.ts'
import type { Names } from './statement/uses.ts'

/** What it executes was prepared before; null where it executes nothing. */
export function preparedBefore({ tree }: Statement, { prepared }: SessionNames): Tree | null {
  let root = tagged(tree)
  while (root?.tag === 'ExplainStmt' || root?.tag === 'CreateTableAsStmt') root = tagged(root.body.query)
  return root?.tag === 'ExecuteStmt' ? (prepared.get(text(root.body, 'name')) ?? null) : null
}

/** What policy decides in place of the statement. */
export function stoodFor(statement: Statement, session: SessionNames, names: Names): Statement {
  const cursor = cursorOf(statement.tree, session)
  return cursor === null ? executed(statement, session, names) : fetched(statement, cursor.statement)
}

function executed(statement: Statement, session: SessionNames, names: Names): Statement {
  const root = tagged(statement.tree)
  const held = root?.tag === 'ExplainStmt' ? tagged(root.body.query) : root
  if (root === null || held?.tag !== 'ExecuteStmt') return statement
  const tree = session.prepared.get(text(held.body, 'name'))
  const found = tree === undefined ? null : classify(tree, names)
  if (found === null || tree === undefined) return statement
  const { kind, relations, functions, columns, hasWhere } = found
  // What its arguments call runs too.
  const all = { relations: [...relations, ...statement.relations], functions: [...functions, ...statement.functions] }
  const common = { ...statement, ...all, columns: [...columns, ...statement.columns], hasWhere }
  if (root.tag === 'ExecuteStmt') return { ...common, kind, effects: found.effects, tree }
  const effects = new Set([...statement.effects, ...found.effects])
  return { ...common, effects, tree: { ExplainStmt: { ...root.body, query: tree } } }
}

function fetched(
  statement: Statement,
  { relations, functions, columns, hasWhere, effects, tree }: Statement,
): Statement {
  const query = tagged(tree)?.body.query
  const inside = new Set([...statement.effects, ...effects])
  inside.delete('session')
  const held = typeof query === 'object' && query !== null ? (query as Statement['tree']) : statement.tree
  return { ...statement, kind: 'select', relations, functions, columns, hasWhere, effects: inside, tree: held }
}
