import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'

/** Starts a server that ignores all that asks it to end, says its number, and waits. */
const gateway = `
  import { StdioProcess } from ${JSON.stringify(new URL('./stdio-process.ts', import.meta.url).href)}
  const deaf = 'process.stdin.resume(); process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log(process.pid)'
  const ears = { stdout: chunk => process.stdout.write(chunk), stderr() {}, ended() {} }
  await StdioProcess.start({ command: [process.execPath, '-e', deaf], env: {}, workingDirectory: null }, ears)
`

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('a server that ignores the end of its input does not outlive a process that was killed', async () => {
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', gateway], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said] = (await once(child.stdout, 'data')) as [Buffer]
  const server = Number(said.toString())
  assert.ok(lives(server))
  child.kill('SIGKILL')
  for (let tries = 0; lives(server) && tries < 100; tries++) await pause(100)
  const left = lives(server)
  if (left) process.kill(server, 'SIGKILL')
  assert.equal(left, false)
})
