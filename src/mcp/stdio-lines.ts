// Lines out of a byte stream. Promise: split nowhere but at a line feed, wherever the chunks were cut, and never more than
// one line of `limitBytes` is held, in memory of that order however small the chunks are.
import { HeldBytes } from './held-bytes.ts'

const LF = 0x0a
const CR = 0x0d
const NOTHING = Buffer.alloc(0)

export class LineTooLong extends Error {}

export class LineReader {
  readonly #limitBytes: number
  readonly #rest = new HeldBytes()

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  /** Whole lines without their end, empty ones left out. Throws LineTooLong; nothing can be read after that. */
  *push(chunk: Buffer): Generator<Buffer> {
    let from = 0
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, from)) {
      const line = this.#whole(chunk.subarray(from, at))
      if (line.length > 0) yield line
      from = at + 1
    }
    this.#keep(chunk.subarray(from))
  }

  /** What came after the last line end. */
  rest(): Buffer {
    return this.#whole(NOTHING)
  }

  #keep(part: Buffer): void {
    if (this.#rest.length + part.length > this.#limitBytes) throw new LineTooLong()
    this.#rest.append(part)
  }

  #whole(end: Buffer): Buffer {
    this.#keep(end)
    const line = this.#rest.take()
    return line.at(-1) === CR ? line.subarray(0, -1) : line
  }
}
