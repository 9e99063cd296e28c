// Events of one stream on their way to whoever asked for them. Promise: in order, none lost, and the source is paused
// while any wait to be taken.
import { limits } from '../gateway/limits.ts'
import type { UpstreamEvent } from './upstream.ts'

export interface Source {
  pause(): void
  resume(): void
  /** Nobody takes events any more. */
  cancel(): void
}

type Taken = IteratorResult<UpstreamEvent, undefined>

export class EventQueue implements AsyncIterableIterator<UpstreamEvent, undefined> {
  readonly #source: Source
  readonly #events: UpstreamEvent[] = []
  #waiting: { resolve(taken: Taken): void; reject(error: Error): void } | null = null
  #ended: Error | true | null = null
  #paused = false

  constructor(source: Source) {
    this.#source = source
  }

  put(event: UpstreamEvent): void {
    if (this.#ended) return
    if (this.#waiting) {
      this.#waiting.resolve({ value: event, done: false })
      this.#waiting = null
      return
    }
    this.#events.push(event)
    if (!this.#paused) {
      this.#paused = true
      this.#source.pause()
    }
  }

  /** After the events already put, the stream ends, or fails with the error. */
  end(error: Error | null): void {
    if (this.#ended) return
    this.#ended = error ?? true
    const waiting = this.#waiting
    this.#waiting = null
    if (!waiting) return
    if (error) waiting.reject(error)
    else waiting.resolve({ value: undefined, done: true })
  }

  next(): Promise<Taken> {
    const event = this.#events.shift()
    if (event) {
      if (this.#events.length === 0 && this.#paused) {
        this.#paused = false
        this.#source.resume()
      }
      return Promise.resolve({ value: event, done: false })
    }
    if (this.#ended === true) return Promise.resolve({ value: undefined, done: true })
    if (this.#ended) return Promise.reject(this.#ended)
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
    })
  }

  return(): Promise<Taken> {
    if (!this.#ended) this.#source.cancel()
    this.#ended = true
    this.#events.length = 0
    return Promise.resolve({ value: undefined, done: true })
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}

/** Reads what still comes behind an answer, for a short while, so that its connection can be used again. */
export function drain(events: AsyncIterator<UpstreamEvent>): void {
  const timer = setTimeout(() => void events.return?.(), limits.lateEventsMs).unref()
  const rest = async () => {
    while (!(await events.next()).done);
  }
  rest()
    .catch(() => undefined)
    .finally(() => clearTimeout(timer))
}
