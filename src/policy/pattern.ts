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
}

export function compilePattern(source: string): Pattern {
  const colon = source.indexOf(':')
  const matter = colon < 0 ? null : source.slice(colon + 1)
  return {
    source,
    operation: compileGlob(colon < 0 ? source : source.slice(0, colon), 'name'),
    name: matter === null ? null : compileGlob(matter, 'name'),
    uri: matter === null ? null : compileGlob(matter, 'uri'),
  }
}

/** A subject matter with all its readings: one for a name, up to three for an address. */
export interface Matter {
  readonly operation: string
  readonly isUri: boolean
  readonly readings: readonly string[]
}

export function matterOf(operation: string, subjectMatter: string): Matter {
  const isUri = operations.get(operation)?.about === 'uri'
  return { operation, isUri, readings: isUri ? readingsOfUri(subjectMatter) : [subjectMatter] }
}

/** `every`: all readings must match, for a rule that allows. `some`: one is enough, for a rule that blocks or holds. */
export function matches(pattern: Pattern, matter: Matter, quantity: 'every' | 'some'): boolean {
  if (!pattern.operation.matches(matter.operation)) return false
  const glob = matter.isUri ? pattern.uri : pattern.name
  if (glob === null) return true
  return quantity === 'every' ? matter.readings.every(glob.matches) : matter.readings.some(glob.matches)
}

/** True only if every action that `narrow` is about is one that `wide` is about. */
export function coversPattern(wide: Pattern, narrow: Pattern): boolean {
  if (!covers(wide.operation, narrow.operation)) return false
  if (wide.name === null || wide.uri === null) return true
  if (narrow.name === null || narrow.uri === null) return false
  return covers(wide.name, narrow.name) && covers(wide.uri, narrow.uri)
}

/**
 * As written; and as a server is likely to take it: scheme and authority in lower case, percent-escapes decoded until
 * none is left, and without dot segments.
 */
function readingsOfUri(uri: string): readonly string[] {
  const decoded = decode(uri)
  const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:(?:\/\/[^/?#]*)?/.exec(decoded)?.[0] ?? ''
  const plain = scheme.toLowerCase() + withoutDots(decoded.slice(scheme.length))
  return [...new Set([uri, decoded, plain])]
}

function decode(uri: string): string {
  let text = uri
  for (let round = 0; round < 4 && text.includes('%'); round++) {
    try {
      text = decodeURIComponent(text)
    } catch {
      return text
    }
  }
  return text
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
