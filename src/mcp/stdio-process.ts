// One child process and all it starts. Promise: no shell, no environment but what is listed and PATH, and nothing of its
// process group outlives it, its session or this process.
import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { limits } from '../gateway/limits.ts'
import { guard } from './stdio-guard.ts'
import { type StdioSystem, UpstreamError } from './upstream.ts'

export interface ProcessEars {
  stdout(chunk: Buffer): void
  stderr(chunk: Buffer): void
  /** Once, after the last of standard output. */
  ended(): void
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>

/** Leaders of process groups that run, and who ends them when this process cannot. */
const running = new Map<number, ChildProcess>()

export class StdioProcess {
  readonly #child: Child
  readonly #ears: ProcessEars
  readonly #over = Promise.withResolvers<void>()
  #exited = false
  #stopping = false
  #ended = false

  private constructor(child: Child, ears: ProcessEars) {
    this.#child = child
    this.#ears = ears
    child.stdout.on('data', (chunk: Buffer) => {
      if (!this.#stopping) ears.stdout(chunk)
    })
    child.stderr.on('data', (chunk: Buffer) => ears.stderr(chunk))
    child.stdin.on('error', () => this.#deaf())
    child.stdout.on('error', () => void this.stop())
    // It can answer nobody any more.
    child.stdout.on('end', () => void this.stop())
    child.stderr.on('error', () => undefined)
    child.on('exit', () => this.#onExit())
    child.on('close', () => this.#end())
  }

  /** Throws UpstreamError. */
  static async start(system: StdioSystem, ears: ProcessEars): Promise<StdioProcess> {
    const [command, ...args] = system.command
    const child = spawned(command ?? '', args, system)
    const started = new StdioProcess(child, ears)
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve)
      child.once('error', () => reject(new UpstreamError('unreachable')))
    })
    child.on('error', () => undefined)
    return started
  }

  get ended(): boolean {
    return this.#exited || this.#stopping
  }

  /** Waits while the process reads nothing. Throws UpstreamError, and then nothing of the bytes was written. */
  async write(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    const { stdin } = this.#child
    while (stdin.writableNeedDrain && !this.ended && !signal.aborted) await this.#drained(signal)
    if (signal.aborted) throw signal.reason instanceof UpstreamError ? signal.reason : new UpstreamError('aborted')
    if (this.ended || !stdin.writable) throw new UpstreamError('exited')
    stdin.write(bytes)
  }

  pause(): void {
    this.#child.stdout.pause()
  }

  resume(): void {
    this.#child.stdout.resume()
  }

  /** Closes its input, then asks it to end, then kills it. Resolves when it is gone. */
  stop(): Promise<void> {
    if (this.#stopping) return this.#over.promise
    this.#stopping = true
    const { stdin, stdout } = this.#child
    stdin.end()
    stdout.resume()
    if (this.#exited) stdout.destroy()
    const ask = setTimeout(() => this.#signal('SIGTERM'), limits.stdinEndMs)
    const kill = setTimeout(() => this.#signal('SIGKILL'), limits.stdinEndMs + limits.processEndMs)
    this.#over.promise.finally(() => {
      clearTimeout(ask)
      clearTimeout(kill)
    })
    return this.#over.promise
  }

  kill(): void {
    this.#signal('SIGKILL')
    void this.stop()
  }

  #onExit(): void {
    this.#signal('SIGKILL')
    this.#exited = true
    if (this.#child.pid !== undefined) forget(this.#child.pid)
    this.#awaitRest()
  }

  /** It no longer reads, so that it can be of no use; what it still says before it ends is heard. */
  #deaf(): void {
    const timer = setTimeout(() => void this.stop(), limits.stdinEndMs)
    this.#over.promise.finally(() => clearTimeout(timer))
  }

  /** A descendant that left the group may keep the pipes open; what the process itself wrote is there at once. */
  #awaitRest(): void {
    const { stdout } = this.#child
    const timer = setTimeout(() => {
      if (stdout.isPaused() && !this.#stopping) this.#awaitRest()
      else this.#end()
    }, limits.processEndMs)
    this.#over.promise.finally(() => clearTimeout(timer))
  }

  #end(): void {
    if (this.#ended || !this.#exited) return
    this.#ended = true
    this.#child.stdout.destroy()
    this.#child.stderr.destroy()
    this.#child.stdin.destroy()
    this.#over.resolve()
    this.#ears.ended()
  }

  #signal(name: 'SIGTERM' | 'SIGKILL'): void {
    // After the exit its number may belong to another process.
    if (this.#child.pid !== undefined && !this.#exited) signalGroup(this.#child.pid, name)
  }

  #drained(signal: AbortSignal): Promise<void> {
    const { stdin } = this.#child
    return new Promise(resolve => {
      const done = () => {
        stdin.off('drain', done)
        stdin.off('close', done)
        this.#child.off('exit', done)
        signal.removeEventListener('abort', done)
        resolve()
      }
      stdin.on('drain', done)
      stdin.on('close', done)
      this.#child.on('exit', done)
      signal.addEventListener('abort', done)
    })
  }
}

function spawned(command: string, args: readonly string[], system: StdioSystem): Child {
  const path = process.env.PATH
  try {
    const child = spawn(command, args, {
      // A group of its own, so that what it starts can be ended with it.
      detached: true,
      shell: false,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...(path === undefined ? {} : { PATH: path }), ...system.env },
      ...(system.workingDirectory === null ? {} : { cwd: system.workingDirectory }),
    })
    if (child.pid !== undefined) remember(child.pid)
    return child
  } catch {
    throw new UpstreamError('unreachable')
  }
}

function remember(pid: number): void {
  if (running.size === 0) {
    process.off('exit', killAll)
    process.on('exit', killAll)
  }
  running.set(pid, guard(pid))
}

/** Before the number may belong to another process. */
function forget(pid: number): void {
  running.get(pid)?.kill('SIGKILL')
  running.delete(pid)
}

function killAll(): void {
  for (const pid of running.keys()) signalGroup(pid, 'SIGKILL')
}

function signalGroup(pid: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-pid, name)
  } catch {
    // The whole group is gone already.
  }
}
