// Limits stand in one table, with their reasons: what is counted, timed or weighed of callers and systems is not bounded by
// a number somewhere else, where docs/limits.md would not have it.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Sources, shippedSources } from './support/source-rules.ts'

/** Their bounds are of one algorithm, of one value of a schema, or of the command line; docs/limits.md says so. */
const elsewhere =
  /^src\/(?:masking|policy|cli|api|access|config|identity|store|postgres\/statement|postgres\/lineage)\//

/** Buffers, work done at a time, words of a protocol, the minute of a limit per minute: nothing anybody meets. */
const own: readonly string[] = [
  'src/gateway/strangers.ts MINUTE_MS',
  'src/mcp/burdens.ts PER_NODE',
  'src/mcp/stdio-record.ts PIECE_BYTES',
  'src/mcp/stdio-record.ts PIECE_MS',
  'src/postgres/answer-rows.ts SLACK_BYTES',
  'src/postgres/cancel-keys.ts MINUTE_MS',
  'src/postgres/readings.ts KNOWN_BYTES',
  'src/postgres/scram.ts ITERATIONS',
  'src/postgres/system-framer.ts LEAST_ROOM',
  'src/recording/commit-log.ts INDEX_ENTRIES',
  'src/recording/compress.ts COLLECT_AFTER_BYTES',
  'src/recording/compress.ts COMPRESS_FROM_BYTES',
  'src/recording/durable-file.ts BLOCK_BYTES',
  'src/recording/entry-form.ts WORDS_MAX',
  'src/recording/entry-form.ts WORD_MAX',
  'src/recording/frame.ts KEPT_BYTES',
  'src/recording/inbox-frames.ts SECTOR_BYTES',
  'src/recording/inbox-frames.ts WINDOW_BYTES',
  'src/recording/inbox.ts LARGE_BYTES',
  'src/recording/inbox.ts PARCEL_BYTES',
  'src/recording/inbox.ts PARCEL_ITEMS',
  'src/recording/log-index.ts BUSY_MS',
  'src/recording/open-log.ts ENTRIES_AT_ONCE',
  'src/recording/parcel.ts FIRST_MEMORY_BYTES',
  'src/recording/parcel.ts KEPT_MEMORY_BYTES',
  'src/recording/read.ts PAGE_MAX',
  'src/recording/seal.ts SMALL_BYTES',
  'src/recording/verify-story.ts QUESTIONS_KEPT',
  'src/recording/verify-story.ts SESSIONS_KEPT',
  'src/recording/verify.ts PROGRESS_ENTRIES',
  'src/unlisted-targets.ts AGAIN_MS',
]

const NUMBER = String.raw`([1-9][\d_]*)(?: (<<|\*) ([\d_]+))?`
const CONSTANT = new RegExp(String.raw`^(?:export )?const (\w+) = ${NUMBER}$`, 'gm')
const WAIT = new RegExp(
  String.raw`(?:AbortSignal\.(timeout)\(|set(?:Timeout|Interval)\([^\n]*, |\w*([tT]imeout)\w*: )${NUMBER}[,)]`,
  'g',
)

function numbersIn(sources: Sources): string[] {
  const found: string[] = []
  for (const [file, text] of sources) {
    if (elsewhere.test(file) || file === 'src/gateway/limits.ts') continue
    for (const [, name, ...number] of text.matchAll(CONSTANT)) if (value(number) >= 100) found.push(`${file} ${name}`)
    for (const [all, , , ...number] of text.matchAll(WAIT)) if (value(number) >= 100) found.push(`${file} ${all}`)
  }
  return found.sort()
}

function value([first = '', sign, second = '']: readonly (string | undefined)[]): number {
  const [left, right] = [first, second].map(text => Number(text.replaceAll('_', '')))
  if (left === undefined || right === undefined || sign === undefined) return left ?? 0
  return sign === '*' ? left * right : left * 2 ** right
}

describe('limits', () => {
  it('stand in their table and nowhere else', () => {
    // Sessions that are over are looked for each second.
    const sweeps = 'src/gateway/sessions.ts setInterval(() => this.sweep(Date.now()), 1_000)'
    assert.deepEqual(numbersIn(shippedSources()), [...own, sweeps].sort())
  })

  it('are noticed elsewhere', () => {
    const text =
      'const MOST = 64 << 10\nconst FEW = 3\nsetTimeout(() => end(), 5_000)\nAbortSignal.timeout(2_000)\nx({ timeoutMs: 300, a })\n'
    assert.deepEqual(numbersIn(new Map([['src/mcp/x.ts', text]])), [
      'src/mcp/x.ts AbortSignal.timeout(2_000)',
      'src/mcp/x.ts MOST',
      'src/mcp/x.ts setTimeout(() => end(), 5_000)',
      'src/mcp/x.ts timeoutMs: 300,',
    ])
  })
})
