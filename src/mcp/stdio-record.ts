// What a process says beside its messages, on its way to the record. Promise: whole lines, so that no identifier is cut in
// two before it is looked for; few pieces, and at most `limits.stderrBytes` for one process.
import { limits } from '../gateway/limits.ts'
import { HeldBytes } from './held-bytes.ts'

const LF = 0x0a
const PIECE_BYTES = 32 << 10
const PIECE_MS = 200
const END = Buffer.from('\n')

export class StdioRecord {
  readonly #take: (bytes: Uint8Array) => void
  /** The current line, until its end comes. */
  readonly #line = new HeldBytes()
  #piece: Buffer[] = []
  #pieceBytes = 0
  #left = limits.stderrBytes
  #timer: NodeJS.Timeout | null = null

  constructor(take: (bytes: Uint8Array) => void) {
    this.#take = take
  }

  write(chunk: Buffer): void {
    let from = 0
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, from)) {
      this.#keep(chunk.subarray(from, at))
      this.#endLine()
      from = at + 1
    }
    this.#keep(chunk.subarray(from))
  }

  /** A line of its own, such as one on standard output that is no message. */
  line(bytes: Uint8Array): void {
    this.#add(Buffer.from(bytes))
  }

  end(): void {
    this.#endLine()
    this.flush()
  }

  /** Hands over the lines that are whole, for a session that is about to end. */
  flush(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#piece.length === 0) return
    const piece = Buffer.concat(this.#piece)
    this.#piece = []
    this.#pieceBytes = 0
    this.#take(piece)
  }

  #keep(part: Buffer): void {
    // One byte more than there is room for marks the line as cut.
    const room = Math.min(limits.chunkBytes, this.#left) + 1 - this.#line.length
    this.#line.append(part.subarray(0, Math.max(0, room)))
  }

  #endLine(): void {
    const line = this.#line.take()
    if (line.length > 0) this.#add(line)
  }

  #add(line: Buffer): void {
    const room = Math.min(limits.chunkBytes, this.#left)
    // Cut back to a space: half an identifier has no shape by which it could be found.
    const whole = line.length <= room ? line : line.subarray(0, line.subarray(0, room).lastIndexOf(0x20) + 1)
    this.#left = line.length <= this.#left ? this.#left - whole.length : 0
    if (whole.length === 0) return
    this.#piece.push(whole, END)
    this.#pieceBytes += whole.length
    if (this.#pieceBytes >= PIECE_BYTES) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), PIECE_MS)
  }
}
