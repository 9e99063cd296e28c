// JSON inside text: a whole string, after a prose prefix, between code fences, one per line. Promise: every object or
// array that a reader would parse is found once, in time bounded by a multiple of the text.

export interface Segment {
  readonly start: number
  readonly end: number
  /** Of JSON that was cut off: what has to follow `end` for a whole value. What stands there cannot be read. */
  readonly closing?: string
}

export interface Segments {
  readonly found: readonly Segment[]
  /** Brackets nest deeper than a message may: the text cannot be searched. */
  readonly tooDeep: boolean
}

/** Failed attempts may together read this many times the text before only the rest after each failure is read. */
const RETRIES = 16
const blank = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09

/**
 * Objects and arrays in `text` that hold at least one string, outermost, in order. Where there are `cuts`, names that only
 * whole JSON leads to, also one that the text begins with or that goes on to its end, or that has members and one of
 * these names is yet to come, as far as it is JSON; nothing is found behind it.
 */
export function findJson(text: string, depth: number, cuts: readonly string[]): Segments {
  const found: Segment[] = []
  let budget = text.length * RETRIES
  let tooDeep = false
  let named: number | null = null
  const first = text.search(/\S/)
  for (let at = nextOpen(text, 0); at >= 0; ) {
    const reader = new Reader(text, depth)
    const end = reader.read(at)
    if (end > 0) {
      if (reader.strings > 0 && !isSubscript(text, at, end, reader.strings)) found.push({ start: at, end })
      at = nextOpen(text, end)
      continue
    }
    if (reader.tooDeep) tooDeep = true
    else if (cuts.length > 0 && reader.strings > 0) {
      const cut = reader.at >= text.length || at <= first
      if (!cut && reader.members > 0) named ??= lastOf(text, cuts)
      if (cut || (reader.members > 0 && named !== null && named > at)) {
        found.push({ start: at, end: reader.safe, closing: reader.closing })
        break
      }
    }
    budget -= reader.at - at
    at = nextOpen(text, budget > 0 ? at + 1 : Math.max(at + 1, reader.at))
    if (tooDeep) break
  }
  return { found, tooDeep }
}

/** Where the last of `names` stands; one with an escape in it may stand anywhere. */
function lastOf(text: string, names: readonly string[]): number {
  if (text.includes('\\u')) return text.length
  return Math.max(...names.map(name => lastWord(text, name)))
}

/** In quotes, or as a word before a colon. */
function lastWord(text: string, name: string): number {
  for (let at = text.lastIndexOf(name); at >= 0; at = at === 0 ? -1 : text.lastIndexOf(name, at - 1)) {
    const before = text.charCodeAt(at - 1)
    const behind = text.slice(at + name.length, at + name.length + 8)
    if (before === 0x22 || before === 0x27 || (!/\w/.test(text[at - 1] ?? ' ') && /^['"]?\s*:/.test(behind))) return at
  }
  return -1
}

/** `row["mrn"] =`, `["mrn"] =>`: the name of a value, and no list. */
function isSubscript(text: string, at: number, end: number, strings: number): boolean {
  if (strings > 1 || text.charCodeAt(at) !== 0x5b || end - at > LONGEST_NAME) return false
  return NAMES.test(text.slice(end, end + 8)) && /^\[\s*"[^"]*"\s*\]$/.test(text.slice(at, end))
}

const LONGEST_NAME = 256
/** A mark that makes what follows a value, or another step. */
const NAMES = /^(?: {0,4}(?:[=:]|->)|\[|\.\w)/

function nextOpen(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x7b || code === 0x5b) return at
  }
  return -1
}

/** Recognises one JSON value; `at` is where it stopped. */
class Reader {
  at = 0
  strings = 0
  /** Members that were read whole. */
  members = 0
  tooDeep = false
  /** Where the last value ended or began to hold others, and how many brackets were open there. */
  safe = 0
  #safeDepth = 0
  readonly #text: string
  readonly #depth: number
  readonly #open: number[] = []
  constructor(text: string, depth: number) {
    this.#text = text
    this.#depth = depth
  }

  get closing(): string {
    return this.#open
      .slice(0, this.#safeDepth)
      .reverse()
      .map(code => (code === 0x7b ? '}' : ']'))
      .join('')
  }

  #isSafe(): void {
    if (this.#open[this.#open.length - 1] === 0x7b && this.at > this.safe + 1) this.members++
    this.safe = this.at
    this.#safeDepth = this.#open.length
  }

  /** The end of the value at `from`, or 0. */
  read(from: number): number {
    const text = this.#text
    this.at = from
    const open = this.#open
    let expect: 'value' | 'name' | 'comma' | 'first-value' | 'first-name' = 'value'
    for (;;) {
      while (blank(text.charCodeAt(this.at))) this.at++
      const code = text.charCodeAt(this.at)
      const closes =
        (code === 0x5d && open[open.length - 1] === 0x5b) || (code === 0x7d && open[open.length - 1] === 0x7b)
      if (closes && (expect === 'comma' || expect.startsWith('first'))) {
        open.pop()
        this.at++
        if (open.length === 0) return this.at
        expect = 'comma'
        this.#isSafe()
      } else if (expect === 'comma') {
        if (code !== 0x2c) return 0
        this.at++
        expect = open[open.length - 1] === 0x7b ? 'name' : 'value'
      } else if (expect === 'name' || expect === 'first-name') {
        if (code !== 0x22 || !this.#string()) return 0
        while (blank(text.charCodeAt(this.at))) this.at++
        if (text.charCodeAt(this.at) !== 0x3a) return 0
        this.at++
        expect = 'value'
      } else if (code === 0x7b || code === 0x5b) {
        if (open.length >= this.#depth) {
          this.tooDeep = true
          return 0
        }
        open.push(code)
        this.at++
        expect = code === 0x7b ? 'first-name' : 'first-value'
        this.#isSafe()
      } else if (code === 0x22 ? this.#string() : this.#bare()) {
        expect = 'comma'
        this.#isSafe()
      } else return 0
    }
  }

  #string(): boolean {
    const text = this.#text
    this.strings++
    for (this.at++; this.at < text.length; this.at++) {
      const code = text.charCodeAt(this.at)
      if (code === 0x22) {
        this.at++
        return true
      }
      if (code < 0x20) return false
      if (code === 0x5c && !this.#escape()) return false
    }
    return false
  }

  /** At a backslash; `\d` of a regular expression is none. */
  #escape(): boolean {
    const text = this.#text
    this.at++
    if (this.at >= text.length || '"\\/bfnrt'.includes(text[this.at] as string)) return true
    if (text[this.at] !== 'u') return false
    for (let digits = 0; digits < 4 && ++this.at < text.length; digits++)
      if (!/[0-9a-fA-F]/.test(text[this.at] as string)) return false
    return true
  }

  #bare(): boolean {
    const text = this.#text
    const from = this.at
    while (this.at < text.length && this.at - from < 4096) {
      const code = text.charCodeAt(this.at)
      if (code === 0x2c || code === 0x5d || code === 0x7d || blank(code)) break
      this.at++
    }
    return (
      this.at - from < 4096 &&
      /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)$/.test(text.slice(from, this.at))
    )
  }
}
