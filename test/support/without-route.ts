// Runs inside a network namespace that has nothing but a loopback: starts the demo as `npm start` does, makes calls, and
// looks at what its processes show to the machine. Argument: the folder of the project. Prints one JSON object.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { DemoFile } from '../../examples/clinic/demo-file.ts'
import { generateClinic } from '../../examples/clinic/patients.ts'
import { McpCaller } from './mcp-caller.ts'

export interface WithoutRoute {
  /** Interfaces of this namespace. */
  readonly interfaces: readonly string[]
  /** What an attempt to leave it ends with. */
  readonly outside: string
  readonly clear: string
  readonly masked: string
  readonly processes: number
  /** Which file of /proc and which member of a patient, for each value found there. */
  readonly found: readonly string[]
  readonly ended: number | null
}

const START_MS = 60_000

async function demoOf(dir: string, running: { exitCode: number | null }, printed: () => string): Promise<DemoFile> {
  for (let waited = 0; waited < START_MS && running.exitCode === null; waited += 100) {
    try {
      return JSON.parse(readFileSync(join(dir, '.sallyport/demo/demo.json'), 'utf8')) as DemoFile
    } catch {
      await delay(100)
    }
  }
  throw new Error(`the demo did not start:\n${printed()}`)
}

function leave(): Promise<string> {
  return new Promise(resolve => {
    const socket = connect({ host: '192.0.2.1', port: 443, timeout: 2_000 })
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'))
    socket.once('timeout', () => resolve('ETIMEDOUT'))
    socket.once('connect', () => resolve('connected'))
  })
}

/** What every process of this namespace, but this one, shows of itself. */
function shown(): { readonly processes: number; readonly texts: ReadonlyMap<string, string> } {
  const own = readlinkSync('/proc/self/ns/net')
  const texts = new Map<string, string>()
  let processes = 0
  for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name) && Number(name) !== process.pid)) {
    try {
      if (readlinkSync(`/proc/${pid}/ns/net`) !== own) continue
      const title = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      processes++
      for (const file of ['cmdline', 'environ', 'comm'])
        texts.set(`${file} of ${title.split('\0')[0]}`, readFileSync(`/proc/${pid}/${file}`, 'utf8'))
    } catch {
      // It has ended, or belongs to another user.
    }
  }
  return { processes, texts }
}

function search(texts: ReadonlyMap<string, string>): string[] {
  const found = new Set<string>()
  for (const patient of generateClinic().patients) {
    for (const member of ['full_name', 'mrn', 'ssn', 'phone', 'email', 'address'] as const) {
      for (const [where, text] of texts) if (text.includes(patient[member])) found.add(`${where}: ${member}`)
    }
  }
  return [...found]
}

async function main(dir: string): Promise<WithoutRoute> {
  let printed = ''
  const running = spawn(process.execPath, ['tools/start.ts'], { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [running.stdout, running.stderr]) stream.on('data', chunk => (printed += chunk))
  try {
    const demo = await demoOf(dir, running, () => printed)
    const token = (name: string) => demo.people.find(person => person.name === name)?.token ?? ''
    const mrn = generateClinic().patients[0]?.mrn
    const ask = async (name: string) => {
      const caller = new McpCaller(demo.connections.clinic ?? '', 'modern', token(name))
      return JSON.stringify((await caller.call('get_chart', { mrn })).result)
    }
    const answers = { clear: await ask('alice'), masked: await ask('dan') }
    const { processes, texts } = shown()
    const outside = await leave()
    running.kill('SIGTERM')
    const [code] = (await once(running, 'exit')) as [number | null]
    return { interfaces: interfaces(), outside, ...answers, processes, found: search(texts), ended: code }
  } finally {
    running.kill('SIGKILL')
  }
}

/** Of this namespace, which /sys may not be. */
function interfaces(): string[] {
  const lines = readFileSync('/proc/self/net/dev', 'utf8').split('\n').slice(2)
  return lines.flatMap(line => line.split(':')[0]?.trim() || [])
}

console.log(JSON.stringify(await main(process.argv[2] ?? '.')))
