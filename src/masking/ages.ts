// Ages over 89. Promise: a number that counts years of something else is none.
import { endOf, isLetter, len, number, startOf } from './groups.ts'
import type { Lexer } from './lexer.ts'
import { Shape } from './shapes.ts'
import { AGE } from './words.ts'

/** Ages of 90 and more: Safe Harbor keeps only "90 or over". */
export function age(lexer: Lexer, context: number): number {
  const { text, to } = lexer
  if (len(0) > 3 || len(0) < 2) return 0
  const years = number(text, 0)
  if (years < 90 || years > 130) return 0
  const end = endOf(0)
  // "for 120 years" is no age; "120 years old" is.
  if (context !== AGE && !OLD.test(text.slice(end, Math.min(to, end + 16))) && !isSexed(text, startOf(0), end)) return 0
  lexer.add(Shape.date, startOf(0), end, false)
  lexer.used(end)
  return end
}

const OLD = /^[\s-]?(?:y\/?o\b|y\.o\.|(?:yrs?|years?)[\s-](?:old|of age))/i

/** "a 92M with", "a 93 F presenting"; 98 F may be a temperature elsewhere. */
function isSexed(text: string, from: number, end: number): boolean {
  const at = text.charCodeAt(end) === 0x20 ? end + 1 : end
  const sex = text.charCodeAt(at)
  if ((sex !== 0x4d && sex !== 0x46) || text.charCodeAt(from - 1) !== 0x20) return false
  return (
    (text.charCodeAt(from - 2) | 0x20) === 0x61 &&
    !isLetter(text.charCodeAt(from - 3)) &&
    text.charCodeAt(at + 1) === 0x20
  )
}
