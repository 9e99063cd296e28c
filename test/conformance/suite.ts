// Runs one of the official conformance suites as its own command line does. Promise: what it reports is read from the
// files the suite wrote, check by check, so that two runs can be compared by name and not only by count.
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Suite {
  readonly name: string
  /** Folder under node_modules. */
  readonly from: string
  readonly options: readonly string[]
  /** What our fixture reaches without a gateway. */
  readonly expected: { readonly passed: number; readonly failed: number }
}

export const suites: readonly Suite[] = [
  {
    name: '0.1.16 all',
    from: '@modelcontextprotocol/conformance',
    options: ['--suite', 'all'],
    expected: { passed: 44, failed: 0 },
  },
  {
    name: '0.2.0-alpha.12 requirements 2025-11-25',
    from: 'conformance-next',
    options: ['--requirements', '2025-11-25'],
    expected: { passed: 84, failed: 0 },
  },
  {
    // The failures are of the tasks extension, which is not scored and which no server in the SDK offers.
    name: '0.2.0-alpha.12 requirements 2026-07-28',
    from: 'conformance-next',
    options: ['--requirements', '2026-07-28'],
    expected: { passed: 164, failed: 30 },
  },
]

export interface Outcome {
  /** 0 when every scored check passed. */
  readonly exitCode: number
  readonly passed: number
  readonly failed: number
  /** Status by `scenario / check`, numbered where a scenario reports a check more than once. */
  readonly checks: ReadonlyMap<string, string>
  /** Why checks failed, by the same key. */
  readonly reasons: ReadonlyMap<string, string>
}

interface Check {
  readonly id: string
  readonly name: string
  readonly status: string
  readonly errorMessage?: string
}

/** Requests the harness saw, not checks: their number depends on timing. */
const observations = new Set(['INFO'])

function scenarioOf(folder: string): string {
  return folder.replace(/^server-/, '').replace(/-\d{4}-\d\d-\d\dT[\d-]+Z$/, '')
}

function read(dir: string, exitCode: number): Outcome {
  const checks = new Map<string, string>()
  const reasons = new Map<string, string>()
  let passed = 0
  let failed = 0
  for (const folder of readdirSync(dir).sort()) {
    const file = join(dir, folder, 'checks.json')
    if (!existsSync(file)) continue
    for (const check of JSON.parse(readFileSync(file, 'utf8')) as Check[]) {
      if (check.status === 'SUCCESS') passed++
      if (check.status === 'FAILURE') failed++
      if (observations.has(check.status)) continue
      let key = `${scenarioOf(folder)} / ${check.id} / ${check.name}`
      for (let again = 2; checks.has(key); again++) key = key.replace(/( #\d+)?$/, ` #${again}`)
      checks.set(key, check.status)
      if (check.errorMessage !== undefined) reasons.set(key, check.errorMessage)
    }
  }
  return { exitCode, passed, failed, checks, reasons }
}

export async function runSuite(suite: Suite, url: string, dir: string): Promise<Outcome> {
  const program = new URL(`../../node_modules/${suite.from}/dist/index.js`, import.meta.url).pathname
  const exitCode = await new Promise<number>((resolve, reject) => {
    const args = [program, 'server', '--url', url, ...suite.options, '-o', dir]
    execFile(process.execPath, args, { maxBuffer: 64 << 20 }, error => {
      if (error === null) resolve(0)
      else if (typeof error.code === 'number') resolve(error.code)
      else reject(error)
    })
  })
  return read(dir, exitCode)
}

/** The checks in which two runs differ, one line each. */
export function differences(direct: Outcome, through: Outcome): string[] {
  const keys = new Set([...direct.checks.keys(), ...through.checks.keys()])
  return [...keys].sort().flatMap(key => {
    const before = direct.checks.get(key) ?? 'absent'
    const after = through.checks.get(key) ?? 'absent'
    if (before === after) return []
    return [`${key}: direct ${before}, through ${after}. ${through.reasons.get(key) ?? ''}`.trim()]
  })
}
