// What a definition is a definition of. Promise: the names of all that may be something else once it is there; or anything, where
// that cannot be told from its text.
import type { Defined } from './definitions.ts'
import { as, list, strings, sub, type Tree, tagged, text } from './statement/tree.ts'

const NOTHING: readonly string[] = []

export function definedNames(tree: Tree): Defined {
  const root = tagged(tree)
  return (root && DEFINED[root.tag]?.(root.body)) ?? 'anything'
}

const DEFINED: Readonly<Record<string, (body: Tree) => readonly string[] | null>> = {
  ViewStmt: body => relation(body, 'view'),
  CreateStmt: body => [...relation(body), ...list(body, 'inhRelations').flatMap(ranged)],
  CreateTableAsStmt: body => relation(sub(body, 'into') ?? {}, 'rel'),
  SelectStmt: body => relation(sub(body, 'intoClause') ?? {}, 'rel'),
  RefreshMatViewStmt: body => relation(body),
  AlterTableStmt: body => [...relation(body), ...list(body, 'cmds').flatMap(attached)],
  CreateSeqStmt: body => relation(body, 'sequence'),
  IndexStmt: () => NOTHING,
  CommentStmt: () => NOTHING,
  CreateTrigStmt: body => relation(body),
  RuleStmt: body => relation(body),
  CreatePolicyStmt: body => relation(body, 'table'),
  AlterPolicyStmt: body => relation(body, 'table'),
  CreateFunctionStmt: body => last(list(body, 'funcname')),
  AlterFunctionStmt: body => last(list(sub(body, 'func') ?? {}, 'objname')),
  CompositeTypeStmt: body => relation(body, 'typevar'),
  CreateEnumStmt: body => last(list(body, 'typeName')),
  CreateDomainStmt: body => last(list(body, 'domainname')),
  // Nothing is in it yet.
  CreateSchemaStmt: body => (list(body, 'schemaElts').length === 0 ? NOTHING : null),
  RenameStmt: body => (sub(body, 'relation') === null ? null : [...relation(body), text(body, 'newname')]),
  AlterObjectSchemaStmt: body => (sub(body, 'relation') === null ? null : relation(body)),
  DropStmt: dropped,
}

const DROPPED = new Set(['TABLE', 'VIEW', 'MATVIEW', 'INDEX', 'SEQUENCE', 'FUNCTION', 'PROCEDURE', 'TYPE', 'DOMAIN'])
/** Of a table: the name of that comes before theirs. */
const DROPPED_OF = new Set(['TRIGGER', 'RULE', 'POLICY'])

function dropped(body: Tree): readonly string[] | null {
  const kind = text(body, 'removeType').replace('OBJECT_', '')
  const of = DROPPED_OF.has(kind)
  if (!of && !DROPPED.has(kind)) return null
  return list(body, 'objects').flatMap(object => {
    const { items, objname, names } = tagged(object)?.body ?? {}
    const name = strings([items, objname, names].find(Array.isArray) ?? [])
    return of ? name : name.slice(-1)
  })
}

function relation(body: Tree, part = 'relation'): readonly string[] {
  return [text(sub(body, part) ?? {}, 'relname')]
}

function ranged(node: unknown): readonly string[] {
  return relation({ of: as(node, 'RangeVar') ?? {} }, 'of')
}

/** A partition or a parent. */
function attached(node: unknown): readonly string[] {
  const def = tagged(sub(as(node, 'AlterTableCmd') ?? {}, 'def'))
  if (def?.tag === 'PartitionCmd') return relation(def.body, 'name')
  return def?.tag === 'RangeVar' ? [text(def.body, 'relname')] : NOTHING
}

function last(nodes: readonly unknown[]): readonly string[] {
  return strings(nodes).slice(-1)
}
