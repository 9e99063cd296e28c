// Elements of XML whose name says what they hold, as in C-CDA and FHIR. Promise: looks at one tag of at most 512 characters
// and the text up to the next; an element that holds others is left to them.

import { fieldOf } from './fields.ts'
import { isDigit, isLetter } from './groups.ts'
import type { Lexer } from './lexer.ts'
import { NO_SHAPE, Shape } from './shapes.ts'

const MOST_TAG = 512
const MOST_TEXT = 512
const MOST_NAME = 24
const isWord = (code: number): boolean => isLetter(code) || isDigit(code)
const inName = (code: number): boolean => isWord(code) || code === 0x5f || code === 0x2d

/** Judges the element whose < is at `at`. */
export function elementAt(lexer: Lexer, at: number): void {
  const { text, to } = lexer
  let start = at + 1
  if (text.charCodeAt(start) === 0x2f) {
    if (text.startsWith(PATIENT, start + 1)) lexer.patient = false
    return
  }
  let end = start
  while (end < to && end - start <= MOST_NAME && inName(text.charCodeAt(end))) end++
  if (text.charCodeAt(end) === 0x3a) {
    start = ++end
    while (end < to && end - start <= MOST_NAME && inName(text.charCodeAt(end))) end++
  }
  if (end === start || end - start > MOST_NAME) return
  const first = text.charCodeAt(start) | 0x20
  if (first === 0x69) {
    if (end - start === 2 && (text.charCodeAt(start + 1) | 0x20) === 0x64) identifier(lexer, end)
  } else if (first === 0x70 && text.startsWith(PATIENT, start)) lexer.patient = true
  let shape = fieldOf(text.slice(start, end))
  if (shape === NO_SHAPE && text.charCodeAt(end) === 0x20) shape = fieldNamed(text, end, to)
  if (shape !== NO_SHAPE && lexer.has(shape)) content(lexer, shape, end)
}

/** `<field name="lastName">`: what an attribute names. */
function fieldNamed(text: string, from: number, to: number): number {
  let close = from
  while (close < to && close - from <= MOST_TAG && text.charCodeAt(close) !== 0x3e) close++
  const named = NAMED.exec(text.slice(from, close))
  return named === null ? NO_SHAPE : fieldOf(named[1] ?? '')
}

const NAMED = /\s(?:name|key|field|column|property)="([\w -]{1,40})"/
const PATIENT = 'patientRole'

/** `<id root="…" extension="…"/>`: of the patient in the head of a document, of anything else after it. */
function identifier(lexer: Lexer, from: number): void {
  const shape = lexer.patient ? Shape.mrn : Shape.other
  if (lexer.has(shape)) attribute(lexer, shape, from, EXTENSION)
}

function content(lexer: Lexer, shape: number, from: number): void {
  const { text, to } = lexer
  const close = attribute(lexer, shape, from, VALUE)
  if (close < 0 || text.charCodeAt(close - 1) === 0x2f) return
  let start = close + 1
  if (text.startsWith(LITERAL, start)) start += LITERAL.length
  let end = start
  while (end < to && end - start <= MOST_TEXT && text.charCodeAt(end) !== 0x3c) end++
  if (text.charCodeAt(end) !== 0x3c) return
  if (text.startsWith(']]>', end - 3)) end -= 3
  while (start < end && text.charCodeAt(start) <= 0x20) start++
  while (end > start && text.charCodeAt(end - 1) <= 0x20) end--
  says(lexer, shape, start, end)
}

const LITERAL = '<![CDATA['
const VALUE = /\svalue\s*=\s*(?:"([^"]*)"|'([^']*)')/d
const EXTENSION = /\sextension\s*=\s*(?:"([^"]*)"|'([^']*)')/d

/** Takes the value of an attribute in the tag whose name ends at `from`; returns where the tag ends, or -1. */
function attribute(lexer: Lexer, shape: number, from: number, name: RegExp): number {
  const { text, to } = lexer
  let close = from
  while (close < to && close - from <= MOST_TAG && text.charCodeAt(close) !== 0x3e) close++
  if (text.charCodeAt(close) !== 0x3e) return -1
  const { indices } = (close > from && name.exec(text.slice(from, close))) || {}
  const [start, end] = indices?.[1] ?? indices?.[2] ?? [0, 0]
  if (end > start) says(lexer, shape, from + start, from + end)
  return close
}

function says(lexer: Lexer, shape: number, start: number, end: number): void {
  for (let at = start; at < end; at++) {
    const code = lexer.text.charCodeAt(at)
    if (!isWord(code) && code < 0xaa) continue
    lexer.add(shape, start, end, true)
    return
  }
}
