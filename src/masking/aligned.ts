// Tables whose columns are set by blanks alone, as programs print them. Promise: a cell that stands under or over any part
// of a named column's heading is reported, whichever way the column is aligned.
import type { Cell, Columns } from './tables.ts'

export interface Field {
  readonly start: number
  readonly end: number
}

/** A heading, as offsets in its line. */
export interface Stretch {
  readonly column: string
  readonly start: number
  readonly end: number
}

const MOST_LINE = 16_384
const LONGEST_NAME = 128
/** Bar, colon, equals sign, comma, semicolon. */
const MARKS: ReadonlySet<number> = new Set([0x7c, 0x3a, 0x3d, 0x2c, 0x3b])

/** Headings of labelled columns in a line of at least two that stand two blanks apart; null where there are none. */
export function aligned(text: string, from: number, to: number, columns: Columns): readonly Stretch[] | null {
  if (to - from > MOST_LINE) return null
  if (!text.slice(from, to).includes('  ')) return null
  const found: Stretch[] = []
  let count = 0
  for (let at = nextField(text, from, to); at < to; ) {
    const end = fieldEnd(text, at, to)
    // `mrn   : 12345` is a record.
    if (MARKS.has(text.charCodeAt(at))) return null
    if (end - at <= LONGEST_NAME) {
      const column = text.slice(at, end).toLowerCase()
      if (columns.labelled(column)) found.push({ column, start: at - from, end: end - from })
    }
    count++
    at = nextField(text, end, to)
  }
  return found.length > 0 && count > 1 ? found : null
}

/** Cells of one line below; false where it is no row. */
export function alignedCells(
  text: string,
  from: number,
  to: number,
  headings: readonly Stretch[],
  out: Cell[],
): boolean {
  const fields = to - from > MOST_LINE ? [{ start: from, end: to }] : fieldsOf(text, from, to)
  let any = false
  for (const { column, start, end } of headings) {
    for (const field of fields) {
      if (field.start - from >= end || field.end - from <= start) continue
      out.push({ column, start: field.start, end: field.end })
      any = true
    }
  }
  return any || fields.length > 1
}

/** What stands between two blanks or more. */
function fieldsOf(text: string, from: number, to: number): Field[] {
  const fields: Field[] = []
  for (let at = nextField(text, from, to); at < to; at = nextField(text, at, to)) {
    const end = fieldEnd(text, at, to)
    fields.push({ start: at, end })
    at = end
  }
  return fields
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09 || code === 0x0d

function nextField(text: string, from: number, to: number): number {
  let at = from
  while (at < to && isBlank(text.charCodeAt(at))) at++
  return at
}

function fieldEnd(text: string, from: number, to: number): number {
  let at = from
  while (at < to && !(isBlank(text.charCodeAt(at)) && (at + 1 >= to || isBlank(text.charCodeAt(at + 1))))) at++
  return at
}
