// Frames of a caller out of whatever pieces the network makes of them. Promise: each frame is handed on whole, once, in
// order, and from the same bytes however they were split; length and type are judged before anything is kept.
import { limits } from '../gateway/limits.ts'
import { front, HEAD_BYTES, uint32, WireFault } from './frames.ts'

/** The bytes may be kept: they are not written to again. */
export type OnFrame = (type: number, buffer: Buffer, start: number, end: number) => void

const known = new Set<number>(Object.values(front))

export class CallerFramer {
  readonly #onFrame: OnFrame
  #pieces: Buffer[] = []
  #kept = 0
  #need = HEAD_BYTES

  constructor(onFrame: OnFrame) {
    this.#onFrame = onFrame
  }

  /** Throws WireFault, after which it must not be used again. */
  push(piece: Buffer): void {
    let buffer = piece
    if (this.#kept > 0) {
      this.#pieces.push(piece)
      this.#kept += piece.length
      if (this.#kept < this.#need) return
      buffer = Buffer.concat(this.#pieces, this.#kept)
      this.#pieces = []
      this.#kept = 0
    }
    let at = 0
    this.#need = HEAD_BYTES
    while (buffer.length - at >= HEAD_BYTES) {
      const type = buffer[at] as number
      const total = 1 + checkedLength(type, uint32(buffer, at + 1))
      if (buffer.length - at < total) {
        this.#need = total
        break
      }
      this.#onFrame(type, buffer, at, at + total)
      at += total
    }
    if (at === buffer.length) return
    this.#pieces.push(at === 0 ? buffer : buffer.subarray(at))
    this.#kept = buffer.length - at
  }
}

function checkedLength(type: number, length: number): number {
  if (!known.has(type)) throw new WireFault('unreadable', 'This type of message is not known.')
  if (length < 4) throw new WireFault('unreadable', 'This message has an impossible length.')
  const statement = type === front.query || type === front.parse
  if (length > (statement ? limits.statementBytes : limits.wireMessageBytes)) {
    throw new WireFault('too-large', 'This message is larger than the gateway accepts.')
  }
  return length
}
