// A load generator for HTTP/1.1 keep-alive: a fixed number of callers, each with one request under way. Promise: counts
// only whole answers with the expected status, and times each from its first byte sent to its last byte read.
// Runs as a process of its own, so that its CPU time is not the gateway's: `node bench/load.ts JSON`.
import { connect, type Socket } from 'node:net'

export interface LoadOptions {
  readonly host: string
  readonly port: number
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly callers: number
  readonly warmUpMs: number
  readonly ms: number
  /** Each answer must hold this, so that a refusal is not counted as an answer. */
  readonly expect: string
}

export interface LoadResult {
  readonly calls: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** One caller: sends, reads one answer, sends again, until told to stop. */
class Caller {
  readonly #socket: Socket
  readonly #request: Buffer
  readonly #expect: Buffer
  readonly #answered: (ms: number) => void
  #pieces: Buffer[] = []
  #sentAt = 0

  constructor(options: LoadOptions, request: Buffer, answered: (ms: number) => void) {
    this.#request = request
    this.#expect = Buffer.from(options.expect)
    this.#answered = answered
    this.#socket = connect({ host: options.host, port: options.port, noDelay: true })
    this.#socket.once('connect', () => this.#send())
    this.#socket.on('data', bytes => this.#read(bytes))
    this.#socket.on('error', error => fail(`connection failed: ${error.message}`))
    this.#socket.on('close', () => running && fail('the server closed the connection'))
  }

  stop(): void {
    this.#socket.destroy()
  }

  #send(): void {
    this.#sentAt = performance.now()
    this.#socket.write(this.#request)
  }

  #read(bytes: Buffer): void {
    this.#pieces.push(bytes)
    const all = this.#pieces.length === 1 ? bytes : Buffer.concat(this.#pieces)
    if (!whole(all)) return
    this.#pieces = []
    if (!all.includes(this.#expect)) fail(`an answer is not the expected one: ${all.subarray(0, 400)}`)
    this.#answered(performance.now() - this.#sentAt)
    if (running) this.#send()
  }
}

function whole(answer: Buffer): boolean {
  const end = answer.indexOf('\r\n\r\n')
  if (end < 0) return false
  const head = answer.toString('latin1', 0, end).toLowerCase()
  const length = /\r\ncontent-length: (\d+)/.exec(head)?.[1]
  if (length !== undefined) return answer.length >= end + 4 + Number(length)
  return answer.subarray(-5).equals(Buffer.from('0\r\n\r\n'))
}

let running = true

function fail(why: string): never {
  console.error(why)
  process.exit(1)
}

async function run(options: LoadOptions): Promise<LoadResult> {
  const headers = { host: `${options.host}:${options.port}`, ...options.headers }
  const head = Object.entries({ ...headers, 'content-length': String(Buffer.byteLength(options.body)) })
  const lines = head.map(([name, value]) => `${name}: ${value}`).join('\r\n')
  const request = Buffer.from(`POST ${options.path} HTTP/1.1\r\n${lines}\r\n\r\n${options.body}`)
  const times: number[] = []
  let counting = false
  const answered = (ms: number) => {
    if (counting) times.push(ms)
  }
  const callers = Array.from({ length: options.callers }, () => new Caller(options, request, answered))
  await new Promise(resolve => setTimeout(resolve, options.warmUpMs))
  process.send?.('counting')
  counting = true
  const from = performance.now()
  await new Promise(resolve => setTimeout(resolve, options.ms))
  counting = false
  const seconds = (performance.now() - from) / 1000
  running = false
  for (const caller of callers) caller.stop()
  times.sort((left, right) => left - right)
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN
  return { calls: times.length, perSecond: times.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99) }
}

const result = await run(JSON.parse(process.argv[2] ?? '{}') as LoadOptions)
process.send?.(result)
