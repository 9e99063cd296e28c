// Replaces itself with Node running a TypeScript file of ours: `node tools/run.mjs FILE [ARGUMENTS]`. Promise: same process id,
// terminal and signals; a heap that stays small, and compiled code kept from one start to the next.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { nodeEnvironment, nodeFlags } from './node-flags.mjs'

const environment = {
  ...process.env,
  ...nodeEnvironment,
  // Without it the compiler of types stays in memory, 40 MiB.
  NODE_COMPILE_CACHE:
    process.env.NODE_COMPILE_CACHE ?? fileURLToPath(new URL('../node_modules/.cache/node', import.meta.url)),
}
const args = [...nodeFlags, '--disable-warning=ExperimentalWarning', ...process.execArgv, ...process.argv.slice(2)]

if (process.execve && process.platform !== 'win32')
  process.execve(process.execPath, [process.execPath, ...args], environment)
const child = spawn(process.execPath, args, { env: environment, stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
