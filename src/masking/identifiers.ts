// Identifiers where the words before ask for one. Promise: all of it is taken, its number sign, prefix and groups
// included; ages, blood pressures, doses, years and fractions are none. Reads at most 80 characters ahead.
import { isDigit, isLetter } from './groups.ts'
import { ibanAt } from './ibans.ts'
import type { Lexer } from './lexer.ts'
import { isMeasured, isUnit } from './measures.ts'
import { numberAt } from './numbers.ts'
import { Shape } from './shapes.ts'

const LONGEST = 64
const GROUP = 5
const isUpper = (code: number): boolean => code >= 0x41 && code <= 0x5a
const isWord = (code: number): boolean => isDigit(code) || isLetter(code)
const isLower = (code: number): boolean => code >= 0x61 && code <= 0x7a

/** What the last call of `scan` saw: letters and digits with inner - _ / . */
let end = 0
let digits = 0
let length = 0
let dots = 0
let slashes = 0
/** Length of the digits and of the capitals that it begins with. */
let leading = 0
let capitals = 0
let lowers = 0

function scan(text: string, at: number, to: number): void {
  end = at
  digits = 0
  length = 0
  dots = 0
  slashes = 0
  leading = 0
  capitals = 0
  lowers = 0
  for (let place = at; place < to && place - at <= LONGEST; place++) {
    const code = text.charCodeAt(place)
    if (isDigit(code)) {
      if (leading === digits && digits === place - at) leading++
      digits++
    } else if (isLetter(code)) {
      if (isLower(code)) lowers++
      else if (capitals === place - at) capitals++
    } else {
      if (code !== 0x2d && code !== 0x5f && code !== 0x2f && code !== 0x2e) return
      if (code === 0x2e && isWord(text.charCodeAt(place + 1))) dots++
      else if (code === 0x2f && isWord(text.charCodeAt(place + 1))) slashes++
      continue
    }
    length++
    end = place + 1
  }
}

/** Takes the identifier of shape `lexer.context` that begins at `at`; returns its end, or 0. */
export function identifierAt(lexer: Lexer, at: number, digitFirst: boolean): number {
  const { text, to } = lexer
  const shape = lexer.context
  scan(text, at, to)
  if (end - at > LONGEST) return 0
  const iban = !digitFirst && leading === 0 && shape === Shape.account ? ibanAt(lexer, at) : 0
  if (iban > 0) return iban
  if (shape === Shape.license && digits === 2 && dots === 1 && SOFTWARE.test(text.slice(at, end))) {
    lexer.used(at)
    return end
  }
  const close = lexer.close
  let until = end
  if (digits === 0) {
    // "NYP 12345", "W 1234567"
    if (!close || capitals !== length || length > GROUP || text.charCodeAt(end) !== 0x20) return 0
    const next = end + 1
    if (!isDigit(text.charCodeAt(next))) return 0
    scan(text, next, to)
    if (digits < 4 || end - next > LONGEST || slashes > 0 || isYear(text, next) || isMeasured(text, end, to)) return 0
    return take(lexer, shape, at, further(text, next, end, to, shape))
  }
  if (end - at <= GROUP) until = further(text, at, end, to, shape)
  if (until === end && (digits < 2 || length < 4)) return 0
  if (isAmount(text, at, to, close)) return 0
  if (digitFirst && isDated(text, at)) {
    const token = end
    const before = lexer.found.length
    const date = numberAt(lexer, at, false)
    if (lexer.found.length > before) {
      if (date >= token || isLetter(text.charCodeAt(date)) || text.charCodeAt(date) === 0x20) return date
      lexer.found.length = before
      return take(lexer, shape, at, token)
    }
    scan(text, at, to)
  }
  return take(lexer, shape, at, until)
}

/** Licences of programs: "Apache-2.0", "GPL-2.0-or-later". */
const SOFTWARE = /^[A-Za-z][A-Za-z-]*-\d\.\d(?:-[A-Za-z-]+)?$/

/**
 * An identifier behind a word that only may announce one, such as "insurance" or "patient": capitals and five digits or
 * more; or six digits, where they follow at once or behind a mark.
 */
export function likelyIdentifierAt(lexer: Lexer, shape: number, word: number, at: number): number {
  const { text, to } = lexer
  scan(text, at, to)
  if (digits < 5 || lowers > 0 || dots > 0 || slashes > 0 || end - at > LONGEST || isTrial(text, at)) return 0
  if (capitals > 0 ? capitals > 6 : leading === 0) return 0
  const between = at - word
  const mark = text.charCodeAt(word)
  const marked = mark === 0x3a || mark === 0x3d || mark === 0x23
  if (mark !== 0x20 && !marked) return 0
  const next = between === 1 || (between <= 3 && marked)
  if (digits === length && digits < (next ? 6 : 7)) return 0
  if (capitals === 0 && digits < length && !next) return 0
  if (isAmount(text, at, to, false)) return 0
  // A date and 3-2-4 digits keep their own label.
  if (isDated(text, at) || (leading === 3 && digits === 9 && end - at === 11)) return 0
  return take(lexer, shape, at, end)
}

/** Whether "no" at `at` is short for number: what follows has a digit in it. */
export function isNumbered(text: string, at: number, to: number): boolean {
  let place = at
  while (place < to && place - at < 3 && NUMERO.has(text.charCodeAt(place))) place++
  for (const from = place; place < to && place - from < 12; place++) {
    const code = text.charCodeAt(place)
    if (isDigit(code)) return true
    if (!isUpper(code) && code !== 0x2d) return false
  }
  return false
}

/** Blank, number sign, dot, colon. */
const NUMERO: ReadonlySet<number> = new Set([0x20, 0x23, 0x2e, 0x3a])

function take(lexer: Lexer, shape: number, from: number, until: number): number {
  const start = lexer.text.charCodeAt(from - 1) === 0x23 ? from - 1 : from
  lexer.add(shape, start, until, true)
  lexer.used(until)
  return until
}

/** The end of the short groups of digits and capitals that go on after a blank: "1EG4 TE5 MK73", "123 456 789". */
function further(text: string, at: number, from: number, to: number, shape: number): number {
  let until = from
  if (until - at > GROUP) return until
  for (let groups = 1; groups < 6 && text.charCodeAt(until) === 0x20; groups++) {
    let place = until + 1
    let numbers = 0
    for (; place < to && place - until <= GROUP + 1; place++) {
      const code = text.charCodeAt(place)
      if (isDigit(code)) numbers++
      else if (!isUpper(code)) break
    }
    const size = place - until - 1
    const after = text.charCodeAt(place)
    // A plate ends in letters.
    const lettered = shape === Shape.vehicle && size >= 2 && size <= 3
    if ((numbers === 0 && !lettered) || size < (groups === 1 ? 3 : 2) || size > GROUP || isLetter(after)) break
    const goesOn = after === 0x2d || after === 0x2f || after === 0x3a || after === 0x2e || after === 0x28
    if (goesOn && (isDigit(text.charCodeAt(place + 1)) || isLetter(text.charCodeAt(place + 1)))) break
    if (isYear(text, until + 1) || isMeasured(text, place, to)) break
    until = place
  }
  return until
}

/** Of what `scan` saw: "92-year-old", "12-lead", "500mg", "120/80"; not right after its word also 2021, 3.5, 2000 mg. */
function isAmount(text: string, at: number, to: number, close: boolean): boolean {
  if (digits === leading && leading < length) {
    const next = text.charCodeAt(at + leading)
    if (leading <= 3 && next === 0x2d && isLower(text.charCodeAt(at + leading + 1))) return true
    if (isLetter(next) && (leading <= 4 || !close) && end - at - leading >= 2 && isUnit(text, at + leading, end))
      return true
  }
  if (!close && (dots > 0 || slashes > 0 || (lowers > 1 && digits < 4))) return true
  if (digits !== length) return false
  if (slashes === 1 && dots === 0 && length <= 6 && leading >= 2 && leading <= 3) return true
  return !close && (isYear(text, at) || isMeasured(text, end, to))
}

/** 1900 to 2099, alone. */
function isYear(text: string, at: number): boolean {
  const century = text.charCodeAt(at) * 256 + text.charCodeAt(at + 1)
  if (century !== 0x3139 && century !== 0x3230) return false
  return isDigit(text.charCodeAt(at + 2)) && isDigit(text.charCodeAt(at + 3)) && !isJoined(text.charCodeAt(at + 4))
}

const isJoined = (code: number): boolean => isDigit(code) || isLetter(code) || code === 0x2d || code === 0x5f

/** Whether digits may begin a date: dotted, or with a mark where one has it. */
function isDated(text: string, at: number): boolean {
  const mark = text.charCodeAt(at + leading)
  return dots > 0 || (leading === 4 && mark === 0x2d) || (leading <= 2 && mark === 0x2f)
}

/** Public numbers of trials name no person. */
function isTrial(text: string, at: number): boolean {
  return text.startsWith('NCT', at) || text.startsWith('ISRCTN', at)
}
