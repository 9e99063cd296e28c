// Groups of digits and the marks between them. Promise: at most eight groups of at most twenty digits, read without
// allocating anything, so that looking ahead costs the same everywhere.

const GROUPS = 8
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
    for (; place < to && place - end < 4; place++) {
      const code = text.charCodeAt(place)
      // Lines are broken after a dash too.
      if (code === 0x20 || ((code === 0x0a || code === 0x0d) && kind === DASH)) {
        if (++spaces > 2) return
        if (kind === 0) kind = SPACE
      } else if (code === 0x28 && kind !== PAREN) kind = PAREN
      else {
        const mark = markOf(code)
        if (mark === 0) break
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
