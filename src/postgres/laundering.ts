// What callers write to run later or unseen: blocks, functions, rules. Promise: one that names protected data, or could build
// such a name, counts as carrying it to where nobody hides it.
import type { Snapshot } from './catalogs.ts'
import type { Protection } from './lineage/protection.ts'
import { columnsOf, type SessionNames } from './lineage/resolve.ts'
import { isWrittenCleanly } from './lineage/written.ts'
import { builtinReach } from './statement/builtin-functions.ts'
import type { Statement } from './statement/statement.ts'
import { tagged } from './statement/tree.ts'

const writing = new Set(['DoStmt', 'CreateFunctionStmt', 'RuleStmt'])
/** Another function of a name that is there; one that is replaced may be behind triggers and conditions. */
const OPENING = /^\s*create\s+(?:or\s+replace\s+)?(?:function|procedure)\s+(?:[a-z_]\w*\.)?([a-z_]\w*)\s*\(/i
/** Names that are put together at run time, or written so that they cannot be told, and cursors that any session may open. */
const builds = /\bexecute\b|u&"|\bfetch\b(?!\s+(?:first|next)\s+(?:\S+\s+)?rows?\s+(?:only|with)\b)/i

export function launders(
  statement: Statement,
  written: string,
  { catalog }: Snapshot,
  protection: Protection,
  session: SessionNames,
): boolean {
  const root = tagged(statement.tree)
  if (root === null || !writing.has(root.tag) || protection.labels.size === 0) return false
  if (builds.test(written)) return true
  const cleanly = isWrittenCleanly(root, protection, session)
  const replaces = root.body.replace === true
  const words = new Set(
    written
      .replace(OPENING, (all, name) => (replaces && catalog.functions.has(name.toLowerCase()) ? all : '('))
      .toLowerCase()
      .match(/[\p{L}_][\p{L}\p{N}_$]*/gu),
  )
  const own = (word: string) => catalog.functions.get(word)?.some(({ trusted }) => !trusted) === true
  for (const word of words) if (builtinReach(word) === 'outside' || (!cleanly && own(word))) return true
  if (cleanly) return false
  for (const relation of catalog.relations.values()) {
    const names = relation.name.toLowerCase().match(/[\p{L}_][\p{L}\p{N}_$]*/gu) ?? []
    if (!names.every(name => words.has(name))) continue
    const { columns } = columnsOf(wholeOf(relation.schema, relation.name), protection, session)
    if (columns === null || columns.some(({ form }) => form !== 'clean')) return true
  }
  return false
}

/** What all columns of a relation are asked by. */
export function wholeOf(schemaname: string, relname: string) {
  const star = { ResTarget: { val: { ColumnRef: { fields: [{ A_Star: {} }] } } } }
  const from = { RangeVar: { schemaname, relname, inh: true, relpersistence: 'p' } }
  return {
    SelectStmt: { targetList: [star], fromClause: [from], limitOption: 'LIMIT_OPTION_DEFAULT', op: 'SETOP_NONE' },
  }
}
