// Fields of HL7 v2 messages that hold identifiers of the patient, kin, guarantor and insured. Promise: each segment is
// read once, marks between components stay, codes of state, country and type stay.
import { isDigit, isLetter } from './groups.ts'
import type { Lexer } from './lexer.ts'
import { Shape } from './shapes.ts'

/** Positions of the components that are hidden, from 1. */
const ID = [1]
const PERSON = [1, 2, 3]
const PLACE = [1, 2, 3, 5, 8, 9, 10]
const CALLED = [1, 6, 7, 12]

type Field = readonly [shape: number, components: readonly number[]]
const of = (shape: number, components: readonly number[], ...fields: number[]): (readonly [number, Field])[] =>
  fields.map(field => [field, [shape, components]])

const segments: ReadonlyMap<string, ReadonlyMap<number, Field>> = new Map(
  Object.entries({
    PID: [
      ...of(Shape.mrn, ID, 2, 3, 4, 21),
      ...of(Shape.name, PERSON, 5, 6, 9),
      ...of(Shape.date, ID, 7, 29),
      ...of(Shape.address, PLACE, 11, 12, 23),
      ...of(Shape.phone, CALLED, 13, 14, 40),
      ...of(Shape.account, ID, 18),
      ...of(Shape.ssn, ID, 19),
      ...of(Shape.license, ID, 20),
    ],
    NK1: [
      ...of(Shape.name, PERSON, 2, 26, 30),
      ...of(Shape.address, PLACE, 4, 32, 38),
      ...of(Shape.phone, CALLED, 5, 6, 31, 40, 41),
      ...of(Shape.other, ID, 12, 33),
      ...of(Shape.date, ID, 16),
      ...of(Shape.ssn, ID, 37),
    ],
    GT1: [
      ...of(Shape.other, ID, 2, 19, 29),
      ...of(Shape.name, PERSON, 3, 4, 16, 42, 45),
      ...of(Shape.address, PLACE, 5, 17),
      ...of(Shape.phone, CALLED, 6, 7, 18, 46),
      ...of(Shape.date, ID, 8),
      ...of(Shape.ssn, ID, 12),
    ],
    IN1: [
      ...of(Shape.plan, ID, 8, 10, 36, 49),
      ...of(Shape.name, PERSON, 16),
      ...of(Shape.date, ID, 18),
      ...of(Shape.address, PLACE, 19, 44, 52),
    ],
    IN2: [
      ...of(Shape.other, ID, 1, 10),
      ...of(Shape.ssn, ID, 2),
      ...of(Shape.name, PERSON, 3, 7, 9, 22, 40, 49, 50, 52),
      ...of(Shape.plan, ID, 6, 8, 25, 26, 61),
      ...of(Shape.phone, CALLED, 51, 53, 58, 63, 64),
    ],
    MRG: [
      ...of(Shape.mrn, ID, 1, 2, 4),
      ...of(Shape.account, ID, 3),
      ...of(Shape.other, ID, 5, 6),
      ...of(Shape.name, PERSON, 7),
    ],
    PV1: of(Shape.other, ID, 5, 19, 50),
  }).map(([segment, fields]) => [segment, new Map(fields)] as const),
)

/** Of a segment that stands behind something: the first component is no further away. */
const MOST_BEFORE = 256

/** Judges the segment whose first bar is at `at`, where its name stands at the start of a line, or is one beyond doubt. */
export function segmentAt(lexer: Lexer, at: number, from: number): void {
  const { text, to } = lexer
  const before = at - 4 >= from ? text.charCodeAt(at - 4) : 0x0a
  // Behind a bar it is a field of the one that is judged already.
  if (at - 3 < from || isLetter(before) || isDigit(before) || before === 0x7c) return
  const starts = before === 0x0a || before === 0x0d || before === 0x0b || before === 0xfeff
  const name = text.slice(at - 3, at)
  const fields = segments.get(name)
  // A table may have a column of that name: these begin with a number, or nothing.
  const next = text.charCodeAt(at + 1)
  if (fields === undefined || (name !== 'IN2' && name !== 'MRG' && next !== 0x7c && !isDigit(next))) return
  // Behind the words of a log line: it has components.
  if (
    !starts &&
    !text
      .slice(at, Math.min(to, at + MOST_BEFORE))
      .split(/[\r\n]/, 1)[0]
      ?.includes('^')
  )
    return
  let field = 0
  let start = at
  for (let place = at; ; place++) {
    const code = place < to ? text.charCodeAt(place) : 0x0d
    const ends = code === 0x0d || code === 0x0a || (!starts && code === 0x7c && place > at && isNamed(text, place))
    if (code !== 0x7c && !ends) continue
    const known = fields.get(field)
    if (known !== undefined && place > start && lexer.has(known[0])) repetitions(lexer, known, start, place)
    if (ends) return
    field++
    start = place + 1
  }
}

/** Whether the bar at `at` is the first of a segment: of those that stand in one line each ends where the next begins. */
function isNamed(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 4)
  if (isLetter(before) || isDigit(before) || before === 0x7c) return false
  return /^[A-Z][A-Z\d]{2}$/.test(text.slice(at - 3, at))
}

function repetitions(lexer: Lexer, [shape, components]: Field, from: number, to: number): void {
  const { text } = lexer
  let component = 1
  let start = from
  let says = false
  for (let at = from; at <= to; at++) {
    const code = at < to ? text.charCodeAt(at) : 0x7e
    if (code === 0x5e || code === 0x7e) {
      if (says && components.includes(component)) lexer.add(shape, start, at, true)
      component = code === 0x7e ? 1 : component + 1
      start = at + 1
      says = false
    } else says ||= isLetter(code) || isDigit(code) || code >= 0xaa
  }
}
