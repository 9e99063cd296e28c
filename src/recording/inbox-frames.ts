// One file of an inbox as it is read, also while it is written. Promise: frames in order up to the last whole one; a write
// that was cut short, or is under way, is told from bytes that were changed; an unknown format is refused.
import { closeSync, openSync, readSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { FIRST_FRAME, FORMAT, FRAME_HEAD_BYTES, type FrameHead, NO_FRAME, readFrameHead } from './frame.ts'

const NAMED = /^sallyport inbox ([0-9]{1,9})\n/

/** A handle for reading, to be closed. Throws Error with one sentence where the file is of another kind or format. */
export function openForReading(path: string): number {
  const handle = openSync(path, 'r')
  const start = Buffer.alloc(32)
  const named = NAMED.exec(start.toString('latin1', 0, readSync(handle, start, 0, start.length, 0)))
  if (named && Number(named[1]) === FORMAT) return handle
  closeSync(handle)
  if (!named) throw new Error(`The file ${path} is not an inbox of this product.`)
  throw new Error(`The inbox ${path} has format ${named[1]}, and this version reads format ${FORMAT} only.`)
}

export interface Frame {
  readonly offset: number
  readonly end: number
  readonly crc: number
  /** False where the body, or its place behind the frame before it, is not what the frame says. */
  readonly whole: boolean
  /** Until the next frame is read. */
  readonly body: Buffer
}

/** Why there is no next frame. torn: a write was cut short, or is under way. broken: no frame begins there. */
export type Tail = 'end' | 'torn' | 'broken'

/** Frames of a file in order, also while it is written. Behind the last one there may be zeros: room for more. */
export class FrameReader {
  readonly #handle: number
  #window = Buffer.allocUnsafe(WINDOW_BYTES)
  #windowAt = 0
  #windowEnd = 0
  #at: number
  #crc: number | null
  #torn = false

  /** `before` is the CRC of the frame before; null where it is not known. */
  constructor(handle: number, at: number = FIRST_FRAME, before: number | null = NO_FRAME) {
    this.#handle = handle
    this.#at = at
    this.#crc = before
  }

  /** Where the next frame begins, or would. */
  get at(): number {
    return this.#at
  }

  /** What there is in place of a next frame. */
  get tail(): Tail {
    if (this.#torn) return 'torn'
    this.#windowEnd = this.#windowAt
    const last = this.#lastByte(this.#at)
    if (last < this.#at) return 'end'
    this.#windowEnd = this.#windowAt
    // One may have come since.
    if (readFrameHead(this.#read(this.#at, FRAME_HEAD_BYTES)) !== null) return 'end'
    if (last < this.#at + FRAME_HEAD_BYTES - 1) return 'torn'
    return this.#lacksSector(this.#at, FRAME_HEAD_BYTES) && !this.#frameIn(this.#at + 1, last) ? 'torn' : 'broken'
  }

  next(): Frame | null {
    const offset = this.#at
    const start = this.#read(offset, FRAME_HEAD_BYTES)
    const head = readFrameHead(start)
    if (head === null) return null
    let body = this.#body(offset, head)
    let fits = isBodyOf(body, head)
    if (!fits) {
      // It may have been read while it was written.
      this.#windowEnd = this.#windowAt
      body = this.#body(offset, head)
      fits = isBodyOf(body, head)
    }
    if (!fits) {
      this.#torn = this.#isCut(offset, head)
      if (this.#torn) return null
      // What follows it was written after it: by now it is there, if it was only under way.
      this.#windowEnd = this.#windowAt
      body = this.#body(offset, head)
      fits = isBodyOf(body, head)
    }
    const whole = fits && (this.#crc === null || this.#crc === head.before)
    this.#at = offset + FRAME_HEAD_BYTES + head.bytes
    this.#crc = head.crc
    return { offset, end: this.#at, crc: head.crc, whole, body }
  }

  /** Shorter where the file ends before. */
  #body(offset: number, { bytes }: FrameHead): Buffer {
    return this.#read(offset + FRAME_HEAD_BYTES, bytes)
  }

  /**
   * A write that was cut short leaves the file too short, or zeros where it had not come to: at the frame's end, which
   * never is a zero, or in a whole sector; and nothing was written behind it.
   */
  #isCut(offset: number, { bytes }: FrameHead): boolean {
    const end = offset + FRAME_HEAD_BYTES + bytes
    const last = this.#read(end - 1, 1)
    if (last.length === 0) return true
    const lacks = last[0] === 0 || this.#lacksSector(offset, FRAME_HEAD_BYTES + bytes)
    return lacks && this.#lastByte(end) < end
  }

  /** Whether one of the disk's sectors holds nothing where these bytes should be. */
  #lacksSector(at: number, bytes: number): boolean {
    for (let from = at; from < at + bytes; ) {
      const to = Math.min(at + bytes, (Math.floor(from / SECTOR_BYTES) + 1) * SECTOR_BYTES)
      if (this.#read(from, to - from).every(byte => byte === 0)) return true
      from = to
    }
    return false
  }

  /** Where the last byte that is not zero stands from here on; less than `from` where there is none. */
  #lastByte(from: number): number {
    let last = from - 1
    for (let at = from; ; at += WINDOW_BYTES) {
      const bytes = this.#read(at, WINDOW_BYTES)
      const found = bytes.findLastIndex(byte => byte !== 0)
      if (found >= 0) last = at + found
      if (bytes.length < WINDOW_BYTES) return last
    }
  }

  #frameIn(from: number, to: number): boolean {
    for (let at = from; at <= to; at++) {
      const head = readFrameHead(this.#read(at, FRAME_HEAD_BYTES))
      if (head !== null && at + FRAME_HEAD_BYTES + head.bytes <= to + 1) return true
    }
    return false
  }

  /** Fewer bytes where the file ends before. */
  #read(at: number, bytes: number): Buffer {
    if (at < this.#windowAt || at + bytes > this.#windowEnd) {
      if (bytes > this.#window.length) this.#window = Buffer.allocUnsafe(bytes)
      this.#windowAt = at
      this.#windowEnd = at
      for (let got = -1; got !== 0 && this.#windowEnd - at < this.#window.length; this.#windowEnd += got) {
        const filled = this.#windowEnd - at
        got = readSync(this.#handle, this.#window, filled, this.#window.length - filled, this.#windowEnd)
      }
    }
    const from = at - this.#windowAt
    return this.#window.subarray(from, Math.min(from + bytes, this.#windowEnd - this.#windowAt))
  }
}

const WINDOW_BYTES = 256 << 10
const SECTOR_BYTES = 512

function isBodyOf(body: Buffer, { bytes, crc }: FrameHead): boolean {
  return body.length === bytes && crc32(body) === crc
}
