// `mrn: 12345`, `"mrn": "12345"`, `mrn=12345`, `<mrn>12345</mrn>` in text that is no JSON: log lines, cut-off JSON, YAML,
// XML, prose. Promise: the value after a configured name is reported as far as values.ts reads it; linear in the text.
import { valueAfter, valueBelow } from './values.ts'

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

/** Quotes, escapes, blanks and emphasis that may stand between a name and its colon. */
const isDressing = (code: number): boolean =>
  code === 0x20 ||
  code === 0x22 ||
  code === 0x27 ||
  code === 0x5c ||
  code === 0x2a ||
  code === 0x60 ||
  code === 0x09 ||
  code === 0x5d

/** The name of an element or what stands in parentheses is no longer. */
const MOST_BETWEEN = 256

export function findPairs(text: string, from: number, to: number, keys: KeyIndex): Pair[] {
  const pairs: Pair[] = []
  const open = new Set<string>()
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    const points = code === 0x3e && text.charCodeAt(at - 1) === 0x2d
    if (code === 0x3e && !points) {
      const pair = element(text, from, at, to, keys, open)
      if (pair === null) continue
      pairs.push(pair)
      at = pair.end - 1
      continue
    }
    if (code !== 0x3a && code !== 0x3d && code !== 0x7c && !points) continue
    const key = keyLeading(text, from, points ? at - 1 : at, keys)
    if (key === null) continue
    if (code === 0x7c && !isRecord(text, from, to, at, key)) continue
    let [start, until] = valueAfter(text, at + 1, to)
    if (until === start && code === 0x3a) [start, until] = valueBelow(text, from, at, to)
    if (until > start) pairs.push({ key, start, end: until })
    at = Math.max(at, until - 1)
  }
  return pairs
}

/** The configured name before a mark at `at`, which makes what follows its value. */
function keyLeading(text: string, from: number, at: number, keys: KeyIndex): string | null {
  let end = at
  while (end > from && at - end < 32 && isDressing(text.charCodeAt(end - 1))) end--
  if (end === from) return null
  if (text.charCodeAt(end - 1) === 0x29) return keyListed(text, from, end - 1, keys)
  return keyBefore(text, from, end, keys) ?? keyBefore(text, from, withoutIndex(text, from, end), keys)
}

/** Of a value that is JSON and begins at `at`, after its name and a mark. */
export function keyOf(text: string, at: number, keys: KeyIndex): string | null {
  let end = at
  while (end > 0 && at - end < 32 && isBlank(text.charCodeAt(end - 1))) end--
  const code = text.charCodeAt(end - 1)
  if (code === 0x3a || code === 0x3d) return keyLeading(text, 0, end - 1, keys)
  const before = text.charCodeAt(end - 2)
  return code === 0x3e && (before === 0x3d || before === 0x2d) ? keyLeading(text, 0, end - 2, keys) : null
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d

/** `mrn[0]`, `mrn.0`: the same name. The bracket that closes was taken for dressing. */
function withoutIndex(text: string, from: number, end: number): number {
  let start = end
  while (start > from && end - start < 8 && text.charCodeAt(start - 1) >= 0x30 && text.charCodeAt(start - 1) <= 0x39)
    start--
  const mark = text.charCodeAt(start - 1)
  return start > from && start < end && (mark === 0x5b || mark === 0x2e) ? start - 1 : end
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

/**
 * `(a, b)=(1, 2)`, as PostgreSQL reports a violated constraint: one configured name makes the whole list hidden. Else the
 * name before: `mrn (new)`.
 */
function keyListed(text: string, from: number, close: number, keys: KeyIndex): string | null {
  let start = close
  while (
    start > from &&
    close - start < MOST_BETWEEN &&
    text.charCodeAt(start - 1) !== 0x28 &&
    text.charCodeAt(start - 1) !== 0x0a
  )
    start--
  for (const part of text.slice(start, close).split(',')) {
    const name = part.trim().replace(/^"|"$/g, '')
    const key = keyBefore(name, 0, name.length, keys)
    if (key !== null) return key
  }
  let end = start - 1
  if (end <= from || text.charCodeAt(end) !== 0x28) return null
  while (end > from && start - end < 32 && isDressing(text.charCodeAt(end - 1))) end--
  return keyBefore(text, from, end, keys)
}

/** Up to the end of the element of this name; where it has none only what stands right behind it. */
function element(
  text: string,
  from: number,
  close: number,
  to: number,
  keys: KeyIndex,
  open: Set<string>,
): Pair | null {
  const before = text.slice(Math.max(from, close - MOST_BETWEEN), close)
  const name = /<(?:[\w.-]+:)?([\w.-]+)(?:\s[^<>]*)?$/.exec(before.slice(Math.max(0, before.lastIndexOf('<'))))?.[1]
  if (name === undefined || before.endsWith('/')) return null
  const key = keyBefore(name, 0, name.length, keys)
  if (key === null) return null
  const start = close + 1
  if (!open.has(name)) {
    const closing = new RegExp(`</(?:[\\w.-]+:)?${name.replaceAll('.', '\\.')}\\s*>`, 'g')
    closing.lastIndex = start
    const end = closing.exec(text)?.index ?? to
    if (end < to) return { key, start, end }
    open.add(name)
  }
  const run = /^[^\s<.,;:)\]}'"]\S{0,63}/.exec(text.slice(start, Math.min(to, start + 64)))?.[0].split('<')[0] ?? ''
  return run === '' ? null : { key, start, end: start + run.length }
}

/** `mrn | 12345` and `| mrn | 12345 |`, where that is no header of a table: `at` is at the bar after the name. */
function isRecord(text: string, from: number, to: number, at: number, key: string): boolean {
  let start = at
  while (start > from && isDressing(text.charCodeAt(start - 1))) start--
  start -= key.length
  while (start > from && (text.charCodeAt(start - 1) === 0x20 || text.charCodeAt(start - 1) === 0x09)) start--
  if (start === from || text.charCodeAt(start - 1) === 0x0a) return true
  if (text.charCodeAt(start - 1) !== 0x7c || !(start - 1 === from || text.charCodeAt(start - 2) === 0x0a)) return false
  const lineEnd = lineEndAt(text, at, to)
  const cells = text.slice(at + 1, lineEnd).trim()
  const next = text.slice(lineEnd + 1, lineEndAt(text, lineEnd + 1, to)).trim()
  return cells.indexOf('|') === cells.length - 1 && !(/[-=]/.test(next) && /^[\s|+:=-]+$/.test(next))
}

function lineEndAt(text: string, from: number, to: number): number {
  const at = text.indexOf('\n', from)
  return at < 0 || at > to ? to : at
}
