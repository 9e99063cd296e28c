// What ends a local server when this process is killed without a word. Promise: it does nothing while this process lives,
// and ends the group of the server, and itself, soon after the pipe between them closes.
import { type ChildProcess, spawn } from 'node:child_process'

/** A fixed text, which is told a number alone: it waits for the end of its input, and as long as a server may end by itself. */
const SCRIPT = 'read _; sleep 1; kill -9 "-$1"'

/** Where there is no `/bin/sh` there is no guard either. */
export function guard(leader: number): ChildProcess {
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'sh', String(leader)], {
    // What is sent to the group of this process does not reach it.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: {},
  })
  child.on('error', () => undefined)
  child.stdin?.on('error', () => undefined)
  child.unref()
  ;(child.stdin as unknown as { unref?: () => void } | null)?.unref?.()
  return child
}
