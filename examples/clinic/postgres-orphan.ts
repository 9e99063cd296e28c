// What becomes of a database whose owner died. Promise: a watchdog stops it at once, and the next start stops what even
// the watchdog could not; neither ever signals a process that is not that database.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

// `read` returns when this process closes its end of the pipe, however it dies. PostgreSQL removes its pid file last;
// its process may stay listed for long where nobody reaps it.
const WATCH = `trap '' INT TERM HUP; read -r line
[ "$line" = done ] && exit 0
kill -INT "$1"; tries=0
while [ -e "$2/postmaster.pid" ] && [ "$tries" -lt 100 ]; do tries=$((tries + 1)); sleep 0.1; done
[ -n "$3" ] && rm -rf -- "$3"`

export interface Watchdog {
  dismiss(): void
}

/** Stops `pid`, which serves `data`, then removes `home` if there is one, should this process die without saying so. */
export function watchOver(pid: number, data: string, home: string | null): Watchdog {
  const dog: ChildProcess = spawn('/bin/sh', ['-c', WATCH, 'sh', String(pid), data, home ?? ''], {
    detached: true, // a Ctrl-C at the terminal must not reach it
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  dog.unref()
  dog.stdin?.on('error', () => {}) // it may be gone already, which is what dismissing asks for
  return { dismiss: () => dog.stdin?.end('done\n') }
}

function commandLine(pid: number): string {
  try {
    if (existsSync('/proc/self')) return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    return execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' })
  } catch {
    return ''
  }
}

/** The process that serves `data`, if one still runs: its pid file may be stale and its pid someone else's by now. */
export function findPostmaster(data: string): number | null {
  let pid: number
  try {
    pid = Number.parseInt(readFileSync(join(data, 'postmaster.pid'), 'utf8'), 10)
  } catch {
    return null
  }
  if (!(pid > 1)) return null
  const command = commandLine(pid)
  return command.includes('postgres') && command.includes(data) ? pid : null
}

/** Fast shutdown, then immediate, then by force. */
export async function stopPostmaster(data: string): Promise<boolean> {
  const pid = findPostmaster(data)
  if (pid === null) return false
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    try {
      process.kill(pid, signal)
    } catch {
      return true
    }
    for (let tries = 0; tries < 60; tries++) {
      if (commandLine(pid) === '') return true
      await delay(50)
    }
  }
  throw new Error(`The PostgreSQL of an earlier run (process ${pid}) does not stop.`)
}
