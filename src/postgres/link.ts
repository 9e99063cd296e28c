// One caller's connection and the gateway's own behind it, from ready to the end. Promise: whatever ends one side ends the
// other, a statement that runs for a caller that is gone is cancelled, and a fault of either side is recorded before it is
// told.
import type { Socket } from 'node:net'
import { type Authored, authoredBytes } from '../gateway/authored.ts'
import { Refusal } from '../gateway/errors.ts'
import { waitingFor } from '../gateway/hold-words.ts'
import { limits } from '../gateway/limits.ts'
import type { Errand, Gateway, HoldView, Session } from '../gateway/seam.ts'
import { Answers } from './answers.ts'
import type { Asked } from './asked.ts'
import { Asking } from './asking.ts'
import { CallerFramer } from './caller-framer.ts'
import type { Callers } from './callers.ts'
import type { CancelKeys } from './cancel-keys.ts'
import { askToCancel } from './cancel-request.ts'
import type { PostgresConnectionConfig } from './connection-config.ts'
import { CopyIn } from './copy-in.ts'
import { Flight } from './flight.ts'
import { back, IDLE, IN_TRANSACTION, WireFault } from './frames.ts'
import { errorBytes, fatal, fatalReport, frame, notice, own, readyBytes, refusalReport } from './messages.ts'
import { Names } from './names.ts'
import { WireOutlet } from './outlets.ts'
import type { LinkReader } from './reading.ts'
import { Releases } from './releases.ts'
import { Runs, type Step } from './runs.ts'
import type { SystemFrames } from './system-framer.ts'
import { Turns } from './turns.ts'
import { cancelUpstream, type Upstream } from './upstream.ts'

export interface LinkParts {
  readonly gateway: Gateway
  readonly session: Session
  readonly config: PostgresConnectionConfig
  readonly caller: Socket
  /** Bytes of the caller that were read already. */
  readonly early: Buffer
  readonly upstream: Upstream
  readonly minor: 0 | 2
  /** Null: statements pass unread. */
  readonly reader: LinkReader | null
  /** What its caller does for somebody else, who is the subject of the session. */
  readonly errand: Errand | null
  /** Of a service that says with each statement for whom it asks. */
  readonly callers: Callers | null
  readonly keys: CancelKeys<Link>
  readonly transactionHoldMs: number
}

/** Bytes of answers that may be on their way to the record. */
const UNDURABLE_BYTES = limits.chunkBytes * limits.chunksPerExchange

export class Link {
  readonly session: Session
  readonly #parts: LinkParts
  readonly #outlet: WireOutlet<'caller'>
  readonly #releases: Releases
  readonly #turns: Turns
  readonly #answers: Answers
  readonly #flight: Flight
  readonly #asking: Asking
  readonly #copyIn: CopyIn
  readonly #framer: CallerFramer
  readonly #runs: Runs
  readonly #key: Buffer
  readonly #names = new Names()
  readonly #onClose: (link: Link) => void
  #withdrawal = new AbortController()
  #steps: Step[] = []
  #queued = 0
  #working = false
  #paused = false
  #closed = false
  #waitingForRoom = false
  /** Since it last said something, the caller has asked for what it waits for to end. */
  #cancelled = false
  #cancelling: Promise<void> | null = null
  #cancelNext: Promise<void> | null = null
  /** Something failed since the reader of statements was last told. */
  #failed = false

  constructor(parts: LinkParts, onClose: (link: Link) => void) {
    this.#parts = parts
    this.#onClose = onClose
    const { session, upstream, caller, config, gateway } = parts
    this.session = session
    this.#outlet = new WireOutlet(caller)
    const refuse = (refusal: Refusal) => this.#end(fatal(refusal), 'cut')
    this.#releases = new Releases({
      outlet: this.#outlet,
      onRefusal: refuse,
      onStopped: (refusal, asked) => this.#stopped(refusal, asked),
      onReady: status => this.#flight.failing(status),
      onRelease: () => this.#flow(),
    })
    this.#copyIn = new CopyIn(session, upstream.outlet, refuse)
    this.#turns = new Turns({ releases: this.#releases, names: this.#names })
    this.#answers = new Answers({
      session,
      turns: this.#turns,
      framer: upstream.framer,
      releases: this.#releases,
      names: this.#names,
      transparent: config.transparent,
      notices: config.notices !== false,
      onCopyIn: (asked, synced) => {
        if (!synced) this.#flight.unsync()
        this.#copyIn.begin(asked)
      },
      onCopyFailed: () => this.#copyIn.stop(),
      onSetting: (setting, value) => parts.reader?.heard?.(setting, value),
      onIdle: (failed, ended) => this.#idle(failed, ended),
      onFault: fault => void this.#fault(fault),
    })
    const outgoing = { outlet: upstream.outlet, turns: this.#turns, names: this.#names }
    this.#flight = new Flight(outgoing)
    this.#asking = new Asking({
      ...outgoing,
      gateway,
      session,
      flight: this.#flight,
      copyIn: this.#copyIn,
      reader: parts.reader,
      errand: parts.errand,
      callers: parts.callers,
      transactionHoldMs: parts.transactionHoldMs,
      withdrawn: () => this.#withdrawal.signal,
      waiting: hold => this.#notify(hold),
      onTerminate: () => this.#callerLeaves(),
    })
    this.#runs = new Runs(
      step => this.#steps.push(step),
      () => void this.#work(),
    )
    this.#framer = new CallerFramer((type, buffer, start, end) => this.#runs.frame(type, buffer, start, end))
    this.#key = parts.keys.issue(parts.minor, this, config.transparent ? upstream.key.subarray(0, 4) : null)
  }

  /** What the system said while it let us in, and our own key; then questions are taken. */
  async start(): Promise<void> {
    const { upstream, session, caller, early } = this.#parts
    upstream.attach(
      this.#answers,
      () => {
        this.#answers.onRead()
        this.#flow()
      },
      fault => void this.#fault(fault),
      () => this.#parts.reader?.settle?.() ?? null,
    )
    this.#answers.settings(upstream.parameters)
    this.#parts.reader?.begins?.()
    this.#releases.author(authoredBytes(Buffer.concat([frame(back.keyData, this.#key), readyBytes(IDLE)])))
    session.ended.addEventListener('abort', () => this.#sessionEnded(), { once: true })
    upstream.socket.once('close', () => this.#systemGone())
    caller.once('close', () => this.#callerGone())
    caller.on('end', () => this.#callerGone())
    caller.on('data', piece => this.#take(piece))
    if (early.length > 0) this.#take(early)
    caller.resume()
    if (caller.destroyed) this.#callerGone()
    else if (upstream.socket.destroyed) this.#systemGone()
    else if (session.ended.aborted) this.#sessionEnded()
  }

  /** As its caller asks on another connection. What waits is withdrawn; what runs is cancelled. */
  async cancel(): Promise<void> {
    this.#cancelled = true
    this.#withdrawal.abort()
    this.#withdrawal = new AbortController()
    if (this.#turns.idle) return
    // Those that come while one is under way share the next: none of them opens a connection of its own.
    this.#cancelNext ??= (async () => {
      await this.#cancelling
      this.#cancelling = this.#cancelNext
      this.#cancelNext = null
      if (!this.#turns.idle) await askToCancel(this.#parts)
    })()
    await this.#cancelNext
  }

  close(): void {
    this.#end(fatalReport('57P01', 'The gateway is stopping. Connect again.'), 'cut')
  }

  /** Its caller reads nothing, and what it asked for holds locks of the system. */
  async stalled(): Promise<void> {
    if (this.#closed) return
    const { gateway, session } = this.#parts
    const refusal = await gateway.refuse(session, 'limit', 'This client reads nothing of its answer.', 'unread')
    this.#end(fatal(refusal), 'cut')
  }

  // ---- the caller ----

  #take(piece: Buffer): void {
    if (this.#closed) return
    this.#queued += piece.length
    this.#cancelled = false
    try {
      this.#framer.push(piece)
    } catch (fault) {
      void this.#fault(fault)
      return
    }
    if (!this.#working) this.#queued = 0
    else if (this.#queued > limits.wireQueueBytes && !this.#paused) {
      this.#paused = true
      this.#parts.caller.pause()
    }
  }

  async #work(): Promise<void> {
    if (this.#working) return
    this.#working = true
    try {
      while (this.#steps.length > 0 && !this.#closed) {
        const steps = this.#steps
        this.#steps = []
        await this.#asking.work(steps)
        const copied = this.#steps.length === 0 ? this.#copyIn.flush() : null
        if (copied !== null) await copied
        if (this.#steps.length > 0) continue
        this.#queued = 0
        if (this.#paused) this.#resume()
      }
    } catch (fault) {
      await this.#fault(fault)
    } finally {
      this.#working = false
    }
  }

  #resume(): void {
    this.#paused = false
    this.#parts.caller.resume()
  }

  #notify(hold: HoldView): void {
    this.#releases.interject(notice(`This statement waits for approval ${hold.reference}.`, `${waitingFor(hold)}.`))
  }

  // ---- the system ----

  #idle(failed: boolean, ended: boolean): void {
    this.#failed ||= failed
    // What is read as if it had run and has not must stay so.
    if (!this.#asking.waiting) {
      this.#parts.reader?.idle(this.#flight.unsynced ? IN_TRANSACTION : this.#turns.status, this.#failed)
      this.#failed = false
    }
    if (ended) for (const { asked } of this.#names.endPortals()) asked?.abandon('done')
    this.#asking.onIdle()
  }

  /** Reads on from the system when the record and the caller keep up. */
  #flow(): void {
    if (this.#waitingForRoom || this.#closed) return
    if (this.#releases.undurable < UNDURABLE_BYTES && !this.#outlet.full) return
    const { upstream } = this.#parts
    this.#waitingForRoom = true
    upstream.pause()
    void this.#room()
  }

  async #room(): Promise<void> {
    const { upstream, session } = this.#parts
    await this.#releases.below(UNDURABLE_BYTES / 2)
    await this.#outlet.drained()
    await session.standing.room()
    this.#waitingForRoom = false
    if (!this.#closed) upstream.resume()
  }

  /** Policy ended an answer; the system need not go on with it. */
  #stopped(refusal: Refusal, asked: Asked): Authored | null {
    const cancelled = this.#cancelled && refusal.code === 'internal' ? CANCELLED : null
    if (!ending.has(refusal.code) && cancelled === null) return null
    const { config, upstream } = this.#parts
    if (this.#turns.current?.asked === asked) void cancelUpstream(config, upstream.key).catch(() => undefined)
    asked.failed('cut')
    this.#flight.stopped()
    return authoredBytes(errorBytes(refusalReport(refusal, 'ERROR', cancelled)))
  }

  // ---- the end ----

  async #fault(fault: unknown): Promise<void> {
    if (this.#closed) return
    this.#parts.caller.pause()
    this.#parts.upstream.pause()
    const { gateway, session } = this.#parts
    const known = fault instanceof WireFault || fault instanceof Refusal
    const detail = fault instanceof WireFault ? fault.message : undefined
    this.#end(fatal(await gateway.refuse(session, known ? fault.code : 'internal', detail)), 'cut')
  }

  #callerGone(): void {
    this.#end(null, 'gone')
  }

  /** It says so, and may stay to hear what it has asked for. */
  async #callerLeaves(): Promise<void> {
    // What then asks for rows gets none any more.
    if (this.#copyIn.asked === null) await Promise.race([this.#flight.answered(), this.#copyIn.begun()])
    await this.#releases.below(1)
    this.#end(null, 'done')
  }

  #systemGone(): void {
    if (this.#closed) return
    let farewell: boolean
    try {
      farewell = this.#answers.lastPart()
    } catch (fault) {
      void this.#fault(fault)
      return
    }
    if (farewell) {
      void this.#releases.below(1).then(() => this.#end(null, 'failed'))
      return
    }
    const { gateway, session } = this.#parts
    void gateway.refuse(session, 'upstream').then(refusal => this.#end(fatal(refusal), 'failed'))
  }

  #sessionEnded(): void {
    const reason = this.session.ended.reason
    const says = reason instanceof Refusal ? reason.says : 'This session has ended.'
    this.#end(fatalReport('57P01', says), 'cut')
  }

  #end(last: Authored | null, outcome: 'done' | 'gone' | 'cut' | 'failed'): void {
    if (this.#closed) return
    this.#closed = true
    const { config, upstream, keys, session, caller, reader } = this.#parts
    if (!this.#turns.idle && !upstream.socket.destroyed)
      void cancelUpstream(config, upstream.key).catch(() => undefined)
    keys.revoke(this.#key)
    this.#withdrawal.abort()
    this.#copyIn.stop()
    const left = outcome === 'done' ? 'gone' : outcome
    this.#answers.close(left)
    for (const { asked } of this.#names.endPortals()) asked?.abandon('gone')
    this.#asking.onIdle()
    this.#releases.end(last, left)
    // What it still says has no session left to be recorded in.
    upstream.attach(unheard, ignored, () => upstream.socket.destroy())
    upstream.resume()
    upstream.outlet.end(own.terminate)
    setTimeout(() => caller.destroy(), limits.lingerMs).unref()
    const unfinished = reader?.unfinished === true
    setTimeout(() => upstream.socket.destroy(), unfinished ? limits.patientHoldMs : limits.lingerMs).unref()
    if (upstream.socket.destroyed) reader?.gone?.()
    else {
      upstream.socket.unref()
      upstream.socket.once('close', () => reader?.gone?.())
    }
    void session.close(outcome === 'done' || outcome === 'gone' ? 'done' : 'cut')
    this.#onClose(this)
  }
}

const ignored = () => undefined
const unheard: SystemFrames = { frame: ignored, streams: () => true, streamed: ignored, full: ignored }

const CANCELLED = { sqlState: '57014', position: null } as const

/** Refusals that end one answer and not the connection. */
const ending = new Set<Refusal['code']>(['blocked', 'denied', 'expired', 'pending', 'limit'])
