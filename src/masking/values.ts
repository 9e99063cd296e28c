// Where the value after a name ends in text that is no JSON. Promise: up to its quote, bracket, comma or line end, or the
// lines below that belong to it; what has no end goes on to the end of the text. Linear in what is read.

/** Quotes, escapes, blanks and emphasis that may stand between a colon and its value. */
const isDressing = (code: number): boolean =>
  code === 0x20 || code === 0x22 || code === 0x27 || code === 0x5c || code === 0x2a || code === 0x60 || code === 0x09

const CLOSING: ReadonlyMap<number, number> = new Map([
  [0x22, 0x22],
  [0x27, 0x27],
  [0x28, 0x29],
  [0x201c, 0x201d],
  [0x201e, 0x201c],
  [0x2018, 0x2019],
  [0xab, 0xbb],
])

export function valueAfter(text: string, from: number, to: number): [start: number, end: number] {
  let start = from
  if (text.charCodeAt(start) === 0x3d || text.charCodeAt(start) === 0x3e) start++
  for (; start < to && start - from < 32; start++) {
    const code = text.charCodeAt(start)
    const closing = code === 0x60 ? ticked(text, start, to) : CLOSING.get(code)
    if (closing !== undefined) return quoted(text, start + 1, to, closing)
    if (!isDressing(code)) break
  }
  let end = start
  const opening = text.charCodeAt(start)
  if (opening === 0x5b || opening === 0x7b) end = bracketed(text, start, to)
  while (end < to && !endsPlain(text.charCodeAt(end))) end++
  end = named(text, start, end, to)
  return [start, trimmed(text, start, end, true)]
}

const endsPlain = (code: number): boolean =>
  code === 0x0a ||
  code === 0x0d ||
  code === 0x2c ||
  code === 0x3b ||
  code === 0x7c ||
  code === 0x7d ||
  code === 0x5d ||
  code === 0x26 ||
  code === 0x09

/** A backtick that opens what another closes on the same line. */
function ticked(text: string, at: number, to: number): number | undefined {
  const next = text.charCodeAt(at + 1)
  if (next === 0x20 || next === 0x60) return undefined
  for (let end = at + 1; end < to && text.charCodeAt(end) !== 0x0a; end++) {
    if (text.charCodeAt(end) === 0x60) return 0x60
  }
  return undefined
}

/** A quote inside is one that has more backslashes before it than the opening one, or is doubled. */
function quoted(text: string, start: number, to: number, closing: number): [start: number, end: number] {
  const escapes = backslashes(text, 0, start - 1)
  let end = start
  for (; end < to; end++) {
    const code = text.charCodeAt(end)
    if (code === 0x0a || code === 0x0d) break
    if (code !== closing) continue
    const before = backslashes(text, start, end)
    const closes = before < escapes || (before - escapes) % (2 * (escapes + 1)) === 0
    if (!closes) continue
    if (end > start && before === 0 && closing !== 0x29 && text.charCodeAt(end + 1) === closing) {
      end++
      continue
    }
    end -= before
    break
  }
  return [start, trimmed(text, start, end, false)]
}

function backslashes(text: string, from: number, at: number): number {
  let start = at
  while (start > from && at - start < 64 && text.charCodeAt(start - 1) === 0x5c) start--
  return at - start
}

/** Past the bracket that closes the one at `start`; to the end where none does. */
function bracketed(text: string, start: number, to: number): number {
  let depth = 0
  let quote = 0
  for (let at = start; at < to; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x5c) at++
    else if (quote !== 0) {
      if (code === quote) quote = 0
    } else if (code === 0x22) quote = code
    else if (code === 0x5b || code === 0x7b) depth++
    else if ((code === 0x5d || code === 0x7d) && --depth === 0) return at + 1
  }
  return to
}

/** `Doe, Jane`: letters alone, a comma, and capitalised words up to the next mark. */
function named(text: string, start: number, end: number, to: number): number {
  if (text.charCodeAt(end) !== 0x2c || end - start > 64 || !LETTERS.test(text.slice(start, end))) return end
  const more = GIVEN.exec(text.slice(end, Math.min(to, end + 96)))
  return more === null ? end : end + more[0].length
}

const LETTERS = /^\p{Lu}[\p{L}'’. -]*$/u
const GIVEN = /^, ?\p{Lu}[\p{L}'’.-]*(?: \p{Lu}[\p{L}'’.-]*){0,3}(?=[,;|\n\r]|$)/u

function trimmed(text: string, start: number, until: number, plain: boolean): number {
  let end = until
  while (end > start && (text.charCodeAt(end - 1) === 0x20 || (plain && text.charCodeAt(end - 1) === 0x2a))) end--
  return end
}

const BLOCK = /^[ \t]*[|>]?[+-]?\d?[ \t]*\r?\n/

/**
 * The lines below a name that ends its own line, as in YAML: those further in than it, or a list; else the next line, as
 * in a form, where that is no name itself. `mark` is at the colon.
 */
export function valueBelow(text: string, from: number, mark: number, to: number): [start: number, end: number] {
  const rest = BLOCK.exec(text.slice(mark + 1, Math.min(to, mark + 40)))
  if (rest === null) return [mark, mark]
  let lineStart = mark
  while (lineStart > from && text.charCodeAt(lineStart - 1) !== 0x0a) lineStart--
  const own = indentAt(text, lineStart, mark)
  const first = mark + 1 + rest[0].length
  let end = first
  for (let at = first; at < to; ) {
    const stop = lineEnd(text, at, to)
    const indent = indentAt(text, at, stop)
    const item = text.charCodeAt(at + indent) === 0x2d && text.charCodeAt(at + indent + 1) === 0x20
    const blank = indent === stop - at || text.charCodeAt(at + indent) === 0x0d
    if (!blank && !(indent > own || (indent === own && item))) break
    if (!blank) end = stop
    at = stop + 1
  }
  if (end === first) {
    const stop = lineEnd(text, first, to)
    if (!/[:=|]/.test(text.slice(first, stop))) end = stop
  }
  const start = first + indentAt(text, first, end)
  return [start, Math.max(start, trimmed(text, start, text.charCodeAt(end - 1) === 0x0d ? end - 1 : end, false))]
}

function lineEnd(text: string, from: number, to: number): number {
  const at = text.indexOf('\n', from)
  return at < 0 || at > to ? to : at
}

function indentAt(text: string, at: number, end: number): number {
  let indent = 0
  while (at + indent < end && (text.charCodeAt(at + indent) === 0x20 || text.charCodeAt(at + indent) === 0x09)) indent++
  return indent
}
