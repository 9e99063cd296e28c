// PostgreSQL's own parser, as WebAssembly. Promise: the only place that knows libpg-query; loaded where there is a database,
// and before the first text.
import { setFlagsFromString } from 'node:v8'

type Parser = typeof import('libpg-query')

let loaded: Parser | null = null
let loading: Promise<void> | null = null

/** Once per process; again, it does nothing. */
export function loadParser(): Promise<void> {
  loading ??= compiledOnce(async () => {
    const parser = await import('libpg-query')
    await parser.loadModule()
    loaded = parser
  })
  return loading
}

/**
 * WebAssembly is compiled by the quick compiler alone: doing the parser's largest functions over for speed takes 550 MB for a
 * moment and saves a microsecond a statement.
 */
async function compiledOnce(load: () => Promise<void>): Promise<void> {
  setFlagsFromString('--no-wasm-tier-up')
  setFlagsFromString('--no-wasm-dynamic-tiering')
  await load()
  setFlagsFromString('--wasm-tier-up')
  setFlagsFromString('--wasm-dynamic-tiering')
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
