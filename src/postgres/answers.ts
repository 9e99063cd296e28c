// What the system sends, matched with what was asked of it. Promise: every frame belongs to a turn, or is one of the three
// that may come unasked, or ends the link; nothing leaves but as a recorded part of its exchange; the transaction's state
// is the system's own word.
import { authoredBytes } from '../gateway/authored.ts'
import { limits } from '../gateway/limits.ts'
import { AnswerOut, type AnswersParts } from './answer-out.ts'
import { fieldsOf } from './answer-rows.ts'
import { type Asked, type OwnAnswer, reply, type Turn } from './asked.ts'
import { described, undescribed } from './descriptions.ts'
import { back, HEAD_BYTES, int16, uint32, WireFault } from './frames.ts'
import { readyBytes } from './messages.ts'
import { unknownOrigins } from './reading.ts'
import type { SystemFrames } from './system-framer.ts'

export const IDLE = 'I'.charCodeAt(0)
export const IN_TRANSACTION = 'T'.charCodeAt(0)
export const FAILED = 'E'.charCodeAt(0)

export class Answers implements SystemFrames {
  /** Of the last ReadyForQuery. */
  status = IDLE
  readonly #parts: AnswersParts
  readonly #out: AnswerOut
  #turns: Turn[] = []
  #head = 0
  /** Of the frame that is read, where it says that the system is ready. */
  #readied: number | null = null
  /** After an error the system answers nothing up to the next Sync. */
  #skipping = false
  #pause: NodeJS.Timeout | null = null
  /** The last frame was an error after which nothing else came. */
  #farewell = false
  /** Since all was last answered: not all that was asked was done. */
  #failure = false
  /** An error that skips what follows was answered to the gateway alone. */
  #unheard = false
  /** The system has ended a transaction, and with it its portals. */
  #ended = false

  constructor(parts: AnswersParts) {
    this.#parts = parts
    this.#out = new AnswerOut(parts)
  }

  /** Whose answer the system is giving. */
  get current(): Asked | null {
    return this.#turns[this.#head]?.asked ?? null
  }

  get idle(): boolean {
    return this.#head === this.#turns.length
  }

  expect(turn: Turn): void {
    if (turn.asked) {
      turn.asked.turns++
      turn.asked.suspended = false
    }
    this.#turns.push(turn)
    if (this.#skipping && this.#head === this.#turns.length - 1) this.#skip()
  }

  /** After an error in a flight that has not ended: the system does not answer. */
  get skipping(): boolean {
    return this.#skipping
  }

  /** Turns of a Sync that the system swallows, because it came while rows were copied in. */
  #forgetSyncs(): void {
    const turn = this.#turns[this.#head] as Turn
    const rest = turn.expects.slice(turn.at).filter(expected => expected !== reply.ready)
    turn.expects.splice(turn.at, turn.expects.length, ...rest)
    const later = this.#turns.slice(this.#head + 1).filter(({ expects }) => expects[0] !== reply.ready)
    this.#turns.splice(this.#head + 1, this.#turns.length, ...later)
  }

  // ---- frames ----

  frame(type: number, buffer: Buffer, start: number, end: number): void {
    const turn = this.#turns[this.#head]
    this.#readied = null
    this.#farewell = type === back.error
    if (type === back.parameterStatus) this.#setting(buffer.subarray(start, end))
    if (type === back.notification || turn === undefined) {
      // Without a turn: a setting, a notice, or the last words of a system that ends the connection.
      if (!unprompted.has(type)) throw unasked()
      this.#out.aside(turn, start, end)
      return
    }
    if (turn.own) {
      this.#own(turn, turn.own, type, buffer, start, end)
      return
    }
    const expected = turn.expects[turn.at] as number
    const several = expected === reply.query || expected === reply.call
    switch (type) {
      case back.row:
        if (expected !== reply.executed && !several) throw unasked()
        this.#row(turn, buffer, start, end)
        break
      case back.complete:
      case back.empty:
      case back.suspended:
        if (expected !== reply.executed && (!several || type === back.suspended)) throw unasked()
        if (turn.asked?.copy) {
          this.#out.part(turn, start, false)
          turn.asked.copy = null
          turn.asked.rowMasker = null
        }
        this.#completed(turn, type, several)
        break
      case back.ready:
        if (expected !== reply.ready && !several) throw unasked()
        this.#ready(buffer[start + HEAD_BYTES] as number)
        turn.at++
        break
      case back.parsed:
      case back.bound:
      case back.closed:
        if (expected !== type) throw unasked()
        if (type === back.bound) this.#ended = false
        if (type !== back.bound)
          this.#parts.names.confirmFirst(turn.changes, type === back.parsed ? 'parsed' : 'closed')
        turn.at++
        break
      case back.parameters:
        if (expected !== reply.statement) throw unasked()
        break
      case back.rowDescription:
      case back.noData:
        this.#described(turn, expected, type, buffer, start, end)
        break
      case back.error:
        if (turn.refusal === null) {
          if (expected === reply.ready) turn.asked?.ending()
          this.#failed(turn, several)
          break
        }
        this.#refused(turn, end)
        return
      case back.copyIn:
        if (expected !== reply.executed && !several) throw unasked()
        if (!several) this.#forgetSyncs()
        this.#out.part(turn, end, false)
        this.#parts.onCopyIn(turn.asked as Asked)
        return
      case back.copyOut:
        if (expected !== reply.executed && !several) throw unasked()
        if (!this.#parts.transparent) this.#out.copies(turn, start)
        break
      case back.copyData:
      case back.copyDone:
        if (expected !== reply.executed && !several) throw unasked()
        if (type === back.copyData) this.#out.rows++
        break
      case back.functionResult:
        if (expected !== reply.call) throw unasked()
        break
      case back.notice:
      case back.parameterStatus:
        break
      default:
        throw unasked()
    }
    if (turn.at === turn.expects.length) this.#answered(turn, end)
  }

  streams(type: number): boolean {
    const turn = this.#turns[this.#head]
    if (type !== back.row && type !== back.copyData) return this.#parts.transparent && turn !== undefined
    const expected = turn?.expects[turn.at]
    if (!turn?.asked || (expected !== reply.executed && expected !== reply.query)) throw unasked()
    if (!this.#parts.transparent && (type === back.copyData || this.#out.masker(turn.asked).touched.length > 0))
      return false
    if (type !== back.row && type !== back.copyData) return false
    this.#out.rows++
    return true
  }

  streamed(): void {
    this.#out.skip(this.#parts.framer.uncut)
  }

  full(): void {
    const turn = this.#turns[this.#head]
    if (turn) this.#out.part(turn, this.#parts.framer.read, false)
  }

  /** What the system reported of itself while it let us in. */
  settings(raw: Buffer): void {
    for (let at = 0; raw.length - at >= HEAD_BYTES; at += 1 + uint32(raw, at + 1)) this.#setting(raw.subarray(at))
    if (raw.length > 0) this.#out.standing(raw)
  }

  #setting(frame: Buffer): void {
    const [setting = '', value = ''] = frame.toString('utf8', HEAD_BYTES, 1 + uint32(frame, 1)).split('\0')
    this.#parts.onSetting?.(setting, value)
  }

  /** The frames of one read are done: what is left waits a moment for the rest of its answer. */
  onRead(): void {
    const { framer } = this.#parts
    if (framer.uncut === 0 || this.#pause !== null) return
    this.#pause = setTimeout(() => {
      this.#pause = null
      try {
        this.#rest()
      } catch (fault) {
        this.#parts.onFault(fault)
      }
    }, limits.answerPauseMs)
  }

  /** The system is gone: what it said last is an answer too. Whether those were words of farewell. */
  lastPart(): boolean {
    this.#rest()
    return this.#farewell
  }

  /** What was read of an answer that is not whole. */
  #rest(): void {
    const { framer } = this.#parts
    const turn = this.#turns[this.#head]
    if (turn && framer.uncut > 0) this.#out.part(turn, framer.read, false)
  }

  /** The link is over. */
  close(outcome: 'failed' | 'gone' | 'cut'): void {
    if (this.#pause) clearTimeout(this.#pause)
    for (const { asked, own } of this.#turns.slice(this.#head)) {
      asked?.abandon(outcome)
      own?.resolve(false)
    }
    this.#turns = []
    this.#head = 0
  }

  // ---- turns ----

  #row(turn: Turn, buffer: Buffer, start: number, end: number): void {
    const asked = turn.asked as Asked
    // Rows may be withheld: what came before them was not.
    const bounded = asked.rows === 0 && this.#out.rows === 0 && asked.admission.obligations.rows !== undefined
    if (bounded && start > end - this.#parts.framer.uncut) this.#out.part(turn, start, false)
    if (asked.rowMasker === null && asked.fields === null) {
      asked.fields = described(asked.portal)
      if (asked.fields === null && !this.#parts.transparent) {
        asked.fields = undescribed(int16(buffer, start + HEAD_BYTES))
        asked.rowMasker = asked.admission.mask.columns(unknownOrigins(asked.fields))
      }
    }
    this.#out.rows++
  }

  #completed(turn: Turn, type: number, several: boolean): void {
    const asked = turn.asked as Asked
    if (several) {
      asked.result++
      return
    }
    asked.suspended = type === back.suspended
    turn.at++
  }

  #described(turn: Turn, expected: number, type: number, buffer: Buffer, start: number, end: number): void {
    const several = expected === reply.query
    if (!several && expected !== reply.statement && expected !== reply.portal) throw unasked()
    const fields = type === back.noData ? null : fieldsOf(buffer, start, end)
    if (several) {
      // Rows before this one were described otherwise.
      if (this.#out.rows > 0) this.#out.part(turn, start, false)
      if (fields === null) throw unasked()
      ;(turn.asked as Asked).fields = fields
      ;(turn.asked as Asked).rowMasker = null
      // Now, while it is known which of several results this is.
      this.#out.masker(turn.asked as Asked)
      return
    }
    turn.at++
    const prepared = turn.described.shift()
    if (expected === reply.statement) {
      if (prepared) prepared.fields = fields
    } else if (turn.asked) {
      turn.asked.fields = fields
      turn.asked.rowMasker = null
      // Callers that describe a portal once leave it out later.
      const prepared = turn.asked.portal?.prepared
      if (prepared && fields !== null) prepared.fields = fields
    }
  }

  /** To a question of the gateway's own: nothing of it leaves. */
  #own(turn: Turn, own: OwnAnswer, type: number, buffer: Buffer, start: number, end: number): void {
    if (type === back.row) own.row(buffer, start, end)
    else if (type === back.ready) {
      this.#ready(buffer[start + HEAD_BYTES] as number)
      turn.at++
    } else if (type === back.error) {
      const ready = turn.expects.indexOf(reply.ready)
      own.failed(Buffer.from(buffer.subarray(start, end)))
      own.resolve(false)
      this.#skipping = true
      this.#unheard = ready < 0
      turn.at = ready < 0 ? turn.expects.length : ready
    } else if (type !== back.notice && type !== back.parameterStatus) turn.at++
    this.#out.cutAway(end)
    if (turn.at < turn.expects.length) return
    own.resolve(true)
    this.#next()
  }

  #ready(status: number): void {
    this.status = status
    this.#readied = status
    this.#skipping = false
    this.#unheard = false
    this.#ended = status === IDLE
  }

  #failed(turn: Turn, several: boolean): void {
    this.#failure = true
    this.#parts.onCopyFailed()
    turn.asked?.failed('failed')
    if (several) return
    this.#parts.names.undo(turn.changes)
    this.#skipping = true
    const ready = turn.expects.indexOf(reply.ready, turn.at)
    turn.at = ready < 0 ? turn.expects.length : ready
  }

  /** The error is the gateway's own doing: the caller hears why. */
  #refused(turn: Turn, end: number): void {
    this.#out.cutAway(end)
    this.#failure = true
    this.#skipping = true
    this.#parts.releases.author(turn.refusal as NonNullable<Turn['refusal']>)
    this.#next()
  }

  #answered(turn: Turn, end: number): void {
    if (turn.asked) {
      turn.asked.turns--
      this.#out.part(turn, end, turn.asked.answered, this.#readied)
      turn.asked.settle()
    } else {
      this.#out.cutAway(end)
      this.#parts.releases.author(authoredBytes(readyBytes(this.status)), this.status)
    }
    if (!this.#skipping) this.#parts.names.confirm(turn.changes)
    this.#next()
  }

  #next(): void {
    this.#head++
    this.#skip()
    if (!this.idle) return
    this.#turns.length = 0
    this.#head = 0
    const failed = this.#failure
    const ended = this.#ended
    this.#failure = false
    this.#ended = false
    this.#parts.onIdle(failed, ended)
  }

  /** Turns the system does not answer, up to the next Sync. */
  #skip(): void {
    while (this.#skipping) {
      const turn = this.#turns[this.#head]
      const ready = turn?.expects.indexOf(reply.ready) ?? -1
      if (turn === undefined) break
      this.#parts.names.undo(turn.changes)
      turn.asked?.failed('cancelled')
      turn.own?.resolve(false)
      // The caller has heard of no error: the one that came was of a question of the gateway's own.
      if (turn.refusal !== null && this.#unheard) this.#parts.releases.author(turn.refusal)
      if (turn.refusal !== null) this.#unheard = false
      if (ready >= 0) {
        turn.at = ready
        break
      }
      if (turn.asked) {
        turn.asked.turns--
        turn.asked.suspended = false
        turn.asked.settle()
      }
      this.#head++
    }
  }
}

const unprompted = new Set<number>([back.notification, back.parameterStatus, back.notice, back.error])

function unasked(): WireFault {
  return new WireFault('upstream', 'The system sent what was not asked for.')
}
