// demo.json: how scripts and the tour reach a running demo. Promise: it is there, whole, only while the demo can answer;
// the one that a killed demo left behind is never read as if it were of a running one.
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { tryLock } from './lock.ts'

export interface DemoFile {
  readonly version: 1
  readonly gateway: string
  readonly api: string
  readonly connections: Readonly<Record<string, string>>
  readonly people: readonly {
    readonly name: string
    /** The id that the gateway records: for an agent its own, not that of the human it acts for. */
    readonly subject: string
    /** The gateway's own names. */
    readonly groups: readonly string[]
    readonly token: string
    /** Of the database, as this person; only for whom a rule lets use it. */
    readonly dsn?: string
  }[]
}

export const demoFolder = fileURLToPath(new URL('../../.sallyport/demo', import.meta.url))

export function writeDemoFile(dir: string, demo: DemoFile): void {
  const file = join(dir, 'demo.json')
  writeFileSync(`${file}.new`, `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

export function removeDemoFile(dir: string): void {
  rmSync(join(dir, 'demo.json'), { force: true })
}

/** The demo's folder in the current directory, as the command line looks for it too, or else in the repository. */
function nearest(): string {
  const here = join(process.cwd(), '.sallyport', 'demo')
  return existsSync(join(here, 'demo.json')) ? here : demoFolder
}

export function readDemoFile(dir: string = nearest()): DemoFile {
  let text: string
  try {
    text = readFileSync(join(dir, 'demo.json'), 'utf8')
  } catch {
    throw notRunning()
  }
  const left = tryLock(dir)
  if (left !== null) {
    left.release()
    throw notRunning()
  }
  const demo = JSON.parse(text) as DemoFile
  if (demo.version !== 1) throw new Error(`demo.json has version ${demo.version}; this program knows 1.`)
  return demo
}

function notRunning(): Error {
  return new Error('The demo is not running: start it with npm start.')
}
