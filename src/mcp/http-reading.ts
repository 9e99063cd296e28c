// One HTTP answer of a protected system, read as it arrives. Promise: only strict JSON and server-sent events come through,
// each bounded; redirects, encodings, other content types and bare statuses are faults, and no text of theirs is kept.
import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import { limits } from '../gateway/limits.ts'
import { type JsonDocument, readJson } from '../json/document.ts'
import { EventQueue } from './event-queue.ts'
import { HeldBytes } from './held-bytes.ts'
import { SseParser, SseTooLarge } from './sse-parser.ts'
import { type UpstreamAnswer, UpstreamError, type UpstreamFault } from './upstream.ts'

export const jsonLimits = { depth: limits.jsonDepth, values: limits.jsonValues }

export interface Expecting {
  /** What asks: only a request has an answer in the body. */
  readonly kind: 'request' | 'one-way' | 'listen' | 'end'
  readonly signal: AbortSignal | null
  head(status: number, headers: IncomingHttpHeaders): void
}

type Settle = { resolve(answer: UpstreamAnswer): void; reject(error: Error): void }

const JSON_TYPE = /^application\/json(?:\s*;|$)/i
const SSE_TYPE = /^text\/event-stream(?:\s*;|$)/i

export class HttpReading implements Dispatcher.DispatchHandler {
  readonly #expecting: Expecting
  readonly #settle: Settle
  #controller: Dispatcher.DispatchController | null = null
  #status = 0
  #json: HeldBytes | null = null
  #ignoredBytes = 0
  #timer: NodeJS.Timeout | null = null
  #parser: SseParser | null = null
  #queue: EventQueue | null = null
  #verdict: UpstreamAnswer | UpstreamError | null = null

  constructor(expecting: Expecting, settle: Settle) {
    this.#expecting = expecting
    this.#settle = settle
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    const { signal } = this.#expecting
    if (signal?.aborted) this.#abort()
    else signal?.addEventListener('abort', this.#abort, { once: true })
  }

  readonly #abort = (): void => this.#fail('aborted')

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return
    this.#status = status
    this.#expecting.head(status, headers)
    const fault = this.#faultOf(status, headers)
    if (fault) {
      this.#fail(fault)
      return
    }
    const { kind } = this.#expecting
    if (status === 405 && (kind === 'listen' || kind === 'end')) this.#verdict = { kind: 'absent', status: 405 }
    else if (status < 300 && (kind === 'end' || kind === 'one-way')) this.#accept()
    else if (status === 200 && SSE_TYPE.test(contentType(headers))) this.#startEvents()
    else if (JSON_TYPE.test(contentType(headers))) this.#startJson()
    else if (status === 404) this.#verdict = { kind: 'absent', status: 404 }
    else this.#fail(status < 300 && status !== 202 ? 'content-type' : 'status')
  }

  #faultOf(status: number, headers: IncomingHttpHeaders): UpstreamFault | null {
    const encoding = headers['content-encoding']
    if (encoding !== undefined && encoding !== 'identity') return 'encoding'
    if (status >= 300 && status < 400) return 'redirect'
    return status === 401 || status === 403 || status === 407 ? 'credential' : null
  }

  /** Nothing in the body counts, so that it is not waited for long. */
  #accept(): void {
    const accepted: UpstreamAnswer = { kind: 'accepted' }
    this.#verdict = accepted
    const enough = () => {
      this.#settle.resolve(accepted)
      this.#fail('timeout')
    }
    this.#timer = setTimeout(enough, limits.acceptedMs).unref()
  }

  #startJson(): void {
    this.#json = new HeldBytes()
    this.#timer = setTimeout(() => this.#fail('timeout'), limits.answerStartMs).unref()
  }

  #startEvents(): void {
    this.#parser = new SseParser(limits.eventBytes)
    this.#queue = new EventQueue({
      pause: () => this.#controller?.pause(),
      resume: () => this.#controller?.resume(),
      cancel: () => this.#fail('aborted'),
    })
    this.#settle.resolve({ kind: 'messages', sse: true, messages: this.#queue })
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#json) {
      if (this.#json.length + chunk.length > limits.answerBytes) this.#fail('too-large')
      else this.#json.append(chunk)
    } else if (this.#parser && this.#queue) this.#putEvents(this.#parser, this.#queue, chunk)
    else if (this.#verdict) {
      this.#ignoredBytes += chunk.length
      if (this.#ignoredBytes > limits.answerBytes) this.#fail('too-large')
    }
  }

  #putEvents(parser: SseParser, queue: EventQueue, chunk: Buffer): void {
    try {
      for (const { data, id, retryMs } of parser.push(chunk)) {
        queue.put({ json: data ? readJson(data, jsonLimits) : null, eventId: id, retryMs })
      }
    } catch (error) {
      this.#fail(error instanceof SseTooLarge ? 'too-large' : 'malformed')
    }
  }

  onResponseEnd(): void {
    this.#release()
    if (this.#queue) {
      this.#queue.end(null)
      return
    }
    if (this.#json) this.#verdict ??= this.#readJson(this.#json.take())
    const verdict = this.#verdict ?? new UpstreamError('cut', this.#status)
    if (verdict instanceof UpstreamError) this.#settle.reject(verdict)
    else this.#settle.resolve(verdict)
  }

  #readJson(bytes: Buffer): UpstreamAnswer | UpstreamError {
    try {
      const json: JsonDocument = readJson(bytes, jsonLimits)
      return { kind: 'message', status: this.#status, json }
    } catch {
      if (this.#status === 404) return { kind: 'absent', status: 404 }
      return new UpstreamError(this.#status < 300 ? 'malformed' : 'status', this.#status)
    }
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#release()
    const fault = error instanceof UpstreamError ? error : new UpstreamError(faultOf(error), this.#status || null)
    if (this.#queue) this.#queue.end(fault)
    else this.#settle.reject(fault)
  }

  #fail(fault: UpstreamFault): void {
    const error = new UpstreamError(fault, this.#status || null)
    this.#verdict = error
    this.#release()
    this.#queue?.end(error)
    if (!this.#queue) this.#settle.reject(error)
    this.#controller?.abort(error)
  }

  #release(): void {
    this.#expecting.signal?.removeEventListener('abort', this.#abort)
    if (this.#timer) clearTimeout(this.#timer)
  }
}

function contentType(headers: IncomingHttpHeaders): string {
  return headers['content-type'] ?? ''
}

function faultOf(error: Error): UpstreamFault {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') return 'timeout'
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return 'too-large'
  if (code.startsWith('HPE_') || code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') return 'malformed'
  return code === 'UND_ERR_SOCKET' ? 'cut' : 'unreachable'
}
