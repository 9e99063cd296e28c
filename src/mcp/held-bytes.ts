// Bytes that grow at the end. Promise: they take memory of the order of what they are, however small the parts they came in:
// a chunk of one byte costs Node a hundred.
const NOTHING = Buffer.alloc(0)

export class HeldBytes {
  #bytes: Buffer = NOTHING
  length = 0

  /** The first part is kept as it is, so that what came whole is not copied. */
  append(part: Buffer): void {
    if (part.length === 0) return
    const needed = this.length + part.length
    if (this.length === 0) this.#bytes = part
    else {
      if (needed > this.#bytes.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2))
        this.#bytes.copy(larger, 0, 0, this.length)
        this.#bytes = larger
      }
      part.copy(this.#bytes, this.length)
    }
    this.length = needed
  }

  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.length)
    this.#bytes = NOTHING
    this.length = 0
    return taken
  }
}
