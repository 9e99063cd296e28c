// Lines out of a byte stream. Promise: split nowhere but at a line feed, wherever the chunks were cut, and never more than
// one line of `limitBytes` is held, in memory of that order however small the chunks are.
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

/** Bytes that grow at the end. */
export class HeldBytes {
  #bytes = NOTHING
  length = 0

  append(part: Buffer): void {
    if (part.length === 0) return
    const needed = this.length + part.length
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2))
      this.#bytes.copy(larger, 0, 0, this.length)
      this.#bytes = larger
    }
    part.copy(this.#bytes, this.length)
    this.length = needed
  }

  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.length)
    this.#bytes = NOTHING
    this.length = 0
    return taken
  }
}
