// Reading the parser's JSON tree. Promise: a missing member reads as empty, nothing here throws, and no walk recurses
// deeper than the tree that `measure` has accepted.

export type Tree = Readonly<Record<string, unknown>>

export interface Tagged {
  readonly tag: string
  readonly body: Tree
}

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A node as `{Tag: {…}}`; null where there is none. */
export function tagged(node: unknown): Tagged | null {
  if (!isTree(node)) return null
  for (const tag in node) {
    const body = node[tag]
    return isTree(body) && isTag(tag) ? { tag, body } : null
  }
  return null
}

function isTag(name: string): boolean {
  const first = name.charCodeAt(0)
  return first >= 65 && first <= 90
}

export function sub(tree: Tree, name: string): Tree | null {
  const value = tree[name]
  return isTree(value) ? value : null
}

export function list(tree: Tree, name: string): readonly unknown[] {
  const value = tree[name]
  return Array.isArray(value) ? value : []
}

export function text(tree: Tree, name: string): string {
  const value = tree[name]
  return typeof value === 'string' ? value : ''
}

export function count(tree: Tree, name: string): number {
  const value = tree[name]
  return typeof value === 'number' ? value : 0
}

export function flag(tree: Tree, name: string): boolean {
  return tree[name] === true
}

/** The body of a node of this tag, or null. */
export function as(node: unknown, tag: string): Tree | null {
  const found = tagged(node)
  return found?.tag === tag ? found.body : null
}

/** A list of String nodes; what is not one reads as an empty string. */
export function strings(nodes: readonly unknown[]): readonly string[] {
  return nodes.map(node => text(as(node, 'String') ?? {}, 'sval'))
}

/** A constant's value as text; null for NULL; undefined where the node is no constant. */
export function constant(node: unknown): string | null | undefined {
  const found = tagged(node)
  if (found?.tag === 'TypeCast') return constant(found.body.arg)
  if (found?.tag !== 'A_Const') return undefined
  const body = found.body
  if (flag(body, 'isnull')) return null
  const held = sub(body, 'sval') ?? sub(body, 'fval') ?? sub(body, 'bsval')
  if (held !== null) return text(held, 'sval') || text(held, 'fval') || text(held, 'bsval')
  const int = sub(body, 'ival')
  if (int !== null) return String(count(int, 'ival'))
  const bool = sub(body, 'boolval')
  return bool === null ? undefined : flag(bool, 'boolval') ? 'true' : 'false'
}

/** The nodes right below this one, with those that the parser writes without a tag given theirs. */
export function children(body: Tree): readonly Tagged[] {
  const found: Tagged[] = []
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const item of value) visit(item)
      return
    }
    if (!isTree(value)) return
    const node = tagged(value)
    if (node !== null) found.push(node)
    else found.push({ tag: bare(value), body: value })
  }
  for (const name in body) visit(body[name])
  return found
}

/** The tag of a node that the parser wrote without one. */
function bare(body: Tree): string {
  if ('relname' in body) return 'RangeVar'
  if ('rel' in body && 'onCommit' in body) return 'IntoClause'
  if ('funcname' in body) return 'FuncCall'
  if ('names' in body && 'typemod' in body) return 'TypeName'
  if ('ctes' in body) return 'WithClause'
  if ('op' in body && ('targetList' in body || 'valuesLists' in body || 'larg' in body || 'limitOption' in body))
    return 'SelectStmt'
  return 'Part'
}

export interface Size {
  readonly nodes: number
  readonly levels: number
}

/** Counts without recursion, so that any tree can be measured. */
export function measure(root: unknown): Size {
  let nodes = 0
  let levels = 0
  const stack: { value: object; level: number }[] = []
  const push = (value: unknown, level: number) => {
    if (typeof value === 'object' && value !== null) stack.push({ value, level })
  }
  push(root, 1)
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    nodes++
    if (next.level > levels) levels = next.level
    for (const value of Object.values(next.value)) push(value, next.level + 1)
  }
  return { nodes, levels }
}

/** The same tree apart from where it stood in the text. */
export function same(a: unknown, b: unknown): boolean {
  return print(a) === print(b)
}

/** The same text for the same tree, wherever it stood. */
export function print(node: unknown): string {
  return JSON.stringify(node, (name, value) => (places.has(name) ? undefined : value)) ?? ''
}

const places = new Set(['location', 'list_start', 'list_end', 'rexpr_list_start', 'rexpr_list_end'])
