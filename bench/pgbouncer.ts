// pgbouncer in session mode, to compare with. Promise: one process on loopback, stopped with the run.
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../examples/clinic/ports.ts'

export interface Pooler {
  readonly port: number
  readonly pid: number
  stop(): void
}

export interface Upstream {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
}

const NOBODY = 65_534

export function pgbouncerVersion(): string | null {
  const asked = spawnSync('pgbouncer', ['--version'], { encoding: 'utf8' })
  return asked.error ? null : (asked.stdout.split('\n')[0] ?? null)
}

export async function startPooler({ host, port: at, user, password }: Upstream): Promise<Pooler> {
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-pooler-'))
  const port = (await freePort(0)) ?? 0
  const file = join(dir, 'pgbouncer.ini')
  writeFileSync(
    file,
    `[databases]
postgres = host=${host} port=${at} dbname=postgres user=${user} password=${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = session
max_client_conn = 100
default_pool_size = 50
log_connections = 0
log_disconnections = 0
ignore_startup_parameters = extra_float_digits,options
`,
  )
  const root = process.getuid?.() === 0
  if (root) {
    // It does not run as root.
    chmodSync(dir, 0o755)
    for (const path of [dir, file]) chownSync(path, NOBODY, NOBODY)
  }
  const child = spawn('pgbouncer', ['-q', file], {
    stdio: 'ignore',
    ...(root ? { uid: NOBODY, gid: NOBODY } : {}),
  })
  process.once('exit', () => child.kill('SIGKILL'))
  for (let tries = 0; tries < 200 && child.exitCode === null; tries++) {
    if (await accepts(port)) {
      return {
        port,
        pid: child.pid as number,
        stop() {
          child.kill('SIGKILL')
          rmSync(dir, { recursive: true, force: true })
        },
      }
    }
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  throw new Error('pgbouncer did not start')
}

function accepts(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
