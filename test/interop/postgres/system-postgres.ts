// An installed PostgreSQL (not the one from npm, which has no psql and no pg_regress) with a new cluster of its own, for
// suites that need one they may do anything to. Promise: loopback alone, never as root, removed at stop.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, existsSync, lchownSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../../../examples/clinic/ports.ts'
import { testTls } from '../../../src/postgres/testing/test-tls.ts'

export interface SystemPostgres {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly version: string
  /** A folder its uid may write to. */
  readonly dir: string
  /** For programs that must be the same user. */
  readonly as: { readonly uid?: number; readonly gid?: number }
  stop(): Promise<void>
}

export interface SystemPostgresOptions {
  /** Where initdb and postgres are. */
  readonly bin: string
  /** Lines of pg_hba.conf; everybody is trusted unless given. */
  readonly hba?: string
  readonly settings?: Readonly<Record<string, string>>
  /** To listen at; any free one unless given. */
  readonly listen?: number
}

const NOBODY = 65_534
export const SUPERUSER = 'postgres'

export async function startSystemPostgres({
  bin,
  hba,
  settings,
  listen,
}: SystemPostgresOptions): Promise<SystemPostgres> {
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-suite-'))
  const as = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}
  const env = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' }
  chmodSync(dir, 0o755)
  own(dir, as)
  const data = join(dir, 'data')
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', SUPERUSER, '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N'], {
    ...as,
    env,
    cwd: dir,
    stdio: 'ignore',
  })
  const write = (name: string, text: string) => {
    const file = join(data, name)
    writeFileSync(file, text, { mode: 0o600 })
    own(file, as)
  }
  write('server.crt', testTls.cert)
  write('server.key', testTls.key)
  write('pg_hba.conf', hba ?? 'local all all trust\nhost all all 127.0.0.1/32 trust\n')
  const port = listen ?? (await freePort(0)) ?? 0
  const flags = Object.entries({
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    fsync: 'off',
    max_connections: '100',
    ssl: 'on',
    ...settings,
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const child = spawn(join(bin, 'postgres'), ['-D', data, ...flags], {
    ...as,
    env,
    cwd: dir,
    stdio: 'ignore',
  })
  process.once('exit', () => child.kill('SIGKILL'))
  for (let tries = 0; !(await accepts(port)); tries++) {
    if (child.exitCode !== null || tries > 200) throw new Error('postgres did not start')
    await delay(50)
  }
  return {
    host: '127.0.0.1',
    port,
    user: SUPERUSER,
    version: execFileSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8' }).trim(),
    dir,
    as,
    async stop() {
      if (child.exitCode === null) {
        const gone = once(child, 'exit')
        child.kill('SIGINT')
        await gone
      }
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** A tree the server's user may write to. */
export function copyFor(from: string, to: string, as: SystemPostgres['as']): void {
  cpSync(from, to, { recursive: true })
  own(to, as)
  for (const name of readdirSync(to, { recursive: true, encoding: 'utf8' })) own(join(to, name), as)
}

export function own(path: string, { uid, gid }: SystemPostgres['as']): void {
  if (uid !== undefined && gid !== undefined) lchownSync(path, uid, gid)
}

/** Says what is missing and ends with success: a suite that cannot run here is no failure of the gateway. */
export function need(what: Readonly<Record<string, string>>): void {
  const missing = Object.entries(what).filter(([path]) => !existsSync(path))
  if (missing.length === 0) return
  console.log('SKIPPED: not run, because there is no')
  for (const [path, how] of missing) console.log(`  ${path}\n    ${how}`)
  process.exit(0)
}

/** Whether it lets anybody in: a new cluster takes connections before it answers them. */
function accepts(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('error', () => resolve(false))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}
