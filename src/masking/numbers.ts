// What a run of digit groups is: a date, a social security number, an address, a card, a telephone number, an age or
// nothing. Promise: looks at no more than eight groups of at most twenty digits ahead.
import type { Lexer } from './lexer.ts'
import { Shape } from './shapes.ts'
import { AGE, monthAt } from './words.ts'

const GROUPS = 8
const LONG = 20
const start = new Int32Array(GROUPS + 1)
const length = new Int32Array(GROUPS + 1)
/** The kind of separator before a group. */
const joint = new Int32Array(GROUPS + 1)
let groups = 0

const DASH = 1
const DOT = 2
const SPACE = 3
const SLASH = 4
const PAREN = 5
const COLON = 6

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39
const isLetter = (code: number): boolean => (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a && code < 0x80

function readGroups(text: string, at: number, to: number): void {
  groups = 0
  let place = at
  let kind = 0
  while (groups < GROUPS) {
    let end = place
    while (end < to && end - place <= LONG && isDigit(text.charCodeAt(end))) end++
    if (end === place || end - place > LONG) return
    start[groups] = place
    length[groups] = end - place
    joint[groups] = kind
    groups++
    // At most one mark, with a space on either side; a closing parenthesis counts as the mark.
    kind = 0
    place = end
    let spaces = 0
    for (; place < to && place - end < 4; place++) {
      const code = text.charCodeAt(place)
      if (code === 0x20) {
        if (++spaces > 2) return
        if (kind === 0) kind = SPACE
      } else if (code === 0x28 && kind !== PAREN) kind = PAREN
      else {
        const mark =
          code === 0x2d || code === 0x5f
            ? DASH
            : code === 0x2e
              ? DOT
              : code === 0x2f
                ? SLASH
                : code === 0x29
                  ? PAREN
                  : code === 0x3a
                    ? COLON
                    : 0
        if (mark === 0) break
        if (kind !== 0 && kind !== SPACE && !(kind === PAREN && mark === DASH)) return
        kind = kind === PAREN ? PAREN : mark
      }
    }
    if (kind === 0) return
  }
}

const len = (index: number): number => (index < groups ? (length[index] as number) : 0)
const sep = (index: number): number => (index < groups ? (joint[index] as number) : 0)
const endOf = (index: number): number => (start[index] as number) + (length[index] as number)

function number(text: string, index: number): number {
  let value = 0
  for (let at = start[index] as number; at < endOf(index); at++) value = value * 10 + text.charCodeAt(at) - 0x30
  return value
}

const isYear = (value: number): boolean => value >= 1800 && value <= 2199
const isMonth = (value: number): boolean => value >= 1 && value <= 12
const isDay = (value: number): boolean => value >= 1 && value <= 31

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
  const context = at <= lexer.contextEnd ? lexer.context : -1
  if (plus) return (lexer.has(Shape.phone) && international(lexer, at)) || at
  if (lexer.has(Shape.ssn)) {
    const end = socialSecurity(lexer, context)
    if (end > 0) return end
  }
  if (glued) return gluedDate(lexer, next)
  // The dot before is a decimal point, the dash or slash before belongs to a longer run that was judged whole.
  const before = text.charCodeAt(at - 1)
  const continues = (before === 0x2e || before === 0x2d || before === 0x2f) && isDigit(text.charCodeAt(at - 2))
  let end = 0
  if (lexer.has(Shape.date)) end = date(lexer, context, continues)
  if (end === 0 && lexer.has(Shape.ip) && !continues) end = address(lexer)
  if (end === 0 && lexer.has(Shape.card) && !continues) end = card(lexer, context)
  if (end === 0 && (lexer.has(Shape.phone) || lexer.has(Shape.fax))) end = phone(lexer, context, continues)
  if (end === 0 && context === Shape.zip && lexer.has(Shape.zip)) end = zip(lexer)
  if (end === 0 && lexer.has(Shape.date)) end = age(lexer, context)
  return end === 0 ? next : end
}

/** 3-2-4 always, though glued to letters before it; nine digits in other groups only beside a word. */
function socialSecurity(lexer: Lexer, context: number): number {
  const { text } = lexer
  const mark = (index: number): boolean => sep(index) === DASH || sep(index) === DOT || sep(index) === SPACE
  if (len(0) === 3 && len(1) === 2 && len(2) === 4 && mark(1) && mark(2)) {
    lexer.add(Shape.ssn, start[0] as number, endOf(2), false)
    lexer.used(endOf(2))
    return endOf(2)
  }
  if (context !== Shape.ssn) return 0
  let digits = 0
  for (let index = 0; index < groups && digits < 9; index++) {
    digits += len(index)
    if (digits === 9 && !isLetter(text.charCodeAt(endOf(index)))) {
      lexer.add(Shape.ssn, start[0] as number, endOf(index), true)
      lexer.used(endOf(index))
      return endOf(index)
    }
  }
  return 0
}

/** "n1970-01-01" after a lost backslash, "T2024-…": a full ISO date right after a letter. */
function gluedDate(lexer: Lexer, next: number): number {
  if (!lexer.has(Shape.date) || len(0) !== 4 || len(1) !== 2 || len(2) !== 2) return next
  return date(lexer, -1, false) || next
}

function date(lexer: Lexer, context: number, continues: boolean): number {
  const { text, to } = lexer
  const from = start[0] as number
  const same = sep(1) === sep(2)
  const ruled = sep(1) === DASH || sep(1) === SLASH || sep(1) === DOT
  if (groups >= 3 && same && ruled && !(continues && len(0) < 3)) {
    const [a, b, c] = [number(text, 0), number(text, 1), number(text, 2)]
    if (len(0) === 4 && len(1) <= 2 && len(2) <= 2 && isYear(a) && isMonth(b) && isDay(c))
      return dated(lexer, from, endOf(2))
    if (len(0) <= 2 && len(1) <= 2 && ((isMonth(a) && isDay(b)) || (isDay(a) && isMonth(b)))) {
      if (len(2) === 4 && isYear(c)) return dated(lexer, from, endOf(2))
      const short = sep(1) === SLASH || (context === Shape.date && sep(1) === DASH)
      if (len(2) === 2 && short && sep(3) !== SLASH) return dated(lexer, from, endOf(2))
    }
  }
  if (continues) return 0
  if (groups >= 2 && sep(1) === SLASH && len(0) <= 2 && isMonth(number(text, 0)) && sep(2) !== SLASH) {
    if (len(1) === 4 && isYear(number(text, 1))) return dated(lexer, from, endOf(1))
    if (context === Shape.date && len(1) <= 2 && isDay(number(text, 1))) return dated(lexer, from, endOf(1))
  }
  if (
    context === Shape.date &&
    len(0) === 4 &&
    len(1) === 2 &&
    sep(1) === DASH &&
    isYear(number(text, 0)) &&
    isMonth(number(text, 1))
  ) {
    return dated(lexer, from, endOf(1))
  }
  const packed = packedDate(text, from, len(0))
  const bars = isBar(text.charCodeAt(from - 1)) && (isBar(text.charCodeAt(endOf(0))) || endOf(0) === to)
  if (packed && (context === Shape.date || bars)) return dated(lexer, from, endOf(0))
  return len(0) <= 2 && isDay(number(text, 0)) ? dayMonth(lexer, from) : 0
}

const isBar = (code: number): boolean => code === 0x7c || code === 0x5e || code === 0x7e

/** yyyymmdd with or without hhmm, hhmmss; mmddyyyy. */
function packedDate(text: string, from: number, digits: number): boolean {
  if (digits !== 8 && digits !== 12 && digits !== 14) return false
  const part = (at: number, size: number): number => Number(text.slice(from + at, from + at + size))
  if (isYear(part(0, 4)) && isMonth(part(4, 2)) && isDay(part(6, 2))) return true
  return digits === 8 && isMonth(part(0, 2)) && isDay(part(2, 2)) && isYear(part(4, 4))
}

/** "5 March 2021", "5th of March", "05-Mar-2021", "05MAR2021"; `from` is at the day. */
function dayMonth(lexer: Lexer, from: number): number {
  const { text, to } = lexer
  let at = endOf(0)
  const ordinal = text.slice(at, at + 2).toLowerCase()
  if (ordinal === 'st' || ordinal === 'nd' || ordinal === 'rd' || ordinal === 'th') at += 2
  at = pass(text, at, to)
  if (text.slice(at, at + 3).toLowerCase() === 'of ') at += 3
  const { month, end } = monthAt(text, at, to)
  if (month === 0) return 0
  const dotted = text.charCodeAt(end) === 0x2e ? end + 1 : end
  const year = yearAt(text, pass(text, dotted, to), to)
  if (year > 0) return dated(lexer, from, year)
  if ((text.charCodeAt(at) & 0x20) !== 0) return 0
  return dated(lexer, from, end)
}

/** Over blanks, a comma and a dash: at most three characters. */
function pass(text: string, from: number, to: number): number {
  let at = from
  while (at < to && at - from < 3) {
    const code = text.charCodeAt(at)
    if (code !== 0x20 && code !== 0x2c && code !== 0x2d && code !== 0x2f) break
    at++
  }
  return at
}

/** The end of a year at `at`, or 0: four digits, or an apostrophe and two. */
function yearAt(text: string, at: number, to: number): number {
  let end = at
  if (text.charCodeAt(at) === 0x27 || text.charCodeAt(at) === 0x2019) end++
  const digits = end
  while (end < to && end - digits < 5 && isDigit(text.charCodeAt(end))) end++
  if (end - digits === 2 && digits > at) return end
  return end - digits === 4 && isYear(Number(text.slice(digits, end))) ? end : 0
}

/** After a month's name at [from, end): "March 5, 2021", "Mar. 5th", "March 2021". */
export function monthDay(lexer: Lexer, from: number, end: number): void {
  const { text, to } = lexer
  const capital = (text.charCodeAt(from) & 0x20) === 0
  let at = text.charCodeAt(end) === 0x2e ? end + 1 : end
  at = pass(text, at, to)
  if (at === end) return
  const year = yearAt(text, at, to)
  if (year > 0) {
    dated(lexer, from, year)
    return
  }
  let last = at
  while (last < to && last - at < 3 && isDigit(text.charCodeAt(last))) last++
  if (last === at || last - at > 2 || !isDay(Number(text.slice(at, last)))) return
  const ordinal = text.slice(last, last + 2).toLowerCase()
  if (ordinal === 'st' || ordinal === 'nd' || ordinal === 'rd' || ordinal === 'th') last += 2
  const after = yearAt(text, pass(text, last, to), to)
  if (after > 0) dated(lexer, from, after)
  else if (capital && !isLetter(text.charCodeAt(last)) && text.charCodeAt(last) !== 0x25) dated(lexer, from, last)
}

/** Adds a date with the clock time that follows it, and returns the end of both. */
function dated(lexer: Lexer, from: number, until: number): number {
  const { text, to } = lexer
  let at = until
  const code = text.charCodeAt(at)
  const clock = code === 0x54 || code === 0x74 || code === 0x20 || code === 0x5f ? at + 1 : at
  if (clock > at && clock + 4 < to + 0 && isDigit(text.charCodeAt(clock))) {
    let end = clock
    let colons = 0
    while (end < to && end - clock < 24) {
      const one = text.charCodeAt(end)
      if (one === 0x3a) colons++
      else if (!isDigit(one) && !(one === 0x2e && isDigit(text.charCodeAt(end + 1)))) break
      end++
    }
    if (colons > 0) {
      at = end
      const zone = text.charCodeAt(at)
      if (zone === 0x5a || zone === 0x7a) at++
      else if (zone === 0x2b || zone === 0x2d) {
        let offset = at + 1
        while (offset < to && offset - at < 6 && (isDigit(text.charCodeAt(offset)) || text.charCodeAt(offset) === 0x3a))
          offset++
        if (offset - at >= 3) at = offset
      }
    }
  }
  lexer.add(Shape.date, from, at, false)
  lexer.used(at)
  return at
}

/** Four numbers up to 255; not a version: "v1.2.3.4", "version 1.2.3.4", a fifth number. */
function address(lexer: Lexer): number {
  const { text } = lexer
  if (groups < 4) return 0
  for (let index = 0; index < 4; index++) {
    if (index > 0 && (sep(index) !== DOT || (start[index] as number) !== endOf(index - 1) + 1)) return 0
    if (len(index) > 3 || number(text, index) > 255) return 0
  }
  if (sep(4) === DOT || isLetter(text.charCodeAt(endOf(3)))) return 0
  const from = start[0] as number
  if (/(?:^|[^a-z])(?:v|ver|version|release|build)\.?\s?$/i.test(text.slice(Math.max(0, from - 10), from))) return 0
  lexer.add(Shape.ip, from, endOf(3), false)
  return endOf(3)
}

function card(lexer: Lexer, context: number): number {
  const { text } = lexer
  let digits = ''
  for (let index = 0; index < groups; index++) {
    if (index > 0 && sep(index) !== DASH && sep(index) !== SPACE) break
    if (index > 0 && (len(index) > 7 || len(0) > 6)) break
    digits += text.slice(start[index], endOf(index))
    if (digits.length > 19) break
    const known = context === Shape.card || isIssued(digits)
    const last = index + 1 >= groups || sep(index + 1) === DOT || digits.length + len(index + 1) > 19
    if (digits.length < 13 || !known || !luhn(digits) || isLetter(text.charCodeAt(endOf(index)))) continue
    if (!last && len(0) > 6) continue
    lexer.add(Shape.card, start[0] as number, endOf(index), false)
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

function phone(lexer: Lexer, context: number, continues: boolean): number {
  const { text } = lexer
  const near = context === Shape.phone || context === Shape.fax
  const split = (index: number): boolean => sep(index) !== 0 && sep(index) !== SLASH && sep(index) !== COLON
  const lead = len(0) === 1 && number(text, 0) === 1 && split(1) ? 1 : 0
  const exchange = (index: number): boolean => text.charCodeAt(start[index] as number) >= 0x32
  if (len(lead) === 3 && split(lead + 1)) {
    const loose = sep(lead + 1) === SPACE && !near
    if (len(lead + 1) === 3 && len(lead + 2) === 4 && split(lead + 2)) {
      if ((!loose || (exchange(lead) && exchange(lead + 1))) && (!continues || near))
        return called(lexer, 0, lead + 2, near)
    }
    if (len(lead + 1) === 7 && (near || sep(lead + 1) === PAREN || sep(lead + 1) === DASH) && !continues) {
      return called(lexer, 0, lead + 1, near)
    }
    if (len(lead + 1) === 4 && lead === 0 && sep(1) === DASH && !continues && (near || number(text, 0) === 555)) {
      return called(lexer, 0, 1, near)
    }
  }
  if (!near || isLetter(text.charCodeAt(endOf(0)))) return 0
  let digits = 0
  let last = -1
  for (let index = 0; index < groups && (index === 0 || split(index) || sep(index) === SLASH); index++) {
    digits += len(index)
    if (digits > 15) break
    // A second full number after a blank is another number.
    if (index > 0 && sep(index) === SPACE && digits - len(index) >= 10) break
    if (digits >= 7) last = index
  }
  return last < 0 ? 0 : called(lexer, 0, last, true)
}

/** A plus and eight to fifteen digits; eleven where the country is 1. */
function international(lexer: Lexer, at: number): number {
  const { text } = lexer
  const most = text.charCodeAt(start[0] as number) === 0x31 ? 11 : 15
  let digits = 0
  let last = -1
  for (let index = 0; index < groups; index++) {
    if (index > 0 && (sep(index) === COLON || sep(index) === 0)) break
    digits += len(index)
    if (digits > most) break
    if (digits >= 8) last = index
    if (digits === most) break
  }
  if (last < 0) return 0
  return called(lexer, 0, last, false, at)
}

/** Adds a telephone number with its parenthesis and extension. */
function called(lexer: Lexer, first: number, last: number, contextual: boolean, plus = -1): number {
  const { text, to } = lexer
  let from = plus >= 0 ? plus : (start[first] as number)
  if (plus < 0 && text.charCodeAt(from - 1) === 0x28) from--
  let end = endOf(last)
  let at = end
  while (at < to && at - end < 2 && (text.charCodeAt(at) === 0x20 || text.charCodeAt(at) === 0x2c)) at++
  const extension = /^(?:x|ext\.?|extension|#)\s?:?\s?\d{1,6}(?!\d)/i.exec(text.slice(at, Math.min(to, at + 20)))
  if (extension) end = at + extension[0].length
  const fax = lexer.context === Shape.fax && from <= lexer.contextEnd
  // A fax number is a telephone number where fax has no label of its own.
  const shape = fax && lexer.has(Shape.fax) ? Shape.fax : Shape.phone
  if (lexer.has(shape)) lexer.add(shape, from, end, contextual)
  lexer.used(end)
  return end
}

function zip(lexer: Lexer): number {
  if (len(0) !== 5 && !(len(0) === 9)) return 0
  const end = len(1) === 4 && sep(1) === DASH ? endOf(1) : endOf(0)
  lexer.add(Shape.zip, start[0] as number, end, false)
  lexer.used(end)
  return end
}

/** Ages of 90 and more: Safe Harbor keeps only "90 or over". */
function age(lexer: Lexer, context: number): number {
  const { text, to } = lexer
  if (len(0) > 3 || len(0) < 2) return 0
  const years = number(text, 0)
  if (years < 90 || years > 130) return 0
  const end = endOf(0)
  if (
    context !== AGE &&
    !/^[\s-]?(?:y\/?o\b|y\.o\.|yrs?\b|years?\b|-year)/i.test(text.slice(end, Math.min(to, end + 8)))
  )
    return 0
  // "for 120 years" is no age; "120 years old" is.
  const old = /^[\s-]?(?:y\/?o\b|y\.o\.|(?:yrs?|years?)[\s-](?:old|of age))/i
  if (context !== AGE && !old.test(text.slice(end, Math.min(to, end + 16)))) return 0
  lexer.add(Shape.date, start[0] as number, end, false)
  lexer.used(end)
  return end
}
