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
  angle: 4096,
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
mark('>', Feature.angle)
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

/** Digits of a text: how many, and how many at most with no letter between them. */
export interface Digits {
  readonly all: number
  readonly together: number
}

/** The fewest digits that a shape may have, but for addresses of mail and of the web. */
const fewest: readonly (readonly [shape: number, of: keyof Digits, digits: number])[] = [
  [Shape.ssn, 'together', 9],
  [Shape.phone, 'together', 7],
  [Shape.fax, 'together', 7],
  [Shape.card, 'together', 12],
  [Shape.zip, 'all', 2],
  [Shape.ip, 'together', 4],
  [Shape.mrn, 'all', 2],
  [Shape.plan, 'all', 2],
  [Shape.account, 'all', 2],
  [Shape.license, 'all', 2],
  [Shape.vehicle, 'all', 2],
  [Shape.device, 'all', 2],
  [Shape.other, 'all', 2],
  [Shape.date, 'all', 1],
  [Shape.address, 'all', 1],
]

/** With fewer digits of both kinds than these, none of the shapes of `active` is made of digits. */
export function fewestDigits(active: number): Digits {
  const least = (kind: keyof Digits) =>
    fewest.reduce(
      (least, [shape, of, digits]) => (of === kind && (active & (1 << shape)) !== 0 ? Math.min(least, digits) : least),
      Number.POSITIVE_INFINITY,
    )
  return { all: least('all'), together: least('together') }
}

/** Whether the UTF-8 in bytes[start, end) has any of `wanted`, or as many digits as `fewest`. */
export function mayHold(bytes: Uint8Array, start: number, end: number, wanted: number, fewest: Digits): boolean {
  let seen = 0
  let all = 0
  let together = 0
  let most = 0
  for (let at = start; at < end; at++) {
    const feature = table[bytes[at] as number] as number
    seen |= feature
    if (feature === Feature.digit) {
      all++
      if (++together > most) most = together
    } else if (feature === Feature.letter) together = 0
  }
  return (seen & wanted) !== 0 || all >= fewest.all || most >= fewest.together
}

/** Without any of these none of the shapes of `active` can be there. */
export function featuresOf(active: number): number {
  if (active === 0) return 0
  const has = (shape: number): boolean => (active & (1 << shape)) !== 0
  const at = has(Shape.email) ? Feature.at : 0
  const url = has(Shape.url) ? Feature.colon | Feature.dot : 0
  const ip = has(Shape.ip) ? Feature.colon : 0
  const labels = has(Shape.name) || has(Shape.address) ? Feature.colon | Feature.equals : 0
  // Where a field or an element tells what it holds, that may be anything.
  return Feature.digit | Feature.escape | Feature.high | Feature.pipe | Feature.angle | at | url | ip | labels
}
