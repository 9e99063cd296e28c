// What kinds of characters a text has. Promise: one cheap pass, by which most texts are known to hold nothing that a
// search could find, so that they are not searched.
import { Shape } from './shapes.ts'

export const Feature = {
  digit: 1,
  at: 2,
  colon: 4,
  open: 8,
  pipe: 16,
  delimiter: 32,
  newline: 64,
  escape: 128,
  high: 256,
  equals: 512,
  dot: 1024,
  letter: 2048,
} as const

const table = new Uint16Array(256)
const mark = (characters: string, bit: number): void => {
  for (const character of characters) table[character.charCodeAt(0)] = bit
}
mark('0123456789', Feature.digit)
mark('@', Feature.at)
mark(':', Feature.colon)
mark('{[', Feature.open)
mark('|', Feature.pipe)
mark(',\t;', Feature.delimiter)
mark('\n\r', Feature.newline)
mark('%\\&', Feature.escape)
// Control characters are not seen, and stand between what is.
for (let code = 0; code < 0x20; code++) table[code] ||= Feature.escape
mark('=', Feature.equals)
mark('.', Feature.dot)
mark('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ', Feature.letter)
table.fill(Feature.high, 128)

/** The features of text[from, to), or-ed together. */
export function features(text: string, from: number, to: number): number {
  let found = 0
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    found |= code < 256 ? (table[code] as number) : Feature.high
  }
  return found
}

/** As `features`, of bytes of UTF-8; and how many digits there are. */
export function featuresOfBytes(bytes: Uint8Array): { readonly seen: number; readonly digits: number } {
  let seen = 0
  let digits = 0
  for (let at = 0; at < bytes.length; at++) {
    const feature = table[bytes[at] as number] as number
    seen |= feature
    digits += feature & Feature.digit
  }
  return { seen, digits }
}

/** The fewest digits that a shape may have, but for addresses of mail and of the web. */
const fewest: readonly (readonly [shapes: readonly number[], digits: number])[] = [
  [[Shape.ssn], 9],
  [[Shape.phone, Shape.fax], 7],
  [[Shape.card], 12],
  [[Shape.zip], 5],
  [[Shape.ip], 4],
  [[Shape.mrn, Shape.plan, Shape.account, Shape.license, Shape.vehicle, Shape.device], 2],
  [[Shape.date], 1],
]

/** With fewer digits than this, none of the shapes of `active` is made of digits. */
export function fewestDigits(active: number): number {
  const has = ([shapes]: (typeof fewest)[number]) => shapes.some(shape => (active & (1 << shape)) !== 0)
  return Math.min(Number.POSITIVE_INFINITY, ...fewest.filter(has).map(([, digits]) => digits))
}

/** Without any of these none of the shapes of `active` can be there: every other shape has a digit in it. */
export function featuresOf(active: number): number {
  if (active === 0) return 0
  const has = (shape: number): boolean => (active & (1 << shape)) !== 0
  const at = has(Shape.email) ? Feature.at : 0
  const url = has(Shape.url) ? Feature.colon | Feature.dot : 0
  const ip = has(Shape.ip) ? Feature.colon : 0
  return Feature.digit | Feature.escape | Feature.high | at | url | ip
}
