// The whole test suite in one run: types, then every test file, then a search of all that was printed for identifiers
// that tests planted. Promise: passes only if all three do; says what was slow; leaves nothing running or lying about.
import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EventData, run } from 'node:test'
import { spec } from 'node:test/reporters'
import { parseArgs } from 'node:util'
import { startPostgres } from '../examples/clinic/postgres.ts'
import { startOwnIssuer } from '../test/support/issuer.ts'
import { searchFile, searchFor } from './planted-search.ts'

const root = new URL('..', import.meta.url).pathname
const { values: flags, positionals } = parseArgs({ options: { long: { type: 'boolean' } }, allowPositionals: true })
const started = performance.now()

const SLOWEST = 10
/** Of one test. */
const TEST_MS = flags.long ? 25 * 60_000 : 5 * 60_000

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

/** Tests from outside come first: they are the long ones, and a core that ends early takes the short ones. */
function testFiles(): string[] {
  const folders = ['test', 'examples', 'src', 'bench', 'tools']
  const files = folders.flatMap(folder => globSync(`${folder}/**/*.test.ts`, { cwd: root }).sort())
  const wanted = files.filter(file => file.endsWith('.long.test.ts') === (flags.long ?? false))
  return positionals.length === 0 ? wanted : wanted.filter(file => positionals.some(part => file.includes(part)))
}

/** The published types leave one count out. */
type Counts = EventData.TestSummary['counts'] & { readonly failed: number }

interface Closing {
  readonly counts: Counts
  readonly success: boolean
  readonly slowest: readonly (readonly [file: string, ms: number])[]
}

async function runFiles(files: readonly string[], print: (text: string) => void): Promise<Closing> {
  const times = new Map<string, number>()
  let closing: EventData.TestSummary | null = null
  const stream = run({
    files: files.map(file => join(root, file)),
    cwd: root,
    // One more than cores: many tests wait for disks, deadlines and other processes.
    concurrency: availableParallelism() + 1,
    timeout: TEST_MS,
    execArgv: ['--import', new URL('left-listening.ts', import.meta.url).href],
  })
  stream.on('test:summary', summary => {
    if (summary.file === undefined) closing = summary
    else times.set(summary.file.slice(root.length), summary.duration_ms)
  })
  for await (const text of stream.compose(spec)) print(String(text))
  if (closing === null) throw new Error('the test runner ended without a summary')
  const { counts, success } = closing as EventData.TestSummary
  return { counts: counts as Counts, success, slowest: [...times].sort((a, b) => b[1] - a[1]).slice(0, SLOWEST) }
}

function lines(file: string): string[] {
  if (!existsSync(file)) return []
  return [...new Set(readFileSync(file, 'utf8').split('\n').filter(Boolean))].map(line => JSON.parse(line))
}

/** Searches all that was printed and every file that tests named. True when no planted value is in any of them. */
function clean(planted: readonly string[], files: readonly string[], print: (text: string) => void): boolean {
  const search = searchFor(planted)
  let found = 0
  for (const file of files) {
    if (!existsSync(file)) throw new Error(`a test named an output and then removed it: ${file}`)
    const findings = searchFile(search, file)
    found += findings.length
    for (const { value, form, offset } of findings.slice(0, SLOWEST))
      print(`planted value ${value} (${form}) was printed: ${file} at byte ${offset}\n`)
  }
  print(`searched ${files.length} outputs for ${planted.length} planted values: ${found} found\n`)
  return found === 0
}

async function main(): Promise<boolean> {
  const files = testFiles()
  if (files.length === 0) {
    console.error(`no test files${flags.long ? ' *.long.test.ts' : ''} to run`)
    return false
  }
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-tests-'))
  const output = join(dir, 'output.log')
  const planted = join(dir, 'planted')
  const outputs = join(dir, 'searched')
  const print = (text: string) => {
    process.stdout.write(text)
    appendFileSync(output, text)
  }
  writeFileSync(output, '')
  const issuer = await startOwnIssuer()
  // Or it changes numbers of the catalog between two readings that a test compares.
  const settings = { autovacuum: 'off' }
  const postgres = await startPostgres({ dir: join(dir, 'postgres'), settings })
  Object.assign(process.env, {
    // Hundreds of processes load the same code.
    NODE_COMPILE_CACHE: join(dir, 'compiled'),
    SALLYPORT_PLANTED: planted,
    SALLYPORT_SEARCHED: outputs,
    SALLYPORT_TEST_POSTGRES: postgres.url,
    SALLYPORT_TEST_ISSUER: JSON.stringify(await issuer.share()),
  })
  try {
    const { counts, success, slowest } = await runFiles(files, print)
    print(`\nslowest test files:\n${slowest.map(([file, ms]) => `  ${seconds(ms).padStart(8)}  ${file}\n`).join('')}`)
    const unprinted = clean(lines(planted), [output, ...lines(outputs)], print)
    print(`total ${seconds(performance.now() - started)}, ${files.length} files\n`)
    const { tests, suites, passed, failed, cancelled, skipped, todo } = counts
    const closing = { tests, suites, pass: passed, fail: failed, cancelled, skipped, todo }
    for (const [name, count] of Object.entries(closing)) print(`# ${name} ${count}\n`)
    return success && unprinted
  } finally {
    await postgres.stop()
    await issuer.close()
    rmSync(dir, { recursive: true, force: true })
  }
}

function typesCheck(): boolean {
  try {
    execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--noEmit'], {
      cwd: root,
      stdio: 'inherit',
    })
    console.log(`types checked in ${seconds(performance.now() - started)}`)
    return true
  } catch {
    console.error('the types do not check: no test was run')
    return false
  }
}

// Named files are for working on them: the types are left to the whole run.
const ready = positionals.length > 0 || typesCheck()
process.exitCode = ready && (await main()) ? 0 : 1
