// PostgreSQL's own parser, as WebAssembly. Promise: the only place that knows libpg-query; loaded where there is a database,
// and before the first text.
import { setFlagsFromString } from 'node:v8'

type Parser = typeof import('libpg-query')

let loaded: Parser | null = null
let loading: Promise<void> | null = null

/** Once per process; again, it does nothing. */
export function loadParser(): Promise<void> {
  loading ??= load()
  return loading
}

/**
 * From here on WebAssembly is compiled by the quick compiler alone: doing the parser's largest functions over for speed takes
 * 550 MB for a moment and saves a microsecond a statement. What V8 is told for the time of loading does not last.
 */
async function load(): Promise<void> {
  setFlagsFromString('--no-wasm-tier-up')
  setFlagsFromString('--no-wasm-dynamic-tiering')
  const parser = await import('libpg-query')
  await parser.loadModule()
  loaded = parser
}

function parser(): Parser {
  if (loaded === null) throw new Error('the parser of statements is not loaded')
  return loaded
}

/** Throws the parser's error. */
export function parseSql(text: string): unknown {
  return parser().parseSync(text)
}

export function parsePlPgSql(text: string): unknown {
  return parser().parsePlPgSQLSync(text)
}

export function parserFingerprint(text: string): string {
  return parser().fingerprintSync(text)
}

/** What an error of the parser says; null of any other. Positions are in characters, from 0. */
export function syntaxErrorOf(error: unknown): { readonly message: string; readonly position: number } | null {
  if (!(error instanceof Error)) return null
  if (error.message.includes('cannot be empty')) return { message: error.message, position: -1 }
  if (!parser().hasSqlDetails(error)) return null
  return { message: error.message, position: error.sqlDetails?.cursorPosition ?? -1 }
}
