// Tables in JSON whose columns are not member names: `[["mrn"],["A1"]]`, `{"columns":["mrn"],"rows":[["A1"]]}` and
// `{"name":"mrn","value":"A1"}`. Promise: looked at only where an array holds arrays or a member is called a value.
import { type JsonDocument, Kind } from '../json/document.ts'
import type { LeafLabel } from './patches.ts'

type Columns = ReadonlyMap<string, readonly number[]>

/** Labels of each column. */
export type Headings = readonly (readonly LeafLabel[])[]

const MOST_COLUMNS = 4096
const none: readonly LeafLabel[] = []
const naming: ReadonlySet<string> = new Set(
  'name key field column columnname column_name header label title id attribute property code'.split(' '),
)

/** Whether it is an array of arrays. */
export function holdsRows(document: JsonDocument, node: number): boolean {
  return node + 1 < document.next(node) && document.kind(node + 1) === Kind.array
}

/** Of a list of names, or of objects that have one; null where none of them is labelled. */
export function headingsOf(document: JsonDocument, list: number, columns: Columns): Headings | null {
  if (document.kind(list) !== Kind.array) return null
  const headings: (readonly LeafLabel[])[] = []
  let any = false
  for (let at = list + 1; at < document.next(list); at = document.next(at)) {
    const kind = document.kind(at)
    if ((kind !== Kind.string && kind !== Kind.object) || headings.length >= MOST_COLUMNS) return null
    const labels = kind === Kind.string ? labelsOf(document.string(at), columns) : namedBeside(document, at, columns)
    if (labels.length > 0) any = true
    headings.push(labels)
  }
  return any ? headings : null
}

/** From another member of the object that `rows` is in. */
export function headingsBeside(document: JsonDocument, object: number, columns: Columns): Headings | null {
  for (let at = object + 1; at < document.next(object); at = document.next(at + 1)) {
    const headings = headingsOf(document, at + 1, columns)
    if (headings !== null) return headings
  }
  return null
}

export function isValue(name: string): boolean {
  return (name.charCodeAt(0) | 0x20) === 0x76 && /^val(?:ue)?/i.test(name)
}

/** What another member of the object says the value is. */
export function namedBeside(document: JsonDocument, object: number, columns: Columns): readonly LeafLabel[] {
  for (let at = object + 1; at < document.next(object); at = document.next(at + 1)) {
    if (document.kind(at + 1) !== Kind.string || !naming.has(document.string(at).toLowerCase())) continue
    const labels = labelsOf(document.string(at + 1), columns)
    if (labels.length > 0) return labels
  }
  return none
}

function labelsOf(name: string, columns: Columns): readonly LeafLabel[] {
  const labels = name.length > 256 ? undefined : columns.get(name.trim().toLowerCase())
  return labels === undefined ? none : labels.map(label => ({ label, detector: 'column' }))
}

/** Of the cell at `index`: in a row of another length each may be of any column. */
export function labelsAt(headings: Headings, index: number, cells: number): readonly LeafLabel[] {
  return cells === headings.length ? (headings[index] ?? none) : headings.flat()
}
