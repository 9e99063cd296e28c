// Tables inside text: CSV and TSV with a header row, Markdown and psql tables. Promise: each cell of a named column is
// reported; a row whose cells cannot be matched with the header is reported whole.

export interface Cell {
  readonly column: string
  readonly start: number
  readonly end: number
}

interface Field {
  readonly start: number
  readonly end: number
  readonly text: string
}

export interface Columns {
  /** Whether a column, by its name in lower case, holds labelled values. */
  labelled(name: string): boolean
  /** Whether its name alone says what a bare number in it is. */
  telling(name: string): boolean
}

const DELIMITERS = [0x7c, 0x09, 0x2c, 0x3b, 0x2502]

/** Cells of named columns in text[from, to). */
export function findCells(text: string, from: number, to: number, columns: Columns): Cell[] {
  const cells: Cell[] = []
  for (let at = from; at < to; ) {
    const lineEnd = endOfLine(text, at, to)
    const header = readHeader(text, at, lineEnd, columns)
    at = header === null ? lineEnd + 1 : readRows(text, Math.min(lineEnd + 1, to), to, header, columns, cells)
  }
  return cells
}

interface Header {
  readonly delimiter: number
  readonly size: number
  readonly wanted: readonly (readonly [index: number, column: string])[]
}

function readHeader(text: string, from: number, to: number, columns: Columns): Header | null {
  if (to - from > 16_384) return null
  for (const delimiter of DELIMITERS) {
    const line = text.slice(from, to)
    if (!line.includes(String.fromCharCode(delimiter))) continue
    const { fields } = readRow(text, from, to, delimiter)
    // `name | value` line by line is a record, not a table, unless a rule follows the first line.
    if (delimiter === 0x7c && fields.length === 2 && / \|/.test(line) && !line.startsWith('|') && !ruled(text, to))
      continue
    const wanted: [number, string][] = []
    for (const [index, field] of fields.entries()) {
      const name = field.text
        .replace(/[*_`]{2}|`/g, '')
        .trim()
        .toLowerCase()
      if (columns.labelled(name) || columns.telling(name)) wanted.push([index, name])
    }
    if (wanted.length > 0 && fields.length > 1) return { delimiter, size: fields.length, wanted }
  }
  const alone = text
    .slice(from, to)
    .trim()
    .toLowerCase()
    .replace(/^"(.*)"$/, '$1')
  if (alone.length > 0 && alone.length < 128 && columns.labelled(alone))
    return { delimiter: 0, size: 1, wanted: [[0, alone]] }
  return null
}

/** Reads rows until a line that is blank or has no delimiter; returns where the text goes on. */
function readRows(text: string, from: number, to: number, header: Header, columns: Columns, out: Cell[]): number {
  let at = from
  while (at < to) {
    const lineEnd = endOfLine(text, at, to)
    const line = text.slice(at, Math.min(lineEnd, at + 4096))
    if (line.trim() === '') return lineEnd + 1
    if (isRule(line)) {
      at = lineEnd + 1
      continue
    }
    const { fields, end } = readRow(text, at, to, header.delimiter)
    if (header.size > 1 && fields.length === 1) return lineEnd
    if (fields.length === header.size) {
      for (const [index, column] of header.wanted) addCell(fields[index] as Field, column, out)
    } else {
      const column = header.wanted.map(([, name]) => name).find(name => columns.labelled(name))
      if (column !== undefined) for (const field of fields) addCell(field, column, out)
    }
    at = end + 1
  }
  return to
}

function addCell(field: Field, column: string, out: Cell[]): void {
  if (field.end > field.start) out.push({ column, start: field.start, end: field.end })
}

function ruled(text: string, lineEnd: number): boolean {
  const next = endOfLine(text, lineEnd + 1, text.length)
  return isRule(text.slice(lineEnd + 1, Math.min(next, lineEnd + 4096)))
}

/** `---|:--:`, `+-----+`, `────┼───`: a line between header and rows. */
function isRule(line: string): boolean {
  return /[-=─━]/.test(line) && /^[\s|+:=\-─━┼┌┐└┘├┤┬┴│╞╡╪]+$/.test(line)
}

function endOfLine(text: string, from: number, to: number): number {
  const at = text.indexOf('\n', from)
  return at < 0 || at > to ? to : at
}

/** One row from `from`; a quoted field may hold delimiters and line ends. Cells come without blanks and quotes. */
function readRow(text: string, from: number, to: number, delimiter: number): { fields: Field[]; end: number } {
  const fields: Field[] = []
  const piped = delimiter === 0x7c || delimiter === 0x2502
  let at = from
  for (;;) {
    while (at < to && (text.charCodeAt(at) === 0x20 || (text.charCodeAt(at) === 0x09 && delimiter !== 0x09))) at++
    let start = at
    let end: number
    if (text.charCodeAt(at) === 0x22 && !piped && delimiter !== 0) {
      start = at + 1
      for (at++; at < to; at++) {
        if (text.charCodeAt(at) !== 0x22) continue
        if (text.charCodeAt(at + 1) !== 0x22) break
        at++
      }
      end = Math.min(at, to)
      at++
      while (at < to && text.charCodeAt(at) !== delimiter && text.charCodeAt(at) !== 0x0a) at++
    } else {
      while (at < to && text.charCodeAt(at) !== 0x0a) {
        if (text.charCodeAt(at) === 0x5c && piped) at++
        else if (text.charCodeAt(at) === delimiter && delimiter !== 0) break
        at++
      }
      at = Math.min(at, to)
      end = at
      while (end > start && isTrailing(text.charCodeAt(end - 1))) end--
    }
    fields.push({ start, end, text: text.slice(start, end) })
    if (at >= to || text.charCodeAt(at) === 0x0a) break
    at++
  }
  return { fields: piped ? withoutEdges(fields) : fields, end: Math.min(at, to) }
}

const isTrailing = (code: number): boolean => code === 0x20 || code === 0x09 || code === 0x0d

/** `| a | b |` has an empty field at either end. */
function withoutEdges(fields: Field[]): Field[] {
  const first = fields[0]
  const last = fields[fields.length - 1]
  const from = first && first.text === '' && fields.length > 1 ? 1 : 0
  const to = last && last.text === '' && fields.length - from > 1 ? fields.length - 1 : fields.length
  return fields.slice(from, to)
}
