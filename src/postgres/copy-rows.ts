// Rows that are copied out, one in each CopyData as PostgreSQL sends them. Promise: a row that does not have the columns of
// its plan is not passed on; what stays is not rewritten; what changes is written so that it can be copied in again.
import { FrameReader, HEAD_BYTES, WireFault } from './frames.ts'
import type { CopyOut } from './reading.ts'

/** One cell: where it stands in the row, and its value; null for NULL. */
interface CopyCell {
  readonly start: number
  readonly end: number
  readonly value: Buffer | null
}

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1')
const NEWLINE = 10
const RETURN = 13
const BACKSLASH = 92

/** Null for what is no row: the header of the binary format alone, its end, a row of names. */
export function copyCells(row: Buffer, first: boolean, copy: CopyOut): readonly CopyCell[] | null {
  if (copy.format !== 'binary' && first && copy.header) return null
  const cells =
    copy.format === 'binary'
      ? binaryCells(row, first)
      : copy.format === 'csv'
        ? csvCells(row, copy)
        : textCells(row, copy)
  if (cells !== null && cells.length !== copy.columns.length) throw notFitting()
  return cells
}

/** The bytes of one cell in place of those that came. */
export function copyCell(
  value: Uint8Array | null,
  { format, delimiter, null: none, quote, escape: before }: CopyOut,
): Buffer {
  if (format === 'binary') {
    const size = Buffer.alloc(4)
    size.writeInt32BE(value === null ? -1 : value.length)
    return value === null ? size : Buffer.concat([size, value])
  }
  if (value === null) return Buffer.from(none)
  const text = Buffer.from(value).toString()
  if (format === 'csv') return Buffer.from(quote + text.replaceAll(quote, before + quote) + quote)
  const plain = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r')
  return Buffer.from(plain.replaceAll(delimiter, `\\${delimiter}`))
}

function notFitting(): WireFault {
  return new WireFault('upstream', 'The system sent a copied row that does not fit its plan.')
}

function lineEnd(row: Buffer): number {
  let end = row.length
  if (row[end - 1] === NEWLINE) end--
  if (row[end - 1] === RETURN) end--
  return end
}

function textCells(row: Buffer, copy: CopyOut): readonly CopyCell[] | null {
  const end = lineEnd(row)
  if (row.toString('latin1', 0, end) === '\\.') return null
  const delimiter = copy.delimiter.charCodeAt(0)
  const none = Buffer.from(copy.null)
  const cells: CopyCell[] = []
  let start = 0
  for (let at = 0; at <= end; at++) {
    if (at < end && row[at] === BACKSLASH) {
      at++
      continue
    }
    if (at < end && row[at] !== delimiter) continue
    const bytes = row.subarray(start, Math.min(at, end))
    cells.push({ start, end: Math.min(at, end), value: bytes.equals(none) ? null : unescaped(bytes) })
    start = at + 1
  }
  return copy.columns.length === 0 && end === 0 ? [] : cells
}

const letters: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

function unescaped(bytes: Buffer): Buffer {
  if (!bytes.includes(BACKSLASH)) return bytes
  const text = bytes.toString('latin1').replace(/\\(.)/gs, (_, letter: string) => letters[letter] ?? letter)
  return Buffer.from(text, 'latin1')
}

function csvCells(row: Buffer, copy: CopyOut): readonly CopyCell[] {
  const end = lineEnd(row)
  const [delimiter, quote, before] = [copy.delimiter, copy.quote, copy.escape].map(one => one.charCodeAt(0))
  const none = Buffer.from(copy.null)
  const cells: CopyCell[] = []
  let start = 0
  let inside = false
  let quoted = false
  const kept: number[] = []
  for (let at = 0; at <= end; at++) {
    const byte = row[at] as number
    if (at < end && inside && byte === before && (row[at + 1] === quote || row[at + 1] === before) && at + 1 < end) {
      kept.push(row[++at] as number)
    } else if (at < end && byte === quote) {
      inside = !inside
      quoted = true
    } else if (at < end && (inside || byte !== delimiter)) kept.push(byte)
    else {
      if (inside) throw notFitting()
      const value = !quoted && row.subarray(start, at).equals(none) ? null : Buffer.from(kept)
      cells.push({ start, end: at, value })
      kept.length = 0
      quoted = false
      start = at + 1
    }
  }
  return copy.columns.length === 0 && end === 0 ? [] : cells
}

function binaryCells(row: Buffer, first: boolean): readonly CopyCell[] | null {
  let from = 0
  if (first) {
    if (!row.subarray(0, SIGNATURE.length).equals(SIGNATURE)) throw notFitting()
    from = SIGNATURE.length + 8 + row.readInt32BE(SIGNATURE.length + 4)
    if (from === row.length) return null
  }
  const reader = new FrameReader(row, from - HEAD_BYTES, row.length)
  const count = reader.int16()
  if (count === -1) return null
  const cells: CopyCell[] = []
  for (let left = count; left > 0; left--) {
    const start = reader.at
    const length = reader.int32()
    const value = length < 0 ? null : reader.bytes(length)
    cells.push({ start, end: reader.at, value })
  }
  reader.done()
  return cells
}
