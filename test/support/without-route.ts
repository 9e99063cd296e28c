// Runs inside a network namespace that has nothing but a loopback, where there can be one: starts the demo as `npm start`
// does, makes calls, and looks at what its processes show to the machine. Argument: the folder of the project. Prints one
// JSON object, without a patient in it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
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
  /** How the name of the patient stands in the answers of two callers. */
  readonly shown: Readonly<Record<'clear' | 'masked', readonly string[]>>
  /** The most that were looked at together. */
  readonly processes: number
  readonly looks: number
  /** Which file of /proc and which member of a patient, for each value found there. */
  readonly found: readonly string[]
  /** The same of a process that shows a patient on purpose. */
  readonly bait: readonly string[]
  readonly ended: number | null
}

const START_MS = 60_000
const LOOK_MS = 5

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

/** A process and all below it: others on the machine are not the demo's. */
function family(of: number): readonly string[] {
  const parents = new Map<string, string>()
  for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    // The name of a program, in brackets, may hold anything.
    const stat = readIfThere(`/proc/${pid}/stat`)
    parents.set(pid, stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? '')
  }
  const below = (pid: string | undefined): boolean => pid !== undefined && (pid === `${of}` || below(parents.get(pid)))
  return [...parents.keys()].filter(below)
}

/** It may have ended, or belong to another user. */
function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** What the demo's processes showed of themselves whenever they were looked at. */
class Looks {
  readonly #texts = new Set<string>()
  processes = 0
  count = 0

  look(pid: number): void {
    const pids = family(pid)
    this.processes = Math.max(this.processes, pids.length)
    this.count++
    for (const one of pids)
      for (const file of ['cmdline', 'environ', 'comm'])
        this.#texts.add(`${file}\n${readIfThere(`/proc/${one}/${file}`)}`)
  }

  /** While this goes on, too. */
  async during<T>(pid: number, work: Promise<T>): Promise<T> {
    const again = setInterval(() => this.look(pid), LOOK_MS)
    try {
      return await work
    } finally {
      clearInterval(again)
      this.look(pid)
    }
  }

  search(): string[] {
    const found = new Set<string>()
    for (const patient of generateClinic().patients) {
      for (const member of ['full_name', 'mrn', 'ssn', 'phone', 'email', 'address'] as const) {
        for (const text of this.#texts)
          if (text.includes(patient[member])) found.add(`${text.split('\n', 1)[0]}: ${member}`)
      }
    }
    return [...found]
  }
}

async function main(dir: string): Promise<WithoutRoute> {
  let printed = ''
  const running = spawn(process.execPath, ['tools/start.ts'], { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [running.stdout, running.stderr]) stream.on('data', chunk => (printed += chunk))
  try {
    const demo = await demoOf(dir, running, () => printed)
    const token = (name: string) => demo.people.find(person => person.name === name)?.token ?? ''
    const [patient] = generateClinic().patients
    const pid = running.pid ?? 0
    const looks = new Looks()
    const ask = async (name: string) => {
      const caller = new McpCaller(demo.connections.clinic ?? '', 'modern', token(name))
      const answer = JSON.stringify((await looks.during(pid, caller.call('get_chart', { mrn: patient?.mrn }))).result)
      const ways = { clear: patient?.full_name ?? '', '[phi.name]': '[phi.name]' }
      return Object.entries(ways).flatMap(([way, text]) => (answer.includes(text) ? way : []))
    }
    const shown = { clear: await ask('alice'), masked: await ask('dan') }
    const outside = await leave()
    const baited = await bait()
    running.kill('SIGTERM')
    const [code] = (await once(running, 'exit')) as [number | null]
    const { processes, count } = looks
    return {
      interfaces: interfaces(),
      outside,
      shown,
      processes,
      looks: count,
      found: looks.search(),
      bait: baited,
      ended: code,
    }
  } finally {
    running.kill('SIGKILL')
  }
}

/** What is found of a process that does show a patient: a search that finds nothing must be able to. */
async function bait(): Promise<readonly string[]> {
  const { full_name = '', mrn = '' } = generateClinic().patients[0] ?? {}
  const env = { PATH: process.env.PATH, PATIENT: full_name }
  const shows = spawn('/bin/sh', ['-c', 'read -r line', mrn], { env, stdio: ['pipe', 'ignore', 'ignore'] })
  const looks = new Looks()
  for (let tries = 0; tries < 200 && looks.search().length < 2; tries++) {
    await delay(10)
    looks.look(shows.pid ?? 0)
  }
  shows.kill('SIGKILL')
  return looks.search().sort()
}

/** Of this namespace, which /sys may not be. */
function interfaces(): string[] {
  const lines = readFileSync('/proc/self/net/dev', 'utf8').split('\n').slice(2)
  return lines.flatMap(line => line.split(':')[0]?.trim() || [])
}

console.log(JSON.stringify(await main(process.argv[2] ?? '.')))
