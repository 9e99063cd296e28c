// Reads a SQL text. Promise: every text gives a list of statements or a refusal, in bounded time; nothing is thrown.

import { type Classified, classify } from './classify.ts'
import { type ParameterTypes, typed } from './parameter-types.ts'
import { inlineBytes, notAnalysable, parseText, type RawStatement, refuseBytes, type Trees } from './parse.ts'
import { parserFingerprint } from './parser.ts'
import { type Read, refused, type Statement, type StatementRefusal } from './statement.ts'
import { type Names, noNames } from './uses.ts'

/** Parses a long text elsewhere, with a time limit. */
export type ParseAside = (text: string) => Promise<Trees | StatementRefusal>

export interface ReadSettings {
  readonly names?: Names
  /** Types of people's own that parameters are given, by their numbers. */
  readonly parameters?: ParameterTypes
}

/** A text of at most `inlineBytes`; a longer one is for `readLongSql`. */
export function readSql(sql: string | Uint8Array, settings: ReadSettings = {}): Read {
  const bytes = typeof sql === 'string' ? Buffer.from(sql) : sql
  const refusal = refuseBytes(bytes)
  if (refusal !== null) return refusal
  const text = typeof sql === 'string' ? sql : Buffer.from(sql).toString()
  if (text.isWellFormed()) return readTrees(parseText(text), bytes, settings)
  return notAnalysable() // a lone surrogate would reach the server as another character
}

export async function readLongSql(
  sql: string | Uint8Array,
  settings: ReadSettings,
  parseAside: ParseAside,
): Promise<Read> {
  const bytes = typeof sql === 'string' ? Buffer.from(sql) : sql
  if (bytes.length <= inlineBytes) return readSql(sql, settings)
  const refusal = refuseBytes(bytes)
  if (refusal !== null) return refusal
  return readTrees(await parseAside(Buffer.from(bytes).toString()), bytes, settings)
}

function readTrees(trees: Trees | StatementRefusal, bytes: Uint8Array, settings: ReadSettings): Read {
  if (trees.kind === 'refused') return trees
  const statements: Statement[] = []
  const { names = noNames, parameters } = settings
  for (const raw of trees.statements) {
    let found: Classified | null
    try {
      const tree = parameters === undefined ? raw.tree : typed(raw.tree, parameters)
      if (tree === null) return notUsed
      found = classify(tree, names)
    } catch {
      return notAnalysable()
    }
    if (found === null) return notAnalysable()
    const { start, end } = raw
    const written = () => Buffer.from(bytes.subarray(start, end)).toString()
    statements.push({ ...found, start, end, written, fingerprint: () => fingerprintOf(raw, bytes) })
  }
  return { kind: 'read', statements }
}

const notUsed = refused('unreadable', '42P18', 'A parameter is given a type and is not used.')

function fingerprintOf(raw: RawStatement, bytes: Uint8Array): string {
  if (raw.end - raw.start > inlineBytes) return 'long'
  try {
    return parserFingerprint(Buffer.from(bytes.subarray(raw.start, raw.end)).toString())
  } catch {
    return 'none'
  }
}
