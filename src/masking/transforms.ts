// What a hidden value becomes. Promise: pure; a JSON number stays a number and a boolean a boolean unless the label is
// nulled; nothing of the value is left except where `last-four` says so.
import type { Transform } from './plan.ts'

export function marker(label: string): string {
  return `[${label}]`
}

/** In text. `null` leaves nothing. */
export function transformText(original: string, label: string, transform: Transform): string {
  if (transform === 'null') return ''
  return transform === 'last-four' ? (lastFour(original) ?? marker(label)) : marker(label)
}

/** A whole JSON value, as JSON text. Numbers become 0 and booleans false: a reader still gets the type it expects. */
export function transformValue(
  json: 'string' | 'number' | 'literal',
  original: string,
  label: string,
  transform: Transform,
): string {
  if (transform === 'null') return 'null'
  if (json === 'number') return '0'
  if (json === 'literal') return 'false'
  return JSON.stringify(transformText(original, label, transform))
}

const ALPHANUMERIC = /[\p{L}\p{N}]/u

/** Its own result, which another door masks again. */
const DONE = /^(?:[^\p{L}\p{N}]*\*){4}[^\p{L}\p{N}]*(?:[\p{L}\p{N}][^\p{L}\p{N}*]*){4}$/u

/** Stars for all letters and digits but the last four, separators kept; null where four would be half of it or more. */
function lastFour(original: string): string | null {
  if (DONE.test(original)) return original
  const characters = [...original]
  const total = characters.reduce((count, one) => (ALPHANUMERIC.test(one) ? count + 1 : count), 0)
  if (total < 8) return null
  let seen = 0
  return characters.map(one => (ALPHANUMERIC.test(one) && seen++ < total - 4 ? '*' : one)).join('')
}
