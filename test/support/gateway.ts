// The whole gateway as a child process, for tests that see it from outside. Promise: started as users start it, from a
// configuration file, with a real issuer of its own; what it printed is kept for the search of the run.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Issuer, type MintOptions, startIssuer } from './issuer.ts'
import { searched } from './planted.ts'

/** A section of the configuration, as CONTRACT.md writes it. JSON is YAML. */
type Section = Readonly<Record<string, unknown>>

interface Person {
  readonly groups: readonly string[]
  /** More claims of their token; `sub` and `email` are made from the name. */
  readonly claims?: Section
}

export interface GatewayOptions {
  readonly connections: Readonly<Record<string, Section>>
  readonly people: Readonly<Record<string, Person>>
  readonly rules?: readonly Section[]
  /** Whole sections that replace or add to what is written by default. */
  readonly config?: Section
  readonly env?: Readonly<Record<string, string>>
  /** Of the listener for clients of databases, on loopback; left out: none. */
  readonly postgresPort?: number
}

export interface Gateway {
  /** Its public URL, without a final slash. */
  readonly url: string
  readonly configFile: string
  readonly dataDir: string
  readonly issuer: Pick<Issuer, 'url' | 'mint'>
  connectionUrl(name: string): string
  /** A fresh token of one of the people, for every connection. */
  token(person: string, options?: MintOptions): Promise<string>
  /** The running process, for its id, memory and threads. */
  process(): ChildProcess
  /** What it has printed so far. */
  printed(): string
  /** Ends it with this signal and waits for its end; `start` brings it back on the same data. */
  kill(signal: NodeJS.Signals): Promise<void>
  start(): Promise<void>
  /** Ends it in good order and removes its files. */
  stop(): Promise<void>
}

const root = new URL('../../', import.meta.url).pathname
const START_MS = 20_000
const STOP_MS = 15_000

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}

/** The configuration that the options stand for. */
function configuration(options: GatewayOptions, url: string, issuer: string, dir: string): Section {
  const groups = new Set(Object.values(options.people).flatMap(person => person.groups))
  return {
    version: 1,
    listen: {
      publicUrl: url,
      http: new URL(url).host,
      ...(options.postgresPort === undefined ? {} : { postgres: `127.0.0.1:${options.postgresPort}` }),
    },
    data: join(dir, 'data'),
    providers: {
      test: { issuer, audience: `${url}/`, groups: 'claims.groups', person: 'claims.email', purpose: 'claims.purpose' },
    },
    groups: Object.fromEntries([...groups].map(group => [group, { test: [group] }])),
    connections: options.connections,
    ...(options.rules === undefined ? {} : { rules: options.rules }),
    retention: { phi: { keep: '6y1mo' }, test: { keep: '1d' } },
    seal: { keys: { dir: join(dir, 'seal-keys') } },
    ...options.config,
  }
}

/** The runner's own variables name the test database and the issuer's key, which a gateway never holds. */
function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('SALLYPORT_') && name !== 'NODE_TEST_CONTEXT',
  )
  return Object.fromEntries(own)
}

async function healthy(url: string, child: ChildProcess, printed: () => string): Promise<void> {
  const late = Date.now() + START_MS
  while (child.exitCode === null && child.signalCode === null) {
    const answer = await fetch(`${url}/healthz`).catch(() => null)
    await answer?.body?.cancel()
    if (answer?.ok) return
    if (Date.now() > late) {
      child.kill('SIGKILL')
      throw new Error(`the gateway was not healthy after ${START_MS} ms:\n${printed()}`)
    }
    await delay(25)
  }
  throw new Error(`the gateway ended with ${child.exitCode ?? child.signalCode} at start:\n${printed()}`)
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-gateway-'))
  const issuer = await startIssuer()
  const url = `http://127.0.0.1:${await freePort()}`
  const configFile = join(dir, 'sallyport.yaml')
  const logFile = join(dir, 'printed.log')
  const printed = () => readFileSync(logFile, 'utf8')
  writeFileSync(configFile, JSON.stringify(configuration(options, url, issuer.url, dir), null, 2), { mode: 0o600 })
  let child: ChildProcess | null = null

  async function start(): Promise<void> {
    const log = openSync(logFile, 'a')
    child = spawn(process.execPath, ['tools/run.mjs', 'src/main.ts', '--config', configFile], {
      cwd: root,
      env: { ...environment(), ...options.env },
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    process.once('exit', killNow)
    await healthy(url, child, printed)
  }

  function killNow(): void {
    child?.kill('SIGKILL')
  }

  async function kill(signal: NodeJS.Signals): Promise<void> {
    if (child === null) return
    child.kill(signal)
    await ended(child)
    process.off('exit', killNow)
    child = null
  }

  function person(name: string): Person {
    const found = options.people[name]
    if (found === undefined) throw new Error(`no person named ${name} in this gateway's options`)
    return found
  }

  const gateway: Gateway = {
    url,
    configFile,
    dataDir: join(dir, 'data'),
    issuer,
    connectionUrl: name => `${url}/mcp/${name}`,
    token(name, overrides) {
      const { groups, claims } = person(name)
      const all = { sub: name, email: `${name}@example.org`, groups, ...claims }
      return issuer.mint(all, { audience: `${url}/`, ...overrides })
    },
    process() {
      if (child === null) throw new Error('the gateway is not running')
      return child
    },
    printed,
    kill,
    start,
    async stop() {
      const late = setTimeout(killNow, STOP_MS)
      await kill('SIGTERM')
      clearTimeout(late)
      await issuer.close()
      keepForSearch(logFile)
      rmSync(dir, { recursive: true, force: true })
    },
  }
  try {
    await start()
  } catch (error) {
    rmSync(dir, { recursive: true, force: true })
    await issuer.close()
    throw error
  }
  return gateway
}

/** The files of a test are removed at its end; what was printed is handed to the runner before. */
function keepForSearch(logFile: string): void {
  const kept = process.env.SALLYPORT_SEARCHED
  if (!kept) return
  const copy = `${kept}.${process.pid}.${Date.now()}`
  writeFileSync(copy, readFileSync(logFile))
  searched(copy)
}
