// What a run of digit groups is: a social security number, a date, an address, a card, a telephone number, an age or
// nothing. Promise: looks at no more than what groups.ts reads ahead.
import { age } from './ages.ts'
import { isVersion } from './codes.ts'
import { date, gluedDate } from './dates.ts'
import { DASH, DOT, endOf, groups, isDigit, isLetter, len, number, readGroups, SPACE, sep, startOf } from './groups.ts'
import { ibanAt } from './ibans.ts'
import type { Lexer } from './lexer.ts'
import { canadianAt, zipAfterState } from './postal-codes.ts'
import { Shape } from './shapes.ts'
import { international, phone } from './telephones.ts'

const isUpper = (code: number): boolean => code >= 0x41 && code <= 0x5a

/** Judges the digits at `at` (or the + before them) and returns where the pass goes on. */
export function numberAt(lexer: Lexer, at: number, glued: boolean): number {
  const { text, to } = lexer
  const plus = text.charCodeAt(at) === 0x2b
  const first = plus ? (text.charCodeAt(at + 1) === 0x28 ? at + 2 : at + 1) : at
  readGroups(text, first, to)
  if (groups === 0) {
    let end = first
    while (end < to && isDigit(text.charCodeAt(end))) end++
    return plus ? at : end
  }
  const next = endOf(0)
  if (isUpper(text.charCodeAt(at - 1)) && (len(0) === 1 || isUpper(text.charCodeAt(at - 2)))) {
    const end = afterCapitals(lexer, at)
    if (end > 0) return end
  }
  const context = at <= lexer.contextEnd ? lexer.context : -1
  if (plus) return (lexer.has(Shape.phone) && international(lexer, at)) || at
  if (lexer.has(Shape.ssn)) {
    const end = socialSecurity(lexer, context)
    if (end > 0) return end
  }
  if (glued) return gluedDate(lexer, next)
  // The dot before is a decimal point, the dash or slash before belongs to a longer run that was judged whole.
  const before = text.charCodeAt(at - 1)
  const joined = (before === 0x2e || before === 0x2d || before === 0x2f) && isDigit(text.charCodeAt(at - 2))
  const continues = joined && lexer.lastEnd !== at - 1
  let end = 0
  if (lexer.has(Shape.date)) end = date(lexer, context, continues)
  if (end === 0 && lexer.has(Shape.ip) && !continues) end = address(lexer)
  if (end === 0 && lexer.has(Shape.card) && !continues) end = card(lexer, context)
  if (end === 0 && (lexer.has(Shape.phone) || lexer.has(Shape.fax))) end = phone(lexer, context, continues)
  if (end === 0 && lexer.has(Shape.zip) && !continues) end = zipAfterState(lexer)
  if (end === 0 && lexer.has(Shape.date)) end = age(lexer, context)
  return end === 0 ? next : end
}

/** What begins with the capitals before its first digits: an IBAN, a Canadian postal code. */
function afterCapitals(lexer: Lexer, at: number): number {
  const { text } = lexer
  if (len(0) === 1) {
    const isPostal = lexer.has(Shape.zip) && text.charCodeAt(at + 2) === 0x20 && isUpper(text.charCodeAt(at + 1))
    return isPostal ? canadianAt(lexer, at - 1) : 0
  }
  return lexer.has(Shape.account) ? ibanAt(lexer, at - 2) : 0
}

/** 3-2-4 always, though glued to letters before it; nine digits in other groups only beside a word. */
function socialSecurity(lexer: Lexer, context: number): number {
  const { text } = lexer
  if (len(0) === 3 && len(1) === 2 && len(2) === 4) {
    lexer.add(Shape.ssn, startOf(0), endOf(2), false)
    lexer.used(endOf(2))
    return endOf(2)
  }
  if (context !== Shape.ssn) return 0
  let digits = 0
  for (let index = 0; index < groups && digits < 9; index++) {
    digits += len(index)
    if (digits === 9 && !isLetter(text.charCodeAt(endOf(index)))) {
      lexer.add(Shape.ssn, startOf(0), endOf(index), true)
      lexer.used(endOf(index))
      return endOf(index)
    }
  }
  return 0
}

/**
 * Four numbers up to 255; not a version: "v1.2.3.4", "version 1.2.3.4", a fifth number; not the place of a text: "section
 * 1.2.3.4"; not the machine itself or a mask, which are the same everywhere.
 */
function address(lexer: Lexer): number {
  const { text } = lexer
  if (groups < 4) return 0
  for (let index = 0; index < 4; index++) {
    if (index > 0 && (sep(index) !== DOT || startOf(index) !== endOf(index - 1) + 1)) return 0
    if (len(index) > 3 || number(text, index) > 255) return 0
  }
  if (sep(4) === DOT || isLetter(text.charCodeAt(endOf(3)))) return 0
  const from = startOf(0)
  const named = text.charCodeAt(from - 1) !== 0x40 && isVersion(lexer, from)
  if (named || NO_ADDRESS.test(text.slice(Math.max(0, from - 12), from))) return 0
  const first = number(text, 0)
  if (
    (first === 127 && number(text, 1) === 0) ||
    (first === 255 && number(text, 1) === 255) ||
    (first === 0 && number(text, 3) === 0)
  )
    return endOf(3)
  lexer.add(Shape.ip, from, endOf(3), false)
  return endOf(3)
}

const NO_ADDRESS =
  /(?:^|[^a-z])(?:v|ver|version|release|build|sections?|chapter|clause|appendix|article|paragraph|figure|fig)\.?\s?$|§\s?$/i

function card(lexer: Lexer, context: number): number {
  const { text } = lexer
  // Most numbers are too short to be one.
  if (endOf(groups - 1) - startOf(0) < 12) return 0
  let digits = ''
  for (let index = 0; index < groups; index++) {
    // Short numbers in a row are no card.
    if (index > 0 && (len(index) > 7 || len(0) > 6 || (len(0) < 4 && context !== Shape.card))) break
    const dotted = sep(index) === DOT && len(0) === 4 && len(index) === 4
    if (index > 0 && sep(index) !== DASH && sep(index) !== SPACE && !dotted) break
    digits += text.slice(startOf(index), endOf(index))
    if (digits.length > 19) break
    const known = context === Shape.card || isIssued(digits)
    const last = index + 1 >= groups || sep(index + 1) === DOT || digits.length + len(index + 1) > 19
    if (
      digits.length < (context === Shape.card ? 12 : 13) ||
      !known ||
      !luhn(digits) ||
      isLetter(text.charCodeAt(endOf(index)))
    )
      continue
    if (!last && len(0) > 6) continue
    lexer.add(Shape.card, startOf(0), endOf(index), false)
    lexer.used(endOf(index))
    return endOf(index)
  }
  return 0
}

/** Prefix and length of Visa, Mastercard, American Express, Discover, Diners, JCB, UnionPay, Maestro. */
function isIssued(digits: string): boolean {
  const size = digits.length
  const two = Number(digits.slice(0, 2))
  const four = Number(digits.slice(0, 4))
  if (digits.startsWith('4')) return size === 13 || size === 16 || size === 19
  if ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720)) return size === 16
  if (two === 34 || two === 37) return size === 15
  if (two === 36 || two === 38 || two === 30) return size === 14
  if (two === 35) return size === 16
  if (four === 6011 || two === 65 || (four >= 6440 && four <= 6499) || two === 62) return size >= 16
  return four === 5018 || four === 5020 || four === 5038 || four === 6304 || four === 6759
}

function luhn(digits: string): boolean {
  let sum = 0
  for (let at = 0; at < digits.length; at++) {
    let digit = digits.charCodeAt(digits.length - 1 - at) - 0x30
    if (at % 2 === 1) {
      digit *= 2
      if (digit > 9) digit -= 9
    }
    sum += digit
  }
  return sum % 10 === 0
}
