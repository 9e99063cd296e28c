// Long lists of constants say no more than their first members. Promise: only members that are constants or parameters
// are left out, so that nothing that names a column, a relation or a function is.
import { children, isTree, type Tree, tagged } from './tree.ts'

const kept = 64
const plain = new Set(['A_Const', 'SetToDefault', 'TypeName', 'String', 'Integer', 'Float', 'Boolean', 'BitString'])

/** The same tree with lists of more than `kept` constants cut; the highest parameter stays. */
export function shorten(value: unknown): unknown {
  if (Array.isArray(value)) {
    const few = value.length > kept ? cut(value) : value
    return few.map(shorten)
  }
  if (!isTree(value)) return value
  const made: Record<string, unknown> = {}
  for (const name in value) made[name] = shorten(value[name])
  return made
}

function cut(items: readonly unknown[]): readonly unknown[] {
  return items.filter((item, at) => at < kept || !isConstant(item))
}

function isConstant(node: unknown): boolean {
  const found = tagged(node)
  if (found === null) return false
  if (plain.has(found.tag)) return true
  const composed =
    found.tag === 'List' || found.tag === 'TypeCast' || found.tag === 'RowExpr' || found.tag === 'A_ArrayExpr'
  return composed && children(found.body as Tree).every(child => isConstant({ [child.tag]: child.body }))
}
