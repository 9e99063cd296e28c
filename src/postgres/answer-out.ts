// What the system said, on its way to the record and to the caller. Promise: every byte leaves as a masked part of the exchange
// it answers, or of the session's standing one; rows in a form that cannot be masked end the link.
import type { Admission, RowMasker, Session } from '../gateway/seam.ts'
import { ALONE, type AnswerPart, walkOf } from './answer-rows.ts'
import type { Asked, Turn } from './asked.ts'
import { WireFault } from './frames.ts'
import { hiddenNotice } from './messages.ts'
import type { Names } from './names.ts'
import { unknownOrigins } from './reading.ts'
import type { Releases } from './releases.ts'
import type { SystemFramer } from './system-framer.ts'
import type { Turns } from './turns.ts'

export interface AnswersParts {
  readonly session: Session
  readonly turns: Turns
  readonly framer: SystemFramer
  readonly releases: Releases
  readonly names: Names
  /** Statements are not read and nothing is masked. */
  readonly transparent: boolean
  /** The caller is told what was hidden from it. */
  readonly notices: boolean
  /** The system now reads rows from the caller; `synced`: and says by itself when it is ready after them. */
  readonly onCopyIn: (asked: Asked, synced: boolean) => void
  /** That is over, by an error. */
  readonly onCopyFailed: () => void
  /** The system says that a setting has this value. */
  readonly onSetting?: (setting: string, value: string) => void
  /** Every turn is answered. */
  readonly onIdle: (failed: boolean, ended: boolean) => void
  /** For what goes wrong while no frame is being read. */
  readonly onFault: (fault: unknown) => void
}

const COPY_UNMASKED = 'Rows copied out cannot be masked.'
const ASIDE = { asked: null, ready: null, whole: true } as const

export class AnswerOut {
  readonly #parts: AnswersParts
  readonly #standingRows: RowMasker
  /** Where in the uncut bytes the first whole frame begins, after one that passed in parts. */
  #from = 0
  /** Among the uncut bytes. */
  rows = 0

  constructor(parts: AnswersParts) {
    this.#parts = parts
    this.#standingRows = parts.session.standing.mask.columns([])
  }

  /** The first bytes not cut are the rest of a frame. */
  skip(bytes: number): void {
    this.#from = bytes
  }

  /** Records what was read up to an offset as a part of the exchange's answer, to leave when that is durable. */
  part(turn: Turn, upTo: number, last: boolean, ready: number | null = null): void {
    const { framer, releases, transparent } = this.#parts
    const asked = turn.asked
    const raw = framer.cut(upTo)
    if (asked === null) {
      // Beside one of the gateway's own messages: notices.
      if (raw.length > 0) this.standing(raw)
      return
    }
    const rows = this.rows
    const rowMasker = this.masker(asked)
    // What an earlier part hid is told where its result ends, also by a part that has no rows.
    const untold = rowMasker.touched.length > 0 || asked.hidden !== null
    const notice = transparent || !untold ? null : this.#notice(asked)
    const masked = rowMasker.chunk(
      raw,
      walkOf({
        copy: asked.copy && { plan: asked.copy, first: !asked.copied },
        notice,
        raw,
        from: Math.min(this.#from, raw.length),
        touched: rowMasker.touched,
        first: rowMasker.first,
        stays: rowMasker.stays,
        clean: transparent || asked.wordsAreClean,
        holdsNothing: asked.reading.holdsNothing,
        fields: asked.fields,
        room: asked.room,
      }),
    )
    asked.rows += rows
    if (rows > 0) asked.copied = true
    this.rows = 0
    this.#from = framer.passing ? Number.POSITIVE_INFINITY : 0
    const kind = { asked, ready, whole: !framer.passing }
    releases.answer(asked.admission.answer(masked, last, { rows }), raw.length, kind)
  }

  masker(asked: Asked): RowMasker {
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

  /** What comes now is rows of another kind. */
  copies(turn: Turn, start: number): void {
    const { asked } = turn
    const copy = asked?.reading.copyOut(asked.result) ?? null
    if (asked === null || copy === null) throw new WireFault('upstream', COPY_UNMASKED)
    this.part(turn, start, false)
    asked.copy = copy
    asked.copied = false
    asked.rowMasker = asked.admission.mask.columns(copy.columns)
  }

  #notice(asked: Asked): AnswerPart['notice'] {
    if (!this.#parts.notices) return null
    let told: ReadonlyMap<string, number> = new Map()
    const keep = (hidden: ReadonlyMap<string, number>) => {
      for (const [label, count] of hidden) {
        const more = count - (told.get(label) ?? 0)
        if (more <= 0) continue
        asked.hidden ??= new Map()
        asked.hidden.set(label, (asked.hidden.get(label) ?? 0) + more)
      }
      told = hidden
    }
    const tell = (hidden: ReadonlyMap<string, number>) => {
      keep(hidden)
      const words = asked.hidden === null ? null : hiddenNotice(asked.hidden, asked.admission.reference)
      asked.hidden = null
      return words
    }
    return { tell, keep }
  }

  /** What answers no question. */
  aside(turn: Turn | undefined, start: number, end: number): void {
    if (turn && start > end - this.#parts.framer.uncut) this.part(turn, start, false)
    this.standing(this.#parts.framer.cut(end))
  }

  standing(raw: Buffer): void {
    const { session, releases, transparent } = this.#parts
    const standing: Admission<'system'> = session.standing
    const masked = this.#standingRows.chunk(raw, walkOf({ ...ALONE, raw, clean: transparent }))
    releases.answer(standing.answer(masked, false), raw.length, ASIDE)
  }

  cutAway(end: number): void {
    this.#parts.framer.cut(end)
    this.#from = 0
  }
}
