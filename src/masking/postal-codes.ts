// Postal codes: beside a word for them, after a state of the USA, or as Canada writes them. Promise: reads at most twenty
// characters to either side.
import { DASH, endOf, isDigit, isLetter, len, sep, startOf } from './groups.ts'
import type { Lexer } from './lexer.ts'
import { isMeasured } from './measures.ts'
import { Shape } from './shapes.ts'

const isUpper = (code: number): boolean => code >= 0x41 && code <= 0x5a
const isWord = (code: number): boolean => isDigit(code) || isLetter(code)

/** First digit of the codes of a state, by its name's last word or its two letters. */
const STATES: ReadonlyMap<string, number> = new Map(
  [
    'CT MA ME NH NJ RI VT PR Connecticut Massachusetts Maine Hampshire Jersey Island Vermont Rico',
    'DE NY PA Delaware York Pennsylvania',
    'DC MD NC SC VA WV Columbia Maryland Carolina Virginia',
    'AL FL GA MS TN Alabama Florida Georgia Mississippi Tennessee',
    'IN KY MI OH Indiana Kentucky Michigan Ohio',
    'IA MN MT ND SD WI Iowa Minnesota Montana Dakota Wisconsin',
    'IL KS MO NE Illinois Kansas Missouri Nebraska',
    'AR LA OK TX Arkansas Louisiana Oklahoma Texas',
    'AZ CO ID NM NV UT WY Arizona Colorado Idaho Mexico Nevada Utah Wyoming',
    'AK CA HI OR WA GU Alaska California Hawaii Oregon Washington',
  ].flatMap((line, digit) => line.split(' ').map(name => [name, digit] as const)),
)
const LONGEST = 13

/** Five digits or nine behind a state: after a comma any, else such as the state has. "CT 70450" is a procedure. */
export function zipAfterState(lexer: Lexer): number {
  const { text } = lexer
  const from = startOf(0)
  if ((len(0) !== 5 && len(0) !== 9) || isWord(text.charCodeAt(endOf(0)))) return 0
  let end = from
  while (end > 0 && from - end < 3 && isBetween(text.charCodeAt(end - 1))) end--
  if (end === from) return 0
  let start = end
  while (start > 0 && end - start <= LONGEST && isLetter(text.charCodeAt(start - 1))) start--
  if (end - start < 2 || end - start > LONGEST) return 0
  const digit = STATES.get(text.slice(start, end))
  if (digit === undefined) return 0
  const comma =
    text.charCodeAt(start - 1) === 0x5e ||
    (text.charCodeAt(start - 2) === 0x2c && isBetween(text.charCodeAt(start - 1)))
  if (!comma && text.charCodeAt(from) !== digit + 0x30) return 0
  return added(lexer, from, len(1) === 4 && sep(1) === DASH ? endOf(1) : endOf(0), false)
}

/** Blank, comma, caret, line end. */
const isBetween = (code: number): boolean =>
  code === 0x20 || code === 0x2c || code === 0x5e || code === 0x0a || code === 0x0d

/** The code of any country that begins at `at`, beside a word for it: "12345-6789", "7412 SL", "B0J 2H0", "EC1A 1BB". */
export function postalCodeAt(lexer: Lexer, at: number): number {
  const { text, to } = lexer
  if (isWord(text.charCodeAt(at - 1))) return 0
  let digits = 0
  let end = at
  for (; end < to && end - at <= 9; end++) {
    const code = text.charCodeAt(end)
    if (isDigit(code)) digits++
    else if (!isUpper(code)) break
  }
  if (end - at < 2 || end - at > 9 || digits < 1 || isLetter(text.charCodeAt(end))) return 0
  let last = end
  const joint = text.charCodeAt(end)
  if (joint === 0x20 || joint === 0x2d) {
    let second = 0
    last = end + 1
    for (; last < to && last - end <= 6; last++) {
      const code = text.charCodeAt(last)
      if (isDigit(code)) second++
      else if (!isUpper(code)) break
    }
    const size = last - end - 1
    const capitals = joint === 0x20 && digits === end - at && second === 0 && size === 2
    const belongs =
      size >= 2 && size <= (joint === 0x20 ? 3 : 4) && (second > 0 || capitals) && !isWord(text.charCodeAt(last))
    if (belongs) digits += second
    else last = end
  }
  const code = text.charCodeAt(last)
  const goesOn =
    (code === 0x2d || code === 0x2f || code === 0x3a || code === 0x2e) && isDigit(text.charCodeAt(last + 1))
  const year = last - at === 4 && digits === 4 && !lexer.close
  const least = last > end && joint === 0x20 ? 2 : 3
  if (digits < least || last - at < 4 || goesOn || year || (!lexer.close && isMeasured(text, last, to))) return 0
  return added(lexer, at, last, true)
}

/** "K1A 0B1", the word before the blank at [start, end). */
export function canadianAt(lexer: Lexer, start: number): number {
  return CANADIAN.test(lexer.text.slice(start, start + 8)) && !isWord(lexer.text.charCodeAt(start - 1))
    ? added(lexer, start, start + 7, false)
    : 0
}

const CANADIAN = /^[ABCEGHJ-NPRSTVXY]\d[A-Z] \d[A-Z]\d(?![A-Za-z\d])/

function added(lexer: Lexer, start: number, end: number, contextual: boolean): number {
  lexer.add(Shape.zip, start, end, contextual)
  lexer.used(end)
  return end
}
