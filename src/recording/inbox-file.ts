// One file of an inbox: a line that names its format, then frames, only ever appended. Promise: a frame is durable when
// `append` returns; one that could not be written leaves none of its bytes; an unknown format is refused.
import {
  closeSync,
  constants,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { crc32 } from 'node:zlib'
import { FRAME_HEAD_BYTES, type FrameBuilder, NO_FRAME, readFrameHead } from './frame.ts'
import { filePath, syncFolder } from './inbox-folder.ts'
import { type Edge, writeEdge } from './merkle.ts'

const FORMAT = 2
const FIRST_LINE = Buffer.from(`sallyport inbox ${FORMAT}\n`)
const NAMED = /^sallyport inbox ([0-9]{1,9})\n/
/** Where the first frame of a file begins. */
export const FIRST_FRAME = FIRST_LINE.length

/** Durable with the write itself where the system has it: half the calls. */
const DURABLE: number | undefined = constants.O_DSYNC

export class InboxFile {
  readonly #handle: number
  readonly number: number
  #end: number
  #crc: number

  constructor(folder: string, number: number, end: number, crc: number) {
    this.#handle = openSync(filePath(folder, number), constants.O_RDWR | (DURABLE ?? 0))
    this.number = number
    this.#end = end
    this.#crc = crc
  }

  /** Length of what is durable. */
  get end(): number {
    return this.#end
  }

  /** Where the frame begins. Throws the system's error; then nothing was added, or the file cannot be written any more. */
  append(frame: FrameBuilder): number {
    const { bytes, crc } = frame.close(this.#crc)
    try {
      writeAll(this.#handle, bytes, this.#end)
      if (DURABLE === undefined) fdatasyncSync(this.#handle)
    } catch (error) {
      ftruncateSync(this.#handle, this.#end)
      throw error
    }
    this.#end += bytes.length
    this.#crc = crc
    return this.#end - bytes.length
  }

  /** Takes away what a write that was cut short left behind the last whole frame. */
  cutTail(): void {
    ftruncateSync(this.#handle, this.#end)
    fsyncSync(this.#handle)
  }

  close(): void {
    closeSync(this.#handle)
  }
}

/** Made under another name, so that it is there whole or not at all. */
export function createFile(folder: string, log: string, number: number, edge: Edge, frame: FrameBuilder): InboxFile {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = filePath(folder, number)
  frame.begin()
  frame.record({ kind: 'head', log, number, first: edge.size, edge: writeEdge(edge).toString('hex') })
  const { bytes, crc } = frame.close(NO_FRAME)
  const draft = `${path}.new`
  rmSync(draft, { force: true })
  const handle = openSync(draft, 'wx', 0o600)
  try {
    writeAll(handle, FIRST_LINE, 0)
    writeAll(handle, bytes, FIRST_FRAME)
    fsyncSync(handle)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  } finally {
    closeSync(handle)
  }
  renameSync(draft, path)
  syncFolder(folder)
  return new InboxFile(folder, number, FIRST_FRAME + bytes.length, crc)
}

function writeAll(handle: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(handle, bytes, done, bytes.length - done, at + done)
}

// ---- reading ----

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

/** Frames of a file in order, also while it is written. */
export class FrameReader {
  readonly #handle: number
  #window = Buffer.allocUnsafe(WINDOW_BYTES)
  #windowAt = 0
  #windowEnd = 0
  #at: number
  #crc: number | null
  /** Why there is no next frame. torn: a write was cut short, or is under way. broken: no frame begins there. */
  tail: 'end' | 'torn' | 'broken' = 'end'

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

  next(): Frame | null {
    const offset = this.#at
    const start = this.#read(offset, FRAME_HEAD_BYTES)
    if (start.length < FRAME_HEAD_BYTES) return this.#ends(start.length === 0 ? 'end' : 'torn')
    const head = readFrameHead(start)
    if (head === null) return this.#ends('broken')
    const body = this.#read(offset + FRAME_HEAD_BYTES, head.bytes)
    if (body.length < head.bytes) return this.#ends('torn')
    const whole = crc32(body) === head.crc && (this.#crc === null || this.#crc === head.before)
    this.#at = offset + FRAME_HEAD_BYTES + head.bytes
    this.#crc = head.crc
    return { offset, end: this.#at, crc: head.crc, whole, body }
  }

  #ends(tail: 'end' | 'torn' | 'broken'): null {
    this.tail = tail
    return null
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
