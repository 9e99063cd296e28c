// Small servers for the tests of stdio: a line of JavaScript each, behaving well or not.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { after } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { authored } from '../gateway/authored.ts'
import {
  type MessageId,
  type Sending,
  type StdioSystem,
  type Upstream,
  UpstreamError,
  type UpstreamEvent,
} from './upstream.ts'
import { StdioProcesses } from './upstream-stdio.ts'

export const processes = new StdioProcesses()
after(() => processes.close())

const PRELUDE = `
const say = value => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...value }) + '\\n')
const heard = take => { let rest = ''; process.stdin.on('data', chunk => {
  const lines = (rest + chunk).split('\\n'); rest = lines.pop(); for (const line of lines) take(JSON.parse(line), line) }) }
`

export function script(code: string, env: Record<string, string> = {}): StdioSystem {
  return { kind: 'stdio', command: [process.execPath, '-e', PRELUDE + code], env, workingDirectory: null }
}

export interface Started {
  readonly upstream: Upstream
  /** What went to the record beside messages. */
  readonly recorded: () => string
}

export async function start(system: StdioSystem): Promise<Started> {
  const pieces: Buffer[] = []
  const upstream = await processes.open(system, bytes => pieces.push(Buffer.from(bytes)))
  return { upstream, recorded: () => Buffer.concat(pieces).toString() }
}

const NEVER = new AbortController().signal

export function sending(kind: Sending['kind'], id: MessageId | null, more: Partial<Sending> = {}): Sending {
  return {
    kind,
    id,
    method: kind === 'response' ? null : 'tools/call',
    progressToken: null,
    headers: {},
    signal: NEVER,
    ...more,
  }
}

export async function ask(
  upstream: Upstream,
  message: Record<string, unknown> & { id: MessageId },
  more: Partial<Sending> = {},
): Promise<AsyncIterator<UpstreamEvent>> {
  const method = typeof message.method === 'string' ? message.method : 'tools/call'
  const part = authored(JSON.stringify({ jsonrpc: '2.0', method, ...message }))
  const answer = await upstream.send(part, sending('request', message.id, { method, ...more }))
  assert.ok(answer.kind === 'messages')
  return answer.messages[Symbol.asyncIterator]()
}

export function tell(upstream: Upstream, method: string): Promise<unknown> {
  return upstream.send(authored(JSON.stringify({ jsonrpc: '2.0', method })), sending('notification', null, { method }))
}

type Json = Record<string, unknown>

export async function next(events: AsyncIterator<UpstreamEvent>): Promise<Json | 'end'> {
  const { value, done } = await events.next()
  return done ? 'end' : ((value as UpstreamEvent).json?.value as Json)
}

/** The last message of a request. */
export async function answer(events: AsyncIterator<UpstreamEvent>): Promise<Json> {
  let last: Json | null = null
  for (let event = await next(events); event !== 'end'; event = await next(events)) last = event
  assert.ok(last)
  return last
}

export function fault(expected: UpstreamError['fault']) {
  return (error: unknown) => error instanceof UpstreamError && error.fault === expected
}

/** A killed process whose parent is gone too may stay as a zombie where nobody reaps. */
export function alive(pid: number): boolean {
  if (existsSync('/proc/self/stat')) {
    try {
      return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
    } catch {
      return false
    }
  }
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Nothing tells of the end of a process that is not our child. */
export async function gone(pid: number): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (!alive(pid)) return
    await wait(10)
  }
  assert.fail('still running')
}

export function lost(upstream: Upstream): Promise<void> {
  if (upstream.lost.aborted) return Promise.resolve()
  return new Promise(done => upstream.lost.addEventListener('abort', () => done(), { once: true }))
}
