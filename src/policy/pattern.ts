// What a rule is about: `tools/call:get_*`, `resources/read:fhir://**`, `tools/*`, `*`. Promise: an address written in
// another way is still the same address to a rule that blocks or holds, and no wider than it looks to one that allows.
import { compileGlob, covers, type Glob } from './glob.ts'
import { operations } from './operations.ts'

export interface Pattern {
  readonly source: string
  readonly operation: Glob
  /** What comes after the first colon, read in both ways; null where the pattern is about all of it. */
  readonly name: Glob | null
  readonly uri: Glob | null
  /** What comes after the schema, for a relation whose schema is not known. */
  readonly relation: Glob | null
  /** Of `name`, for names that are in no list: a server may fold what these rules do not. */
  readonly folded: Glob | null
  /** Of `uri`, for addresses brought into their plain form and into the loosest one. */
  readonly plain: Glob | null
  readonly loose: Glob | null
}

export function compilePattern(source: string): Pattern {
  const colon = source.indexOf(':')
  const matter = colon < 0 ? null : source.slice(colon + 1)
  return {
    source,
    operation: compileGlob(colon < 0 ? source : source.slice(0, colon), 'name'),
    name: matter === null ? null : compileGlob(matter, 'name'),
    uri: matter === null ? null : compileGlob(matter, 'uri'),
    folded: matter === null ? null : compileGlob(foldedName(matter), 'name'),
    relation: matter === null ? null : compileGlob(matter.slice(matter.indexOf('.') + 1), 'name'),
    plain: matter === null ? null : compileGlob(lowerHead(matter), 'uri'),
    loose: matter === null ? null : compileGlob(looseHead(matter), 'uri'),
  }
}

/** A subject matter; an address with all the ways in which a server may read it. */
export interface Matter {
  readonly operation: string
  readonly isUri: boolean
  /** The name without case and what is not seen, where it is in no list. */
  readonly folded: string | null
  /** As written, and with its escapes decoded once, twice and so on. */
  readonly readings: readonly [Reading, ...Reading[]]
}

interface Reading {
  readonly text: string
  /** Scheme and authority in lower case, without dot segments: what the standard says is the same. */
  readonly plain: string
  /** What servers that split addresses themselves may take it for. */
  readonly loose: readonly string[]
  /** Where steps go up, servers do not agree on whether they can leave the authority. */
  readonly goesUp: boolean
}

export function matterOf(operation: string, subjectMatter: string, unlisted = false): Matter {
  const about = operations.get(operation)?.about
  const isUri = about === 'uri'
  const folded = unlisted && about === 'name' ? foldedName(subjectMatter) : null
  if (isUri) return { operation, isUri, folded, readings: readingsOf(subjectMatter) }
  return {
    operation,
    isUri,
    folded,
    readings: [{ text: subjectMatter, plain: subjectMatter, loose: [], goesUp: false }],
  }
}

/**
 * `every`: all readings must match, for a rule that allows. `some`: one is enough, for a rule that blocks or holds, and
 * there the loose ones count too.
 */
export function matches(pattern: Pattern, matter: Matter, quantity: 'every' | 'some'): boolean {
  if (!pattern.operation.matches(matter.operation)) return false
  const { name, uri, plain, loose } = pattern
  if (!matter.isUri) {
    if (name === null || name.matches(matter.readings[0].text) || isUnplaced(pattern, matter, quantity)) return true
    return quantity === 'some' && matter.folded !== null && (pattern.folded?.matches(matter.folded) ?? false)
  }
  if (uri === null || plain === null || loose === null) return true
  if (quantity === 'some')
    return matter.readings.some(
      each => uri.matches(each.text) || plain.matches(each.plain) || each.loose.some(loose.matches),
    )
  return matter.readings.every(
    each =>
      uri.matches(each.text) && plain.matches(each.plain) && (!each.goesUp || loose.matches(each.loose[0] as string)),
  )
}

/** A relation whose schema nobody knows may be the one that a rule blocks or holds. */
function isUnplaced(
  { relation }: Pattern,
  { operation, readings: [{ plain }] }: Matter,
  quantity: 'every' | 'some',
): boolean {
  if (quantity === 'every' || operations.get(operation)?.about !== 'relation') return false
  return plain !== '' && !plain.includes('.') && (relation?.matches(plain) ?? false)
}

function foldedName(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/[\p{C}\p{Z}\p{M}]/gu, '')
    .toUpperCase()
    .toLowerCase()
}

/** True only if every action that `narrow` is about is one that `wide` is about. */
export function coversPattern(wide: Pattern, narrow: Pattern): boolean {
  if (!covers(wide.operation, narrow.operation)) return false
  if (wide.name === null || wide.uri === null) return true
  if (narrow.name === null || narrow.uri === null) return false
  return covers(wide.name, narrow.name) && covers(wide.uri, narrow.uri)
}

const HEAD = /^[A-Za-z][A-Za-z0-9+.-]*:(?:\/\/[^/?#]*)?/

function lowerHead(uri: string): string {
  return uri.replace(HEAD, head => head.toLowerCase())
}

function plainForm(decoded: string): string {
  const head = HEAD.exec(decoded)?.[0] ?? ''
  return head.toLowerCase() + withoutDots(decoded.slice(head.length))
}

/** The authority as the first of the segments, however many slashes stand before it. */
function looseHead(uri: string): string {
  const parts = /^([A-Za-z][A-Za-z0-9+.-]*):\/*([^/]*)/.exec(uri)
  if (parts === null) return uri
  const [head, scheme, first] = parts as unknown as [string, string, string]
  return `${scheme.toLowerCase()}://${first.toLowerCase()}${uri.slice(head.length)}`
}

/** Without blanks and what is not seen: parsers leave these out wherever they stand. */
function bare(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\p{C}\p{Z}]/gu, '')
    .replaceAll('\\', '/')
}

/** Without user, port, closing dot, blanks, query, fragment and empty segments; without parameters and with them. */
function looseForms(text: string): readonly [string, ...string[]] {
  const parts = /^([A-Za-z][A-Za-z0-9+.-]*):([^?#]*)/.exec(text)
  if (parts === null) return [withoutDots(text)]
  const [, scheme, rest] = parts as unknown as [string, string, string]
  const form = looseForm(scheme, rest.replace(/;[^/]*/g, ''))
  // Many that read files take the path and never look at the host.
  const hostless = /^file$/i.test(scheme) ? [looseForm(scheme, rest.replace(/^\/\/[^/]+/, ''))] : []
  // A closing slash that was left out is one to servers that split by slashes.
  return [form, `${form}/`, looseForm(scheme, rest), ...hostless]
}

function looseForm(scheme: string, rest: string): string {
  const [first = '', ...others] = rest.split('/').filter(segment => segment !== '')
  const host = first.replace(/^.*@/s, '').replace(/:\d*$/, '').replace(/\.+$/, '') || first
  const local = scheme.toLowerCase() === 'file' && /^localhost$/i.test(host)
  const kept: string[] = []
  for (const segment of local ? others : [host, ...others]) {
    if (segment === '..') kept.pop()
    else if (segment !== '.') kept.push(segment)
  }
  return looseHead(`${scheme}://${kept.join('/')}`)
}

const DECODED = 4

function readingsOf(uri: string): [Reading, ...Reading[]] {
  const readings: [Reading, ...Reading[]] = [readingOf(uri)]
  let text = uri
  for (let round = 0; round < DECODED; round++) {
    const decoded = decode(text)
    if (decoded === text) break
    text = decoded
    readings.push(readingOf(text))
  }
  return readings
}

function readingOf(text: string): Reading {
  const stripped = bare(text)
  return { text, plain: plainForm(text), loose: looseForms(stripped), goesUp: stripped.includes('..') }
}

/** As lenient servers do: an escape that cannot be decoded stays, or becomes a mark, and hides nothing beside it. */
function decode(text: string): string {
  if (!text.includes('%')) return text
  return text.replace(/(?:%[0-9a-f]{2})+/gi, run => Buffer.from(run.replaceAll('%', ''), 'hex').toString())
}

function withoutDots(path: string): string {
  const kept: string[] = []
  for (const segment of path.replaceAll('\\', '/').split('/')) {
    if (segment === '..') {
      if (kept.length > 1) kept.pop()
    } else if (segment !== '.') kept.push(segment)
  }
  return kept.join('/')
}
