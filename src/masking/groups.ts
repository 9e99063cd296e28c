// Groups of digits and the marks between them. Promise: at most nine groups of at most twenty digits, read without
// allocating anything, so that looking ahead costs the same everywhere.

const GROUPS = 9
const LONG = 20
const start = new Int32Array(GROUPS + 1)
const length = new Int32Array(GROUPS + 1)
/** The kind of separator before a group. */
const joint = new Int32Array(GROUPS + 1)
/** How many groups were read. */
export let groups = 0

export const DASH = 1
export const DOT = 2
export const SPACE = 3
export const SLASH = 4
export const PAREN = 5
export const COLON = 6

export const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39
export const isLetter = (code: number): boolean => (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a && code < 0x80

function markOf(code: number): number {
  if (code === 0x2d || code === 0x5f || code === 0x7e || code === 0x2b) return DASH
  if (code === 0x2e) return DOT
  if (code === 0x2f) return SLASH
  if (code === 0x29) return PAREN
  return code === 0x3a ? COLON : 0
}

/** Emphasis of Markdown, an escaped mark, an inline tag of HTML: a reader sees only what is around it. */
function pastMarkup(text: string, at: number): number {
  const code = text.charCodeAt(at)
  if (code === 0x2a || code === 0x60) {
    // A product has blanks on either side.
    return text.charCodeAt(at - 1) === 0x20 && text.charCodeAt(at + 1) === 0x20 ? at : at + 1
  }
  if (code === 0x5c) return markOf(text.charCodeAt(at + 1)) === 0 ? at : at + 1
  if (code !== 0x3c) return at
  const tag = INLINE.exec(text.slice(at, at + MOST_TAG))
  return tag === null ? at : at + tag[0].length
}

const MOST_TAG = 80
const INLINE = /^(?:<\/?(?:b|i|u|em|mark|strong|wbr|span)(?: [^<>]{0,64})?\/?>|<!--[^<>]{0,64}-->)/

/** Reads the groups from `at` on into this file's one buffer; the functions below speak of the last call. */
export function readGroups(text: string, at: number, to: number): void {
  groups = 0
  let place = at
  let kind = 0
  while (groups < GROUPS) {
    let end = place
    while (end < to && end - place <= LONG && isDigit(text.charCodeAt(end))) end++
    if (end === place || end - place > LONG) return
    start[groups] = place
    length[groups] = end - place
    joint[groups] = kind
    groups++
    // At most one mark, however often, with a space on either side; a closing parenthesis counts as the mark.
    kind = 0
    place = end
    let spaces = 0
    let most = 2
    let longest = 4
    for (; place < to && place - end < longest; place++) {
      const code = text.charCodeAt(place)
      if (code === 0x20) {
        if (++spaces > most) return
        if (kind === 0) kind = SPACE
      } else if ((code === 0x0a || code === 0x0d) && kind === DASH) {
        // Lines are broken after a dash too, and what follows may be further in.
        most = 12
        longest = 24
      } else if (code === 0x28 && kind !== PAREN) kind = PAREN
      else {
        const mark = markOf(code)
        if (mark === 0) {
          if (code !== 0x2a && code !== 0x60 && code !== 0x3c && code !== 0x5c) break
          const next = pastMarkup(text, place)
          if (next === place) break
          place = next - 1
          longest = 24
          continue
        }
        if (kind !== 0 && kind !== SPACE && kind !== mark && !(kind === PAREN && mark === DASH)) return
        kind = kind === PAREN ? PAREN : mark
      }
    }
    if (kind === 0) return
  }
}

export const len = (index: number): number => (index < groups ? (length[index] as number) : 0)
export const sep = (index: number): number => (index < groups ? (joint[index] as number) : 0)
export const startOf = (index: number): number => start[index] as number
export const endOf = (index: number): number => (start[index] as number) + (length[index] as number)

export function number(text: string, index: number): number {
  let value = 0
  for (let at = start[index] as number; at < endOf(index); at++) value = value * 10 + text.charCodeAt(at) - 0x30
  return value
}
