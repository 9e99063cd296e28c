// What stands in for a whole cell. Promise: a value that the type's own reader takes, in the format asked for, and the same
// for every value; where a type has no room for words it is NULL, because any number or date would pass for data.
import { marker } from './transforms.ts'

/** Plain characters in both formats: text, varchar, bpchar, name, unknown. */
export const TEXTUAL: ReadonlySet<number> = new Set([25, 1043, 1042, 19, 705])

/** Arrays of types that have a stand-in, with their elements. */
const ARRAYS: ReadonlyMap<number, number> = new Map([
  [1009, 25],
  [1015, 1043],
  [1014, 1042],
  [1003, 19],
  [199, 114],
  [3807, 3802],
  [143, 142],
  [1001, 17],
])

type Format = 'text' | 'binary'

export function standIn(type: number, format: Format, label: string): Uint8Array | null {
  const words = marker(label)
  const element = ARRAYS.get(type)
  if (element !== undefined) return arrayOf(element, format, label)
  if (TEXTUAL.has(type)) return Buffer.from(words)
  switch (type) {
    case 114: // json
      return Buffer.from(JSON.stringify(words))
    case 3802: // jsonb, whose binary form begins with its version
      return Buffer.from(`${format === 'binary' ? '\u0001' : ''}${JSON.stringify(words)}`)
    case 142: // xml
      return Buffer.from(`<hidden>${words.replace(/[&<>]/g, c => `&#${c.charCodeAt(0)};`)}</hidden>`)
    case 17: // bytea
      return format === 'binary' ? Buffer.from(words) : Buffer.from(`\\x${Buffer.from(words).toString('hex')}`)
    default:
      return null
  }
}

/** One element: how many there were is told by none. */
function arrayOf(element: number, format: Format, label: string): Uint8Array | null {
  const inside = standIn(element, format, label)
  if (inside === null) return null
  if (format === 'text') return Buffer.from(`{"${Buffer.from(inside).toString().replace(/["\\]/g, '\\$&')}"}`)
  const head = Buffer.alloc(24)
  head.writeInt32BE(1, 0) // dimensions
  head.writeInt32BE(element, 8)
  head.writeInt32BE(1, 12) // length of the dimension
  head.writeInt32BE(1, 16) // its lower bound
  head.writeInt32BE(inside.length, 20)
  return Buffer.concat([head, inside])
}
