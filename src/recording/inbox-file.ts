// One file of an inbox as it is written: a line that names its format, then frames, only ever appended. Promise: a frame is
// durable when `append` returns; one that could not be written leaves none of its bytes.
import {
  closeSync,
  constants,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { FIRST_FRAME, FIRST_LINE, type FrameBuilder, NO_FRAME } from './frame.ts'
import { filePath, syncFolder } from './inbox-folder.ts'
import { type Edge, writeEdge } from './merkle.ts'

/** Durable with the write itself where the system has it: half the calls. */
const DURABLE: number | undefined = constants.O_DSYNC

/**
 * Written ahead of the frames, at once: a write to where the file has bytes already changes nothing but these, and is durable
 * in two thirds of the time of one that makes the file longer (bench/results). Frames that are large do not need it.
 */
const AHEAD = Buffer.alloc(128 << 10)
const LARGE_BYTES = AHEAD.length / 4

export class InboxFile {
  readonly #handle: number
  readonly number: number
  #end: number
  #crc: number
  /** Up to here the file has bytes. */
  #room: number

  constructor(folder: string, number: number, end: number, crc: number) {
    this.#handle = openSync(filePath(folder, number), constants.O_RDWR | (DURABLE ?? 0))
    this.number = number
    this.#end = end
    this.#crc = crc
    this.#room = end
  }

  /** Length of what is durable. */
  get end(): number {
    return this.#end
  }

  /** Where the frame begins. Throws the system's error; then nothing was added, or the file cannot be written any more. */
  append(frame: FrameBuilder): number {
    const { bytes, crc } = frame.close(this.#crc)
    try {
      if (this.#end + bytes.length > this.#room && bytes.length < LARGE_BYTES) this.#reach()
      writeAll(this.#handle, bytes, this.#end)
      if (DURABLE === undefined) fdatasyncSync(this.#handle)
    } catch (error) {
      ftruncateSync(this.#handle, this.#end)
      this.#room = this.#end
      throw error
    }
    this.#end += bytes.length
    this.#room = Math.max(this.#room, this.#end)
    this.#crc = crc
    return this.#end - bytes.length
  }

  /** Where the disk has no room for it, a frame may still fit. */
  #reach(): void {
    try {
      writeAll(this.#handle, AHEAD, this.#room)
      this.#room += AHEAD.length
    } catch (error) {
      if (!isFull(error)) throw error
      ftruncateSync(this.#handle, this.#room)
    }
  }

  /** Takes away what is behind the last whole frame: room, or what a write that was cut short has left. */
  cutTail(): void {
    ftruncateSync(this.#handle, this.#end)
    fsyncSync(this.#handle)
    this.#room = this.#end
  }

  close(): void {
    try {
      if (this.#room > this.#end) this.cutTail()
    } finally {
      closeSync(this.#handle)
    }
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

/** Nothing but the room for it is missing. */
export function isFull(error: unknown): boolean {
  const { code } = error as { code?: string }
  return code === 'ENOSPC' || code === 'EDQUOT'
}

function writeAll(handle: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(handle, bytes, done, bytes.length - done, at + done)
}
