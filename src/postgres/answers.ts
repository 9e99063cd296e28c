// What the system sends, matched with what was asked of it. Promise: every frame belongs to a turn, or is one of the three
// that may come unasked, or ends the link; nothing leaves but as a recorded part of its exchange; the transaction's state
// is the system's own word.
import { authoredBytes } from '../gateway/authored.ts'
import { limits } from '../gateway/limits.ts'
import type { Admission, RowMasker, Session } from '../gateway/seam.ts'
import { fieldsOf, walkOf } from './answer-rows.ts'
import { type Asked, reply, type Turn } from './asked.ts'
import { described, undescribed } from './descriptions.ts'
import { back, HEAD_BYTES, int16, WireFault } from './frames.ts'
import { readyBytes } from './messages.ts'
import type { Names } from './names.ts'
import { unknownOrigins } from './reading.ts'
import type { Releases } from './releases.ts'
import type { SystemFramer, SystemFrames } from './system-framer.ts'

export const IDLE = 'I'.charCodeAt(0)

export interface AnswersParts {
  readonly session: Session
  readonly framer: SystemFramer
  readonly releases: Releases
  readonly names: Names
  /** Statements are not read and nothing is masked. */
  readonly transparent: boolean
  /** The system now reads rows from the caller. */
  readonly onCopyIn: (asked: Asked) => void
  /** That is over, by an error. */
  readonly onCopyFailed: () => void
  /** Every turn is answered. */
  readonly onIdle: () => void
  /** For what goes wrong while no frame is being read. */
  readonly onFault: (fault: unknown) => void
}

export class Answers implements SystemFrames {
  /** Of the last ReadyForQuery. */
  status = IDLE
  readonly #parts: AnswersParts
  readonly #standingRows: RowMasker
  #turns: Turn[] = []
  #head = 0
  /** After an error the system answers nothing up to the next Sync. */
  #skipping = false
  /** Where in the uncut bytes the first whole frame begins, after one that passed in parts. */
  #from = 0
  /** Rows among the uncut bytes. */
  #chunkRows = 0
  #pause: NodeJS.Timeout | null = null
  /** The last frame was an error after which nothing else came. */
  #farewell = false

  constructor(parts: AnswersParts) {
    this.#parts = parts
    this.#standingRows = parts.session.standing.mask.columns([])
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
    this.#farewell = type === back.error
    if (type === back.notification || turn === undefined) {
      // Without a turn: a setting, a notice, or the last words of a system that ends the connection.
      if (!unprompted.has(type)) throw unasked()
      this.#aside(turn, start, end)
      return
    }
    const expected = turn.expects[turn.at] as number
    const several = expected === reply.query || expected === reply.call
    switch (type) {
      case back.row:
        if (expected !== reply.executed && !several) throw unasked()
        this.#row(turn, buffer, start)
        break
      case back.complete:
      case back.empty:
      case back.suspended:
        if (expected !== reply.executed && (!several || type === back.suspended)) throw unasked()
        this.#completed(turn, type, several)
        break
      case back.ready:
        if (expected !== reply.ready && !several) throw unasked()
        this.status = buffer[start + HEAD_BYTES] as number
        this.#skipping = false
        turn.at++
        break
      case back.parsed:
      case back.bound:
      case back.closed:
        if (expected !== type) throw unasked()
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
          this.#failed(turn, several)
          break
        }
        this.#refused(turn, end)
        return
      case back.copyIn:
        if (expected !== reply.executed && !several) throw unasked()
        if (!several) this.#forgetSyncs()
        this.#part(turn, end, false)
        this.#parts.onCopyIn(turn.asked as Asked)
        return
      case back.copyOut:
        if (expected !== reply.executed && !several) throw unasked()
        if (!this.#parts.transparent && !this.#copyIsClean(turn)) throw new WireFault('upstream', COPY_UNMASKED)
        break
      case back.copyData:
      case back.copyDone:
        if (expected !== reply.executed && !several) throw unasked()
        if (type === back.copyData) this.#chunkRows++
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
    if (!this.#parts.transparent && (type === back.copyData || this.#masker(turn.asked).touched.length > 0))
      return false
    if (type !== back.row && type !== back.copyData) return false
    this.#chunkRows++
    return true
  }

  streamed(): void {
    this.#from = this.#parts.framer.uncut
  }

  full(): void {
    const turn = this.#turns[this.#head]
    if (turn) this.#part(turn, this.#parts.framer.read, false)
  }

  /** What the system reported of itself while it let us in. */
  settings(raw: Buffer): void {
    if (raw.length > 0) this.#standing(raw)
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
    if (turn && framer.uncut > 0) this.#part(turn, framer.read, false)
  }

  /** The link is over. */
  close(outcome: 'failed' | 'gone' | 'cut'): void {
    if (this.#pause) clearTimeout(this.#pause)
    for (const { asked } of this.#turns.slice(this.#head)) asked?.abandon(outcome)
    this.#turns = []
    this.#head = 0
  }

  // ---- turns ----

  #row(turn: Turn, buffer: Buffer, start: number): void {
    const asked = turn.asked as Asked
    if (asked.rowMasker === null && asked.fields === null) {
      asked.fields = described(asked.portal)
      if (asked.fields === null && !this.#parts.transparent) {
        asked.fields = undescribed(int16(buffer, start + HEAD_BYTES))
        asked.rowMasker = asked.admission.mask.columns(unknownOrigins(asked.fields))
      }
    }
    this.#chunkRows++
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
      if (this.#chunkRows > 0) this.#part(turn, start, false)
      if (fields === null) throw unasked()
      ;(turn.asked as Asked).fields = fields
      ;(turn.asked as Asked).rowMasker = null
      return
    }
    turn.at++
    const prepared = turn.described.shift()
    if (expected === reply.statement) {
      if (prepared) prepared.fields = fields
    } else if (turn.asked) {
      turn.asked.fields = fields
      turn.asked.rowMasker = null
    }
  }

  #failed(turn: Turn, several: boolean): void {
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
    this.#cutAway(end)
    this.#skipping = true
    this.#parts.releases.author(turn.refusal as NonNullable<Turn['refusal']>)
    this.#next()
  }

  #answered(turn: Turn, end: number): void {
    if (turn.asked) {
      turn.asked.turns--
      this.#part(turn, end, turn.asked.answered)
      turn.asked.settle()
    } else {
      this.#cutAway(end)
      this.#parts.releases.author(authoredBytes(readyBytes(this.status)))
    }
    if (!this.#skipping) this.#parts.names.confirm(turn.changes)
    this.#next()
  }

  #next(): void {
    this.#head++
    while (this.#skipping) {
      const turn = this.#turns[this.#head]
      const ready = turn?.expects.indexOf(reply.ready) ?? -1
      if (turn === undefined) break
      this.#parts.names.undo(turn.changes)
      turn.asked?.failed('cancelled')
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
    if (!this.idle) return
    this.#turns.length = 0
    this.#head = 0
    this.#parts.onIdle()
  }

  // ---- parts ----

  /** Records what was read up to an offset as a part of the exchange's answer, to leave when that is durable. */
  #part(turn: Turn, upTo: number, last: boolean): void {
    const { framer, releases, transparent } = this.#parts
    const asked = turn.asked
    const raw = framer.cut(upTo)
    if (asked === null) {
      // Beside one of the gateway's own messages: notices.
      if (raw.length > 0) this.#standing(raw)
      return
    }
    const rows = this.#chunkRows
    const rowMasker = this.#masker(asked)
    const masked = rowMasker.chunk(
      raw,
      walkOf({
        raw,
        from: Math.min(this.#from, raw.length),
        touched: rowMasker.touched,
        clean: transparent || asked.reading.wordsAreClean,
        fields: asked.fields,
        room: asked.room,
      }),
    )
    asked.rows += rows
    this.#chunkRows = 0
    this.#from = framer.passing ? Number.POSITIVE_INFINITY : 0
    releases.answer(asked.admission.answer(masked, last, { rows }), raw.length, asked)
  }

  #masker(asked: Asked): RowMasker {
    if (asked.rowMasker === null) {
      const { reading, fields, result, admission } = asked
      const origins = this.#parts.transparent || fields === null ? [] : reading.origins(fields, result)
      const fits = this.#parts.transparent || fields === null || origins.length === fields.length
      const rowMasker = admission.mask.columns(fits ? origins : unknownOrigins(fields))
      if (!this.#parts.transparent && fields === null) return rowMasker
      asked.rowMasker = rowMasker
    }
    return asked.rowMasker
  }

  /** Copied rows are not walked yet: they pass where no column is hidden. */
  #copyIsClean({ asked }: Turn): boolean {
    if (asked === null) return false
    const origins = asked.reading.origins([], asked.result)
    return origins.length > 0 && asked.admission.mask.columns(origins).touched.length === 0
  }

  /** What answers no question. */
  #aside(turn: Turn | undefined, start: number, end: number): void {
    if (turn && start > end - this.#parts.framer.uncut) this.#part(turn, start, false)
    this.#standing(this.#parts.framer.cut(end))
  }

  #standing(raw: Buffer): void {
    const { session, releases, transparent } = this.#parts
    const standing: Admission<'system'> = session.standing
    const masked = this.#standingRows.chunk(
      raw,
      walkOf({ raw, from: 0, touched: [], clean: transparent, fields: null, room: 0 }),
    )
    releases.answer(standing.answer(masked, false), raw.length, null)
  }

  #cutAway(end: number): void {
    this.#parts.framer.cut(end)
    this.#from = 0
  }
}

const unprompted = new Set<number>([back.notification, back.parameterStatus, back.notice, back.error])
const COPY_UNMASKED = 'Rows copied out cannot be masked.'

function unasked(): WireFault {
  return new WireFault('upstream', 'The system sent what was not asked for.')
}
