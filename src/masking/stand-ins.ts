// Masked structured content that still satisfies its tool's output schema. Promise: what is returned was validated; where
// no harmless value fits (an enumeration, a constant), UnmaskableError, never the original. Nothing is fetched.
import { Ajv, type AnySchema, type ErrorObject, type Options, type ValidateFunction } from 'ajv'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { RE2JS } from 're2js'
import type { Leaf } from './patches.ts'
import { type StandIns, standInKey } from './render.ts'

/** The gateway answers with the refusal `unmaskable`. Says nothing of the value or the schema. */
export class UnmaskableError extends Error {
  constructor(why: 'schema' | 'value') {
    super(`structured content cannot be masked: ${why}`)
    this.name = 'UnmaskableError'
  }
}

/** Values tried for one leaf before giving up. */
const ROUNDS = 48

/** A server's `pattern` runs on the linear engine, like a user's. */
const regExp = Object.assign(
  (source: string) => {
    const pattern = RE2JS.compile(source)
    // The compiler keeps one value per string form, so that must tell patterns apart.
    return { test: (text: string) => pattern.matcher(text).find(), toString: () => `/${source}/` }
  },
  { code: 'linear' },
)

const options: Options = {
  strict: false,
  allErrors: true,
  verbose: true,
  validateFormats: true,
  logger: false,
  code: { regExp },
}

const compiled = new WeakMap<object, ValidateFunction | 'broken'>()

function compile(schema: unknown): ValidateFunction {
  if (typeof schema !== 'object' || schema === null) throw new UnmaskableError('schema')
  const known = compiled.get(schema)
  if (known === 'broken') throw new UnmaskableError('schema')
  if (known) return known
  try {
    const dialect = '$schema' in schema && typeof schema.$schema === 'string' ? schema.$schema : ''
    const Dialect = /draft-0[4-7]/.test(dialect) ? Ajv : dialect.includes('2019-09') ? Ajv2019 : Ajv2020
    // One instance per schema, since two tools may use one `$id`.
    const ajv = new Dialect(options)
    formats.default(ajv)
    const made = ajv.compile(schema as AnySchema)
    compiled.set(schema, made)
    return made
  } catch {
    compiled.set(schema, 'broken')
    throw new UnmaskableError('schema')
  }
}

export interface Structured {
  readonly schema: unknown
  /** The content as it came. */
  readonly original: unknown
  /** The content as released with these stand-ins. */
  readonly released: (standIns: StandIns) => unknown
  /** Changed leaves by JSON pointer. */
  readonly leaves: () => ReadonlyMap<string, Leaf>
}

/** JSON text; what the schema asks for comes first, null, which says least, last. */
interface Candidate {
  readonly json: string
  readonly rank: number
}

interface Attempt {
  candidates: Candidate[]
  next: number
  readonly schemas: Set<unknown>
}

/** The stand-ins with which the content validates; none where its plain masked form does, or where it never did. */
export function findStandIns(content: Structured): StandIns {
  const validate = compile(content.schema)
  const chosen = new Map<string, string>()
  if (validate(content.released(chosen)) || !validate(content.original)) return chosen
  const leaves = content.leaves()
  const attempts = new Map<string, Attempt>()
  for (let round = 0; round < ROUNDS; round++) {
    if (validate(content.released(chosen))) return chosen
    const failing = new Map<string, Leaf>()
    for (const error of validate.errors ?? []) {
      if (error.keyword === 'uniqueItems') makeDistinct(error, leaves, chosen)
      const leaf = leaves.get(error.instancePath)
      if (!leaf) continue
      const key = standInKey(leaf.json, leaf.decoded)
      const attempt = attempts.get(key) ?? { candidates: [], next: 0, schemas: new Set() }
      attempts.set(key, attempt)
      if (!attempt.schemas.has(error.parentSchema)) {
        attempt.schemas.add(error.parentSchema)
        const tried = attempt.candidates.slice(0, attempt.next)
        const more = candidates(leaf, error.parentSchema as Record<string, unknown>)
        const seen = new Set(tried.map(one => one.json))
        const rest = [...attempt.candidates.slice(attempt.next), ...more]
          .sort((left, right) => left.rank - right.rank)
          .filter(one => !seen.has(one.json) && seen.add(one.json))
        attempt.candidates = [...tried, ...rest]
      }
      failing.set(key, leaf)
    }
    const distinct = (validate.errors ?? []).some(error => error.keyword === 'uniqueItems')
    if (failing.size === 0 && !distinct) throw new UnmaskableError('value')
    for (const key of failing.keys()) {
      const attempt = attempts.get(key) as Attempt
      const candidate = attempt.candidates[attempt.next++]
      if (candidate === undefined) throw new UnmaskableError('value')
      chosen.set(key, candidate.json)
    }
  }
  throw new UnmaskableError('value')
}

/** Items that became equal are numbered. */
function makeDistinct(error: ErrorObject, leaves: ReadonlyMap<string, Leaf>, chosen: Map<string, string>): void {
  let count = 0
  for (const [pointer, leaf] of leaves) {
    if (!pointer.startsWith(`${error.instancePath}/`)) continue
    const key = standInKey(leaf.json, leaf.decoded)
    if (chosen.has(key)) continue
    count++
    if (leaf.json === 'number') chosen.set(key, String(count - 1))
    else if (leaf.json === 'string') chosen.set(key, JSON.stringify(`[masked] ${count}`))
  }
}

const byFormat: Readonly<Record<string, string>> = {
  date: '0001-01-01',
  'date-time': '0001-01-01T00:00:00Z',
  'iso-date-time': '0001-01-01T00:00:00Z',
  time: '00:00:00Z',
  'iso-time': '00:00:00Z',
  duration: 'P0D',
  email: 'redacted@invalid.invalid',
  'idn-email': 'redacted@invalid.invalid',
  hostname: 'redacted.invalid',
  'idn-hostname': 'redacted.invalid',
  uri: 'urn:redacted:x',
  iri: 'urn:redacted:x',
  url: 'https://redacted.invalid/',
  'uri-reference': 'urn:redacted:x',
  'iri-reference': 'urn:redacted:x',
  'uri-template': 'urn:redacted:x',
  uuid: '00000000-0000-0000-0000-000000000000',
  ipv4: '0.0.0.0',
  ipv6: '::',
  'json-pointer': '/redacted',
  'relative-json-pointer': '0',
  byte: 'AAAA',
}

/** Values to try for a leaf under one schema; never the value itself. */
function candidates(leaf: Leaf, schema: Record<string, unknown>): Candidate[] {
  const found = leaf.json === 'number' ? numbers(schema) : leaf.json === 'string' ? texts(leaf.decoded, schema) : []
  const original = leaf.json === 'string' ? JSON.stringify(leaf.decoded) : leaf.decoded
  return [...found, [9, null] as const]
    .map(([rank, value]) => ({ rank, json: JSON.stringify(value) }))
    .filter(one => one.json !== original)
}

type Ranked = readonly [rank: number, value: unknown]

function numbers({
  minimum,
  exclusiveMinimum,
  maximum,
  exclusiveMaximum,
  multipleOf,
}: Record<string, unknown>): Ranked[] {
  const step = typeof multipleOf === 'number' && multipleOf > 0 ? multipleOf : 1
  const list: number[] = [0]
  if (typeof minimum === 'number') list.push(minimum, Math.ceil(minimum / step) * step)
  if (typeof exclusiveMinimum === 'number') list.push((Math.floor(exclusiveMinimum / step) + 1) * step)
  if (typeof maximum === 'number') list.push(maximum, Math.floor(maximum / step) * step)
  if (typeof exclusiveMaximum === 'number') list.push((Math.ceil(exclusiveMaximum / step) - 1) * step)
  return list.map((value, index) => [index, value])
}

function texts(original: string, { minLength, maxLength, format, pattern }: Record<string, unknown>): Ranked[] {
  const list: Ranked[] = []
  if (typeof format === 'string' && Object.hasOwn(byFormat, format)) list.push([0, byFormat[format]])
  const most = typeof maxLength === 'number' ? maxLength : Number.POSITIVE_INFINITY
  const least = typeof minLength === 'number' && minLength <= 1 << 16 ? minLength : 0
  list.push([1, '[masked]'.padEnd(least, '*').slice(0, most)])
  for (const letter of ['X', 'A', '']) {
    if (letter === '' && !spells(pattern, original)) continue
    for (const digit of ['0', '1', '9']) list.push([2, sameShape(original, letter, digit)])
  }
  list.push([3, '0001-01-01'], [3, '1900-01-01'])
  return list
}

/** The letters of a prefix stay only where the schema itself spells them out. */
function spells(pattern: unknown, original: string): boolean {
  const letters = original.match(/\p{L}+/gu) ?? []
  return (
    typeof pattern === 'string' && letters.length > 0 && letters.every(one => one.length > 1 && pattern.includes(one))
  )
}

function sameShape(original: string, letter: string, digit: string): string {
  const letters =
    letter === '' ? original : original.replace(/\p{Lu}/gu, letter).replace(/[\p{L}--\p{Lu}]/gv, letter.toLowerCase())
  return letters.replace(/\p{Nd}/gu, digit)
}
