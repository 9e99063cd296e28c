// Telephone and fax numbers. Promise: groups that are written like a number are one; bare digits only beside a word.
import { COLON, DASH, endOf, groups, isLetter, len, number, PAREN, SLASH, SPACE, sep, startOf } from './groups.ts'
import type { Lexer } from './lexer.ts'
import { Shape } from './shapes.ts'

export function phone(lexer: Lexer, context: number, continues: boolean): number {
  const { text } = lexer
  const near = context === Shape.phone || context === Shape.fax
  const split = (index: number): boolean => sep(index) !== 0 && sep(index) !== SLASH && sep(index) !== COLON
  const lead = len(0) === 1 && number(text, 0) === 1 && split(1) ? 1 : 0
  const exchange = (index: number): boolean => text.charCodeAt(startOf(index)) >= 0x32
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
export function international(lexer: Lexer, at: number): number {
  const { text } = lexer
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
  if (last < 0) return 0
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
  const extension = /^(?:x|ext\.?|extension|#)\s?:?\s?\d{1,6}(?!\d)/i.exec(text.slice(at, Math.min(to, at + 20)))
  if (extension) end = at + extension[0].length
  const fax = lexer.context === Shape.fax && from <= lexer.contextEnd
  // A fax number is a telephone number where fax has no label of its own.
  const shape = fax && lexer.has(Shape.fax) ? Shape.fax : Shape.phone
  if (lexer.has(shape)) lexer.add(shape, from, end, contextual)
  lexer.used(end)
  return end
}
