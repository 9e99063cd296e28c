// The configured name that stands before a mark in text: `mrn:`, `"mrn" :`, `row["mrn"] =`, `**mrn**:`, `mrn (new):`.
// Promise: reads a bounded way back from the mark.

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

/** Quotes, escapes, blanks, emphasis, dots that lead on and a number sign, which may stand between a name and its mark. */
const DRESSING: ReadonlySet<number> = new Set([...' "\'\\*`\t].?!#\u2026'].map(character => character.charCodeAt(0)))
const MOST_DRESSING = 64

export const isDressing = (code: number): boolean => DRESSING.has(code)

/** What stands in parentheses, a remark or a step of a path is no longer. */
const MOST_BETWEEN = 256
const MOST_STEPS = 4

/** The configured name before a mark at `at`, which makes what follows its value. */
export function keyLeading(text: string, from: number, at: number, keys: KeyIndex): string | null {
  const assigns = text.charCodeAt(at) === 0x3d
  let end = undressed(text, from, assigns ? pastOperator(text, from, at) : at)
  if (end === from) return null
  if (text.charCodeAt(end - 1) === 0x29) return keyListed(text, from, end - 1, keys)
  for (let steps = 0; steps <= MOST_STEPS; steps++) {
    const key = keyBefore(text, from, end, keys)
    if (key !== null) return key
    const next = withoutStep(text, from, end, assigns)
    if (next === end) return null
    end = undressed(text, from, next)
  }
  return null
}

/** Back over what may stand between a name and its mark. */
function undressed(text: string, from: number, at: number): number {
  let end = at
  while (end > from && at - end < MOST_DRESSING) {
    const code = text.charCodeAt(end - 1)
    if (isDressing(code)) end--
    else {
      const next = code === 0x3e || code === 0x2f ? withoutMarkup(text, from, end) : end
      if (next === end) break
      end = next
    }
  }
  return end
}

/** `!=`, `<=`, `+=`, `?=`: the mark before. */
function pastOperator(text: string, from: number, at: number): number {
  const code = text.charCodeAt(at - 1)
  const operates = code === 0x3c || code === 0x3e || code === 0x7e || code === 0x2b || code === 0x7c
  return operates && at - 1 > from ? at - 1 : at
}

/** A closing tag of HTML or a remark that ends at `end`. */
function withoutMarkup(text: string, from: number, end: number): number {
  if (text.charCodeAt(end - 1) === 0x3e) {
    const tag = /<\/[a-z]{1,10} ?>$/i.exec(text.slice(Math.max(from, end - 14), end))
    return tag === null ? end : end - tag[0].length
  }
  if (text.charCodeAt(end - 2) !== 0x2a) return end
  const window = Math.max(from, end - MOST_BETWEEN)
  const opens = text.slice(window, end - 2).lastIndexOf('/*')
  return opens < 0 ? end : window + opens
}

/**
 * `mrn[0]`, `mrn["old"]`, `mrn[]`, `mrn.0`: the name before the last step; the bracket that closes was taken for
 * dressing. `mrn.old` only where a value is assigned: `mrn.ts:12` is a place in a file.
 */
function withoutStep(text: string, from: number, end: number, assigns: boolean): number {
  let start = end
  let digits = true
  while (start > from && end - start < 64 && isWord(text.charCodeAt(start - 1))) {
    const code = text.charCodeAt(--start)
    if (code < 0x30 || code > 0x39) digits = false
  }
  const mark = text.charCodeAt(start - 1)
  if (start === from) return end
  if (mark === 0x2e) return start < end && (digits || assigns) ? start - 1 : end
  if (mark === 0x5b) return start - 1
  const quoted = mark === 0x22 || mark === 0x27
  return quoted && start - 2 >= from && text.charCodeAt(start - 2) === 0x5b ? start - 2 : end
}

export function keyBefore(text: string, from: number, end: number, keys: KeyIndex): string | null {
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
