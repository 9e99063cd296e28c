// Changes to a text by offsets. Promise: everything outside the replaced ranges keeps its characters, removed members
// and items take exactly one comma with them, and two changes of the same place are refused instead of guessed at.
import { nodeAt } from './canonical.ts'
import { type JsonDocument, Kind } from './document.ts'

/** Replaces [start, end) by `text`. Offsets are UTF-16 units. */
export interface Splice {
  readonly start: number
  readonly end: number
  readonly text: string
}

export interface JsonEdit {
  readonly path: readonly (string | number)[]
  /** New JSON text of the value, which may be a member or item that does not exist yet; null removes it. */
  readonly json: string | null
}

/** Says where, never what. */
export class SpliceError extends Error {
  readonly offset: number
  constructor(what: 'overlap' | 'no-such-parent' | 'root-removed', offset: number) {
    super(`${what} at offset ${offset}`)
    this.name = 'SpliceError'
    this.offset = offset
  }
}

/** Applies splices in any order. Throws on overlap; empty ranges at one offset are inserted in the order given. */
export function splice(text: string, splices: readonly Splice[]): string {
  const sorted = isSorted(splices) ? splices : [...splices].sort((left, right) => left.start - right.start)
  const parts: string[] = []
  let at = 0
  for (const one of sorted) {
    if (one.start < at) throw new SpliceError('overlap', one.start)
    parts.push(text.slice(at, one.start), one.text)
    at = one.end
  }
  parts.push(text.slice(at))
  return parts.join('')
}

function isSorted(splices: readonly Splice[]): boolean {
  for (let at = 1; at < splices.length; at++) {
    if ((splices[at] as Splice).start < (splices[at - 1] as Splice).start) return false
  }
  return true
}

export interface EditPlan {
  readonly splices: readonly Splice[]
  /** Value nodes that are replaced or removed: not to be searched. */
  readonly nodes: ReadonlySet<number>
}

interface Family {
  readonly removed: Set<number>
  readonly added: [name: string | null, json: string][]
}

/** Works edits out as splices. Removing what is not there does nothing; adding below what is not there is refused. */
export function planEdits(document: JsonDocument, edits: readonly JsonEdit[]): EditPlan {
  const splices: Splice[] = []
  const nodes = new Set<number>()
  const families = new Map<number, Family>()
  const family = (parent: number): Family => {
    const known = families.get(parent)
    if (known) return known
    const made: Family = { removed: new Set(), added: [] }
    families.set(parent, made)
    return made
  }
  for (const edit of edits) {
    const parent = edit.path.length === 0 ? -1 : nodeAt(document, edit.path.slice(0, -1))
    const node = edit.path.length === 0 ? 0 : nodeAt(document, edit.path)
    if (node >= 0) {
      if (edit.json !== null) splices.push({ start: document.start(node), end: document.end(node), text: edit.json })
      else if (parent < 0) throw new SpliceError('root-removed', 0)
      else family(parent).removed.add(node)
      nodes.add(node)
    } else if (edit.json !== null) {
      if (parent < 0) throw new SpliceError('no-such-parent', 0)
      const step = edit.path[edit.path.length - 1]
      const isObject = document.kind(parent) === Kind.object
      if (isObject ? typeof step !== 'string' : document.kind(parent) !== Kind.array || typeof step !== 'number') {
        throw new SpliceError('no-such-parent', document.start(parent))
      }
      family(parent).added.push([isObject ? String(step) : null, edit.json])
    }
  }
  for (const [parent, change] of families) familySplices(document, parent, change, splices)
  return { splices: splices.sort((left, right) => left.start - right.start), nodes }
}

/** Children of one container: runs of removed ones go with the comma before them, or after them at the front. */
function familySplices(document: JsonDocument, parent: number, change: Family, out: Splice[]): void {
  const isObject = document.kind(parent) === Kind.object
  let keptEnd = -1
  let runStart = -1
  let runEnd = -1
  for (let at = parent + 1; at < document.next(parent); ) {
    const value = isObject ? at + 1 : at
    if (change.removed.has(value)) {
      if (runStart < 0) runStart = document.start(at)
      runEnd = document.end(value)
    } else {
      if (runStart >= 0) {
        if (keptEnd < 0) out.push({ start: runStart, end: document.start(at), text: '' })
        else out.push({ start: keptEnd, end: runEnd, text: '' })
      }
      runStart = -1
      keptEnd = document.end(value)
    }
    at = document.next(value)
  }
  if (runStart >= 0) out.push({ start: keptEnd < 0 ? runStart : keptEnd, end: runEnd, text: '' })
  if (change.added.length === 0) return
  const closing = document.end(parent) - 1
  const text = change.added.map(([name, json]) => (name === null ? json : `${JSON.stringify(name)}:${json}`)).join(',')
  out.push({ start: closing, end: closing, text: keptEnd < 0 ? text : `,${text}` })
}

/**
 * Splices of a decoded string carried over to its JSON literal at `literalStart`, so that what is not replaced keeps
 * the escapes it was written with. `decoded` splices must be sorted and must not overlap.
 */
export function spliceLiteral(literal: string, literalStart: number, decoded: readonly Splice[], out: Splice[]): void {
  if (!literal.includes('\\')) {
    for (const one of decoded) {
      out.push({ start: literalStart + 1 + one.start, end: literalStart + 1 + one.end, text: inLiteral(one.text) })
    }
    return
  }
  let source = 1
  let units = 0
  const advance = (target: number): number => {
    while (units < target) {
      if (literal.charCodeAt(source) === 0x5c) source += literal.charCodeAt(source + 1) === 0x75 ? 6 : 2
      else source++
      units++
    }
    return source
  }
  let last = ''
  let literally = ''
  for (const one of decoded) {
    const start = literalStart + advance(one.start)
    if (one.text !== last) {
      last = one.text
      literally = inLiteral(last)
    }
    out.push({ start, end: literalStart + advance(one.end), text: literally })
  }
}

/** `text` as it stands between the quotes of a JSON string. */
export function inLiteral(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}
