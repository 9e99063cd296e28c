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
    if (closing !== undefined) return tripled(text, start, to) ?? quoted(text, start + 1, to, closing)
    if (isDressing(code)) continue
    const next = pastRemark(text, start, to)
    if (next === start) break
    start = next - 1
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

/** A remark as in C, or what YAML says of a value before it: `!!str `, `&anchor `. */
function pastRemark(text: string, at: number, to: number): number {
  const code = text.charCodeAt(at)
  if (code !== 0x2f && code !== 0x21 && code !== 0x26) return at
  const remark = REMARK.exec(text.slice(at, Math.min(to, at + MOST_REMARK)))
  return remark === null ? at : at + remark[0].length
}

const MOST_REMARK = 256
const MOST_DOUBLED = 1024
const REMARK = /^(?:\/\*(?:[^*]|\*(?!\/))*\*\/|\/\/ [^\n]*\n|!{1,2}\w{0,32} |&\w{1,64} )\s*/

/** Between three quotes of a kind, over lines: a text of TOML or Python; or between two, as in a cell of CSV. */
function tripled(text: string, at: number, to: number): [start: number, end: number] | null {
  const quote = text[at] as string
  if ((quote !== '"' && quote !== "'") || !text.startsWith(quote.repeat(2), at)) return null
  if (text[at + 2] !== quote) {
    const closing = /^[^\s,;|&)\]}"'][^\n]*?(?=""|'')/.exec(text.slice(at + 2, Math.min(to, at + MOST_DOUBLED)))
    return closing === null ? null : [at + 2, at + 2 + closing[0].length]
  }
  const start = at + 3
  const end = text.indexOf(quote.repeat(3), start)
  if (end >= 0 && end <= to) return [start, end]
  // Cut off; else two quotes are one that was doubled.
  return quote === '"' ? [start, to] : null
}

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

/** What may stand on the line of a name whose value is below: tag, anchor and style of YAML, a remark. */
const BLOCK = /^[ \t]*(?:!{1,2}\w{0,32}[ \t]*)?(?:&\w{1,64}[ \t]*)?(?:[|>][+-]?\d?[+-]?)?[ \t]*(?:#[^\n]{0,160})?\r?\n/
const MOST_INDICATOR = 300
const FENCE = /^[ \t]*(```|~~~)/
/** What is no part of a plain text that goes on: a name, a bracket, a bar. */
const STRUCTURE = /^[-*#>] |[:=|{}[\]<>]/

/**
 * The lines below a name that ends its own line, as in YAML: those further in than it, or a list; a block of code; else the
 * next line, as in a form, where that is no name itself. `mark` is at the colon.
 */
export function valueBelow(text: string, from: number, mark: number, to: number): [start: number, end: number] {
  const head = BLOCK.exec(text.slice(mark + 1, Math.min(to, mark + MOST_INDICATOR)))
  if (head === null) return [mark, mark]
  let lineStart = mark
  while (lineStart > from && text.charCodeAt(lineStart - 1) !== 0x0a) lineStart--
  const own = indentAt(text, lineStart, mark)
  const first = mark + 1 + head[0].length
  let end = first
  let filled = -1
  for (let at = first; at < to; ) {
    const stop = lineEnd(text, at, to)
    const indent = indentAt(text, at, stop)
    const item = text.charCodeAt(at + indent) === 0x2d && text.charCodeAt(at + indent + 1) === 0x20
    const rest = stop - at - indent
    const blank = rest === 0 || (rest === 1 && text.charCodeAt(at + indent) === 0x0d)
    if (!blank && filled < 0) filled = at
    if (!blank && !(indent > own || (indent === own && item))) break
    if (!blank) end = stop
    at = stop + 1
  }
  if (end === first && filled >= 0) end = nextLine(text, first, filled, to)
  const line = filled < 0 ? first : filled
  const start = line + indentAt(text, line, Math.max(line, end))
  return [start, Math.max(start, trimmed(text, start, text.charCodeAt(end - 1) === 0x0d ? end - 1 : end, false))]
}

/** The end of the line at `at`, or of the block of code that begins there; `first` where it is none of a value. */
function nextLine(text: string, first: number, at: number, to: number): number {
  const stop = lineEnd(text, at, to)
  const line = text.slice(at, Math.min(stop, at + 4096))
  const fence = FENCE.exec(line)?.[1]
  if (fence !== undefined) {
    const closing = text.indexOf(`\n${fence}`, stop)
    return closing < 0 || closing > to ? to : closing
  }
  return /[:=|]/.test(line) || at - first > 8 ? first : stop
}

/**
 * Where a value that ends its line at `end` goes on: lines further in than its name that are nothing else, as in YAML and
 * in folded lines. `mark` is at the colon.
 */
export function goesOnTo(text: string, from: number, mark: number, end: number, to: number): number {
  let at = end
  while (at < to && at - end < 4 && text.charCodeAt(at) !== 0x0a) at++
  if (text.charCodeAt(at) !== 0x0a || !/^["' \r]*$/.test(text.slice(end, at))) return end
  let lineStart = mark
  while (lineStart > from && mark - lineStart < 160 && text.charCodeAt(lineStart - 1) !== 0x0a) lineStart--
  if (!NAME_ALONE.test(text.slice(lineStart, mark))) return end
  const own = indentAt(text, lineStart, mark)
  let last = end
  for (at++; at < to; ) {
    const stop = lineEnd(text, at, to)
    const indent = indentAt(text, at, stop)
    const line = text.slice(at + indent, Math.min(stop, at + indent + 4096)).trimEnd()
    if (indent <= own || line === '' || STRUCTURE.test(line)) break
    last = at + indent + line.length
    at = stop + 1
  }
  return last
}

const NAME_ALONE = /^[ \t]*(?:- )?["'\w. -]+$/

function lineEnd(text: string, from: number, to: number): number {
  const at = text.indexOf('\n', from)
  return at < 0 || at > to ? to : at
}

function indentAt(text: string, at: number, end: number): number {
  let indent = 0
  while (at + indent < end && (text.charCodeAt(at + indent) === 0x20 || text.charCodeAt(at + indent) === 0x09)) indent++
  return indent
}
