// `mrn: 12345`, `"mrn": "12345"`, `mrn=12345` in text that is no JSON: log lines, cut-off JSON, prose. Promise: the
// value after a configured name is reported up to its quote, comma or line end; linear in the text.

export interface Pair {
  readonly key: string
  readonly start: number
  readonly end: number
}

/** Configured names in lower case, by their last word. */
export type KeyIndex = ReadonlyMap<string, readonly string[]>

export function indexKeys(names: Iterable<string>): KeyIndex {
  const index = new Map<string, string[]>()
  for (const name of names) {
    const lower = name.toLowerCase()
    const last = lastWord(lower, lower.length)
    if (last === '') continue
    const list = index.get(last)
    if (list) list.push(lower)
    else index.set(last, [lower])
  }
  // The longest name that fits is the one meant.
  for (const list of index.values()) list.sort((left, right) => right.length - left.length)
  return index
}

const isWord = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a) || code === 0x5f || code >= 0xaa

function lastWord(text: string, end: number): string {
  let start = end
  while (start > 0 && end - start < 64 && isWord(text.charCodeAt(start - 1))) start--
  return text.slice(start, end).toLowerCase()
}

/** Quotes, escapes, blanks and emphasis that may stand between a name and its colon, or a colon and its value. */
const isDressing = (code: number): boolean =>
  code === 0x20 ||
  code === 0x22 ||
  code === 0x27 ||
  code === 0x5c ||
  code === 0x2a ||
  code === 0x60 ||
  code === 0x09 ||
  code === 0x5d

export function findPairs(text: string, from: number, to: number, keys: KeyIndex): Pair[] {
  const pairs: Pair[] = []
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    if (code !== 0x3a && code !== 0x3d && code !== 0x7c) continue
    let end = at
    while (end > from && at - end < 32 && isDressing(text.charCodeAt(end - 1))) end--
    if (end === from) continue
    const listed = text.charCodeAt(end - 1) === 0x29
    const key = listed ? keyListed(text, from, end - 1, keys) : keyBefore(text, from, end, keys)
    if (key === null || (code === 0x7c && !startsLine(text, from, end - key.length))) continue
    const [start, until] = valueAfter(text, at + 1, to)
    if (until > start) pairs.push({ key, start, end: until })
    at = Math.max(at, until - 1)
  }
  return pairs
}

function keyBefore(text: string, from: number, end: number, keys: KeyIndex): string | null {
  const list = keys.get(lastWord(text, end))
  if (!list) return null
  for (const key of list) {
    const start = end - key.length
    if (start < from || (start > from && isWord(text.charCodeAt(start - 1)))) continue
    if (text.slice(start, end).toLowerCase() === key) return key
  }
  return null
}

/** `(a, b)=(1, 2)`, as PostgreSQL reports a violated constraint: one configured name makes the whole list hidden. */
function keyListed(text: string, from: number, close: number, keys: KeyIndex): string | null {
  let start = close
  while (
    start > from &&
    close - start < 256 &&
    text.charCodeAt(start - 1) !== 0x28 &&
    text.charCodeAt(start - 1) !== 0x0a
  )
    start--
  for (const part of text.slice(start, close).split(',')) {
    const name = part.trim().replace(/^"|"$/g, '')
    const key = keyBefore(name, 0, name.length, keys)
    if (key !== null) return key
  }
  return null
}

function startsLine(text: string, from: number, at: number): boolean {
  let start = at
  while (start > from && (text.charCodeAt(start - 1) === 0x20 || text.charCodeAt(start - 1) === 0x09)) start--
  return start === from || text.charCodeAt(start - 1) === 0x0a
}

function valueAfter(text: string, from: number, to: number): [start: number, end: number] {
  let start = from
  if (text.charCodeAt(start) === 0x3d || text.charCodeAt(start) === 0x3e) start++
  let quote = 0
  for (; start < to && start - from < 32; start++) {
    const code = text.charCodeAt(start)
    if (code === 0x22 || code === 0x27) quote = code
    else if (code === 0x28) quote = 0x29
    else if (!isDressing(code) || code === 0x5d) break
    if (quote !== 0) {
      start++
      break
    }
  }
  let end = start
  for (; end < to; end++) {
    const code = text.charCodeAt(end)
    if (code === 0x0a || code === 0x0d) break
    if (quote !== 0) {
      if (code !== quote) continue
      while (end > start && text.charCodeAt(end - 1) === 0x5c) end--
      break
    }
    if (
      code === 0x2c ||
      code === 0x3b ||
      code === 0x7c ||
      code === 0x7d ||
      code === 0x5d ||
      code === 0x26 ||
      code === 0x09
    )
      break
  }
  while (end > start && (text.charCodeAt(end - 1) === 0x20 || (quote === 0 && text.charCodeAt(end - 1) === 0x2a))) end--
  return [start, end]
}
