// Tables inside text: CSV and TSV with a header row, Markdown and psql tables, columns set by blanks. Promise: each cell of
// a named column is reported; a row whose cells cannot be matched with the header is reported whole.
import { aligned, alignedCells, type Field, type Stretch } from './aligned.ts'

export interface Cell {
  readonly column: string
  readonly start: number
  readonly end: number
}

export interface Columns {
  /** Whether a column, by its name in lower case, holds labelled values. */
  labelled(name: string): boolean
  /** Whether its name alone says what a bare number in it is. */
  telling(name: string): boolean
  /** Whether a labelled name may begin with this character: most cells are told by it to be none. */
  begins(code: number): boolean
  /** Length of the longest labelled name. */
  readonly longest: number
  /** Statements whose first line was found to name none, since the same ones come again and again. */
  readonly plain: Set<string>
}

const DELIMITERS = ['|', '\t', ',', ';', '\u2502', '\u2551'].map(character => ({
  character,
  code: character.charCodeAt(0),
}))
const NO_DELIMITERS: typeof DELIMITERS = []
const MOST_HEADER = 262_144
/** Of a line with one name: blanks and quotes around it. */
const AROUND_NAME = 64
/** Of the text that is read: a carriage return where it has no other. */
let lineBreak = 0x0a

/** Cells of named columns in text[from, to). `delimited`: some delimiter is in it. */
export function findCells(text: string, from: number, to: number, columns: Columns, delimited = true): Cell[] {
  const cells: Cell[] = []
  const feed = text.indexOf('\n', from)
  lineBreak = feed >= 0 && feed < to ? 0x0a : 0x0d
  let pair = 0
  for (let at = from; at < to; ) {
    const lineEnd = endOfLine(text, at, to)
    // No row can follow.
    if (lineEnd + 1 >= to && (pair === 0 || at === from)) break
    if (delimited && at === from && isPlainStatement(text, at, lineEnd, columns)) {
      at = lineEnd + 1
      continue
    }
    const [delimiter, labelled] = delimited ? paired(text, at, lineEnd, to, pair, columns, cells) : NO_PAIR
    pair = delimiter
    if (lineEnd + 1 >= to) break
    if (delimiter !== 0 && !labelled) {
      at = lineEnd + 1
      continue
    }
    const header = readHeader(text, at, lineEnd, columns, delimited)
    at = header === null ? lineEnd + 1 : readRows(text, lineEnd + 1, to, header, columns, cells)
  }
  return cells
}

/** A line with placeholders and without values, that is neither a header nor a name with its value. */
function isPlainStatement(text: string, from: number, to: number, columns: Columns): boolean {
  if (to - from > LONGEST_PAIR || lineBreak !== 0x0a) return false
  const line = text.slice(from, to)
  if (!/\$\d/.test(line)) return false
  if (columns.plain.has(line)) return true
  if (/["'|\\]/.test(line) || readHeader(text, from, to, columns) !== null) return false
  if (DELIMITERS.some(({ code }) => pairAt(text, from, to, code, columns) !== null)) return false
  if (columns.plain.size >= MOST_PLAIN) columns.plain.clear()
  columns.plain.add(line)
  return true
}

const MOST_PLAIN = 256

/**
 * A line of two fields of which the first names the second, in a record of such lines: takes its value, and returns the
 * delimiter, or 0; and whether the name is a configured one, so that the line may be a header all the same.
 */
function paired(
  text: string,
  from: number,
  end: number,
  to: number,
  before: number,
  columns: Columns,
  out: Cell[],
): readonly [delimiter: number, labelled: boolean] {
  if (end - from > LONGEST_PAIR) return NO_PAIR
  const line = text.slice(from, end)
  for (const { character, code } of DELIMITERS) {
    const at = line.indexOf(character)
    // `By date, newest first` is a sentence.
    if (at < 0 || (code === 0x2c && line[at + 1] === ' ')) continue
    const own = pairAt(text, from, end, code, columns)
    if (own === null) continue
    const next = end + 1 < to ? endOfLine(text, end + 1, to) : end
    const goes = before === code || (next - end <= LONGEST_PAIR && pairAt(text, end + 1, next, code, columns) !== null)
    if (!goes) continue
    out.push(own)
    return [code, columns.labelled(own.column)]
  }
  return NO_PAIR
}

const LONGEST_PAIR = 1024
const NO_PAIR = [0, false] as const

function pairAt(text: string, from: number, end: number, delimiter: number, columns: Columns): Cell | null {
  if (from >= end) return null
  const { fields } = readRow(text, from, end, delimiter)
  const [name, value] = fields
  if (fields.length !== 2 || name === undefined || value === undefined || value.start >= value.end) return null
  const is = (column: string): boolean => columns.labelled(column) || columns.telling(column)
  const column = nameIn(text, name, columns)
  return is(column) && !is(nameIn(text, value, columns)) ? { column, start: value.start, end: value.end } : null
}

interface Header {
  readonly delimiter: number
  readonly size: number
  readonly wanted: readonly (readonly [index: number, column: string])[]
  /** Where columns are set by blanks: where the wanted ones stand. */
  readonly aligned?: readonly Stretch[]
}

function readHeader(text: string, from: number, to: number, columns: Columns, delimited = true): Header | null {
  if (to - from > MOST_HEADER) return null
  const line = text.slice(from, to)
  for (const { character, code: delimiter } of delimited ? DELIMITERS : NO_DELIMITERS) {
    if (!line.includes(character)) continue
    const { fields } = readRow(text, from, to, delimiter)
    // `name | value` line by line is a record, not a table, unless a rule follows the first line.
    if (delimiter === 0x7c && fields.length === 2 && / \|/.test(line) && !line.startsWith('|') && !ruled(text, to))
      continue
    const wanted: [number, string][] = []
    for (const [index, field] of fields.entries()) {
      const name = nameIn(text, field, columns)
      if (columns.labelled(name) || columns.telling(name)) wanted.push([index, name])
    }
    if (wanted.length > 0 && fields.length > 1) return { delimiter, size: fields.length, wanted }
  }
  const stretches = aligned(text, from, to, columns)
  if (stretches !== null) return { delimiter: 0, size: 0, wanted: [], aligned: stretches }
  if (line.length > columns.longest + AROUND_NAME) return null
  const trimmed = line.trim()
  const alone = trimmed.length > 1 && trimmed.startsWith('"') && trimmed.endsWith('"') ? trimmed.slice(1, -1) : trimmed
  if (alone.length === 0 || alone.length >= 128 || !columns.begins(alone.charCodeAt(0))) return null
  const column = alone.toLowerCase()
  return columns.labelled(column) ? { delimiter: 0, size: 1, wanted: [[0, column]] } : null
}

function nameIn(text: string, { start, end }: Field, columns: Columns): string {
  return end - start > LONGEST_FIELD ? '' : nameOf(text.slice(start, end), columns)
}

/** `mrn` in `**mrn**`, `'mrn'`, `<b>mrn</b>` and `p.mrn`. */
export function nameOf(field: string, columns: Columns): string {
  if (field.length > LONGEST_FIELD) return ''
  const name = field.replace(/<\/?[a-z][^<>]{0,30}>/gi, '').toLowerCase()
  if (columns.labelled(name.trim())) return name.trim()
  let start = 0
  let end = name.length
  while (start < end && EDGES.includes(name[start] as string)) start++
  while (end > start && EDGES.includes(name[end - 1] as string)) end--
  const bare = name.slice(start, end)
  const last = bare.slice(bare.lastIndexOf('.') + 1)
  return columns.labelled(last) ? last : bare
}

const LONGEST_FIELD = 256
const EDGES = ' \t*_`\'"[]()'

/** What a line among rows, which are `fields`, says of the rows below it, being a header itself. */
function renewed(
  header: Header,
  text: string,
  at: number,
  lineEnd: number,
  fields: readonly Field[],
  columns: Columns,
): Header | null {
  const names = ({ start, end }: Field): boolean =>
    end - start <= LONGEST_FIELD &&
    columns.begins(text.charCodeAt(start)) &&
    columns.labelled(text.slice(start, end).trim().toLowerCase())
  if (!fields.some(names)) return header
  const next = readHeader(text, at, lineEnd, columns)
  const labelled = (one: Header) => one.wanted.some(([, name]) => columns.labelled(name))
  if (next === null || next.aligned || next.size === 1 || !labelled(next)) return header
  // A row may hold such a word: what was known of its columns stays.
  const same = next.delimiter === header.delimiter && next.size === header.size
  if (!same || !labelled(header)) return null
  const known = ([index, name]: Header['wanted'][number]) =>
    header.wanted.some(([at, own]) => at === index && own === name)
  return next.wanted.every(known) ? header : { ...header, wanted: [...header.wanted, ...next.wanted] }
}

/** Whether the rows go on behind a line that is empty. */
function goesOn(text: string, at: number, to: number, header: Header): boolean {
  if (header.aligned || header.size < 2 || at >= to) return false
  const lineEnd = endOfLine(text, at, to)
  const line = text.slice(at, Math.min(lineEnd, at + 4096)).trim()
  // `Done, thanks` is a sentence.
  return (
    line !== '' && !/[.:!?]$|[,;]\s/.test(line) && readRow(text, at, to, header.delimiter).fields.length === header.size
  )
}

/** Reads rows until a line that is none; returns where the text goes on. */
function readRows(text: string, from: number, to: number, first: Header, columns: Columns, out: Cell[]): number {
  let header = first
  let at = from
  while (at < to) {
    const lineEnd = endOfLine(text, at, to)
    const line = text.slice(at, Math.min(lineEnd, at + 4096))
    if (isBlank(line)) {
      if (!goesOn(text, lineEnd + 1, to, header)) return lineEnd + 1
      at = lineEnd + 1
      continue
    }
    let row: Row | null = null
    if (!header.aligned && header.size > 1) {
      row = readRow(text, at, to, header.delimiter)
      const { fields } = row.end === lineEnd ? row : readRow(text, at, lineEnd, header.delimiter)
      const here = renewed(header, text, at, lineEnd, fields, columns)
      if (here === null) return at
      if (here.delimiter !== header.delimiter) row = null
      header = here
    }
    if (isRule(line)) {
      at = lineEnd + 1
      continue
    }
    if (header.aligned) {
      if (!alignedCells(text, at, lineEnd, header.aligned, out)) return at
      at = lineEnd + 1
      continue
    }
    const { fields, end } = row ?? readRow(text, at, to, header.delimiter)
    if (header.size > 1 && fields.length === 1 && !isRagged(text, end, to, fields[0] as Field, header)) return lineEnd
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

/** A line without a delimiter is a row too where it is one word, or the next line is a row. */
function isRagged(text: string, end: number, to: number, field: Field, { size, delimiter }: Header): boolean {
  if (delimiter === 0x7c || delimiter === 0x2502 || delimiter === 0x2551) return false
  if (!/\s/.test(text.slice(field.start, field.end))) return true
  return end + 1 < to && readRow(text, end + 1, to, delimiter).fields.length === size
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
  return /^[\s|+:=\-─━═┼┌┐└┘├┤┬┴│╞╡╪║╔╗╚╝╠╣╦╩╬]+$/.test(line) && /[-=─━═]/.test(line)
}

function isBlank(line: string): boolean {
  const first = line.charCodeAt(0)
  return !(first > 0x20 && first < 0x80) && line.trim() === ''
}

function endOfLine(text: string, from: number, to: number): number {
  const at = text.indexOf(lineBreak === 0x0a ? '\n' : '\r', from)
  return at < 0 || at > to ? to : at
}

interface Row {
  readonly fields: Field[]
  readonly end: number
}

/** One row from `from`; a quoted field may hold delimiters and line ends. Cells come without blanks and quotes. */
function readRow(text: string, from: number, to: number, delimiter: number): Row {
  const fields: Field[] = []
  const piped = delimiter === 0x7c || delimiter === 0x2502 || delimiter === 0x2551
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
      while (at < to && text.charCodeAt(at) !== delimiter && text.charCodeAt(at) !== lineBreak) at++
    } else {
      while (at < to && text.charCodeAt(at) !== lineBreak) {
        if (text.charCodeAt(at) === 0x5c && piped) at++
        else if (text.charCodeAt(at) === delimiter && delimiter !== 0) break
        at++
      }
      at = Math.min(at, to)
      end = at
      while (end > start && isTrailing(text.charCodeAt(end - 1))) end--
    }
    fields.push({ start, end })
    if (at >= to || text.charCodeAt(at) === lineBreak) break
    at++
  }
  return { fields: piped ? withoutEdges(fields) : fields, end: Math.min(at, to) }
}

const isTrailing = (code: number): boolean => code === 0x20 || code === 0x09 || code === 0x0d

/** `| a | b |` has an empty field at either end. */
function withoutEdges(fields: Field[]): Field[] {
  const first = fields[0]
  const last = fields[fields.length - 1]
  const from = first && first.start >= first.end && fields.length > 1 ? 1 : 0
  const to = last && last.start >= last.end && fields.length - from > 1 ? fields.length - 1 : fields.length
  return fields.slice(from, to)
}
