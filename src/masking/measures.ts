// What stands behind a number and makes it an amount, not an identifier. Promise: looks at one word.
import { isDigit, isLetter } from './groups.ts'

const UNITS: ReadonlySet<string> = new Set(
  [
    'mg mcg ug g gm gram grams kg lb lbs oz ml dl cl cc l mm cm m km inch inches ft feet french gauge iu unit units mu',
    'meq mmol mol umol nmol pmol mmhg bpm kcal cal calories hz mhz gy percent degree degrees',
    'sec secs second seconds min mins minute minutes h hr hrs hour hours d day days wk wks week weeks',
    'mo mos month months y yr yrs yo year years time times x dose doses tab tabs tablet tablets capsule capsules',
    'puff puffs drop drops patients people beats steps cells copies visits admissions usd eur dollars',
  ]
    .join(' ')
    .split(' '),
)
const LONGEST = Math.max(...[...UNITS].map(unit => unit.length))

/** Whether text[from, to) is the name of a unit, whole. */
export function isUnit(text: string, from: number, to: number): boolean {
  return to > from && to - from <= LONGEST && UNITS.has(text.slice(from, to).toLowerCase())
}

/** Whether an amount ends at `at`: a percent sign or a unit follows, a blank or a dash between them at most. */
export function isMeasured(text: string, at: number, to: number): boolean {
  const code = text.charCodeAt(at)
  if (code === 0x25) return true
  const from = code === 0x20 || code === 0x2d ? at + 1 : at
  if (text.charCodeAt(from) === 0x25) return true
  let end = from
  while (end < to && end - from <= LONGEST && isLetter(text.charCodeAt(end))) end++
  return isUnit(text, from, end) && !isDigit(text.charCodeAt(end))
}
