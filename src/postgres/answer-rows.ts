// Rows and words of an answer, walked for their two readers. Promise: what goes to the caller is rebuilt only where a cell
// changed; a frame that has no rule for being shown is not shown; the transcript is bounded and says what it leaves out.
import { createHash } from 'node:crypto'
import type { Cell, RowMasker, RowWalk } from '../gateway/seam.ts'
import { copyCell, copyCells } from './copy-rows.ts'
import { back, FrameReader, HEAD_BYTES, int16, int32, uint32, WireFault } from './frames.ts'
import type { CopyOut, Field } from './reading.ts'
import type { HoldsNothing } from './violations.ts'
import { releasedWords, wordsOf } from './words.ts'

export interface AnswerPart {
  /** Whole frames, or parts of one that passes unread: `from` is where the first whole one begins. */
  readonly raw: Buffer
  readonly from: number
  readonly touched: readonly number[]
  /** Columns whose cells are shown before the others of their row. */
  readonly first?: readonly number[] | undefined
  readonly stays?: RowMasker['stays']
  /** Whether words of the system pass as they are. */
  readonly clean: boolean
  /** Of columns that an error about a constraint quotes. */
  readonly holdsNothing: HoldsNothing
  readonly fields: readonly Field[] | null
  /** Of rows that are copied out. */
  readonly copy: { readonly plan: CopyOut; readonly first: boolean } | null
  /** Tells the caller what was hidden from it, before the end of a result; null where nobody is told. */
  readonly notice: {
    readonly tell: (hidden: ReadonlyMap<string, number>) => Uint8Array | null
    readonly keep: (hidden: ReadonlyMap<string, number>) => void
  } | null
  /** Rows the transcript may still show. */
  readonly room: number
}

/** Of words that come without rows. */
export const ALONE: Omit<AnswerPart, 'raw' | 'clean'> = {
  from: 0,
  touched: [],
  holdsNothing: () => false,
  fields: null,
  copy: null,
  notice: null,
  room: 0,
}

/** One chunk as the masker asks for it. */
export function walkOf(part: AnswerPart): RowWalk {
  return { release: (cell, hidden) => release(part, cell, hidden), tell: cell => tell(part, cell) }
}

function release(part: AnswerPart, cell: Cell, hidden: () => ReadonlyMap<string, number>): Uint8Array {
  const { raw, from, touched, clean, copy, notice } = part
  if (touched.length === 0 && clean && notice === null) return raw
  const out = new Rebuilt(raw)
  let first = copy?.first ?? false
  for (let at = from; raw.length - at >= HEAD_BYTES; ) {
    const type = raw[at] as number
    const end = at + 1 + uint32(raw, at + 1)
    if (end > raw.length) break
    if (type === back.row) {
      if (part.first !== undefined && part.first.length > 0) show(raw, at, end, part.first, cell)
      if (touched.length > 0) releaseRow(out, at, end, part, cell)
    } else if (type === back.copyData && copy !== null && touched.length > 0) {
      releaseCopied(out, at, end, { ...copy, first }, touched, cell)
      first = false
    } else if (type === back.complete && notice !== null) {
      const told = notice.tell(hidden())
      if (told !== null) out.replace(at, at, told)
    } else if (!clean && hasWords(type)) {
      const words = releasedWords(type, raw, at, end, part.holdsNothing)
      if (words !== null) out.replace(at, end, words)
    }
    at = end
  }
  notice?.keep(hidden())
  return out.bytes()
}

function releaseCopied(
  out: Rebuilt,
  start: number,
  end: number,
  { plan, first }: NonNullable<AnswerPart['copy']>,
  touched: readonly number[],
  cell: Cell,
): void {
  const from = start + HEAD_BYTES
  const cells = copyCells(out.raw.subarray(from, end), first, plan)
  let head = -1
  for (const [column, { start, end, value }] of cells?.entries() ?? []) {
    if (!touched.includes(column)) continue
    const changed = cell(column, value)
    if (changed === value) continue
    if (head < 0) head = out.upTo(from - HEAD_BYTES)
    out.replace(from + start, from + end, copyCell(changed, plan))
  }
  if (head >= 0) out.sizeRow(head, end)
}

function hasWords(type: number): boolean {
  return type === back.error || type === back.notice || type === back.parameterStatus || type === back.notification
}

/** Cells that decide what becomes of others of their row. */
function show(raw: Buffer, start: number, end: number, first: readonly number[], cell: Cell): void {
  const columns = int16(raw, start + HEAD_BYTES)
  let at = start + HEAD_BYTES + 2
  for (let column = 0; column < columns; column++) {
    if (at + 4 > end) throw cutShort()
    const after = at + 4 + Math.max(int32(raw, at), 0)
    if (after > end) throw cutShort()
    if (after > at + 4 && first.includes(column)) cell(column, raw.subarray(at + 4, after))
    at = after
  }
}

function releaseRow(out: Rebuilt, start: number, end: number, { touched, stays }: AnswerPart, cell: Cell): void {
  const { raw } = out
  const columns = int16(raw, start + HEAD_BYTES)
  let next = 0
  let head = -1
  let at = start + HEAD_BYTES + 2
  for (let column = 0; column < columns && next < touched.length; column++) {
    if (at + 4 > end) throw cutShort()
    const length = int32(raw, at)
    const after = at + 4 + Math.max(length, 0)
    if (after > end) throw cutShort()
    if (column === touched[next]) {
      next++
      if (length >= 0 && stays?.(column, raw, at + 4, after)) {
        at = after
        continue
      }
      // Whether a computed value is NULL may tell what it was computed from.
      const value = length < 0 ? null : raw.subarray(at + 4, after)
      const changed = cell(column, value)
      if (changed !== value) {
        if (head < 0) head = out.upTo(start)
        out.replaceCell(at, after, changed)
      }
    }
    at = after
  }
  if (head >= 0) out.sizeRow(head, end)
}

function cutShort(): WireFault {
  return new WireFault('upstream', 'The system sent a row that ends too early.')
}

/** The released form of a chunk: nothing is copied until something changes, and then all of it once. */
class Rebuilt {
  readonly raw: Buffer
  #out: Buffer | null = null
  #at = 0
  /** Of `raw`, what is in the new form already. */
  #kept = 0

  constructor(raw: Buffer) {
    this.raw = raw
  }

  /** Where a frame that begins here is in the new form. */
  upTo(offset: number): number {
    this.#room(offset - this.#kept)
    this.#at += this.raw.copy(this.#out as Buffer, this.#at, this.#kept, offset)
    this.#kept = offset
    return this.#at
  }

  replace(start: number, end: number, bytes: Uint8Array): void {
    this.upTo(start)
    this.#room(bytes.length)
    ;(this.#out as Buffer).set(bytes, this.#at)
    this.#at += bytes.length
    this.#kept = end
  }

  /** With its size before it; null for NULL. */
  replaceCell(start: number, end: number, value: Uint8Array | null): void {
    this.upTo(start)
    this.#room(4)
    this.#at = (this.#out as Buffer).writeInt32BE(value === null ? -1 : value.length, this.#at)
    if (value !== null) this.replace(start, end, value)
    this.#kept = end
  }

  /** The frame at `head` of the new form ends where one of `raw` does. */
  sizeRow(head: number, end: number): void {
    this.upTo(end)
    ;(this.#out as Buffer).writeUInt32BE(this.#at - head - 1, head + 1)
  }

  bytes(): Uint8Array {
    if (this.#out === null) return this.raw
    this.upTo(this.raw.length)
    return this.#out.subarray(0, this.#at)
  }

  #room(bytes: number): void {
    if (this.#out === null) this.#out = Buffer.allocUnsafe(this.raw.length + SLACK_BYTES)
    if (this.#at + bytes <= this.#out.length) return
    const larger = Buffer.allocUnsafe((this.#at + bytes) * 2)
    this.#out.copy(larger, 0, 0, this.#at)
    this.#out = larger
  }
}

const SLACK_BYTES = 4 << 10

// ---- the transcript ----

function tell({ raw, from, fields, room, copy }: AnswerPart, cell: Cell): Uint8Array {
  let first = copy?.first ?? false
  let told = ''
  let rows = 0
  let at = from
  while (raw.length - at >= HEAD_BYTES) {
    const type = raw[at] as number
    const end = at + 1 + uint32(raw, at + 1)
    if (end > raw.length) break
    if (type === back.row || type === back.copyData) {
      if (rows++ < room) {
        if (type === back.row) told += rowText(raw, at, end, fields, cell)
        else told += copy === null ? copyText(raw, at, end) : copiedText(raw, at, end, { ...copy, first }, cell)
      }
      first = false
    } else if (type === back.complete) told += `${raw.toString('utf8', at + HEAD_BYTES, end - 1)}\n`
    else if (type === back.rowDescription && rows < room) told += headText(raw, at, end)
    else if (type === back.error || type === back.notice || type === back.parameterStatus) {
      told += `${wordsOf(type, raw, at, end)}\n`
    } else if (type === back.notification) told += 'notification\n'
    at = end
  }
  if (rows > room || from > 0 || at < raw.length) {
    const digest = createHash('sha256').update(raw).digest('hex')
    told += `(${Math.max(0, rows - room)} rows more; ${raw.length} bytes with SHA-256 ${digest})\n`
  }
  return Buffer.from(told)
}

function rowText(raw: Buffer, start: number, end: number, fields: readonly Field[] | null, cell: Cell): string {
  const columns = int16(raw, start + HEAD_BYTES)
  let told = ''
  let at = start + HEAD_BYTES + 2
  for (let column = 0; column < columns && at + 4 <= end; column++) {
    const length = int32(raw, at)
    at += 4
    if (column > 0) told += '\t'
    const value = length < 0 ? null : raw.subarray(at, at + length)
    const shown = cell(column, value)
    if (shown === null) told += 'NULL'
    else if (value === null || shown !== value) told += Buffer.from(shown).toString()
    else told += valueText(value, fields?.[column])
    at += Math.max(length, 0)
  }
  return `${told}\n`
}

const INT8 = 20
const INT2 = 21
const INT4 = 23

/** Binary values of types that are not searched for labels are not shown. */
function valueText(value: Buffer, field: Field | undefined): string {
  if (field?.format !== 'binary') return value.toString()
  if (field.type === INT4 && value.length === 4) return String(value.readInt32BE())
  if (field.type === INT8 && value.length === 8) return String(value.readBigInt64BE())
  if (field.type === INT2 && value.length === 2) return String(value.readInt16BE())
  if (TEXTUAL.has(field.type)) return value.toString()
  return `(${value.length} bytes)`
}

const TEXTUAL = new Set([25, 1043, 1042, 19, 114])

function copiedText(
  raw: Buffer,
  start: number,
  end: number,
  { plan, first }: NonNullable<AnswerPart['copy']>,
  cell: Cell,
): string {
  const row = raw.subarray(start + HEAD_BYTES, end)
  const cells = copyCells(row, first, plan)
  if (cells === null) return plan.format === 'binary' ? '' : row.toString()
  const shown = cells.map(({ value }, column) => {
    const seen = cell(column, value)
    if (seen === null) return 'NULL'
    if (seen !== value || plan.format !== 'binary') return Buffer.from(seen).toString()
    return `(${seen.length} bytes)`
  })
  return `${shown.join('\t')}\n`
}

function copyText(raw: Buffer, start: number, end: number): string {
  const value = raw.subarray(start + HEAD_BYTES, end)
  return value.includes(0) ? `(${value.length} bytes)\n` : value.toString()
}

function headText(raw: Buffer, start: number, end: number): string {
  const reader = new FrameReader(raw, start, end)
  const count = reader.int16()
  let told = ''
  for (let column = 0; column < count; column++) {
    told += column === 0 ? reader.name('utf8') : `\t${reader.name('utf8')}`
    reader.bytes(FIELD_BYTES)
  }
  return `${told}\n`
}

/** Of a column's description, after its name. */
const FIELD_BYTES = 18

export function fieldsOf(raw: Buffer, start: number, end: number): Field[] {
  const reader = new FrameReader(raw, start, end)
  const fields: Field[] = []
  for (let count = reader.int16(); count > 0; count--) {
    const name = reader.name('utf8')
    const table = reader.int32() >>> 0
    const attribute = reader.int16()
    const type = reader.int32() >>> 0
    reader.bytes(6)
    fields.push({ name, table, attribute, type, format: reader.int16() === 0 ? 'text' : 'binary' })
  }
  reader.done()
  return fields
}
