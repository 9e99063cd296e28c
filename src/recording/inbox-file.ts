// One file of an inbox as it is written: a line that names its format, then frames, only ever appended. Promise: a frame is
// durable when `append` returns; one that could not be written leaves none of its bytes.
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs'
import { DurableFile, writeAll } from './durable-file.ts'
import { FIRST_FRAME, FIRST_LINE, type FrameBuilder, NO_FRAME } from './frame.ts'
import { filePath, syncFolder } from './inbox-folder.ts'
import { type Edge, writeEdge } from './merkle.ts'

/**
 * Written ahead of the frames, at once: a write to where the file has bytes already changes nothing but these, and is durable
 * sooner than one that makes the file longer. Frames that are large do not need it.
 */
const AHEAD = { direct: { bytes: 1 << 20, large: 128 << 10 }, cached: { bytes: 128 << 10, large: 32 << 10 } }

export class InboxFile {
  readonly #file: DurableFile
  readonly number: number
  #end: number
  #crc: number
  /** Up to here the file has bytes. */
  #room: number
  /** Where the disk had no room for so much, it is asked again from here on. */
  #askFrom = 0

  constructor(folder: string, number: number, end: number, crc: number) {
    this.#file = new DurableFile(filePath(folder, number), end)
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
    const ahead = this.#file.direct ? AHEAD.direct : AHEAD.cached
    try {
      if (this.#end + bytes.length > this.#room && bytes.length < ahead.large && this.#end >= this.#askFrom)
        this.#reach(ahead.bytes)
      this.#room = Math.max(this.#room, this.#file.write(bytes, this.#end))
    } catch (error) {
      this.#file.cut(this.#end)
      this.#room = this.#end
      throw error
    }
    this.#end += bytes.length
    this.#crc = crc
    return this.#end - bytes.length
  }

  /** Where the disk, or a limit on files, has no room for it, a frame may still fit. */
  #reach(bytes: number): void {
    try {
      this.#room = this.#file.reach(this.#room, bytes)
    } catch (error) {
      if (!isFull(error) && (error as { code?: string }).code !== 'EFBIG') throw error
      this.#askFrom = this.#end + bytes
      this.#file.cut(this.#room)
    }
  }

  /** Takes away what is behind the last whole frame: room, or what a write that was cut short has left. */
  cutTail(): void {
    this.#file.cut(this.#end)
    this.#file.sync()
    this.#room = this.#end
  }

  close(): void {
    try {
      if (this.#room > this.#end) this.cutTail()
    } finally {
      this.#file.close()
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
  try {
    syncFolder(folder)
    return new InboxFile(folder, number, FIRST_FRAME + bytes.length, crc)
  } catch (error) {
    rmSync(path, { force: true })
    throw error
  }
}

/** Nothing but the room for it is missing, or a handle where too many are in use. */
export function isFull(error: unknown): boolean {
  const { code } = error as { code?: string }
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'EMFILE' || code === 'ENFILE'
}
