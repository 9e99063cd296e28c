// One request of a caller from its reading to its answer. Promise: nothing goes up before it is admitted, nothing comes down
// before it is recorded, and whoever goes away, on either side, the exchange ends once.
import { Refusal } from '../gateway/errors.ts'
import type { Admission, HoldView, Outcome } from '../gateway/seam.ts'
import type { Turn } from '../gateway/turns.ts'
import { nodeAt } from '../json/canonical.ts'
import type { Cleared } from '../recording/inbox.ts'
import { clearAnswer } from './answer.ts'
import { type Own, refusalAnswer, rpc } from './answers.ts'
import { type Request, type Response, readMessage, remembered, tokenOf } from './envelope.ts'
import { type EraMismatch, mismatchBehind, mismatchIn } from './era-mismatch.ts'
import { drain } from './event-queue.ts'
import { HoldProgress } from './hold-notice.ts'
import type { Link } from './link.ts'
import { cancelledNotice, relayNotice } from './notices.ts'
import { type EventHead, noHead } from './outlets.ts'
import { type Naming, namingOf, readyQuestion } from './question.ts'
import type { Reply } from './reply.ts'
import type { CheckedHeaders } from './request-headers.ts'
import { ServerFault } from './server-fault.ts'
import { StreamQuestions } from './stream-questions.ts'
import { type MessageId, type UpstreamAnswer, UpstreamError, type UpstreamEvent } from './upstream.ts'

type Way = Admission<'system'>

export class Call {
  readonly link: Link
  request: Request
  readonly progressToken: MessageId | null
  /** As written. */
  readonly tokenSource: string
  readonly naming: Naming
  readonly progress = new HoldProgress()
  readonly #reply: Reply
  readonly #headers: CheckedHeaders
  readonly #gone = new AbortController()
  /** Until this waits for somebody outside. */
  readonly #turn: Turn | null
  readonly questions: StreamQuestions
  /** What was lent for this call ends with it. */
  #over: AbortController | null = null
  #admission: Way | null = null
  #tool: string | null = null
  #forwarded = false
  #answered = false
  #ended = false
  #wentAway = false
  /** Its stream ended before its answer, which may come on a stream taken up again. */
  #parked = false

  constructor(link: Link, request: Request, reply: Reply, headers: CheckedHeaders, turn: Turn | null) {
    this.link = link
    this.request = request
    this.progressToken = tokenOf(request.params)
    this.tokenSource =
      this.progressToken === null ? '' : request.json.source(nodeAt(request.json, ['params', '_meta', 'progressToken']))
    this.naming = namingOf(link, request, this.progressToken)
    this.#reply = reply
    this.#headers = headers
    this.#turn = turn
    const failed = (error: unknown) => void this.#failed(error)
    this.questions = new StreamQuestions({ link, reply, parent: () => this.reference, failed })
    reply.whenGone(() => this.#callerGone())
  }

  get running(): boolean {
    return !this.#answered && !this.#parked
  }

  /** Can be told more by its system. */
  get open(): boolean {
    return this.#forwarded && this.running && !this.#ended && this.#reply.canStream
  }

  get reference(): string | null {
    return this.#admission?.reference ?? null
  }

  /** The system was asked: what is held, or was refused, it cannot answer. */
  get forwarded(): boolean {
    return this.#forwarded
  }

  async run(): Promise<void> {
    const { link } = this
    link.begin(this)
    try {
      if (link.named && link.callOf(this.request.id)?.running) return await this.#refuse(TAKEN, rpc.invalidRequest)
      if (link.era === 'legacy') link.remember(this)
      await this.#relay()
    } catch (error) {
      await this.#failed(error)
    } finally {
      link.done(this)
      if (!this.#parked && !link.resumable) link.forget(this)
      else this.request = remembered(this.request)
    }
  }

  // ---- up ----

  async #relay(): Promise<void> {
    const { link, request, naming } = this
    const ready = await readyQuestion(link, request, naming, this.#headers)
    if (ready.kind === 'unfit') return this.#refuse(ready.sentence, ready.own)
    this.#tool = ready.tool
    const admission = await link.parts.gateway.ask(link.session, {
      door: 'system',
      action: ready.action,
      question: ready.question,
      parent: null,
      withdrawn: this.#gone.signal,
      patienceMs: link.patienceMs,
      waiting: hold => this.#waiting(hold),
    })
    if (admission instanceof Refusal) return this.#tell(admission)
    this.#admission = admission
    if (this.#gone.signal.aborted) return this.#end('gone')
    const lent = this.#lend(admission)
    if (lent === null) return this.#refuseAnswer(admission, 'limit')
    this.#forwarded = true
    this.#turn?.over()
    const answer = await link.upstream.send(admission.question, {
      kind: 'request',
      method: request.method,
      id: naming.id,
      progressToken: naming.progressToken,
      headers: { ...ready.headers, ...lent },
      signal: this.#gone.signal,
    })
    await this.#receive(answer, admission)
  }

  #lend({ reference }: Way): Readonly<Record<string, string>> | null {
    const { lending } = this.link
    if (lending === null || LENDS_NOTHING.has(this.request.method)) return NOTHING
    this.#over = new AbortController()
    return lending.headers(reference, this.#over.signal)
  }

  #waiting(hold: HoldView): void {
    this.#turn?.over()
    if (!this.#reply.canStream || this.#ended) return
    this.#reply.keepAlive()
    const notice = this.progress.notice(hold, this.request)
    if (notice) void this.#reply.event(notice, noHead)
  }

  // ---- down ----

  async #receive(answer: UpstreamAnswer, admission: Way): Promise<void> {
    if (answer.kind === 'message') return this.#answer(readMessage(answer.json), answer.status, admission, noHead)
    if (answer.kind === 'messages') return this.#receiveAll(answer, admission)
    if (answer.kind === 'absent' && answer.status === 404 && this.link.era === 'legacy')
      return this.#sessionLost(admission)
    return this.#refuseAnswer(admission, 'upstream')
  }

  async #receiveAll(answer: UpstreamAnswer & { kind: 'messages' }, admission: Way): Promise<void> {
    if (answer.sse && this.#reply.canStream) this.#reply.stream()
    const events = answer.messages[Symbol.asyncIterator]()
    for (;;) {
      const { value, done } = await events.next()
      if (done) break
      await this.#event(value, admission)
      if (this.#answered) return drain(events)
      await admission.room()
    }
    if (!this.link.resumable || !this.questions.hasIds) throw new UpstreamError('cut')
    await this.questions.settled()
    if (this.running && !this.#ended) this.#park()
  }

  async #event({ json, eventId, retryMs }: UpstreamEvent, admission: Way): Promise<void> {
    const { link } = this
    const head = link.headOf(eventId, retryMs)
    this.questions.passes(head)
    if (json === null) return await this.#reply.mark(head)
    const message = readMessage(json)
    if (message === null) throw new UpstreamError('malformed')
    const emit = (part: Cleared<'caller'>) => this.#reply.event(part, head)
    if (message.kind === 'notification') await relayNotice(link, message, admission, this, emit)
    else if (message.kind === 'request') {
      await this.questions.relay(message, { mask: admission.mask, canAsk: this.#reply.canStream }, head)
    } else await this.#answer(message, 200, admission, head)
  }

  async #answer(
    message: ReturnType<typeof readMessage>,
    status: number,
    admission: Way,
    head: EventHead,
  ): Promise<void> {
    const { link, request, naming } = this
    if (message?.kind !== 'response') throw new UpstreamError('malformed')
    const aboutTransport = message.id === null && status >= 400
    if (message.id !== naming.id && !aboutTransport) throw new UpstreamError('malformed')
    if (aboutTransport && status === 404 && link.era === 'legacy') return this.#sessionLost(admission)
    const mismatch = mismatchIn(link, request, message.error, status)
    if (mismatch) return this.#refuseAnswer(admission, 'upstream', mismatch)
    if (!this.#reply.bears(message.json.bytes.length)) return this.#refuseAnswer(admission, 'limit')
    const cleared = await this.clear(message, admission, true)
    if (cleared instanceof Refusal) return this.#tell(cleared)
    this.#answered = true
    this.#reply.finish(cleared, status, head)
    this.#end(message.error ? 'failed' : 'done')
  }

  /** Masks and records an answer of this call, also one that comes again on a resumed stream. */
  clear(message: Response, way: Way, last: boolean): Promise<Cleared<'caller'> | Refusal> {
    return clearAnswer(this.link, { request: this.request, naming: this.naming, tool: this.#tool }, message, way, last)
  }

  /** A late answer, or one replayed, on a stream that was taken up again. */
  async resumed(message: Response): Promise<Cleared<'caller'> | Refusal> {
    const { standing } = this.link.session
    if (!this.#parked || !this.#admission) return this.clear(message, standing, false)
    const cleared = await this.clear(message, this.#admission, true)
    this.#parked = false
    this.#answered = true
    const refused = cleared instanceof Refusal
    this.#end(refused || message.error ? 'failed' : 'done', refused ? 0 : cleared.bytes.length)
    return cleared
  }

  /** The way of a message that belongs to this call and comes on another stream. */
  get way(): Way | null {
    return this.#ended ? null : this.#admission
  }

  // ---- ends ----

  /** `notifications/cancelled` of the caller. True when the system has to be told. */
  cancel(): boolean {
    if (this.#answered || this.#ended) return false
    const tell = this.#forwarded
    if (!tell) this.#withdraw('cancelled')
    return tell
  }

  /** After the system was told. */
  withdrawn(): void {
    this.#withdraw('cancelled')
  }

  /** The session ends, or its memory of this call does. */
  cut(): void {
    const { ended } = this.link.session
    if (ended.aborted && ended.reason instanceof Refusal && this.running) this.#tell(ended.reason)
    else this.#withdraw('cut')
  }

  #withdraw(outcome: 'cancelled' | 'cut'): void {
    if (this.#answered || this.#ended) return
    this.#end(outcome)
    this.#gone.abort()
    if (!this.#wentAway && !this.#parked) this.#reply.finishEmpty(202)
    this.#answered = true
  }

  #callerGone(): void {
    if (this.#answered || this.#ended) return
    this.#wentAway = true
    const { link } = this
    if (this.#forwarded && link.era === 'legacy') {
      if (this.questions.hasIds) this.#parked = true
      else if (link.config.system.kind === 'http') void cancelledNotice(link, this.request, this.reference)
    }
    if (this.#parked) this.questions.end(null)
    else this.#end('gone')
    this.#gone.abort()
  }

  #park(): void {
    this.#parked = true
    this.#reply.finishEmpty(200)
  }

  #end(outcome: Outcome, delivered = this.#reply.delivered): void {
    if (this.#ended) return
    this.#ended = true
    this.#over?.abort()
    this.questions.end(this.link.otherThan(this)?.questions ?? null)
    if (!this.#admission) return
    this.#admission.end(outcome, delivered)
    this.link.endQuestions(this.#admission.reference)
  }

  // ---- refusals ----

  async #failed(error: unknown): Promise<void> {
    if (this.#answered || this.#ended || this.#parked) return
    const admission = this.#admission
    if (error instanceof Refusal)
      return admission ? this.#refuseAnswer(admission, error.code, null, error.detail ?? undefined) : this.#tell(error)
    const code = error instanceof UpstreamError || error instanceof ServerFault ? 'upstream' : 'internal'
    if (admission) {
      const sentence = error instanceof ServerFault ? error.sentence : undefined
      return this.#refuseAnswer(admission, code, mismatchBehind(this.link, error), sentence)
    }
    this.#tell(await this.link.parts.gateway.refuse(this.link.session, code))
  }

  async #refuse(sentence: string, own: Own): Promise<void> {
    const { gateway } = this.link.parts
    this.#tell(await gateway.refuse(this.link.session, 'unreadable', sentence, own.word), own)
  }

  async #refuseAnswer(
    admission: Way,
    code: Refusal['code'],
    mismatch: EraMismatch | null = null,
    sentence?: string,
  ): Promise<void> {
    const refusal = await admission.refuse(code, mismatch?.sentence ?? sentence)
    this.#tell(refusal, mismatch?.own ?? null, mismatch?.data)
  }

  #tell(refusal: Refusal, own: Own | null = null, data: object = {}): void {
    if (this.#answered) return
    this.#answered = true
    const { status, part } = refusalAnswer(refusal, { ...this.request, era: this.link.era }, own, data)
    if (!this.#wentAway) this.#reply.finish(part, status)
    this.#end('failed')
    this.#gone.abort()
  }

  async #sessionLost(admission: Way): Promise<void> {
    const refusal = await admission.refuse('upstream', 'The protected system has ended this session. Initialize again.')
    this.#tell(refusal, rpc.sessionNotFound)
    void this.link.session.close('cut')
  }
}

/** They are about the connection itself. */
const LENDS_NOTHING: ReadonlySet<string> = new Set(['initialize', 'ping', 'server/discover'])
const NOTHING = {} as const
const TAKEN = 'A request with this id is under way in this session.'
