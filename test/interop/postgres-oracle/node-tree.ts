// The server's own text of a parse tree. Promise: every node, list and atom is kept under the name of its field; what the
// text cannot be read as is an error, never a guess.

export interface Node {
  readonly type: string
  readonly fields: ReadonlyMap<string, Value>
}

/** Null is `<>`. */
export type Value = string | Node | readonly Value[] | null

export function parseNodes(text: string): Value {
  const tokens = tokensOf(text)
  const reader = { tokens, at: 0 }
  const value = read(reader)
  if (reader.at !== tokens.length) throw new Error('the tree has an end too early')
  return value
}

interface Reader {
  readonly tokens: readonly string[]
  at: number
}

function tokensOf(text: string): readonly string[] {
  // An atom may hold anything behind a backslash.
  return text.match(/[(){}[\]]|(?:\\[\s\S]|[^\s(){}[\]\\])+/g) ?? []
}

function read(reader: Reader): Value {
  const token = reader.tokens[reader.at++]
  if (token === undefined) throw new Error('the tree ends inside')
  if (token === '{') return readNode(reader)
  if (token === '(' || token === '[') return readList(reader, token === '(' ? ')' : ']')
  return token === '<>' ? null : token
}

function readList(reader: Reader, end: string): readonly Value[] {
  const items: Value[] = []
  while (reader.tokens[reader.at] !== end) items.push(read(reader))
  reader.at++
  return items
}

function readNode(reader: Reader): Node {
  const type = reader.tokens[reader.at++] ?? ''
  const fields = new Map<string, Value>()
  while (reader.tokens[reader.at] !== '}') {
    const name = reader.tokens[reader.at++]
    if (name === undefined) throw new Error('a node ends inside')
    if (!name.startsWith(':')) throw new Error('a node has a value without a name')
    const values: Value[] = []
    for (let next = reader.tokens[reader.at]; next !== '}' && !isField(next); next = reader.tokens[reader.at])
      values.push(read(reader))
    fields.set(name.slice(1), values.length === 1 ? (values[0] ?? null) : values)
  }
  reader.at++
  return { type, fields }
}

function isField(token: string | undefined): boolean {
  return token !== undefined && /^:[a-zA-Z_]\w*$/.test(token)
}

export function isNode(value: Value | undefined): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value
}

export function items(value: Value | undefined): readonly Value[] {
  return Array.isArray(value) ? value : []
}
