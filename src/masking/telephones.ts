// Telephone and fax numbers. Promise: groups that are written like a number are one; bare digits only beside a word.
import { COLON, DASH, DOT, endOf, groups, isLetter, len, number, PAREN, SLASH, SPACE, sep, startOf } from './groups.ts'
import type { Lexer } from './lexer.ts'
import { Shape } from './shapes.ts'
import { CALL } from './words.ts'

export function phone(lexer: Lexer, context: number, continues: boolean): number {
  const { text } = lexer
  const near = context === Shape.phone || context === Shape.fax
  if (!near && (groups < 2 ? len(0) < 8 : endOf(groups - 1) - startOf(0) < 8)) return 0
  const split = (index: number): boolean => sep(index) !== 0 && sep(index) !== SLASH && sep(index) !== COLON
  const lead = (len(0) === 1 || len(0) === 3) && number(text, 0) === 1 && split(1) ? 1 : 0
  if (near && isReference(lexer)) return 0
  const exchange = (index: number): boolean => text.charCodeAt(startOf(index)) >= 0x32
  if (len(lead) === 3 && split(lead + 1)) {
    const loose = sep(lead + 1) === SPACE && !near && context !== CALL
    if (len(lead + 1) === 3 && len(lead + 2) === 4 && split(lead + 2)) {
      const clause =
        sep(lead + 1) === DOT &&
        sep(lead + 2) === DASH &&
        CLAUSE.test(text.slice(Math.max(0, startOf(0) - 8), startOf(0)))
      if ((!loose || (exchange(lead) && exchange(lead + 1))) && (!continues || near) && !clause)
        return called(lexer, 0, lead + 2, near)
    }
    if (len(lead + 1) === 7 && (near || sep(lead + 1) === PAREN || sep(lead + 1) === DASH) && !continues) {
      return called(lexer, 0, lead + 1, near)
    }
    if (len(lead + 1) === 4 && lead === 0 && sep(1) === DASH && !continues && (near || number(text, 0) === 555)) {
      return called(lexer, 0, 1, near)
    }
  }
  if (isLetter(text.charCodeAt(endOf(0)))) return 0
  const bracketed = text.charCodeAt(startOf(0) - 1) === 0x28 && sep(1) === PAREN
  if (!near && continues) return 0
  const abroad = text.charCodeAt(startOf(0)) === 0x30 && text.charCodeAt(startOf(0) + 1) === 0x30
  const whole = abroad ? 13 : 10
  let digits = 0
  let last = -1
  for (let index = 0; index < groups && (index === 0 || split(index) || sep(index) === SLASH); index++) {
    digits += len(index)
    if (digits > 15) break
    // A second full number after a blank is another number.
    if (index > 0 && sep(index) === SPACE && digits - len(index) >= whole) break
    if (digits >= 7) last = index
  }
  if (last < 0) return 0
  if (near) return called(lexer, 0, last, true)
  const all = digitsTo(last)
  if (context === CALL && isDialled(last)) {
    const short =
      lexer.close &&
      last > 0 &&
      len(0) >= 3 &&
      sep(1) !== DOT &&
      !/^(?:19|20)\d\d/.test(text.slice(startOf(0), endOf(0)))
    if (all >= 10 || (last > 0 && all >= 9) || (bracketed && all >= 8) || short) return called(lexer, 0, last, true)
  }
  if (isInternational(text, last, all, bracketed) || isNamed(text, endOf(last), all))
    return called(lexer, 0, last, false)
  return 0
}

/** Regulations on purchases are numbered like telephones: "DFARS 252.227-7013". */
const CLAUSE = /(?:clause|dfars|far)\s{1,2}$/i

/** Years, and the pages of a journal behind its volume: "2017-2020", "Cell 2019;177:1192-1205". */
function isReference(lexer: Lexer): boolean {
  const { text } = lexer
  if (groups < 2 || sep(1) !== DASH || len(0) > 4 || len(1) > 4 || sep(2) === DASH) return false
  const isYear = (index: number): boolean =>
    len(index) === 4 && number(text, index) >= 1900 && number(text, index) < 2100
  if (!lexer.close && isYear(0) && isYear(1)) return true
  return VOLUME.test(text.slice(Math.max(0, startOf(0) - 40), startOf(0)))
}

/** "2019;177(2):", "2019 Mar, 177:" */
const VOLUME = /(?:19|20)\d{2}[^;,]{0,12}[;,]\s?\d{1,4}(?:\(\d{1,4}\))?:\s?$/

/** Groups of two digits and more, without a slash: a version and a date are not. */
function isDialled(last: number): boolean {
  for (let index = 0; index <= last; index++) if (len(index) < 2 || sep(index) === SLASH) return false
  return true
}

function digitsTo(last: number): number {
  let digits = 0
  for (let index = 0; index <= last; index++) digits += len(index)
  return digits
}

/**
 * Written in groups as other countries do, with a prefix that no amount has: "0044 20 7946 0958", "020 7946 0958",
 * "01.84.17.61.18", "(04) 3591-3246", "0911/123456". With dashes an article or a drug may be numbered that way too, and bytes with blanks.
 */
function isInternational(text: string, last: number, digits: number, bracketed: boolean): boolean {
  if (last < 1 || last > 5 || digits < (bracketed ? 8 : 9)) return false
  const from = startOf(0)
  if (sep(1) === SLASH && last === 1 && /^0[1-9]/.test(text.slice(from, from + 2)))
    return len(0) >= 3 && len(0) <= 5 && len(1) >= 5 && !isLetter(text.charCodeAt(endOf(1)))
  if (!isDialled(last)) return false
  const zero = text.charCodeAt(from) === 0x30
  if (bracketed) return len(0) <= 4 && (zero || digits >= 10)
  if (!zero || isLetter(text.charCodeAt(endOf(last)))) return false
  const mark = sep(1)
  for (let index = 1; index <= last; index++)
    if (len(index) > 8 || (sep(index) !== mark && mark !== SPACE)) return false
  if (text.charCodeAt(from + 1) === 0x30) {
    if (len(0) === 4 && len(1) === 4 && len(2) === 4) return false
    return mark === SPACE && digits >= 11 && len(0) > 2 && text.charCodeAt(from + 2) !== 0x30
  }
  if (
    digits > 12 ||
    (len(0) === 4 && len(1) === 4 && digits === 12) ||
    text.startsWith(' 00 00', endOf(0)) ||
    isByte(text, from - 3, from - 1) ||
    isByte(text, endOf(last) + 1, endOf(last) + 3)
  )
    return false
  if (mark === DASH) return len(0) <= 4 && len(last) >= 3 && digits >= 10
  return (mark === SPACE || mark === DOT) && (digits >= 10 || last >= 3)
}

/** Two hexadecimal digits, and a blank beside them towards the number. */
function isByte(text: string, from: number, to: number): boolean {
  const blank = text.charCodeAt(from - 1) === 0x20 || text.charCodeAt(to) === 0x20
  return blank && from >= 0 && /^[0-9a-f]{2}$/i.test(text.slice(from, to))
}

/** A word for telephones right behind: "788 063 12-Office", "5551234567 (mobile)". */
function isNamed(text: string, end: number, digits: number): boolean {
  if (digits < 8) return false
  const code = text.charCodeAt(end)
  const next = text.charCodeAt(end + 1)
  const named = code === 0x20 ? next === 0x28 || next === 0x2d : (code === 0x2d || code === 0x28) && isLetter(next)
  if (!named) return false
  return NAMED.test(text.slice(end, end + 12))
}

const NAMED = /^(?: ?\(|-| - ?)(?:office|fax|mobile|cell|home|work|tel|phone|pager|direct)(?![a-z])/i

/** A plus and eight to fifteen digits; eleven where the country is 1. */
export function international(lexer: Lexer, at: number): number {
  const { text } = lexer
  // "+2147483647.0"
  if (len(0) >= 8 && sep(1) === DOT) return 0
  const most = text.charCodeAt(startOf(0)) === 0x31 ? 11 : 15
  let digits = 0
  let last = -1
  for (let index = 0; index < groups; index++) {
    if (index > 0 && (sep(index) === COLON || sep(index) === 0)) break
    digits += len(index)
    if (digits > most) break
    if (digits >= 8) last = index
    if (digits === most) break
  }
  // No country begins with a zero.
  if (last < 0 || text.charCodeAt(at + 1) === 0x30) return 0
  return called(lexer, 0, last, false, at)
}

/** Adds a telephone number with its parenthesis and extension. */
function called(lexer: Lexer, first: number, last: number, contextual: boolean, plus = -1): number {
  const { text, to } = lexer
  let from = plus >= 0 ? plus : startOf(first)
  if (plus < 0 && text.charCodeAt(from - 1) === 0x28) from--
  let end = endOf(last)
  let at = end
  while (at < to && at - end < 2 && (text.charCodeAt(at) === 0x20 || text.charCodeAt(at) === 0x2c)) at++
  const next = text.charCodeAt(at) | 0x20
  if (next === 0x78 || next === 0x65 || next === 0x23) {
    const extension = EXTENSION.exec(text.slice(at, Math.min(to, at + 20)))
    if (extension) end = at + extension[0].length
  }
  const fax = lexer.context === Shape.fax && from <= lexer.contextEnd
  // A fax number is a telephone number where fax has no label of its own.
  const shape = fax && lexer.has(Shape.fax) ? Shape.fax : Shape.phone
  if (lexer.has(shape)) lexer.add(shape, from, end, contextual)
  lexer.used(end)
  return end
}

const EXTENSION = /^(?:x|ext\.?|extension|#)\s?:?\s?\d{1,6}(?!\d)/i
