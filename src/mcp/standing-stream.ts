// What the system says unasked, on the caller's GET stream (legacy versions), and answers that come on a stream taken up
// again. Promise: recorded and masked like everything else, replayed events too; an answer no call of this session asked
// for is not passed on.
import { Refusal } from '../gateway/errors.ts'
import { limits } from '../gateway/limits.ts'
import type { Cleared } from '../recording/inbox.ts'
import { type Response, readMessage } from './envelope.ts'
import type { Link } from './link.ts'
import { relayNotice } from './notices.ts'
import type { SingleReply } from './reply.ts'
import { StreamQuestions } from './stream-questions.ts'
import type { UpstreamEvent } from './upstream.ts'

export class StandingStream {
  readonly #link: Link
  readonly #reply: SingleReply
  readonly #gone = new AbortController()
  readonly #questions: StreamQuestions

  constructor(link: Link, reply: SingleReply) {
    this.#link = link
    this.#reply = reply
    this.#questions = new StreamQuestions({ link, reply, parent: () => null, failed: () => this.cut() })
    reply.whenGone(() => this.#leave())
  }

  /** The HTTP status to answer with when the system has no such stream; null once the stream has ended. */
  async run(after: string | null, headers: Readonly<Record<string, string>>): Promise<404 | 405 | Refusal | null> {
    const link = this.#link
    if (link.streams >= limits.streamsPerSession) return await link.parts.gateway.refuse(link.session, 'limit')
    link.streams++
    link.begin(this)
    try {
      const answer = await link.upstream.listen(after, headers, this.#gone.signal)
      if (answer.kind === 'absent') return answer.status
      if (answer.kind !== 'messages') return await link.parts.gateway.refuse(link.session, 'upstream')
      this.#reply.stream()
      for await (const event of answer.messages) {
        await this.#event(event)
        await link.session.standing.room()
      }
      await this.#questions.settled()
      this.#reply.finishEmpty(200)
      return null
    } catch (error) {
      this.#questions.end(null)
      if (this.#gone.signal.aborted && !link.session.ended.aborted) return null
      if (this.#reply.streaming) {
        this.#reply.finishEmpty(200)
        return null
      }
      if (error instanceof Refusal) return error
      return await link.parts.gateway.refuse(link.session, 'upstream')
    } finally {
      link.streams--
      link.done(this)
    }
  }

  #leave(): void {
    this.#gone.abort()
    this.#questions.end(null)
  }

  cut(): void {
    this.#leave()
    if (this.#reply.streaming) this.#reply.finishEmpty(200)
  }

  async #event({ json, eventId, retryMs }: UpstreamEvent): Promise<void> {
    const link = this.#link
    const head = link.headOf(eventId, retryMs)
    this.#questions.passes(head)
    if (json === null) return await this.#reply.mark(head)
    const message = readMessage(json)
    const emit = (part: Cleared<'caller'>) => this.#reply.event(part, head)
    if (message?.kind === 'notification') {
      const token = message.params.progressToken
      const call = typeof token === 'string' || typeof token === 'number' ? link.callByToken(token) : undefined
      await relayNotice(link, message, call?.way ?? link.session.standing, call ?? null, emit)
    } else if (message?.kind === 'request') {
      const from = { mask: link.session.standing.mask, canAsk: true }
      await this.#questions.relay(message, from, head)
    } else await this.#resumed(message, emit)
  }

  async #resumed(
    message: Response | null,
    emit: (part: Cleared<'caller'>) => Promise<void> | undefined,
  ): Promise<void> {
    const call = message?.id == null ? undefined : this.#link.callOf(message.id)
    if (message === null || !call?.forwarded) {
      await this.#link.parts.gateway.refuse(
        this.#link.session,
        'upstream',
        'An answer to no request of this session was dropped.',
      )
      return
    }
    const cleared = await call.resumed(message)
    if (cleared instanceof Refusal) throw cleared
    await emit(cleared)
  }
}
