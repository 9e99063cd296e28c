// "First name: Jane", "home_address=…": a line of a form whose label says that a person's name or an address follows.
// Promise: reads at most 32 characters back from the mark and 160 on; a word that begins small is a name only behind `=`.
import { fieldOf } from './fields.ts'
import { isDigit, isLetter } from './groups.ts'
import type { Lexer } from './lexer.ts'
import { NO_SHAPE, Shape } from './shapes.ts'

const MOST_LABEL = 32
const MOST_NAME = 64
const MOST_ADDRESS = 160
/** Last words of such labels. Others of the fields are too often something else in prose: "family: none". */
const LAST = /(?:name|surname|forename|birthplace|address|street|city|town|county|kin|line)s?[ _]?\d?$/i

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09
/** Quotes and emphasis around a label or a value. */
const isDress = (code: number): boolean =>
  isBlank(code) || code === 0x2a || code === 0x22 || code === 0x27 || code === 0x60 || code === 0x5c

/** Judges the label that ends before the mark at `at`. */
export function labelAt(lexer: Lexer, at: number, from: number): void {
  const { text } = lexer
  let end = at
  while (end > from && at - end < 4 && isDress(text.charCodeAt(end - 1))) end--
  const last = text.charCodeAt(end - 1) | 0x20
  // Most words before a colon end otherwise.
  const may = last === 0x65 || last === 0x73 || last === 0x74 || last === 0x79 || last === 0x6e
  if (end === from || (!may && !isDigit(text.charCodeAt(end - 1)))) return
  const next = text.charCodeAt(at + 1)
  if (next === 0x3a || next === 0x2f || next === 0x3d) return
  let start = end
  while (start > from && end - start < MOST_LABEL && inLabel(text.charCodeAt(start - 1))) start--
  let label = text.slice(start, end)
  if (!LAST.test(label)) return
  for (;;) {
    const shape = fieldOf(label.replaceAll("'", ''))
    if (shape !== NO_SHAPE) {
      if (lexer.has(shape)) valueAt(lexer, shape, at)
      return
    }
    const blank = label.search(/[ _.]/)
    if (blank < 0) return
    label = label.slice(blank + 1)
  }
}

const inLabel = (code: number): boolean =>
  isLetter(code) || isDigit(code) || code === 0x20 || code === 0x5f || code === 0x2d || code === 0x27 || code === 0x2e

/** Takes what stands behind the mark at `mark`. */
function valueAt(lexer: Lexer, shape: number, mark: number): void {
  const { text, to } = lexer
  const assigned = text.charCodeAt(mark) === 0x3d && !isBlank(text.charCodeAt(mark + 1))
  let begin = mark + 1
  while (begin < to && begin - mark < 8 && isDress(text.charCodeAt(begin))) begin++
  const first = text.charCodeAt(begin)
  const begins = (first >= 0x41 && first <= 0x5a) || first >= 0xaa || isDigit(first) || (assigned && isLetter(first))
  if (!begins) return
  const quote = text.charCodeAt(begin - 1)
  const quoted = quote === 0x22 || quote === 0x27
  const until = Math.min(to, begin + (shape === Shape.name ? MOST_NAME : MOST_ADDRESS))
  let stop = begin
  while (stop < until && !(quoted ? text.charCodeAt(stop) === quote : ends(text, stop, until, assigned, shape))) stop++
  while (stop > begin && isDress(text.charCodeAt(stop - 1))) stop--
  if (stop > begin) lexer.add(shape, begin, stop, true)
}

/** Whether the value has ended at `at`. */
function ends(text: string, at: number, until: number, assigned: boolean, shape: number): boolean {
  const code = text.charCodeAt(at)
  if (code < 0x20 || code === 0x3b || code === 0x7c || code === 0x22 || code === 0x28 || code === 0x3c) return true
  if (code === 0x7d || code === 0x5d || code === 0x26) return true
  const next = text.charCodeAt(at + 1)
  if (code === 0x20) return assigned || next === 0x20
  // Before the next label.
  if (code === 0x2c) return assigned || /^,\s*[\w .*'-]{1,32}[:=]/.test(text.slice(at, Math.min(until, at + 40)))
  if (code !== 0x2e || next !== 0x20) return false
  const word = /\w+$/.exec(text.slice(Math.max(0, at - 12), at))?.[0] ?? ''
  return shape === Shape.name ? word.length > 2 && word !== 'Mrs' : word.length > 4
}
