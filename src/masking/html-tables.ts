// Tables of HTML: cells below a named heading, and cells beside one. Promise: a tag is read once, and a row has at most
// 512 cells.
import type { Cell, Columns } from './tables.ts'

const MOST_CELLS = 512
const MOST_NAME = 256
const TAG = /<(\/?)(table|tr|td|th|dt|dd)\b[^<>]{0,512}>/gi

interface HtmlCell {
  readonly start: number
  readonly end: number
  /** What its text calls, where that is a named column. */
  readonly column: string | null
}

/** Cells of named columns in a text. `nameOf`: the name that a heading gives, or ''. */
export function findHtmlCells(
  text: string,
  columns: Columns,
  nameOf: (field: string, columns: Columns) => string,
): Cell[] {
  const cells: Cell[] = []
  let headings: readonly HtmlCell[] = []
  let row: HtmlCell[] = []
  let open = -1
  const close = (at: number): void => {
    if (open >= 0 && row.length < MOST_CELLS) {
      const start = open + text.slice(open, at).search(/\S|$/)
      const end = start + text.slice(start, at).trimEnd().length
      row.push({ start, end, column: named(text, start, end) })
    }
    open = -1
  }
  const finish = (): void => {
    const names = row.filter(({ column }) => column !== null).length
    if (names > 0 && headings.length === 0 && !pairs(row)) headings = row
    else {
      const paired = pairs(row)
      for (const [index, cell] of row.entries()) {
        const column = headings[index]?.column ?? (paired ? row[index - 1]?.column : null) ?? null
        if (column !== null && cell.column === null && cell.end > cell.start)
          cells.push({ column, start: cell.start, end: cell.end })
      }
    }
    row = []
  }
  function named(of: string, start: number, end: number): string | null {
    if (end - start > MOST_NAME) return null
    const name = nameOf(of.slice(start, end).replace(/:$/, ''), columns)
    return columns.labelled(name) || columns.telling(name) ? name : null
  }
  TAG.lastIndex = 0
  for (let tag = TAG.exec(text); tag !== null; tag = TAG.exec(text)) {
    const kind = (tag[2] as string).toLowerCase()
    close(tag.index)
    if (kind === 'table' || kind === 'tr' || (kind === 'dt' && tag[1] === '')) finish()
    if (kind === 'table') headings = []
    else if (kind !== 'tr' && tag[1] === '') open = tag.index + tag[0].length
  }
  finish()
  return cells
}

/** `DOB | 3/5/80 | Sex | F`: each name stands before a value. */
function pairs(row: readonly HtmlCell[]): boolean {
  return (
    row.length % 2 === 0 &&
    row.every(({ column }, index) => index % 2 === 0 || column === null) &&
    row[0]?.column != null
  )
}
