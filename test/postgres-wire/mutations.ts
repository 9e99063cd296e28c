// Frames spoilt by a seed. Promise: the same seed spoils the same way.
import { uint32 } from '../../src/postgres/frames.ts'

export class Dice {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** From 0 up to, but not, `most`. */
  roll(most: number): number {
    // mulberry32
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % most
  }

  of<Item>(list: readonly Item[]): Item {
    return list[this.roll(list.length)] as Item
  }
}

const LENGTHS = [0, 1, 3, 4, 5, 8, 0x7f, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffb, 0xffffffff]
const TYPES = 'BCDEFHPQSXpdcfRKSvVtTnINAGHWZs123z\0\xff'

/** One to four changes to a list of whole frames. */
export function spoil(frames: readonly Buffer[], dice: Dice): Buffer {
  const spoilt: Buffer[] = frames.map(one => Buffer.from(one))
  for (let changes = 1 + dice.roll(4); changes > 0; changes--) {
    const at = dice.roll(spoilt.length)
    const one = spoilt[at] as Buffer
    switch (dice.roll(9)) {
      case 0:
        one[dice.roll(one.length)] = dice.roll(256)
        break
      case 1:
        one.writeUInt32BE(dice.of(LENGTHS), 1)
        break
      case 2:
        one.writeUInt32BE((uint32(one, 1) + 1 + dice.roll(8)) >>> 0, 1)
        break
      case 3:
        one[0] = TYPES.charCodeAt(dice.roll(TYPES.length))
        break
      case 4:
        spoilt.splice(at, 0, Buffer.from(one))
        break
      case 5:
        if (spoilt.length > 1) spoilt.splice(at, 1)
        break
      case 6:
        spoilt[at] = one.subarray(0, 5 + dice.roll(Math.max(1, one.length - 5)))
        break
      case 7:
        spoilt.splice(dice.roll(spoilt.length), 0, spoilt.splice(at, 1)[0] as Buffer)
        break
      default:
        // A frame that is whole and holds less than its type says.
        if (one.length > 6) {
          const shorter = Buffer.from(one.subarray(0, 6 + dice.roll(one.length - 6)))
          shorter.writeUInt32BE(shorter.length - 1, 1)
          spoilt[at] = shorter
        }
    }
  }
  return Buffer.concat(spoilt)
}
