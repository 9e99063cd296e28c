// Building blocks of the configuration's schema. Promise: what is wrong is said in terms of what to write instead; a key
// that is not known is an error with the nearest known one.
import { z } from 'zod'
import { nearest } from '../policy/nearest.ts'
import { durationPattern, parseDuration } from './duration.ts'

/** A mapping in which only these keys may stand. */
export function section<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = Object.keys(shape)
  return z.strictObject(shape, {
    error: issue => {
      if (issue.code === 'unrecognized_keys') return unknownKey(issue.keys[0] ?? '', known)
      if (issue.code === 'invalid_type') return `expected a mapping with ${known.join(', ')}`
      return undefined
    },
  })
}

export function unknownKey(key: string, known: readonly string[]): string {
  return `unknown key "${key}"${nearest(key, known)}: it can be ${known.join(', ')}`
}

interface Said {
  /** What counts where the key is left out, as it is written in the file. */
  readonly default?: unknown
  readonly example?: unknown
}

/** A key that must be there, with what the reference and editors say of it. */
export function must<Schema extends z.ZodType>(schema: Schema, description: string, said: Said = {}): Schema {
  const { example, ...more } = said
  return schema.meta({ description, ...more, ...(example === undefined ? {} : { examples: [example] }) })
}

/** A key that may be left out. */
export function may<Schema extends z.ZodType>(schema: Schema, description: string, said: Said = {}) {
  return must(schema.optional(), description, said)
}

/** One of two forms; `says` is what to write where neither is meant. */
export function either<Options extends readonly [z.ZodType, z.ZodType, ...z.ZodType[]]>(
  says: string,
  options: Options,
) {
  return z.union(options, { error: says })
}

export function text(says: string, pattern: RegExp) {
  return z.string({ error: `write ${says}` }).regex(pattern, { error: `write ${says}`, abort: true })
}

export function words(says: string, pattern = /\S/) {
  return z
    .array(text(says, pattern), { error: `write a list, such as [${says}]` })
    .min(1, { error: `name at least one: [${says}]` })
}

/** Names of connections, groups, providers and rules: they stand in URLs and in the log. */
const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
export const name = (kind: string) => text(`a ${kind} of letters, digits, ".", "_" and "-", at most 64`, namePattern)
/** Connections stand in the path of their address, which has no upper case and no dots. */
export const connectionName = text(
  'a connection of lower-case letters, digits, "_" and "-", at most 63, since it is part of an address',
  /^[a-z0-9][a-z0-9_-]{0,62}$/,
)
export const groupOrAll = text('names of groups, or "*" for everyone', /^(?:\*|[A-Za-z0-9][A-Za-z0-9._-]{0,63})$/)

export const duration = text('a length of time such as 90s, 15m, 2h, 30d, 6y1mo', durationPattern)
  .refine(value => parseDuration(value) !== null, { error: 'write a length of time above zero' })
  .meta({ title: 'duration' })

export const variable = text('the name of an environment variable', /^[A-Za-z_][A-Za-z0-9_]*$/)

export const asSecret = 'a secret is never written here: write { env: NAME } or { file: path }'
const byEnv = section({ env: variable })
const byFile = section({ file: text('the path of a file', /\S/) })
export const secretRef = either(asSecret, [byEnv, byFile]).meta({ title: 'secret' })

export type SecretRef = z.infer<typeof secretRef>

/** Without the keys that were left out. */
export function defined<T extends object>(value: T): { [key in keyof T]: Exclude<T[key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as {
    [key in keyof T]: Exclude<T[key], undefined>
  }
}
