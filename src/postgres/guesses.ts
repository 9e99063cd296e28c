// How many values a condition is tried with at once. Promise: never fewer than the system tries; one where there is no list.
import type { Plan } from './lineage/resolve.ts'
import type { Statement } from './statement/statement.ts'
import { constant, list, tagged } from './statement/tree.ts'

const ARRAY = /^\s*(?:(?:\[[^\]]*\]\s*)+=\s*)?\{/
/** The elements of an array are followed by no colon. */
const JSON_OBJECT = /^\s*\{\s*"(?:[^"\\]|\\.)*"\s*:/
const VECTOR = /^\s*[+-]?\d+(?:\s+[+-]?\d+)+\s*$/
/** With which none of these begins. */
const NO_TEXT = /^[^\s[{+\-\d]/

/** An array in text, of whatever dimensions and bounds, or an int2vector. */
export function valuesIn(value: string): number {
  if (VECTOR.test(value)) return value.trim().split(/\s+/).length
  if (!ARRAY.test(value) || JSON_OBJECT.test(value)) return 1
  return value.split(',').length
}

const MOST_DIMENSIONS = 6
const HEADER_BYTES = 12
const DIMENSION_BYTES = 8

/** An array in binary says how many dimensions it has, whether a NULL is in it, of which type it is, and how long each is. */
function binaryValuesIn(value: Buffer): number {
  if (value.length < HEADER_BYTES + DIMENSION_BYTES) return 1
  const dimensions = value.readUInt32BE(0)
  if (dimensions === 0 || dimensions > MOST_DIMENSIONS || value.readUInt32BE(4) > 1) return 1
  if (value.length < HEADER_BYTES + dimensions * DIMENSION_BYTES) return 1
  let values = 1
  for (let at = 0; at < dimensions; at++) values *= value.readUInt32BE(HEADER_BYTES + at * DIMENSION_BYTES)
  return Math.max(1, values)
}

/** A text is the same in binary, and may be an array still. */
export function valuesInBytes(value: Buffer): number {
  if (NO_TEXT.test(value.toString('latin1', 0, 1))) return binaryValuesIn(value)
  return Math.max(binaryValuesIn(value), valuesIn(value.toString('latin1')))
}

/** How many values lists hold, by the number of the parameter that is given one. */
export type Lists = ReadonlyMap<number, number>

export const NO_LISTS: Lists = new Map()

/** What conditions compare with: as they are written, and by the parameters in them. */
type Compared = Pick<Plan, 'guesses' | 'compared' | 'passed'>

/** With a list each of them is as many as it holds; one that no condition is known to use is tried once. */
export function triedWith({ guesses, compared, passed }: Compared, lists: Lists): number {
  let all = 1
  let made = guesses
  if (lists.size > 0) all = 0
  for (const [number, values] of lists) {
    const times = (compared.get(number) ?? 0) + passed
    all += values
    if (times > 0) made += times * (values - 1)
  }
  return Math.max(all, made)
}

/** What an EXECUTE is given: any number where it is to be computed. */
export function argumentsIn({ tree }: Statement): Lists {
  const root = tagged(tree)
  const held = root?.tag === 'ExplainStmt' ? tagged(root.body.query) : root
  if (held?.tag !== 'ExecuteStmt') return NO_LISTS
  const counts = list(held.body, 'params').map((given, at) => [at + 1, written(given)] as const)
  return new Map(counts.filter(([, count]) => count > 1))
}

function written(argument: unknown): number {
  const value = constant(argument)
  if (value !== undefined) return value === null ? 1 : valuesIn(value)
  const found = tagged(argument)
  if (found?.tag === 'TypeCast') return written(found.body.arg)
  if (found?.tag !== 'A_ArrayExpr') return Number.POSITIVE_INFINITY
  return list(found.body, 'elements').reduce<number>((sum, element) => sum + written(element), 0)
}
