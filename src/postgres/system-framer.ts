// Frames of a database, read into rotating buffers. Promise: the reader sees every frame once and in order; bytes that were
// cut out are never written to again; a frame too large for a buffer passes in parts or is read whole, as the reader says.
import { limits } from '../gateway/limits.ts'
import { HEAD_BYTES, uint32, WireFault } from './frames.ts'

export interface SystemFrames {
  frame(type: number, buffer: Buffer, start: number, end: number): void
  /** Whether a frame of this size may pass unread but for its type, in parts. If so, it has begun. */
  streams(type: number, bytes: number): boolean
  /** A frame that passed in parts has come to its end. */
  streamed(type: number): void
  /** The buffer is full: what of it is not cut out yet must be now. */
  full(): void
}

const SLAB_BYTES = limits.chunkBytes
/** A read is never offered less room than this. */
const LEAST_ROOM = 32 << 10
/** Frames from this size on are asked about. */
const LARGE = SLAB_BYTES / 2

export class SystemFramer {
  readonly #frames: SystemFrames
  #slab = Buffer.allocUnsafeSlow(SLAB_BYTES)
  /** Of what was not cut out yet; of the next frame; of what was not read yet. */
  #begin = 0
  #at = 0
  #end = 0
  #passing = 0
  #passingType = 0
  /** Size of the frame at `#at`, where it is known. */
  #need = 0

  constructor(frames: SystemFrames) {
    this.#frames = frames
  }

  /** Where the next bytes go: say then how many with `filled`. */
  space(): Buffer {
    if (this.#slab.length - this.#end < LEAST_ROOM) this.#turnOver()
    return this.#end === 0 ? this.#slab : this.#slab.subarray(this.#end)
  }

  /** For sockets that bring buffers of their own. */
  push(piece: Buffer): void {
    for (let from = 0; from < piece.length; ) {
      const space = this.space()
      const count = piece.copy(space, 0, from)
      from += count
      this.filled(count)
    }
  }

  /** Throws WireFault, after which it must not be used again. */
  filled(bytes: number): void {
    this.took(bytes)
    this.walk()
  }

  /** So many more have come, to be walked later. */
  took(bytes: number): void {
    this.#end += bytes
  }

  /** Throws WireFault, after which it must not be used again. */
  walk(): void {
    for (;;) {
      if (this.#passing > 0) {
        const count = Math.min(this.#passing, this.#end - this.#at)
        this.#at += count
        this.#passing -= count
        if (this.#passing > 0) return
        this.#frames.streamed(this.#passingType)
        continue
      }
      if (this.#end - this.#at < HEAD_BYTES) return
      const type = this.#slab[this.#at] as number
      const length = uint32(this.#slab, this.#at + 1)
      if (length < 4) throw new WireFault('upstream', 'The system sent a message of an impossible length.')
      const total = length + 1
      if (this.#end - this.#at >= total) {
        const start = this.#at
        this.#at += total
        this.#need = 0
        this.#frames.frame(type, this.#slab, start, this.#at)
        continue
      }
      if (this.#need !== total && total >= LARGE && this.#frames.streams(type, total)) {
        this.#passing = total
        this.#passingType = type
        continue
      }
      if (total > limits.wholeAnswerBytes) {
        throw new WireFault('upstream', 'The system sent a message that is too large to be masked.')
      }
      this.#need = total
      return
    }
  }

  /** Everything not cut out yet, up to an offset in the buffer last handed on; empty where there is nothing. */
  cut(upTo: number): Buffer {
    const bytes = this.#slab.subarray(this.#begin, upTo)
    this.#begin = upTo
    return bytes
  }

  /** As far as frames were handed on, or a frame is passing. */
  get read(): number {
    return this.#at
  }

  get uncut(): number {
    return this.#at - this.#begin
  }

  /** Whether a frame is passing in parts. */
  get passing(): boolean {
    return this.#passing > 0
  }

  #turnOver(): void {
    if (this.#at > this.#begin) this.#frames.full()
    const tail = this.#slab.subarray(this.#at, this.#end)
    const next = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, Math.max(this.#need, tail.length) + LEAST_ROOM))
    tail.copy(next)
    this.#slab = next
    this.#begin = 0
    this.#at = 0
    this.#end = tail.length
  }
}
