// International bank account numbers. Promise: only what has the length of its country and a right check sum.
import { isDigit, isLetter } from './groups.ts'
import type { Lexer } from './lexer.ts'
import { Shape } from './shapes.ts'

/** Length by country, of the registry of ISO 13616. */
const LENGTHS: ReadonlyMap<string, number> = new Map(
  [
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24',
    'FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32',
    'LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24',
    'RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30',
  ].flatMap(line => line.split(' ').map(entry => [entry.slice(0, 2), Number(entry.slice(2))] as const)),
)

/** Takes the number whose country is at `at`, with or without blanks or dashes between; returns its end, or 0. */
export function ibanAt(lexer: Lexer, at: number): number {
  const { text, to } = lexer
  if (!isDigit(text.charCodeAt(at + 2)) || !isDigit(text.charCodeAt(at + 3)) || isWord(text.charCodeAt(at - 1)))
    return 0
  const size = LENGTHS.get(text.slice(at, at + 2).toUpperCase())
  if (size === undefined) return 0
  let rest = 0
  let head = 0
  let seen = 0
  let place = at
  for (; seen < size; place++) {
    const code = place < to ? text.charCodeAt(place) : 0
    if (isDigit(code)) {
      if (seen < 4) head = (head * 10 + code - 0x30) % 97
      else rest = (rest * 10 + code - 0x30) % 97
    } else if (isLetter(code)) {
      const value = (code & 0xdf) - 0x37
      if (seen < 4) head = (head * 100 + value) % 97
      else rest = (rest * 100 + value) % 97
    } else {
      const between = (code === 0x20 || code === 0x2d) && seen > 0 && isWord(text.charCodeAt(place + 1))
      if (!between) return 0
      continue
    }
    seen++
  }
  // Country and check digits are read after the rest: six digits, as two letters and two digits are.
  if (isWord(text.charCodeAt(place)) || (rest * 1_000_000 + head) % 97 !== 1) return 0
  lexer.add(Shape.account, at, place, false)
  lexer.used(place)
  return place
}

const isWord = (code: number): boolean => isDigit(code) || isLetter(code)
