// Claims, eligibility and other transactions of X12. Promise: an interchange says its own marks in its first segment;
// each of its segments is read once, and codes, states and amounts stay.
import { isDigit, isLetter } from './groups.ts'
import type { Lexer } from './lexer.ts'
import { Shape } from './shapes.ts'

/** The first segment has a fixed length. */
const TERMINATOR_AT = 105
const SEGMENT = 2048

type Elements = ReadonlyMap<number, number>
const of = (...elements: (readonly [number, number])[]): Elements => new Map(elements)

const named = of([3, Shape.name], [4, Shape.name], [5, Shape.name], [9, Shape.plan])
const segments: ReadonlyMap<string, Elements> = new Map([
  ['N1', of([2, Shape.name], [4, Shape.other])],
  ['N2', of([1, Shape.name], [2, Shape.name])],
  ['N3', of([1, Shape.address], [2, Shape.address])],
  ['N4', of([1, Shape.address], [3, Shape.zip])],
  ['DMG', of([2, Shape.date])],
  ['DTP', of([3, Shape.date])],
  ['DTM', of([2, Shape.date])],
  ['CLM', of([1, Shape.account])],
  ['CLP', of([1, Shape.account], [7, Shape.other])],
  ['TRN', of([2, Shape.other])],
])
/** What REF*qualifier is; other qualifiers are of contracts, payers and plans. */
const references: ReadonlyMap<string, number> = new Map([
  ['SY', Shape.ssn],
  ['EA', Shape.mrn],
  ['0F', Shape.plan],
  ['1L', Shape.plan],
  ['1W', Shape.plan],
  ['23', Shape.plan],
  ['IG', Shape.plan],
  ['HJ', Shape.plan],
  ['Y4', Shape.other],
  ['G1', Shape.other],
  ['9F', Shape.other],
  ['F8', Shape.other],
  ['D9', Shape.other],
  ['EJ', Shape.account],
  ['NQ', Shape.plan],
])
const calls: ReadonlyMap<string, number> = new Map([
  ['TE', Shape.phone],
  ['HP', Shape.phone],
  ['WP', Shape.phone],
  ['CP', Shape.phone],
  ['FX', Shape.fax],
  ['EM', Shape.email],
])

/** Judges the interchange that the text begins with, if it does. */
export function interchange(lexer: Lexer, from: number): void {
  const { text, to } = lexer
  let start = from
  while (start < to && (text.charCodeAt(start) <= 0x20 || text.charCodeAt(start) === 0xfeff)) start++
  if (!text.startsWith('ISA', start)) return
  const mark = text.charAt(start + 3)
  const ends = text.charAt(start + TERMINATOR_AT)
  if (to - start <= TERMINATOR_AT || isWord(mark) || isWord(ends) || mark === ends || ends === ' ') return
  for (let at = start; at < to; ) {
    while (at < to && text.charCodeAt(at) <= 0x20) at++
    const found = text.indexOf(ends, at)
    const end = found < 0 || found > to ? to : found
    // A segment is short: what is longer is something else.
    if (end > at && end - at <= SEGMENT) segment(lexer, at, end, mark)
    at = end + 1
  }
}

const isWord = (one: string): boolean => isLetter(one.charCodeAt(0)) || isDigit(one.charCodeAt(0))

function segment(lexer: Lexer, from: number, end: number, mark: string): void {
  const fields = lexer.text.slice(from, end).split(mark)
  const [name = '', first = ''] = fields
  const known = name === 'NM1' ? named : segments.get(name)
  const places = fields.map((_, index) => {
    if (name === 'REF') return index === 2 ? references.get(first) : undefined
    if (name === 'PER') return index === 2 ? Shape.name : calls.get(index > 2 ? (fields[index - 1] as string) : '')
    return known?.get(index)
  })
  let at = from
  for (const [index, field] of fields.entries()) {
    const shape = places[index]
    if (shape !== undefined && lexer.has(shape) && /[\p{L}\d]/u.test(field))
      lexer.add(shape, at, at + field.length, true)
    at += field.length + 1
  }
}
