// What the system sends, matched with what was asked of it. Promise: every frame belongs to a turn, or is one of the three
// that may come unasked, or ends the link; nothing leaves but as a recorded part of its exchange.
import { authoredBytes } from '../gateway/authored.ts'
import { limits } from '../gateway/limits.ts'
import { AnswerOut, type AnswersParts } from './answer-out.ts'
import { fieldsOf } from './answer-rows.ts'
import { type Asked, type OwnAnswer, reply, type Turn } from './asked.ts'
import { described, undescribed } from './descriptions.ts'
import { back, HEAD_BYTES, IDLE, int16, uint32, WireFault } from './frames.ts'
import { readyBytes } from './messages.ts'
import { type Field, unknownOrigins } from './reading.ts'
import type { SystemFrames } from './system-framer.ts'
import type { Turns } from './turns.ts'

export class Answers implements SystemFrames {
  readonly #parts: AnswersParts
  readonly #turns: Turns
  readonly #out: AnswerOut
  /** The columns described last: the same ones come again and again. */
  #known: { readonly frame: Buffer; readonly fields: readonly Field[] } | null = null
  /** Of the frame that is read, where it says that the system is ready. */
  #readied: number | null = null
  #pause: NodeJS.Timeout | null = null
  /** The last frame was an error after which nothing else came. */
  #farewell = false
  /** Since all was last answered: not all that was asked was done. */
  #failure = false
  /** The system has ended a transaction, and with it its portals. */
  #ended = false

  constructor(parts: AnswersParts) {
    this.#parts = parts
    this.#turns = parts.turns
    this.#out = new AnswerOut(parts)
  }

  // ---- frames ----

  frame(type: number, buffer: Buffer, start: number, end: number): void {
    const turn = this.#turns.current
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
        if (!several) this.#turns.forgetSyncs()
        this.#out.part(turn, end, false)
        this.#parts.onCopyIn(turn.asked as Asked, several)
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
    const turn = this.#turns.current
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
    const turn = this.#turns.current
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
    const turn = this.#turns.current
    if (turn && framer.uncut > 0) this.#out.part(turn, framer.read, false)
  }

  /** The link is over. */
  close(outcome: 'failed' | 'gone' | 'cut'): void {
    if (this.#pause) clearTimeout(this.#pause)
    this.#turns.close(outcome)
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
    const fields = type === back.noData ? null : this.#fieldsOf(buffer, start, end)
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

  #fieldsOf(buffer: Buffer, start: number, end: number): readonly Field[] {
    const known = this.#known
    if (known !== null && buffer.compare(known.frame, 0, known.frame.length, start, end) === 0) return known.fields
    const fields = fieldsOf(buffer, start, end)
    this.#known = { frame: Buffer.from(buffer.subarray(start, end)), fields }
    return fields
  }

  /** To a question of the gateway's own: nothing of it leaves. */
  #own(turn: Turn, own: OwnAnswer, type: number, buffer: Buffer, start: number, end: number): void {
    if (type === back.row) own.row(buffer, start, end)
    else if (type === back.ready) {
      this.#ready(buffer[start + HEAD_BYTES] as number)
      turn.at++
    } else if (type === back.error) {
      own.failed(Buffer.from(buffer.subarray(start, end)))
      own.resolve(false)
      this.#turns.fail(turn)
    } else if (type !== back.notice && type !== back.parameterStatus) turn.at++
    this.#out.cutAway(end)
    if (turn.at < turn.expects.length) return
    own.resolve(true)
    this.#next()
  }

  #ready(status: number): void {
    this.#turns.ready(status)
    this.#readied = status
    this.#ended = status === IDLE
  }

  #failed(turn: Turn, several: boolean): void {
    this.#failure = true
    this.#parts.onCopyFailed()
    turn.asked?.failed('failed')
    if (several) return
    this.#parts.names.undo(turn.changes)
    this.#turns.fail(turn)
  }

  /** The error is the gateway's own doing: the caller hears why. */
  #refused(turn: Turn, end: number): void {
    this.#out.cutAway(end)
    this.#failure = true
    this.#turns.fail(turn)
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
      this.#parts.releases.author(authoredBytes(readyBytes(this.#turns.status)), this.#turns.status)
    }
    if (!this.#turns.skipping) this.#parts.names.confirm(turn.changes)
    this.#next()
  }

  #next(): void {
    this.#turns.next()
    if (!this.#turns.idle) return
    const failed = this.#failure
    const ended = this.#ended
    this.#failure = false
    this.#ended = false
    this.#parts.onIdle(failed, ended)
  }
}

const unprompted = new Set<number>([back.notification, back.parameterStatus, back.notice, back.error])

function unasked(): WireFault {
  return new WireFault('upstream', 'The system sent what was not asked for.')
}
