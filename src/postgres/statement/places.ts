// Where what a statement makes will stand. Promise: whatever it makes, moves or renames, one that would put it among what is
// known by name to be PostgreSQL's own is found.
import type { Statement } from './statement.ts'
import { as, isTree, list, strings, type Tagged, type Tree, tagged, text } from './tree.ts'

const SYSTEM = /^(?:pg_catalog|information_schema)$/

/** Whether PostgreSQL's own things are there. */
export const isSystemSchema = (schema: string): boolean => SYSTEM.test(schema)

/** Members of statements that name what is made. */
const NAMES = ['funcname', 'defnames', 'domainname', 'typeName', 'opclassname', 'opfamilyname', 'conversion_name']
const RANGES = ['relation', 'view', 'sequence', 'typevar']

export function makesInSystem({ kind, tree }: Pick<Statement, 'kind' | 'tree'>, first: string): boolean {
  const root = tagged(tree)
  const held = root?.tag === 'ExplainStmt' ? tagged(root.body.query) : root
  if (held === null) return false
  if (kind !== 'define' && held.tag !== 'CreateTableAsStmt' && kind !== 'create-table-as') return false
  const schemas = schemasOf(held)
  return schemas.some(schema => isSystemSchema(schema)) || (isSystemSchema(first) && schemas.includes(''))
}

/** Empty for the first schema of the path. */
function schemasOf({ tag, body }: Tagged): readonly string[] {
  const found: string[] = ['newschema', 'schemaname'].map(name => text(body, name)).filter(name => name !== '')
  if (tag === 'RenameStmt' && text(body, 'renameType') === 'OBJECT_SCHEMA')
    found.push(text(body, 'newname'), text(body, 'subname'))
  for (const name of NAMES) {
    const names = strings(list(body, name))
    if (names.length > 0 && tag !== 'CreateTrigStmt') found.push(names.length > 1 ? (names.at(-2) ?? '') : '')
  }
  for (const range of [...RANGES.map(name => body[name]), intoOf(body)])
    if (isTree(range) && 'relname' in range && tag !== 'CommentStmt') found.push(text(range, 'schemaname'))
  // Where PostgreSQL itself puts it.
  if (tag === 'CreateExtensionStmt' && text(body, 'extname') === 'plpgsql') return []
  for (const item of list(body, 'options')) {
    const option = as(item, 'DefElem') ?? {}
    if (text(option, 'defname') === 'schema') found.push(text(as(option.arg, 'String') ?? {}, 'sval'))
  }
  return found
}

/** SELECT INTO writes it in the first arm of a set operation. */
function intoOf(body: Tree): unknown {
  for (let at: unknown = body; isTree(at); at = at.larg) {
    const into = at.into ?? at.intoClause
    if (isTree(into)) return into.rel
  }
  return null
}
