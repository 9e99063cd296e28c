// A protected MCP server run as a process, one for each session. Promise: what it is sent is whole lines of what was
// cleared, what it says is strictly read messages, and all else it writes goes to the record and never to a caller.
import { type Authored, authored } from '../gateway/authored.ts'
import { limits } from '../gateway/limits.ts'
import { type JsonDocument, JsonError, readJson } from '../json/document.ts'
import type { Cleared } from '../recording/inbox.ts'
import { readMessage } from './envelope.ts'
import { upstreamBody } from './outlets.ts'
import { LineReader, LineTooLong } from './stdio-lines.ts'
import { StdioProcess } from './stdio-process.ts'
import { StdioRecord } from './stdio-record.ts'
import { StdioRouting, type Waiting } from './stdio-routing.ts'
import { type Sending, type StdioSystem, type Upstream, type UpstreamAnswer, UpstreamError } from './upstream.ts'

const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20
/** An object, or a list of some, behind spaces or a byte-order mark. */
const MEANT = /^(?:\xef\xbb\xbf)?[ \t]*(?:\[[ \t]*)?\{/
const jsonLimits = { depth: limits.jsonDepth, values: limits.jsonValues }

/** All processes of this gateway. */
export class StdioProcesses {
  readonly #open = new Set<StdioUpstream>()
  #starting = 0

  get count(): number {
    return this.#open.size + this.#starting
  }

  /** As OpenStdio. Throws UpstreamError. */
  async open(system: StdioSystem, stderr: (bytes: Uint8Array) => void): Promise<Upstream> {
    if (this.count >= limits.processes) throw new UpstreamError('busy')
    this.#starting++
    try {
      const upstream = await StdioUpstream.start(system, stderr)
      this.#open.add(upstream)
      if (upstream.lost.aborted) this.#open.delete(upstream)
      else upstream.lost.addEventListener('abort', () => this.#open.delete(upstream), { once: true })
      return upstream
    } finally {
      this.#starting--
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open].map(upstream => upstream.close()))
  }
}

class StdioUpstream implements Upstream {
  readonly #lost = new AbortController()
  readonly #record: StdioRecord
  readonly #lines = new LineReader(limits.lineBytes)
  readonly #routing: StdioRouting
  #process!: StdioProcess
  #unreadable = false

  private constructor(stderr: (bytes: Uint8Array) => void) {
    this.#record = new StdioRecord(stderr)
    const flow = { pause: () => this.#process.pause(), resume: () => this.#process.resume() }
    this.#routing = new StdioRouting(flow, ({ json }) => json && this.#record.line(json.bytes))
  }

  static async start(system: StdioSystem, stderr: (bytes: Uint8Array) => void): Promise<StdioUpstream> {
    const upstream = new StdioUpstream(stderr)
    upstream.#process = await StdioProcess.start(system, {
      stdout: chunk => upstream.#read(chunk),
      stderr: chunk => upstream.#record.write(chunk),
      ended: () => upstream.#end(),
    })
    return upstream
  }

  get lost(): AbortSignal {
    return this.#lost.signal
  }

  async send(part: Cleared<'system'> | Authored, sending: Sending): Promise<UpstreamAnswer> {
    const line = lineOf(upstreamBody(part))
    if (sending.kind !== 'request' || sending.id === null) {
      await this.#process.write(line, sending.signal)
      return { kind: 'accepted' }
    }
    if (sending.signal.aborted) throw new UpstreamError('aborted')
    const { waiting, written } = this.#expect(sending.id, sending)
    try {
      const messages = this.#routing.add(waiting)
      await this.#process.write(line, written)
      return { kind: 'messages', sse: false, messages }
    } catch (error) {
      this.#routing.forget(waiting)
      throw error
    }
  }

  async listen(after: string | null, _: object, signal: AbortSignal): Promise<UpstreamAnswer> {
    // Its events have no ids, so no stream of them was ever left behind.
    if (after !== null) return { kind: 'absent', status: 405 }
    if (this.lost.aborted) throw new UpstreamError('exited')
    return { kind: 'messages', sse: false, messages: this.#routing.listen(signal) }
  }

  async close(): Promise<'closed'> {
    this.#record.flush()
    this.#routing.end('cut')
    await this.#process.stop()
    return 'closed'
  }

  /** Gives up by abort or, without a first message, by time; the process is told in both cases. */
  #expect(id: string | number, { method, progressToken, signal }: Sending): { waiting: Waiting; written: AbortSignal } {
    const stop = new AbortController()
    const onAbort = () => this.#routing.giveUp(waiting, 'aborted')
    const timer = setTimeout(() => this.#routing.giveUp(waiting, 'timeout'), limits.answerStartMs)
    signal.addEventListener('abort', onAbort, { once: true })
    const waiting: Waiting = {
      id,
      method,
      progressToken,
      heard: () => clearTimeout(timer),
      over: () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', onAbort)
      },
      givenUp: fault => {
        stop.abort(new UpstreamError(fault))
        if (method !== 'initialize') this.#cancel(id)
      },
    }
    return { waiting, written: stop.signal }
  }

  #cancel(id: string | number): void {
    // A number with more digits than we kept would name another request.
    if (typeof id === 'number' && !Number.isSafeInteger(id)) return
    const params = JSON.stringify({ requestId: id, reason: 'The caller is gone.' })
    const notice = authored(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":${params}}`)
    this.#process.write(lineOf(notice.bytes), AbortSignal.timeout(limits.connectMs)).catch(() => undefined)
  }

  #read(chunk: Buffer): void {
    if (this.#unreadable) return
    try {
      for (const line of this.#lines.push(chunk)) this.#line(line)
    } catch (error) {
      if (!(error instanceof LineTooLong)) throw error
      this.#unreadable = true
      this.#routing.failAll('too-large')
      this.#process.kill()
    }
  }

  #line(line: Buffer): void {
    const message = read(line)
    if (message) this.#routing.route(message)
    else this.#record.line(line)
    // It may have been the answer somebody waits for; a stray word on standard output was not.
    if (!message && MEANT.test(line.toString('latin1', 0, 64))) this.#routing.failAll('malformed')
  }

  #end(): void {
    this.#record.line(this.#unreadable ? Buffer.alloc(0) : this.#lines.rest())
    this.#routing.end('exited')
    this.#record.end()
    this.#lost.abort()
  }
}

function read(line: Buffer) {
  let json: JsonDocument
  try {
    json = readJson(line, jsonLimits)
  } catch (error) {
    if (error instanceof JsonError) return null
    throw error
  }
  return readMessage(json)
}

/** A line end inside JSON is white space, and would end the message here. */
function lineOf(bytes: Uint8Array): Buffer {
  const line = Buffer.allocUnsafe(bytes.length + 1)
  line.set(bytes)
  if (line.includes(LF) || line.includes(CR)) {
    for (let at = 0; at < bytes.length; at++) if (line[at] === LF || line[at] === CR) line[at] = SPACE
  }
  line[bytes.length] = LF
  return line
}
