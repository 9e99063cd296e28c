// The gateway's own words. Promise: an Authored holds codes, ids, numbers and sentences written in this product, and no
// byte of either side; it is made only here.

let author: (bytes: Uint8Array) => Authored

export class Authored {
  readonly #own = true
  readonly bytes: Uint8Array
  private constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }
  static {
    author = bytes => new Authored(bytes)
  }
  static is(value: unknown): value is Authored {
    return typeof value === 'object' && value !== null && #own in value
  }
}

/** Words of the gateway's own as text: refusals, keep-alives, hold notices, framing. */
export function authored(words: string): Authored {
  return author(Buffer.from(words))
}

/** As authored, for wire formats that are not text. */
export function authoredBytes(bytes: Uint8Array): Authored {
  return author(bytes)
}
