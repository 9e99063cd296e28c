// Tables in JSON whose columns are not member names: `[["mrn"],["A1"]]`, `{"columns":["mrn"],"rows":[["A1"]]}`,
// `[["mrn","A1"]]` and `{"name":"mrn","value":"A1"}`. Promise: looked at only where an array holds arrays or a member is called a value.
import { type JsonDocument, Kind } from '../json/document.ts'
import { toldBy } from './names.ts'
import type { LeafLabel } from './patches.ts'
import { NO_SHAPE } from './shapes.ts'

export interface Columns {
  get(name: string): readonly number[] | undefined
}

/** What a column's name says of its cells. */
export interface Heading {
  readonly labels: readonly LeafLabel[]
  readonly context: number
}

export type Headings = readonly Heading[]

const MOST_COLUMNS = 4096
const none: readonly LeafLabel[] = []
const nothing: Heading = { labels: none, context: NO_SHAPE }
const naming: ReadonlySet<string> = new Set(
  'name key field column columnname column_name header label title id attribute property code path'.split(' '),
)

/** Whether it is an array of arrays. */
export function holdsRows(document: JsonDocument, node: number): boolean {
  return node + 1 < document.next(node) && document.kind(node + 1) === Kind.array
}

/** Of a list of names, or of objects that have one; null where none of them is labelled. */
export function headingsOf(document: JsonDocument, list: number, columns: Columns): Headings | null {
  if (document.kind(list) !== Kind.array) return null
  const headings: Heading[] = []
  let any = false
  for (let at = list + 1; at < document.next(list); at = document.next(at)) {
    const kind = document.kind(at)
    if ((kind !== Kind.string && kind !== Kind.object) || headings.length >= MOST_COLUMNS) return null
    const labels = kind === Kind.string ? labelsOf(document.string(at), columns) : namedBeside(document, at, columns)
    const name = kind === Kind.string ? document.string(at) : nameBeside(document, at)
    const context = name === null || name.length > LONGEST_NAME ? NO_SHAPE : toldBy(name).context
    if (labels.length > 0 || context !== NO_SHAPE) any = true
    headings.push({ labels, context })
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

/**
 * Of the row at `node` that is a name and its value, as in `[["mrn","A1"],["ward",4]]`. Null where it is none: two words in
 * the first row are headings.
 */
export function pairIn(document: JsonDocument, rows: number, node: number, columns: Columns): Headings | null {
  const value = node + 1 < document.next(node) ? document.next(node + 1) : -1
  if (value < 0 || document.next(value) !== document.next(node) || document.kind(node + 1) !== Kind.string) return null
  const name = document.string(node + 1)
  const labels = labelsOf(name, columns)
  const context = name.length > LONGEST_NAME ? NO_SHAPE : toldBy(name).context
  if (labels.length === 0 && context === NO_SHAPE) return null
  const isFirst = node === rows + 1
  return isFirst && document.kind(value) === Kind.string && isWord(document.string(value))
    ? null
    : [nothing, { labels, context }]
}

/** What a column may be called. */
const isWord = (name: string): boolean => name.length <= 64 && /^[\p{L}_][\p{L}_ .-]*$/u.test(name)

/** What another member of the object calls the value, where that says something: `{"name": "last_name", "value": …}`. */
export function nameBeside(document: JsonDocument, object: number): string | null {
  for (let at = object + 1; at < document.next(object); at = document.next(at + 1)) {
    if (document.kind(at + 1) !== Kind.string || !naming.has(document.string(at).toLowerCase())) continue
    const name = document.string(at + 1)
    if (name.length > LONGEST_NAME) continue
    const { context, field } = toldBy(name)
    if (context !== NO_SHAPE || field !== NO_SHAPE) return name
  }
  return null
}

const LONGEST_NAME = 64

/** What another member of the object says the value is. */
export function namedBeside(document: JsonDocument, object: number, columns: Columns): readonly LeafLabel[] {
  for (let at = object + 1; at < document.next(object); at = document.next(at + 1)) {
    if (document.kind(at + 1) !== Kind.string || !naming.has(document.string(at).toLowerCase())) continue
    const labels = labelsOf(document.string(at + 1), columns)
    if (labels.length > 0) return labels
  }
  return none
}

export function labelsOf(name: string, columns: Columns): readonly LeafLabel[] {
  if (name.length > 256) return none
  const whole = name.trim().toLowerCase()
  // `patients.mrn`, `/patients/0/mrn`
  const step = Math.max(whole.lastIndexOf('.'), whole.lastIndexOf('/'))
  const labels = columns.get(whole) ?? (step < 0 ? undefined : columns.get(whole.slice(step + 1)))
  return labels === undefined ? none : labels.map(label => ({ label, detector: 'column' }))
}

/** Of the cell at `index`: in a row of another length each may be of any column. */
export function headingAt(headings: Headings, index: number, cells: number): Heading {
  if (cells === headings.length) return headings[index] ?? nothing
  return { labels: headings.flatMap(({ labels }) => labels), context: NO_SHAPE }
}

/** What a row is by its headings and as a pair. */
export function joined(headings: Headings | null, pair: Headings | null): Headings {
  if (headings === null || pair === null) return headings ?? pair ?? []
  const all = [...headings, ...pair].flatMap(({ labels }) => labels)
  if (headings.length !== pair.length) return [nothing, { labels: all, context: pair[1]?.context ?? NO_SHAPE }]
  return headings.map(({ labels, context }, index) => {
    const other = pair[index] ?? nothing
    return { labels: [...labels, ...other.labels], context: context === NO_SHAPE ? other.context : context }
  })
}
