// Names and addresses of vCards. Promise: lines of a card are read once; parameters and types stay.
import type { Lexer } from './lexer.ts'
import { Shape } from './shapes.ts'

const BEGIN = 'BEGIN:VCARD'
const LINE = /^(?:[\w-]{1,32}\.)?(N|FN|NICKNAME|SORT-STRING|RELATED|ADR|LABEL|GEO|BIRTHPLACE|DEATHPLACE)(?:;|:)/i
const NAMES: ReadonlySet<string> = new Set(['N', 'FN', 'NICKNAME', 'SORT-STRING', 'RELATED'])

/** Judges the cards in text[from, to), which has a line "BEGIN:VCARD" at `at`. */
export function cardAt(lexer: Lexer, at: number): void {
  const { text, to } = lexer
  if (at < lexer.cardEnd) return
  lexer.cardEnd = to
  let shape = -1
  let part = 0
  for (let start = at; start < to; ) {
    const end = endOfLine(text, start, to)
    const folded = text.charCodeAt(start) === 0x20 || text.charCodeAt(start) === 0x09
    let value = start
    if (!folded) {
      const property = LINE.exec(text.slice(start, Math.min(end, start + 64)))?.[1]?.toUpperCase()
      shape = property === undefined ? -1 : NAMES.has(property) ? Shape.name : Shape.address
      if (shape >= 0) value = valueFrom(text, start, end)
      part = property === 'ADR' ? 1 : 0
      if (text.startsWith('END:VCARD', start)) {
        lexer.cardEnd = end
        return
      }
    }
    if (shape >= 0 && lexer.has(shape)) part = parts(lexer, shape, value, end, part)
    start = end + 1
  }
}

export const isCard = (text: string, colon: number): boolean => text.startsWith(BEGIN, colon - 5)

/** Behind the colon that ends the parameters; one in quotes does not. */
function valueFrom(text: string, from: number, end: number): number {
  let quoted = false
  for (let at = from; at < end; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x22) quoted = !quoted
    else if (code === 0x3a && !quoted) return at + 1
  }
  return end
}

/** `first`: the number of the first part of an address, whose state and country stay; 0 elsewhere. Returns that of the last. */
function parts(lexer: Lexer, shape: number, from: number, end: number, first: number): number {
  let start = from
  let part = first
  for (let at = from; at <= end; at++) {
    const code = at < end ? lexer.text.charCodeAt(at) : 0x3b
    if (code === 0x5c) at++
    else if (code === 0x3b) {
      const stays = part === STATE || part === COUNTRY
      if (!stays && /[\p{L}\d]/u.test(lexer.text.slice(start, at))) lexer.add(shape, start, at, true)
      start = at + 1
      if (part > 0 && at < end) part++
    }
  }
  return part
}

const STATE = 5
const COUNTRY = 7

function endOfLine(text: string, from: number, to: number): number {
  for (let at = from; at < to; at++) if (text.charCodeAt(at) === 0x0a || text.charCodeAt(at) === 0x0d) return at
  return to
}
