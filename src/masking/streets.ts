// Street addresses as they are written in the United States, and post-office boxes. Promise: a number, one to four
// capitalised words and a word for a street, or none; looks at most 60 characters back and 24 on.
import { isDigit, isLetter } from './groups.ts'
import type { Lexer } from './lexer.ts'
import { Shape } from './shapes.ts'

const MOST_BEFORE = 60
const BEFORE =
  /(?<![\w.,/-])\d{1,6}[A-Za-z]?(?:-\d{1,4})?\s(?:[NSEW]{1,2}\.?\s|(?:North|South|East|West)\s)?(?:(?:[A-Z][A-Za-z'’.-]{1,24}|\d{1,3}(?:st|nd|rd|th))\s){1,3}$/
const UNIT =
  /^[.,]{0,2}\s?(?:(?:Apt|Apartment|Suite|Ste|Unit|Floor|Fl|Room|Rm)\.?\s?#?\s?|#\s?)[A-Za-z]?\d{0,5}[A-Za-z]?\b/i

/** Behind the word for a street at [start, end). */
export function streetAt(lexer: Lexer, start: number, end: number): void {
  const { text, to } = lexer
  const first = text.charCodeAt(start)
  if (first < 0x41 || first > 0x5a || text.charCodeAt(start - 1) !== 0x20) return
  const before = BEFORE.exec(text.slice(Math.max(0, start - MOST_BEFORE), start))
  if (before === null) return
  const from = start - before[0].length
  // "in 2010 Wall Street": a year.
  if (
    /^(?:19|20)\d\d\s/.test(before[0]) &&
    /\b(?:[Ii]n|[Ss]ince|[Oo]f|[Tt]he)\s$/.test(text.slice(Math.max(0, from - 6), from))
  )
    return
  // "2 Nurses Dr. Patel"
  const dotted = text.charCodeAt(end) === 0x2e
  if (end - start === 2 && dotted && text.startsWith('Dr', start) && /^\.\s[A-Z]/.test(text.slice(end, end + 3))) return
  const unit = UNIT.exec(text.slice(end, Math.min(to, end + 24)))
  lexer.add(Shape.address, from, unit === null || !/[\d#]|\s[A-Z]$/.test(unit[0]) ? end : end + unit[0].length, false)
}

/** "PO Box 551", "P.O. Box 551": the word "box" is at [start, end). */
export function boxAt(lexer: Lexer, start: number, end: number): void {
  const { text, to } = lexer
  const before = /\bP\.? ?O\.? ?$|\bPost Office $/i.exec(text.slice(Math.max(0, start - 12), start))
  if (before === null) return
  let at = end
  while (at < to && at - end < 3 && (text.charCodeAt(at) === 0x20 || text.charCodeAt(at) === 0x23)) at++
  const digits = at
  while (at < to && at - digits < 8 && (isDigit(text.charCodeAt(at)) || isLetter(text.charCodeAt(at)))) at++
  if (at > digits && isDigit(text.charCodeAt(digits))) lexer.add(Shape.address, start - before[0].length, at, false)
}
