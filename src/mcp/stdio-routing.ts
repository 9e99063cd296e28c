// Which request a message of a process belongs to, since one pipe carries them all. Promise: a response goes to the request
// under way with its id and to no other; what belongs to nobody is told to be so, and bounded while it waits.
import { limits } from '../gateway/limits.ts'
import { idKey, type Message, metaOf, type Notification } from './envelope.ts'
import { EventQueue } from './event-queue.ts'
import { type MessageId, UpstreamError, type UpstreamEvent, type UpstreamFault } from './upstream.ts'

export interface Flow {
  /** Called when the first of all streams has to wait, and when none has to any more. */
  pause(): void
  resume(): void
}

export interface Waiting {
  readonly id: MessageId
  readonly method: string | null
  readonly progressToken: MessageId | null
  /** Called at each of its messages. */
  readonly heard: () => void
  /** Called once, when nothing more can come for it. */
  readonly over: () => void
  /** The one who asked takes no more before it was answered. */
  readonly givenUp: (fault: UpstreamFault) => void
}

const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId'

interface Open {
  readonly waiting: Waiting
  readonly stream: Stream
}

export class StdioRouting {
  readonly #flow: Flow
  readonly #dropped: (event: UpstreamEvent) => void
  readonly #open = new Map<string, Open>()
  readonly #givenUp = new Set<string>()
  readonly #paused = new Set<Stream>()
  #listener: EventQueue | null = null
  #listenerFull = false
  #unasked: UpstreamEvent[] = []
  #unaskedBytes = 0

  constructor(flow: Flow, dropped: (event: UpstreamEvent) => void) {
    this.#flow = flow
    this.#dropped = dropped
  }

  /** Throws UpstreamError when its answer could be taken for another's. */
  add(waiting: Waiting): AsyncIterable<UpstreamEvent> {
    const key = idKey(waiting.id)
    if (this.#open.has(key) || this.#givenUp.has(key)) throw new UpstreamError('malformed')
    const stream = new Stream(this.#paused, this.#flow, () => this.giveUp(waiting, null))
    this.#open.set(key, { waiting, stream })
    return stream.queue
  }

  /** Its answer is not waited for any more; null when the one who asked has left by itself. */
  giveUp(waiting: Waiting, fault: UpstreamFault | null): void {
    const key = idKey(waiting.id)
    const open = this.#open.get(key)
    if (open?.waiting !== waiting) return
    this.#open.delete(key)
    this.#givenUp.add(key)
    for (const oldest of this.#givenUp) {
      if (this.#givenUp.size <= limits.givenUpRequests) break
      this.#givenUp.delete(oldest)
    }
    waiting.over()
    open.stream.end(fault === null ? null : new UpstreamError(fault))
    waiting.givenUp(fault ?? 'aborted')
  }

  /** It was never sent. */
  forget(waiting: Waiting): void {
    const key = idKey(waiting.id)
    if (this.#open.get(key)?.waiting === waiting) this.#open.delete(key)
    waiting.over()
  }

  /** One at a time: a newer listener takes the place of the one before. */
  listen(signal: AbortSignal): AsyncIterable<UpstreamEvent> {
    this.#listener?.end(null)
    const queue: EventQueue = new EventQueue({
      pause: () => {
        if (this.#listener === queue) this.#listenerFull = true
      },
      resume: () => {
        if (this.#listener !== queue) return
        this.#listenerFull = false
        this.#feed()
      },
      cancel: () => {
        if (this.#listener === queue) this.#listener = null
      },
    })
    this.#listener = queue
    this.#listenerFull = false
    const leave = () => void queue.return()
    signal.addEventListener('abort', leave, { once: true })
    this.#feed()
    return queue
  }

  route(message: Message): void {
    const event: UpstreamEvent = { json: message.json, eventId: null, retryMs: null }
    if (message.kind === 'response') {
      this.#respond(message.id, event)
      return
    }
    const open = message.kind === 'notification' ? this.#ofNotification(message) : this.#oldest()
    open?.waiting.heard()
    if (open) open.stream.queue.put(event)
    else this.#putUnasked(event)
  }

  /** An answer may have been among what could not be read. */
  failAll(fault: UpstreamFault): void {
    for (const { waiting } of this.#open.values()) this.giveUp(waiting, fault)
  }

  /** The process says nothing more. */
  end(fault: UpstreamFault): void {
    for (const { waiting, stream } of this.#open.values()) {
      waiting.over()
      stream.end(new UpstreamError(fault))
    }
    this.#open.clear()
    this.#listener?.end(null)
    this.#listener = null
    for (const event of this.#unasked) this.#dropped(event)
    this.#unasked = []
  }

  #respond(id: MessageId | null, event: UpstreamEvent): void {
    const key = id === null ? null : idKey(id)
    const open = key === null ? undefined : this.#open.get(key)
    if (!open || key === null) {
      if (key !== null) this.#givenUp.delete(key)
      this.#dropped(event)
      // An error about a message it could not read: of the one under way, if there is one.
      if (key === null && this.#open.size === 1) this.failAll('malformed')
      return
    }
    this.#open.delete(key)
    open.waiting.over()
    open.stream.queue.put(event)
    open.stream.end(null)
  }

  #ofNotification({ method, params }: Notification): Open | undefined {
    const subscription = metaOf(params)[SUBSCRIPTION]
    if (isId(subscription)) return this.#open.get(idKey(subscription))
    if (method !== 'notifications/progress') return this.#oldest()
    for (const open of this.#open.values()) if (open.waiting.progressToken === params.progressToken) return open
    return undefined
  }

  /** A subscription lasts, so that only what names it belongs to it. */
  #oldest(): Open | undefined {
    for (const open of this.#open.values()) if (open.waiting.method !== 'subscriptions/listen') return open
    return undefined
  }

  #putUnasked(event: UpstreamEvent): void {
    this.#unasked.push(event)
    this.#unaskedBytes += bytesOf(event)
    this.#feed()
    while (this.#unasked.length > limits.unaskedMessages || this.#unaskedBytes > limits.unaskedBytes) {
      const oldest = this.#unasked.shift()
      if (!oldest) return
      this.#unaskedBytes -= bytesOf(oldest)
      this.#dropped(oldest)
    }
  }

  /** A listener that is slow holds up nobody but itself: one message is on its way, the others wait here. */
  #feed(): void {
    while (this.#listener && !this.#listenerFull) {
      const event = this.#unasked.shift()
      if (!event) return
      this.#unaskedBytes -= bytesOf(event)
      this.#listener.put(event)
    }
  }
}

/** A queue that holds the pipe while its events wait, and lets go of it in every way it can end. */
class Stream {
  readonly queue: EventQueue
  readonly #paused: Set<Stream>
  readonly #flow: Flow
  readonly #left: () => void
  #over = false

  constructor(paused: Set<Stream>, flow: Flow, left: () => void) {
    this.#paused = paused
    this.#flow = flow
    this.#left = left
    this.queue = new EventQueue({
      pause: () => this.#hold(),
      resume: () => this.#release(),
      cancel: () => this.cancel(),
    })
  }

  end(error: Error | null): void {
    this.#over = true
    this.#release()
    this.queue.end(error)
  }

  cancel(): void {
    if (this.#over) return
    this.end(null)
    this.#left()
  }

  #hold(): void {
    if (this.#over) return
    this.#paused.add(this)
    if (this.#paused.size === 1) this.#flow.pause()
  }

  #release(): void {
    if (this.#paused.delete(this) && this.#paused.size === 0) this.#flow.resume()
  }
}

function bytesOf(event: UpstreamEvent): number {
  return event.json?.bytes.length ?? 0
}

function isId(value: unknown): value is MessageId {
  return typeof value === 'string' || typeof value === 'number'
}
