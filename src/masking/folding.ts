// The text behind the text. Promise: digits of other scripts, full-width letters, invisible characters, percent,
// backslash and numeric escapes are read as what a person or a later decoder reads, and each place found can be mapped back.

/** A folded text; unit i came from [start[i], end[i]) of the original. */
export interface Folded {
  readonly text: string
  readonly start: Int32Array
  readonly end: Int32Array
}

/** Zeros of the decimal digits of the Basic Multilingual Plane; nine more follow each. */
const ZEROS = [
  0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0de6, 0x0e50,
  0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50,
  0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0,
]

/** Of the digits beyond it; the mathematical ones and those of old computers are told by their normal form. */
const FAR_ZEROS = [
  0x104a0, 0x10d30, 0x10d40, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x116d0,
  0x116da, 0x11730, 0x118e0, 0x11950, 0x11bf0, 0x11c50, 0x11d50, 0x11da0, 0x11f50, 0x16130, 0x16a60, 0x16ac0, 0x16b50,
  0x16d70, 0x1ccf0, 0x1e140, 0x1e2f0, 0x1e4f0, 0x1e5f1, 0x1e950,
]

const NONE = ''

/** Dashes and lines beyond those of general punctuation; year and month of a date in East Asian writing. */
const DASHES: ReadonlySet<number> = new Set([
  ...[0x2d7, 0x58a, 0x5be, 0x1400, 0x1806, 0x203e, 0x207b, 0x208b, 0x223c, 0x23af, 0x23e4, 0x2500, 0x2501, 0x2504],
  ...[0x2574, 0x2576, 0x2578, 0x257a, 0x2796, 0x2e17, 0x2e1a, 0x2e3a, 0x2e3b, 0x2e40, 0x2e5d, 0x301c, 0x3030, 0x30a0],
  ...[0x30fc, 0xfe31, 0xfe32, 0xff5e, 0x10ead, 0x5e74, 0x6708, 0xb144, 0xc6d4],
])
/** What else reads as a mark of ASCII. */
const MARKS: ReadonlyMap<number, string> = new Map([
  ...[0x2044, 0x2215, 0x29f8, 0x27cb].map(code => [code, '/'] as const),
  ...[0x2236, 0x2982, 0xa789, 0xfe13, 0xfe30, 0x5c3].map(code => [code, ':'] as const),
  ...[0x3002, 0xff61, 0x66b, 0x701].map(code => [code, '.'] as const),
  ...[0x65e5, 0xc77c].map(code => [code, NONE] as const),
])

/** Marks that combine with the digit before, and what is not drawn at all: asked of what no other row knows. */
const UNSEEN = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}\p{Default_Ignorable_Code_Point}]$/u
const unseen = new Map<number, boolean>()

function isUnseen(code: number): boolean {
  const known = unseen.get(code)
  if (known !== undefined) return known
  const is = UNSEEN.test(String.fromCodePoint(code))
  if (unseen.size < 4096) unseen.set(code, is)
  return is
}

/** What one character outside ASCII reads as; undefined when as itself. */
function readAs(code: number): string | undefined {
  if (code === 0xad || code === 0x34f || code === 0x180e || code === 0xfeff || code === 0x20e3) return NONE
  if (code >= 0x200b && code <= 0x200f) return NONE
  if ((code >= 0x202a && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f)) return NONE
  if (code >= 0xfe00 && code <= 0xfe0f) return NONE
  if ((code >= 0x300 && code <= 0x36f) || (code >= 0xe0000 && code <= 0xe0fff)) return NONE
  if ((code >= 0x2010 && code <= 0x2015) || code === 0x2212 || code === 0x2043 || code === 0xfe58) return '-'
  if (code === 0xfe63 || DASHES.has(code)) return '-'
  if (code === 0xb7 || code === 0x2022 || code === 0x2027 || code === 0x2219 || code === 0x22c5 || code === 0x30fb)
    return '.'
  if (code === 0x85 || code === 0x1680 || code === 0x2800 || code === 0x2028 || code === 0x2029) return ' '
  if (code === 0xa0 || (code >= 0x2000 && code <= 0x200a) || code === 0x202f || code === 0x205f) return ' '
  if (code === 0x3000) return ' '
  for (const zero of ZEROS) if (code >= zero && code <= zero + 9) return String(code - zero)
  const mark = MARKS.get(code)
  if (mark !== undefined) return mark
  const folds =
    code === 0xb2 ||
    code === 0xb3 ||
    code === 0xb9 ||
    (code >= 0x2024 && code <= 0x2026) ||
    (code >= 0x2070 && code <= 0x209f) ||
    (code >= 0x2460 && code <= 0x24ff) ||
    (code >= 0x2776 && code <= 0x2793) ||
    (code >= 0xfe50 && code <= 0xfe6f) ||
    (code >= 0xff01 && code <= 0xffef) ||
    (code >= 0x1d400 && code <= 0x1d7ff) ||
    (code >= 0x1f100 && code <= 0x1f1ff) ||
    (code >= 0x1fbf0 && code <= 0x1fbf9)
  if (!folds) {
    if (code > 0xffff) for (const zero of FAR_ZEROS) if (code >= zero && code <= zero + 9) return String(code - zero)
    return isUnseen(code) ? NONE : undefined
  }
  if (code >= 0x2776) {
    const dingbat = code <= 0x2793 ? String(((code - 0x2776) % 10) + 1) : undefined
    if (dingbat !== undefined) return dingbat
  }
  const reads = String.fromCodePoint(code).normalize('NFKC')
  // One unit never reads as two, so that a folded text is never longer than the text.
  return reads.length <= (code > 0xffff ? 2 : 1) ? reads : undefined
}

/** The width of a sequence that sets colours on a terminal. */
function colour(text: string, at: number, to: number): number {
  const sequence = /^\[[\d;:?]{0,32}[A-Za-z]/.exec(text.slice(at + 1, Math.min(to, at + 36)))
  return sequence === null ? 1 : 1 + sequence[0].length
}

const hexValue = (code: number): number => {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const lower = code | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}

/** Null when the text reads as it stands. */
export function fold(text: string, from: number, to: number): Folded | null {
  const units: string[] = []
  const start = new Int32Array(to - from)
  const end = new Int32Array(to - from)
  let length = 0
  let changed = false
  let plain = from
  const flush = (until: number): void => {
    if (until <= plain) return
    units.push(text.slice(plain, until))
    for (let at = plain; at < until; at++) {
      start[length] = at - from
      end[length++] = at - from + 1
    }
  }
  for (let at = from; at < to; ) {
    const code = text.charCodeAt(at)
    let width = 1
    let reads: string | undefined
    if (code === 0x25 && at + 2 < to) {
      ;[reads, width] = percent(text, at, to)
    } else if (code === 0x26) {
      ;[reads, width] = reference(text, at, to)
    } else if (code === 0x5c && at + 1 < to) {
      ;[reads, width] = escaped(text, at, to)
    } else if (code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d) {
      reads = NONE
      if (code === 0x1b) width = colour(text, at, to)
    } else if (code >= 0x80) {
      const point = code >= 0xd800 && code <= 0xdbff ? (text.codePointAt(at) as number) : code
      width = point > 0xffff ? 2 : 1
      reads = readAs(point)
    }
    if (reads === undefined) at += width
    else {
      flush(at)
      for (let unit = 0; unit < reads.length; unit++) {
        start[length] = at - from
        end[length++] = at - from + width
      }
      units.push(reads)
      at += width
      plain = at
      changed = true
    }
  }
  if (!changed) return null
  flush(to)
  return { text: units.join(''), start, end }
}

/** `%31`, and `%2531` where what was encoded is encoded again. */
function percent(text: string, at: number, to: number): [reads: string | undefined, width: number] {
  let place = at + 1
  while (place + 3 < to && place - at < 9 && text.charCodeAt(place) === 0x32 && text.charCodeAt(place + 1) === 0x35) {
    if (hexValue(text.charCodeAt(place + 2)) < 0 || hexValue(text.charCodeAt(place + 3)) < 0) break
    place += 2
  }
  const [character, end] = place === at + 1 ? encodedCharacter(text, at, to) : [undefined, 0]
  if (end > 0) return [character, end - at]
  const low = hexValue(text.charCodeAt(place + 1))
  const value = hexValue(text.charCodeAt(place)) * 16 + low
  return low >= 0 && place + 1 < to && value >= 0x20 && value < 0x7f
    ? [String.fromCharCode(value), place + 2 - at]
    : [undefined, 1]
}

/** A character outside ASCII as UTF-8 behind percent signs: `%E2%80%91`. */
function encodedCharacter(text: string, at: number, to: number): [reads: string | undefined, end: number] {
  const high = hexValue(text.charCodeAt(at + 1))
  const bytes = high === 0xc || high === 0xd ? 2 : high === 0xe ? 3 : high === 0xf ? 4 : 0
  if (bytes === 0 || at + 3 * bytes > to) return [undefined, 0]
  let point = 0
  for (let index = 0; index < bytes; index++) {
    const place = at + 3 * index
    const high = hexValue(text.charCodeAt(place + 1))
    const low = hexValue(text.charCodeAt(place + 2))
    if (text.charCodeAt(place) !== 0x25 || high < 0 || low < 0 || (index > 0 && (high & 0xc) !== 8))
      return [undefined, 0]
    const byte = high * 16 + low
    point = index === 0 ? byte & (0xff >> (bytes + 1)) : point * 64 + (byte & 0x3f)
  }
  if (point < 0x80 || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return [undefined, 0]
  return [readAs(point) ?? String.fromCodePoint(point), at + 3 * bytes]
}

/** Named references that may stand between digits. */
const named: ReadonlyMap<string, string> = new Map([
  ...['hyphen', 'dash', 'ndash', 'mdash', 'minus', 'horbar'].map(name => [name, '-'] as const),
  ...['nbsp', 'ensp', 'emsp', 'thinsp', 'hairsp', 'numsp', 'puncsp', 'Tab', 'NewLine'].map(
    name => [name, ' '] as const,
  ),
  ...['period', 'middot', 'bull'].map(name => [name, '.'] as const),
  ...['shy', 'zwj', 'zwnj', 'lrm', 'rlm', 'ZeroWidthSpace', 'NoBreak'].map(name => [name, NONE] as const),
  ['colon', ':'],
  ['equals', '='],
  ['sol', '/'],
  ['lt', '<'],
  ['gt', '>'],
  ['lowbar', '_'],
  ['quot', '"'],
  ['apos', "'"],
  ['commat', '@'],
  ['plus', '+'],
  ['lpar', '('],
  ['rpar', ')'],
])

/** A character reference of HTML or XML; a numeric one also where its ampersand was escaped or its semicolon left out. */
function reference(text: string, at: number, to: number): [reads: string | undefined, width: number] {
  const window = text.slice(at, Math.min(to, at + 18))
  const match = /^&(?:amp;)?#(?:x([0-9a-f]{1,6})|(\d{1,7}))(;?)/i.exec(window)
  if (match === null) {
    const name = /^&(?:amp;)?([A-Za-z]{2,14});/.exec(window)
    const reads = name === null ? undefined : named.get(name[1] as string)
    return reads === undefined || name === null ? [undefined, 1] : [reads, name[0].length]
  }
  const value = Number.parseInt(match[1] ?? match[2] ?? '', match[1] === undefined ? 10 : 16)
  if (value === 0 || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return [undefined, 1]
  return [(value >= 0x80 ? readAs(value) : undefined) ?? String.fromCodePoint(value), match[0].length]
}

/** A backslash escape of JSON, C or a shell, as it stands in plain text. */
function escaped(text: string, at: number, to: number): [reads: string | undefined, width: number] {
  const next = text.charCodeAt(at + 1)
  if (next === 0x5c) {
    // Escaped again, as a text in a text.
    let last = at + 1
    while (last - at < 8 && text.charCodeAt(last + 1) === 0x5c) last++
    const after = text.charCodeAt(last + 1) | 0x20
    if (after === 0x75 || after === 0x78) {
      const [reads, width] = escaped(text, last, to)
      if (reads !== undefined && width > 2) return [reads, last - at + width]
    }
  }
  if (next === 0x6e || next === 0x74 || next === 0x72) return [' ', 2]
  if (next === 0x22 || next === 0x2f || next === 0x5c || next === 0x27) return [String.fromCharCode(next), 2]
  // As Markdown escapes what would mean something to it.
  if (next === 0x2d || next === 0x2e || next === 0x5f || next === 0x28 || next === 0x29 || next === 0x2b)
    return [String.fromCharCode(next), 2]
  const other = /^\\(?:u\{([0-9a-f]{1,6})\}|U([0-9a-f]{8})|([0-3][0-7]{2}))/i.exec(
    text.slice(at, Math.min(to, at + 12)),
  )
  if (other !== null) {
    const [whole, braced, wide, octal = ''] = other
    const point = (braced ?? wide) ? Number.parseInt(braced ?? wide ?? '', 16) : Number.parseInt(octal, 8)
    if (point === 0 || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return [undefined, 1]
    return [(point >= 0x80 ? readAs(point) : undefined) ?? String.fromCodePoint(point), whole.length]
  }
  const digits = next === 0x75 ? 4 : next === 0x78 ? 2 : 0
  if (digits === 0 || at + 2 + digits > to) return [undefined, 1]
  let value = 0
  for (let index = 0; index < digits; index++) {
    const digit = hexValue(text.charCodeAt(at + 2 + index))
    if (digit < 0) return [undefined, 1]
    value = value * 16 + digit
  }
  const folded = value >= 0x80 ? readAs(value) : String.fromCharCode(value)
  return [folded ?? String.fromCharCode(value), 2 + digits]
}
