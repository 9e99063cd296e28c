// Questions of the system that come on one stream to its caller. Promise: one that people have to look at waits beside the
// stream, which goes on without it; it comes down on that stream or not at all, and with the stream's end it is withdrawn.
import type { Cleared } from '../recording/inbox.ts'
import type { Request } from './envelope.ts'
import type { Link } from './link.ts'
import { type EventHead, noHead } from './outlets.ts'
import type { Reply } from './reply.ts'
import { type From, relayServerQuestion } from './server-question.ts'

interface Stream {
  readonly link: Link
  readonly reply: Pick<Reply, 'event'>
  /** The exchange it is the answer of. */
  readonly parent: () => string | null
  /** Told of a question that was held, when the stream has gone on long ago. */
  readonly failed: (error: unknown) => void
}

interface Waiting {
  home: StreamQuestions
  readonly gone: AbortController
}

export class StreamQuestions {
  readonly #stream: Stream
  readonly #waiting = new Set<Waiting>()
  readonly #held = new Set<Promise<void>>()
  #newest: EventHead | null = null

  constructor(stream: Stream) {
    this.#stream = stream
  }

  /** The head of each event on its way down, in order. */
  passes(head: EventHead): void {
    if (head.id !== null) this.#newest = head
  }

  /** There is something to take the stream up again by. */
  get hasIds(): boolean {
    return this.#newest !== null
  }

  /** Resolves when the question has passed, was refused, or waits for people. */
  async relay(request: Request, from: Pick<From, 'mask' | 'canAsk'>, head: EventHead): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<'held'>()
    const waiting: Waiting = { home: this, gone: new AbortController() }
    const whole: From = {
      ...from,
      parent: () => waiting.home.#stream.parent(),
      gone: waiting.gone.signal,
      held: () => resolve('held'),
    }
    const emit = (part: Cleared<'caller'>) => {
      const { home } = waiting
      return home.#stream.reply.event(part, home === this ? this.#headNow(head) : noHead)
    }
    this.#waiting.add(waiting)
    const asked = relayServerQuestion(this.#stream.link, request, whole, emit).finally(() =>
      waiting.home.#waiting.delete(waiting),
    )
    if ((await Promise.race([asked, promise])) !== 'held') return
    const held: Promise<void> = asked
      .catch(error => waiting.home.#stream.failed(error))
      .finally(() => this.#held.delete(held))
    this.#held.add(held)
  }

  /** A caller that takes the stream up again names the last id it saw, which must not be an older one. */
  #headNow(head: EventHead): EventHead {
    return head.id === null || head === this.#newest ? head : noHead
  }

  /** Resolves when nothing that has come so far waits any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#held)
  }

  /** With the stream. A pipe does not say which call a question came with: it may wait on for another, `heir`. */
  end(heir: StreamQuestions | null): void {
    for (const waiting of this.#waiting) {
      if (heir === null) waiting.gone.abort()
      else {
        waiting.home = heir
        heir.#waiting.add(waiting)
      }
    }
    this.#waiting.clear()
  }
}
