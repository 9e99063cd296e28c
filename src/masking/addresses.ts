// Mail, web and network addresses, judged where their one tell-tale character stands. Promise: looks a bounded way to
// both sides, or marks what it has judged so that no part of a text is judged twice.
import { isIPv6 } from 'node:net'
import type { Lexer } from './lexer.ts'
import { Shape } from './shapes.ts'

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39
const isLetter = (code: number): boolean => (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a && code < 0x80
const isHex = (code: number): boolean =>
  isDigit(code) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x66 && code < 0x80)
/** Letters outside ASCII; the ranges left out are spaces, dashes and quotes. */
const isHigh = (code: number): boolean => code >= 0xaa && !(code >= 0x2000 && code <= 0x206f) && code !== 0x3000
const isWord = (code: number): boolean => isDigit(code) || isLetter(code) || isHigh(code)

const LOCAL = new Set([..."._%+-'!#$&*=~"].map(character => character.charCodeAt(0)))

/** A mail address around the @ at `at`: local part of at most 64, domain with a dot and an ending of letters. */
export function emailAt(lexer: Lexer, at: number, from: number): void {
  const { text, to } = lexer
  let start = at
  while (start > from && at - start < 64) {
    const code = text.charCodeAt(start - 1)
    if (!isWord(code) && !LOCAL.has(code)) break
    start--
  }
  while (start < at && !isWord(text.charCodeAt(start))) start++
  if (start === at) return
  let end = at + 1
  let label = end
  let dots = 0
  let best = 0
  for (; end < to && end - at <= 254; end++) {
    const code = text.charCodeAt(end)
    if (isWord(code) || code === 0x2d) {
      // An ending is letters, or punycode.
      if (dots > 0 && end - label >= 1 && (isLetter(text.charCodeAt(label)) || isHigh(text.charCodeAt(label))))
        best = end + 1
    } else if (code === 0x2e && end > label) {
      dots++
      label = end + 1
    } else break
  }
  // `git@github.com:owner/name` is where a repository is.
  const next = text.charCodeAt(best)
  if (text.slice(start, at) === 'git' && (next === 0x3a || next === 0x2f)) return
  if (best > 0) lexer.add(Shape.email, start, best, false)
}

const MAC = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i
const SCHEMES = ['http', 'https', 'ftp', 'ftps', 'sftp', 'ws', 'wss']

/** Hosts of public vocabularies: their URLs name a concept or a schema, never a person. */
const VOCABULARIES = new Set([
  'json-schema.org',
  'hl7.org',
  'www.hl7.org',
  'terminology.hl7.org',
  'loinc.org',
  'snomed.info',
  'unitsofmeasure.org',
  'www.w3.org',
  'modelcontextprotocol.io',
  'www.nlm.nih.gov',
  'schema.org',
])

/** A URL whose colon is at `at`. The pass goes on inside it: what it holds may have a label of its own. */
export function urlAt(lexer: Lexer, at: number, from: number): void {
  const { text, to } = lexer
  if (at < lexer.urlEnd || text.charCodeAt(at + 1) !== 0x2f || text.charCodeAt(at + 2) !== 0x2f) return
  let start = at
  while (start > from && at - start < 6 && isLetter(text.charCodeAt(start - 1))) start--
  const before = text.slice(start, at).toLowerCase()
  const scheme = SCHEMES.filter(one => before.endsWith(one)).reduce(
    (best, one) => (one.length > best.length ? one : best),
    '',
  )
  if (scheme === '') return
  const end = urlEnd(text, at + 3, to)
  if (end <= at + 3) return
  lexer.urlEnd = end
  if (isVocabulary(text.slice(at + 3, Math.min(end, at + 200)))) return
  lexer.add(Shape.url, at - scheme.length, end, false)
}

function isVocabulary(rest: string): boolean {
  const slash = rest.search(/[/?#@:]/)
  return (
    VOCABULARIES.has((slash < 0 ? rest : rest.slice(0, slash)).toLowerCase()) && !/[?@]/.test(rest) && rest.length < 197
  )
}

/** `www.` at [start, end): a URL without its scheme. */
export function wwwAt(lexer: Lexer, start: number, end: number): void {
  if (start < lexer.urlEnd || lexer.text.charCodeAt(end) !== 0x2e || !isWord(lexer.text.charCodeAt(end + 1))) return
  const last = urlEnd(lexer.text, end + 1, lexer.to)
  lexer.urlEnd = last
  lexer.add(Shape.url, start, last, false)
}

function urlEnd(text: string, from: number, to: number): number {
  let end = from
  for (; end < to; end++) {
    const code = text.charCodeAt(end)
    if (
      code <= 0x20 ||
      code === 0x22 ||
      code === 0x27 ||
      code === 0x3c ||
      code === 0x3e ||
      code === 0x60 ||
      code === 0x5c
    )
      break
    if (code === 0x7c || code === 0x7b || code === 0x7d || code === 0x5d || code === 0xa0 || code === 0x3000) break
  }
  while (end > from) {
    const code = text.charCodeAt(end - 1)
    const trails =
      code === 0x2e ||
      code === 0x2c ||
      code === 0x3b ||
      code === 0x3a ||
      code === 0x21 ||
      code === 0x3f ||
      code === 0x29
    if (!trails) break
    end--
  }
  return end
}

/** `rows[1::2]` of Python, `f64::` of Rust, and `::1`, which is the machine itself. */
function isSlice(text: string, start: number, end: number, address: string): boolean {
  if (address === '::1' || /^[0-9a-f]{1,4}::$/i.test(address)) return text.charCodeAt(end) !== 0x2f
  if (text.charCodeAt(start - 1) !== 0x5b || !/^\d{0,3}::\d{0,3}$/.test(address)) return false
  const before = text.charCodeAt(start - 2)
  return isWord(before) || before === 0x29 || before === 0x5d
}

/** `example.org/jane`: the ending of the name is at [start, end). A name alone may be a file or a package. */
export function domainAt(lexer: Lexer, start: number, end: number): void {
  const { text, to } = lexer
  if (start < lexer.urlEnd || text.charCodeAt(start - 1) !== 0x2e || text.charCodeAt(end) !== 0x2f) return
  let from = start - 1
  while (from > lexer.urlEnd && start - from < 64) {
    const code = text.charCodeAt(from - 1)
    if (!isWord(code) && code !== 0x2d && code !== 0x2e) break
    from--
  }
  while (!isWord(text.charCodeAt(from))) from++
  const before = text.charCodeAt(from - 1)
  if (from >= start - 1 || before === 0x40 || before === 0x2f) return
  const last = urlEnd(text, end + 1, to)
  if (last <= end + 1) return
  lexer.urlEnd = last
  if (!isVocabulary(text.slice(from, Math.min(last, from + 200)))) lexer.add(Shape.url, from, last, false)
}

/** An IPv6 or MAC address around the colon at `at`; a clock time or a C++ name is none. */
export function hexPairsAt(lexer: Lexer, at: number, from: number): void {
  const { text, to } = lexer
  if (at < lexer.hexEnd) return
  const next = text.charCodeAt(at + 1)
  if (next !== 0x3a && !isHex(next)) return
  let start = at
  while (start > from && at - start < 5 && isHex(text.charCodeAt(start - 1))) start--
  let end = at
  let colons = 0
  for (; end < to; end++) {
    const code = text.charCodeAt(end)
    if (code === 0x3a) colons++
    else if (!isHex(code) && code !== 0x2e) break
  }
  lexer.hexEnd = end
  if (colons < 2 || end - start > 45 + 2) return
  while (
    end > start &&
    (text.charCodeAt(end - 1) === 0x2e || (text.charCodeAt(end - 1) === 0x3a && text.charCodeAt(end - 2) !== 0x3a))
  )
    end--
  if (start > from && isWord(text.charCodeAt(start - 1))) return
  if (end < to && isWord(text.charCodeAt(end))) return
  const address = text.slice(start, end)
  if (isSlice(text, start, end, address)) return
  if (lexer.has(Shape.ip) && /\d/.test(address) && isIPv6(address)) lexer.add(Shape.ip, start, end, false)
  else if (lexer.has(Shape.device) && /\d.*\d/.test(address) && MAC.test(address))
    lexer.add(Shape.device, start, end, false)
}
