// What programs write that looks like something else: versions, hashes, durations. Promise: looks at most six characters
// back, or at one word.
import { isDigit, isLetter } from './groups.ts'
import type { Lexer } from './lexer.ts'

/** Behind a word or a mark of a version: `version 2024.1.15`, `v2024.1.15`, `==2024.1.15`, `name@2024.1.15`. */
export function isVersion(lexer: Lexer, from: number): boolean {
  const { text, versionEnd } = lexer
  const before = text.charCodeAt(from - 1)
  const second = text.charCodeAt(from - 2)
  if ((before | 0x20) === 0x76) return !isLetter(second)
  if (before === 0x40) return isLetter(second) || isDigit(second)
  if (before === 0x3d && (second === 0x3d || second === 0x3e || second === 0x3c || second === 0x7e)) return true
  if (versionEnd < 0 || from - versionEnd > 6) return false
  for (let at = versionEnd; at < from; at++)
    if (isLetter(text.charCodeAt(at)) || isDigit(text.charCodeAt(at))) return false
  return true
}

/** Letters of a longer number, such as the "dea" of a hash, or the "PT" of a duration such as PT12H30M. */
export function isInside(text: string, start: number, end: number): boolean {
  const before = isDigit(text.charCodeAt(start - 1))
  const after = isDigit(text.charCodeAt(end))
  if (!before && !after) return false
  if (end - start === 2 && (text.charCodeAt(start) | 0x20) === 0x70) return true
  if (before && after) return true
  if (!before && (end - start !== 3 || text.charCodeAt(start) < 0x61)) return false
  for (let at = start; at < end; at++) if ((text.charCodeAt(at) | 0x20) > 0x66) return false
  return true
}
