// A real PostgreSQL on a free loopback port. Promise: it never runs as root, its password is new and its own, nothing
// outlives the process that started it, and what a killed run left behind is stopped, recovered or made anew.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { freePort } from './ports.ts'
import { installBinaries } from './postgres-binaries.ts'
import { stopPostmaster, watchOver } from './postgres-orphan.ts'

export interface Postgres {
  /** Of the maintenance database `postgres`, as its superuser. */
  readonly url: string
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  stop(): Promise<void>
}

/** Where a run keeps its files. `home` is a folder of its own to remove at stop, or null where all is under `dir`. */
interface Place {
  readonly bin: string
  readonly data: string
  readonly password: string
  readonly home: string | null
  readonly as: { uid: number; gid: number } | Record<string, never>
}

const NOBODY = 65_534
const run = promisify(execFile)

export interface PostgresOptions {
  readonly dir: string
  /** Beside what every one of these servers is given, by PostgreSQL's names. */
  readonly settings?: Readonly<Record<string, string>>
}

/** Starts one under `dir`, or uses the one that the variable SALLYPORT_TEST_POSTGRES names by URL. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const named = process.env.SALLYPORT_TEST_POSTGRES
  if (named !== undefined && named !== '') return existing(named)
  const dir = resolve(options.dir)
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const place = process.getuid?.() === 0 ? await placeForRoot(dir) : await placeForUser(dir)
  try {
    return await launch(dir, place, options.settings ?? {})
  } catch (error) {
    if (place.home !== null) rmSync(place.home, { recursive: true, force: true })
    throw error
  }
}

function existing(named: string): Postgres {
  const url = new URL(named)
  return {
    url: named,
    host: url.hostname,
    port: Number(url.port || 5432),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    stop: async () => {},
  }
}

async function placeForUser(dir: string): Promise<Place> {
  const data = join(dir, 'data')
  const file = join(dir, 'password')
  await stopPostmaster(data)
  const bin = installBinaries(join(dir, 'native'))
  if (!existsSync(join(data, 'PG_VERSION')) || !existsSync(file)) {
    rmSync(data, { recursive: true, force: true })
    writeFileSync(file, newPassword(), { mode: 0o600 })
    const made = `${data}.partial`
    rmSync(made, { recursive: true, force: true })
    await initialise({ bin, data: made, file, as: {} })
    renameSync(made, data)
  }
  return { bin, data, password: readFileSync(file, 'utf8'), home: null, as: {} }
}

/** PostgreSQL refuses to run as root, and the other uid may not enter `dir`: all goes to a folder made for it. */
async function placeForRoot(dir: string): Promise<Place> {
  const note = join(dir, 'home')
  if (existsSync(note)) {
    const old = readFileSync(note, 'utf8')
    await stopPostmaster(join(old, 'data'))
    if (old.startsWith(join(tmpdir(), 'sallyport-pg-'))) rmSync(old, { recursive: true, force: true })
  }
  const as = { uid: NOBODY, gid: NOBODY }
  const home = mkdtempSync(join(tmpdir(), 'sallyport-pg-'))
  writeFileSync(note, home, { mode: 0o600 })
  chmodSync(home, 0o755)
  const bin = installBinaries(join(home, 'native'))
  const data = join(home, 'data')
  mkdirSync(data, { mode: 0o700 })
  chownSync(data, as.uid, as.gid)
  const password = newPassword()
  const file = join(home, 'password')
  writeFileSync(file, password, { mode: 0o600 })
  chownSync(file, as.uid, as.gid)
  await initialise({ bin, data, file, as })
  rmSync(file)
  return { bin, data, password, home, as }
}

function newPassword(): string {
  return randomBytes(24).toString('base64url')
}

async function initialise(place: { bin: string; data: string; file: string; as: Place['as'] }): Promise<void> {
  const { bin, data, file, as } = place
  const what = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${file}`, '--encoding=UTF8', '--locale=C']
  await run(join(bin, 'initdb'), [`--pgdata=${data}`, ...what, '--no-sync', '--no-instructions'], {
    ...as,
    cwd: bin,
    env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
  })
}

async function launch(dir: string, place: Place, settings: Readonly<Record<string, string>>): Promise<Postgres> {
  let failure: unknown
  for (let tries = 0; tries < 3; tries++) {
    const port = (await freePort(0)) ?? 0 // another process may take it before PostgreSQL does
    try {
      const server = await start(place, port, settings)
      const { password, home } = place
      const user = 'postgres'
      return {
        url: `postgres://${user}:${password}@127.0.0.1:${port}/postgres`,
        host: '127.0.0.1',
        port,
        user,
        password,
        stop: () => stop(dir, home, server),
      }
    } catch (error) {
      failure = error
    }
  }
  throw failure
}

interface Server {
  readonly child: ChildProcess
  readonly gone: Promise<void>
  readonly dismiss: () => void
}

async function start(place: Place, port: number, more: Readonly<Record<string, string>>): Promise<Server> {
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '200',
    timezone: 'UTC',
    lc_messages: 'C',
    fsync: 'off', // synthetic data: a lost machine may lose it, a killed process may not
    shared_buffers: '64MB',
    log_min_error_statement: 'panic', // statements hold data, and this log is read only while starting
    ...more,
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const child = spawn(join(place.bin, 'postgres'), ['-D', place.data, ...flags], {
    ...place.as,
    cwd: place.bin,
    detached: true, // a Ctrl-C at the terminal must not reach it before those who use it are done
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
  })
  const dog = child.pid === undefined ? null : watchOver(child.pid, place.data, place.home)
  const gone = new Promise<void>(done => child.once('exit', () => done()).once('error', () => done()))
  void gone.then(() => dog?.dismiss())
  await ready(child)
  return { child, gone, dismiss: () => dog?.dismiss() }
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((done, fail) => {
    const said: string[] = []
    const refuse = () => fail(new Error(`PostgreSQL did not start:\n${said.slice(-8).join('\n')}`))
    child.once('error', fail).once('exit', refuse)
    if (child.stderr === null) return refuse()
    createInterface(child.stderr).on('line', line => {
      if (said.length < 200) said.push(line)
      if (line.includes('database system is ready to accept connections')) {
        child.off('exit', refuse)
        said.length = 200 // what follows is read, so that the pipe never fills, and dropped
        done()
      }
    })
  })
}

async function stop(dir: string, home: string | null, server: Server): Promise<void> {
  server.child.kill('SIGINT')
  await server.gone
  if (home === null) return
  rmSync(home, { recursive: true, force: true })
  const note = join(dir, 'home')
  if (existsSync(note) && readFileSync(note, 'utf8') === home) rmSync(note)
}
