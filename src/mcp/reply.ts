// The answer to one HTTP request of a caller. Promise: it is JSON or a stream of events, decided when the first thing has to
// be said; nothing but Cleared and Authored enters it; it knows when the caller is gone.
import type { ServerResponse } from 'node:http'
import { type Authored, authored } from '../gateway/authored.ts'
import type { Cleared } from '../recording/inbox.ts'
import type { Burden } from './burdens.ts'
import { BodyOutlet, type EventHead, noHead, SseOutlet } from './outlets.ts'

export type Part = Cleared<'caller'> | Authored

export interface Reply {
  /** Whether events can be sent before the answer. */
  readonly canStream: boolean
  readonly delivered: number
  stream(): void
  event(part: Part, head: EventHead): Promise<void> | undefined
  /** An event without a message. */
  mark(head: EventHead): Promise<void> | undefined
  keepAlive(): void
  /** The answer itself: the status counts only where no stream has begun. */
  finish(part: Part, status: number, head?: EventHead): void
  /** Whether an answer of this size may wait here to be read. */
  bears(bytes: number): boolean
  /** No answer will come here. */
  finishEmpty(status: number): void
  /** Called once, when the caller went away before the end; at once where it already has. */
  whenGone(act: () => void): void
}

const NO_CACHE = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const

export class SingleReply implements Reply {
  readonly canStream: boolean
  readonly #response: ServerResponse
  /** Sent with whatever comes first, such as the session's id. */
  readonly headers: Record<string, string> = {}
  /** Counts what waits here; null where nothing but a refusal can. */
  burden: Burden | null = null
  #events: SseOutlet | null = null
  #body: BodyOutlet | null = null

  constructor(response: ServerResponse, canStream: boolean) {
    this.#response = response
    this.canStream = canStream
  }

  get delivered(): number {
    return this.#events?.delivered ?? this.#body?.delivered ?? 0
  }

  get streaming(): boolean {
    return this.#events !== null
  }

  stream(): void {
    this.#outlet()
  }

  #outlet(): SseOutlet {
    if (this.#events) return this.#events
    this.#response.writeHead(200, {
      'content-type': 'text/event-stream',
      'x-accel-buffering': 'no',
      ...NO_CACHE,
      ...this.headers,
    })
    this.#response.flushHeaders()
    this.#events = new SseOutlet(this.#response)
    return this.#events
  }

  event(part: Part, head: EventHead): Promise<void> | undefined {
    if (!this.canStream || this.#response.destroyed) return undefined
    const outlet = this.#outlet()
    return outlet.event(part, head) ? undefined : outlet.drained()
  }

  mark(head: EventHead): Promise<void> | undefined {
    if (!this.canStream || this.#response.destroyed) return undefined
    const outlet = this.#outlet()
    const empty = head.id === null && head.retryMs === null
    return (empty ? outlet.keepAlive() : outlet.mark(head)) ? undefined : outlet.drained()
  }

  keepAlive(): void {
    if (this.canStream && !this.#response.destroyed) this.#outlet().keepAlive()
  }

  bears(bytes: number): boolean {
    return this.burden?.answer(bytes) ?? true
  }

  finish(part: Part, status: number, head: EventHead = noHead): void {
    if (this.#events) {
      this.#events.event(part, head)
      this.#events.end()
      return
    }
    this.#body = new BodyOutlet(this.#response)
    this.#response.writeHead(status, {
      'content-type': 'application/json',
      'content-length': part.bytes.length,
      ...NO_CACHE,
      ...this.headers,
    })
    this.#body.end(part)
  }

  finishEmpty(status: number): void {
    if (!this.#events) this.#response.writeHead(status, { ...NO_CACHE, ...this.headers })
    this.#response.end()
  }

  whenGone(act: () => void): void {
    if (this.#response.destroyed) act()
    else
      this.#response.once('close', () => {
        if (!this.#response.writableFinished) act()
      })
  }
}

/** One HTTP answer for all messages of a batch: an array, or a stream once any of them has to stream. */
export class BatchReply implements Reply {
  readonly canStream: boolean
  readonly #response: ServerResponse
  readonly #single: SingleReply
  #open: number
  readonly #parts: Part[] = []

  constructor(response: ServerResponse, single: SingleReply, requests: number) {
    this.#response = response
    this.#single = single
    this.canStream = single.canStream
    this.#open = requests
    // Each message of the batch listens for the caller's leaving.
    response.setMaxListeners(response.getMaxListeners() + requests)
  }

  get delivered(): number {
    return this.#single.delivered
  }

  stream(): void {
    this.#single.stream()
    for (const part of this.#parts.splice(0)) void this.#single.event(part, noHead)
  }

  event(part: Part, head: EventHead): Promise<void> | undefined {
    this.stream()
    return this.#single.event(part, head)
  }

  mark(head: EventHead): Promise<void> | undefined {
    this.stream()
    return this.#single.mark(head)
  }

  keepAlive(): void {
    this.stream()
    this.#single.keepAlive()
  }

  bears(bytes: number): boolean {
    return this.#single.bears(bytes)
  }

  finish(part: Part): void {
    if (this.#single.streaming) void this.#single.event(part, noHead)
    else this.#parts.push(part)
    this.#oneLess()
  }

  finishEmpty(): void {
    this.#oneLess()
  }

  whenGone(act: () => void): void {
    this.#single.whenGone(act)
  }

  #oneLess(): void {
    if (--this.#open > 0) return
    if (this.#single.streaming || this.#parts.length === 0) {
      this.#single.finishEmpty(202)
      return
    }
    this.#response.writeHead(200, { 'content-type': 'application/json', ...NO_CACHE })
    const outlet = new BodyOutlet(this.#response)
    for (const [at, part] of this.#parts.entries()) {
      outlet.write(authored(at === 0 ? '[' : ','))
      outlet.write(part)
    }
    outlet.end(authored(']'))
  }
}
