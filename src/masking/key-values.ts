// `mrn: 12345`, `"mrn": "12345"`, `mrn=12345`, `<mrn>12345</mrn>` in text that is no JSON: log lines, cut-off JSON, YAML,
// XML, prose. Promise: the value after a configured name is reported as far as values.ts reads it; linear in the text.
import { isDressing, type KeyIndex, keyBefore, keyLeading } from './key-names.ts'
import { goesOnTo, valueAfter, valueBelow } from './values.ts'

export interface Pair {
  readonly key: string
  readonly start: number
  readonly end: number
}

/** The tag of an element is no longer. */
const MOST_TAG = 256

/** Arrows that stand for a colon: → ⇒ ➔ ➙ ➜ ➝ ➞ ➡ ⟶ ⟹. */
const ARROWS: ReadonlySet<number> = new Set([
  0x2192, 0x21d2, 0x2794, 0x2799, 0x279c, 0x279d, 0x279e, 0x27a1, 0x27f6, 0x27f9,
])

export function findPairs(text: string, from: number, to: number, keys: KeyIndex): Pair[] {
  const pairs: Pair[] = []
  const open = new Set<string>()
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    const before = code === 0x3e ? text.charCodeAt(at - 1) : 0
    // `->` and `<>`.
    const points = before === 0x2d || before === 0x3c
    if (code === 0x3e && !points) {
      const pair = element(text, from, at, to, keys, open, pairs)
      if (pair === null) continue
      pairs.push(pair)
      at = pair.end - 1
      continue
    }
    if (code !== 0x3a && code !== 0x3d && code !== 0x7c && !points && (code < 0x2000 || !ARROWS.has(code))) continue
    const key = keyLeading(text, from, points ? at - 1 : at, keys)
    if (key === null) continue
    if (code === 0x7c && !isRecord(text, from, to, at, key)) continue
    let [start, until] = code === 0x3a ? valueBelow(text, from, at, to) : [at, at]
    if (until === start) {
      ;[start, until] = valueAfter(text, at + 1, to)
      if (code === 0x3a && until > start) until = goesOnTo(text, from, at, until, to)
      // As PHP shows the members of an array.
      if (until === start && text.startsWith('=>', at)) [start, until] = valueBelow(text, from, at + 1, to)
    }
    if (until > start) pairs.push({ key, start, end: until })
    at = Math.max(at, until - 1)
  }
  return pairs
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

/**
 * Up to the end of the element of this name; where it has none only what stands right behind it. What its attributes say,
 * as in `<mrn value="12345"/>`, is added to `pairs`.
 */
function element(
  text: string,
  from: number,
  close: number,
  to: number,
  keys: KeyIndex,
  open: Set<string>,
  pairs: Pair[],
): Pair | null {
  const window = text.slice(Math.max(from, close - MOST_TAG), close)
  const tag = window.slice(Math.max(0, window.lastIndexOf('<')))
  const name = /^<(?:[\w.-]+:)?([\w.-]+)(?:\s[^<>]*|\/)?$/.exec(tag)?.[1]
  if (name === undefined) return null
  const own = keyBefore(name, 0, name.length, keys)
  const key = own ?? keyNamed(tag, keys)
  if (key === null) return null
  for (const { 0: whole, 1: called = '', 2: double, 3: single, index } of tag.matchAll(ATTRIBUTE)) {
    const end = close - tag.length + index + whole.length - 1
    const start = end - (double ?? single ?? '').length
    if (start < end && !SAYS_NOTHING.test(called) && (own !== null || !NAMES.has(called)))
      pairs.push({ key, start, end })
  }
  if (tag.endsWith('/') || (own === null && EMPTY.has(name.toLowerCase()))) return null
  const start = close + 1
  if (!open.has(name) && open.size < MOST_OPEN) {
    const closing = new RegExp(`</(?:[\\w.-]+:)?${name.replaceAll('.', '\\.')}\\s*>`)
    const length = text.slice(start, to).search(closing)
    if (length >= 0) return { key, start, end: start + length }
    open.add(name)
  }
  const run = /^[^\s<.,;:)\]}'"]\S{0,63}/.exec(text.slice(start, Math.min(to, start + 64)))?.[0].split('<')[0] ?? ''
  return run === '' ? null : { key, start, end: start + run.length }
}

/** `<field name="mrn">`, `<entry key="mrn">`: the configured name that an attribute gives. */
function keyNamed(tag: string, keys: KeyIndex): string | null {
  for (const [, called = '', double, single] of tag.matchAll(ATTRIBUTE)) {
    if (!NAMES.has(called)) continue
    const name = double ?? single ?? ''
    const key = keyBefore(name, 0, name.length, keys)
    if (key !== null) return key
  }
  return null
}

const NAMES: ReadonlySet<string> = new Set(['name', 'key', 'field', 'column', 'property'])
/** Elements of HTML that nothing can stand in. */
const EMPTY: ReadonlySet<string> = new Set(['input', 'meta', 'param'])
const ATTRIBUTE = /\s([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g
/** Attributes of an element that hold no value of it. */
const SAYS_NOTHING = /^(?:xmlns|xsi|xml|use|type|class|style)(?::|$)/

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
  // A cut part: what is behind `to` may be long and is not this one's.
  const length = text.slice(from, to).indexOf('\n')
  return length < 0 ? to : from + length
}

/** Elements without an end that are looked for to the end of the text. */
const MOST_OPEN = 64
