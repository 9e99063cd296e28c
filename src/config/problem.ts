// What is wrong with a configuration, and where. Promise: every problem has file, line and column and says what to write
// instead; a line that holds a literal secret is never repeated.
import { type Document, isMap, isScalar, isSeq, type LineCounter, type Node, type Pair } from 'yaml'

export type Path = readonly (string | number)[]

export interface Problem {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly message: string
  readonly path: Path
  /** The line concerned and a caret under the place; null where it would show a secret. */
  readonly excerpt: string | null
}

/** A problem before its place in the text is known. `at: 'key'` points at the name of a member, not its value. */
export interface Fault {
  readonly path: Path
  readonly message: string
  readonly at?: 'key' | 'value'
  readonly secret?: boolean
}

export interface Source {
  readonly file: string
  readonly text: string
  readonly document: Document
  readonly lines: LineCounter
}

/** The place of each fault, in the order of the text. */
export function locateAll(source: Source, faults: readonly Fault[]): Problem[] {
  const secretLines = new Set(
    faults.filter(({ secret }) => secret).map(fault => lineAt(source, offsetOf(source.document, fault))),
  )
  return inOrder(
    faults.map(fault => {
      const problem = problemAt(source, offsetOf(source.document, fault), fault)
      return secretLines.has(problem.line) ? { ...problem, excerpt: null } : problem
    }),
  )
}

export function problemAt(source: Pick<Source, 'file' | 'text' | 'lines'>, offset: number, fault: Fault): Problem {
  const { line: number, col } = source.lines.linePos(offset)
  const line = Math.max(number, 1)
  const column = Math.max(col, 1)
  const shown = source.text.split('\n')[line - 1]?.replace(/\r$/, '') ?? ''
  const hidden = fault.secret === true || shown.trim() === '' || looksSecret(shown)
  const caret = `${shown.slice(0, column - 1).replace(/[^\t]/g, ' ')}^`
  const excerpt = hidden ? null : `${shown}\n${caret}`
  return { file: source.file, line, column, message: fault.message, path: fault.path, excerpt }
}

/** A line that may hold a literal secret, where the entry it is in could not be read. */
function looksSecret(line: string): boolean {
  return (
    /(?:token|secret|passw(?:or)?d|credential|_key|apikey|bearer|value)["']?\s*:\s*[^\s{[&*]/i.test(line) ||
    /:\/\/[^/\s]*:[^/\s]*@/.test(line)
  )
}

function lineAt(source: Source, offset: number): number {
  return Math.max(source.lines.linePos(offset).line, 1)
}

/** `file:line:column message`, then the line and a caret. */
export function printProblem(problem: Problem): string {
  const head = `${problem.file}:${problem.line}:${problem.column} ${problem.message}`
  if (problem.excerpt === null) return head
  return `${head}\n${problem.excerpt
    .split('\n')
    .map(line => `  ${line}`)
    .join('\n')}`
}

export function inOrder(problems: readonly Problem[]): Problem[] {
  return [...problems].sort((left, right) => left.line - right.line || left.column - right.column)
}

/** The offset of the value at a path, or of the nearest place that exists above it. */
function offsetOf(document: Document, { path, at }: Fault): number {
  let node: unknown = document.contents
  let offset = startOf(node)
  for (const [depth, step] of path.entries()) {
    const pair = memberOf(node, step)
    if (isMap(node) && pair !== undefined) {
      const last = depth === path.length - 1
      offset = startOf(last && at === 'key' ? pair.key : (pair.value ?? pair.key), startOf(pair.key))
      node = pair.value
    } else if (isSeq(node) && typeof step === 'number' && step < node.items.length) {
      node = node.items[step]
      offset = startOf(node, offset)
    } else break
  }
  return offset
}

function memberOf(node: unknown, step: string | number): Pair | undefined {
  if (!isMap(node)) return undefined
  return node.items.find(pair => isScalar(pair.key) && String(pair.key.value) === String(step))
}

function startOf(node: unknown, otherwise = 0): number {
  return (node as Node | null | undefined)?.range?.[0] ?? otherwise
}
