// Dates more precise than a year, with their clock times. Promise: what is no day of a calendar is no
// date, and neither is a fraction, a version or a range.

import { isVersion } from './codes.ts'
import {
  DASH,
  DOT,
  endOf,
  groups,
  isDigit,
  isLetter,
  len,
  number,
  PAREN,
  SLASH,
  SPACE,
  sep,
  startOf,
} from './groups.ts'
import type { Lexer } from './lexer.ts'
import { isMeasured } from './measures.ts'
import { Shape } from './shapes.ts'
import { monthAt } from './words.ts'

const isYear = (value: number): boolean => value >= 1800 && value <= 2199
const isMonth = (value: number): boolean => value >= 1 && value <= 12
const isDay = (value: number): boolean => value >= 1 && value <= 31

/** Marks between fields, components and repetitions of HL7 v2. */
const isBar = (code: number): boolean => code === 0x7c || code === 0x5e || code === 0x7e || code === 0x26

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
    if (len(0) === 4 && len(1) <= 2 && len(2) <= 2 && isYear(a) && isMonth(b) && isDay(c)) {
      // With more behind it that may be anybody's.
      if (
        sep(1) === DOT &&
        a >= 2000 &&
        isPlain(text.charCodeAt(endOf(2))) &&
        context !== Shape.date &&
        isVersion(lexer, from)
      )
        return 0
      return dated(lexer, from, endOf(2))
    }
    if (len(0) <= 2 && len(1) <= 2 && ((isMonth(a) && isDay(b)) || (isDay(a) && isMonth(b)))) {
      if (len(2) === 4 && isYear(c)) return dated(lexer, from, endOf(2))
      const short = sep(1) === SLASH || (context === Shape.date && (sep(1) === DASH || (sep(1) === DOT && lexer.close)))
      if (len(2) === 2 && short && (sep(3) === 0 || sep(3) !== sep(1))) return dated(lexer, from, endOf(2))
    }
  }
  if (continues) return 0
  if (groups >= 2 && sep(1) === SLASH && len(0) <= 2 && isMonth(number(text, 0)) && sep(2) !== SLASH) {
    if (len(1) === 4 && isYear(number(text, 1)) && !isMeasured(text, endOf(1), to)) return dated(lexer, from, endOf(1))
    if (context === Shape.date && len(1) <= 2 && isDay(number(text, 1))) return dated(lexer, from, endOf(1))
  }
  if (
    context === Shape.date &&
    len(0) === 4 &&
    len(1) <= 2 &&
    sep(1) === DASH &&
    isYear(number(text, 0)) &&
    isMonth(number(text, 1))
  ) {
    return dated(lexer, from, endOf(1))
  }
  if (context === Shape.date && groups >= 2 && len(0) <= 2 && len(1) === 4 && (sep(1) === DASH || sep(1) === DOT)) {
    if (isMonth(number(text, 0)) && isYear(number(text, 1))) return dated(lexer, from, endOf(1))
  }
  if (len(0) === 4 && isYear(number(text, 0))) {
    const end = inYear(lexer, context)
    if (end > 0) return dated(lexer, from, end)
  }
  const packed = packedDate(text, from, len(0))
  const whole = packed ? zoned(text, endOf(0), to) : 0
  if (packed && (context === Shape.date || isField(text, from, whole, to))) return dated(lexer, from, whole)
  if (len(0) === 6 && lexer.birth && lexer.close && context === Shape.date && isShort(text, from, to))
    return dated(lexer, from, endOf(0))
  const basic = packed && len(0) === 8 ? basicTime(text, endOf(0), to) : 0
  if (basic > 0) return dated(lexer, from, basic)
  return len(0) <= 2 && isDay(number(text, 0)) ? dayMonth(lexer, from) : 0
}

/** Nothing that goes on with a name. */
const isPlain = (code: number): boolean => !isLetter(code) && code !== 0x2d && code !== 0x2b && code !== 0x5f

/** Of what begins with a year: a week, "2021-Mar-05", or the year alone where the words before say "born". */
function inYear(lexer: Lexer, context: number): number {
  const { text, to } = lexer
  const end = endOf(0)
  const after = text.charCodeAt(end)
  if (isLetter(after)) return 0
  if (isLetter(text.charCodeAt(end + 1)) && (after === 0x2d || after === 0x2f || after === 0x20)) {
    const week = after === 0x2d ? weekAt(text, end, to) : 0
    const { month, end: named } = week > 0 ? { month: 0, end: 0 } : monthAt(text, end + 1, to)
    const day = month > 0 && text.charCodeAt(named) === after ? dayAt(text, named + 1, to) : 0
    if (week > 0 || day > 0) return Math.max(week, day)
  }
  const alone = groups === 1 || sep(1) === SPACE || sep(1) === PAREN
  const born = lexer.birth && lexer.close && context === Shape.date
  return born && alone && number(text, 0) <= 2099 && !isMeasured(text, end, to) ? end : 0
}

/** The end of a day of the month at `at`, or 0. */
function dayAt(text: string, at: number, to: number): number {
  let end = at
  while (end < to && end - at < 3 && isDigit(text.charCodeAt(end))) end++
  return end > at && end - at < 3 && isDay(Number(text.slice(at, end))) ? end : 0
}

/** `-W12-3` at `at`: the end of the week of an ISO date, or 0. */
function weekAt(text: string, at: number, to: number): number {
  if (text.charCodeAt(at) !== 0x2d || text.charCodeAt(at + 1) !== 0x57) return 0
  const week = Number(text.slice(at + 2, Math.min(to, at + 4)))
  if (!isDigit(text.charCodeAt(at + 2)) || !isDigit(text.charCodeAt(at + 3)) || week < 1 || week > 53) return 0
  const day = text.charCodeAt(at + 4) === 0x2d && isDigit(text.charCodeAt(at + 5)) ? at + 6 : at + 4
  return isDigit(text.charCodeAt(day)) || isLetter(text.charCodeAt(day)) ? 0 : day
}

/** Past the fraction and the offset that a packed time may have: `.4+0200`. */
function zoned(text: string, from: number, to: number): number {
  let at = from
  if (text.charCodeAt(at) === 0x2e && isDigit(text.charCodeAt(at + 1))) {
    at++
    while (at < to && at - from < 6 && isDigit(text.charCodeAt(at))) at++
  }
  const sign = text.charCodeAt(at)
  if (sign !== 0x2b && sign !== 0x2d) return at
  let end = at + 1
  while (end < to && end - at < 6 && isDigit(text.charCodeAt(end))) end++
  return end - at === 5 ? end : at
}

/** Between marks of HL7 v2, or the whole value of an attribute of XML. */
function isField(text: string, from: number, at: number, to: number): boolean {
  const before = text.charCodeAt(from - 1)
  const code = text.charCodeAt(at)
  if (before === 0x22) return code === 0x22 && text.charCodeAt(from - 2) === 0x3d
  return isBar(before) && (at === to || isBar(code) || code === 0x0d || code === 0x0a)
}

/** yyyymmdd with or without hh, hhmm, hhmmss; mmddyyyy. */
function packedDate(text: string, from: number, digits: number): boolean {
  if (digits !== 8 && digits !== 10 && digits !== 12 && digits !== 14) return false
  const part = (at: number, size: number): number => Number(text.slice(from + at, from + at + size))
  if (isYear(part(0, 4)) && isMonth(part(4, 2)) && isDay(part(6, 2))) return true
  return digits === 8 && isMonth(part(0, 2)) && isDay(part(2, 2)) && isYear(part(4, 4))
}

/** mmddyy, ddmmyy or yymmdd, alone. */
function isShort(text: string, from: number, to: number): boolean {
  const part = (at: number): number => Number(text.slice(from + at, from + at + 2))
  const [a, b, c] = [part(0), part(2), part(4)]
  const after = text.charCodeAt(from + 6)
  if (isLetter(after) || after === 0x2d || after === 0x2e || isMeasured(text, from + 6, to))
    return after === 0x2e && !isDigit(text.charCodeAt(from + 7))
  return (isMonth(a) && isDay(b)) || (isDay(a) && isMonth(b)) || (isMonth(b) && isDay(c))
}

/** `T101500`, `T1015Z`: the end of the time of a date in the basic format of ISO 8601, or 0. */
function basicTime(text: string, at: number, to: number): number {
  if ((text.charCodeAt(at) | 0x20) !== 0x74) return 0
  let end = at + 1
  while (end < to && end - at < 8 && isDigit(text.charCodeAt(end))) end++
  if (end - at !== 5 && end - at !== 7) return 0
  return (text.charCodeAt(end) | 0x20) === 0x7a ? end + 1 : end
}

/** "5 March 2021", "5th of March", "3-5 March", "05-Mar-21", "05MAR2021"; `from` is at the day. */
function dayMonth(lexer: Lexer, from: number): number {
  const { text, to } = lexer
  if (!mayBeMonth(text, endOf(0)) && sep(1) !== DASH) return 0
  const ranges = sep(1) === DASH && len(1) <= 2 && !isLetter(text.charCodeAt(endOf(0))) && isDay(number(text, 1))
  let at = pastOrdinal(text, ranges ? endOf(1) : endOf(0))
  const dotted = text.charCodeAt(at) === 0x2e && isLetter(text.charCodeAt(at + 1))
  at = pass(text, dotted ? at + 1 : at, to)
  for (const words of ['day ', 'of ']) {
    if (text.slice(at, at + words.length).toLowerCase() === words) at += words.length
  }
  const { month, end } = monthAt(text, at, to)
  if (month === 0) return 0
  const year = yearAfter(text, end, to)
  if (year > 0) return dated(lexer, from, year)
  if ((text.charCodeAt(at) & 0x20) !== 0) return 0
  return dated(lexer, from, end)
}

/** A letter that a month, an ordinal or "of" begins with, at most three characters on: most numbers have none. */
function mayBeMonth(text: string, from: number): boolean {
  for (let at = from; at < from + 4; at++) {
    const code = text.charCodeAt(at)
    if (isLetter(code)) return (FIRST_LETTERS & (1 << (code & 31))) !== 0
    if (isDigit(code)) return false
  }
  return false
}

const FIRST_LETTERS = [...'jfmasondtr'].reduce((bits, letter) => bits | (1 << (letter.charCodeAt(0) & 31)), 0)

function pastOrdinal(text: string, at: number): number {
  const ordinal = text.slice(at, at + 2).toLowerCase()
  return ordinal === 'st' || ordinal === 'nd' || ordinal === 'rd' || ordinal === 'th' ? at + 2 : at
}

/** The end of the year after a month's name or a day: four digits, or two behind a dash, a slash or nothing. */
function yearAfter(text: string, from: number, to: number): number {
  const dotted = text.charCodeAt(from) === 0x2e ? from + 1 : from
  const year = yearAt(text, pass(text, dotted, to), to)
  if (year > 0) return year
  const mark = text.charCodeAt(from)
  const at = mark === 0x2d || mark === 0x2f ? from + 1 : from
  if (isDigit(mark) && isDigit(text.charCodeAt(from - 1))) return 0
  const next = text.charCodeAt(at + 2)
  // "8dec87e" is part of a hash, and a time may follow a T.
  const ends = !isDigit(next) && (!isLetter(next) || (next | 0x20) === 0x74)
  const short = isDigit(text.charCodeAt(at)) && isDigit(text.charCodeAt(at + 1)) && ends
  return short && at + 2 <= to ? at + 2 : 0
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

/** After a month's name at [from, end): "March 5, 2021", "Mar. 5th", "March 3-5, 2021", "March 2021", "last March". */
export function monthDay(lexer: Lexer, from: number, end: number): void {
  const { text, to } = lexer
  const capital = (text.charCodeAt(from) & 0x20) === 0
  let at = text.charCodeAt(end) === 0x2e ? end + 1 : end
  at = pass(text, at, to)
  if (text.startsWith('the ', at)) at += 4
  const year = at > end ? yearAt(text, at, to) : 0
  if (year > 0) {
    dated(lexer, from, year)
    return
  }
  const day = at > end ? dayAt(text, at, to) : 0
  if (day === 0) {
    if (capital && RELATIVE.has(text.slice(from - 5, from))) dated(lexer, from - 5, end)
    return
  }
  const last = rangeEnd(text, pastOrdinal(text, day), to)
  const after = yearAfter(text, last, to)
  if (after > 0) dated(lexer, from, after)
  else if (capital && !isLetter(text.charCodeAt(last)) && !isMeasured(text, last, to) && !isFraction(text, last))
    dated(lexer, from, last)
}

/** "APR 4.99" */
function isFraction(text: string, end: number): boolean {
  return text.charCodeAt(end) === 0x2e && isDigit(text.charCodeAt(end + 1))
}

const RELATIVE: ReadonlySet<string> = new Set(['last ', 'next ', 'past '])

/** Past "-5th" or " – 5" behind a day. */
function rangeEnd(text: string, day: number, to: number): number {
  let at = text.charCodeAt(day) === 0x20 ? day + 1 : day
  if (text.charCodeAt(at) !== 0x2d && text.charCodeAt(at) !== 0x2013) return day
  at += text.charCodeAt(at + 1) === 0x20 ? 2 : 1
  const end = dayAt(text, at, to)
  return end === 0 || isDigit(text.charCodeAt(end)) ? day : pastOrdinal(text, end)
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
      at = meridiem(text, end)
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

/** Past "PM", "a.m." behind a clock time. */
function meridiem(text: string, end: number): number {
  const at = text.charCodeAt(end) === 0x20 ? end + 1 : end
  const first = text.charCodeAt(at) | 0x20
  if (first !== 0x61 && first !== 0x70) return end
  const dot = text.charCodeAt(at + 1) === 0x2e ? 1 : 0
  if ((text.charCodeAt(at + 1 + dot) | 0x20) !== 0x6d || isLetter(text.charCodeAt(at + 2 + dot))) return end
  return at + 2 + dot
}
