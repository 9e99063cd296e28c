// Dates more precise than a year, with their clock times, and ages over 89. Promise: what is no day of a calendar is no
// date, and neither is a fraction, a version or a range.
import { DASH, DOT, endOf, groups, isDigit, isLetter, len, number, SLASH, SPACE, sep, startOf } from './groups.ts'
import type { Lexer } from './lexer.ts'
import { Shape } from './shapes.ts'
import { AGE, monthAt } from './words.ts'

const isYear = (value: number): boolean => value >= 1800 && value <= 2199
const isMonth = (value: number): boolean => value >= 1 && value <= 12
const isDay = (value: number): boolean => value >= 1 && value <= 31

const isBar = (code: number): boolean => code === 0x7c || code === 0x5e || code === 0x7e

/** "n1970-01-01" after a lost backslash, "T2024-…": a full ISO date right after a letter. */
export function gluedDate(lexer: Lexer, next: number): number {
  if (!lexer.has(Shape.date) || len(0) !== 4 || len(1) !== 2 || len(2) !== 2) return next
  return date(lexer, -1, false) || next
}

export function date(lexer: Lexer, context: number, continues: boolean): number {
  const { text, to } = lexer
  const from = startOf(0)
  const same = sep(1) === sep(2)
  const ruled = sep(1) === DASH || sep(1) === SLASH || sep(1) === DOT || (context === Shape.date && sep(1) === SPACE)
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
  const basic = packed && len(0) === 8 ? basicTime(text, endOf(0), to) : 0
  if (basic > 0) return dated(lexer, from, basic)
  return len(0) <= 2 && isDay(number(text, 0)) ? dayMonth(lexer, from) : 0
}

/** yyyymmdd with or without hhmm, hhmmss; mmddyyyy. */
function packedDate(text: string, from: number, digits: number): boolean {
  if (digits !== 8 && digits !== 12 && digits !== 14) return false
  const part = (at: number, size: number): number => Number(text.slice(from + at, from + at + size))
  if (isYear(part(0, 4)) && isMonth(part(4, 2)) && isDay(part(6, 2))) return true
  return digits === 8 && isMonth(part(0, 2)) && isDay(part(2, 2)) && isYear(part(4, 4))
}

/** `T101500`, `T1015Z`: the end of the time of a date in the basic format of ISO 8601, or 0. */
function basicTime(text: string, at: number, to: number): number {
  if ((text.charCodeAt(at) | 0x20) !== 0x74) return 0
  let end = at + 1
  while (end < to && end - at < 8 && isDigit(text.charCodeAt(end))) end++
  if (end - at !== 5 && end - at !== 7) return 0
  return (text.charCodeAt(end) | 0x20) === 0x7a ? end + 1 : end
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

/** Ages of 90 and more: Safe Harbor keeps only "90 or over". */
export function age(lexer: Lexer, context: number): number {
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
  lexer.add(Shape.date, startOf(0), end, false)
  lexer.used(end)
  return end
}
