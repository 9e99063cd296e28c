// One admitted exchange: the way back for its answers. Promise: an answer is durable before it is Cleared, in order, with
// a bounded number of parts on their way to the disk.
import type { Cleared, Inbox } from '../recording/inbox.ts'
import { Budget } from './budget.ts'
import { type Code, Refusal } from './errors.ts'
import { limits } from './limits.ts'
import type { Across, Admission, Door, Masked, Masker, Meters, Obligations, Outcome, RowMasker } from './seam.ts'

export interface AdmissionParts<D extends Door> {
  readonly inbox: Inbox
  readonly session: string
  readonly reference: string
  readonly door: D
  readonly obligations: Obligations
  /** Of what holds now: a stream may outlive the rules it began under. */
  readonly masker: () => Masker
  /** Asks people to let the answer go on beyond its budget of rows, `out` of which have passed; null where they do. */
  readonly askForRows: (out: number) => Promise<Refusal | null>
  /** Called once, when the exchange has ended. */
  readonly over: () => void
}

export class LiveAdmission<D extends Door> implements Admission<D> {
  readonly reference: string
  readonly question: Cleared<D>
  readonly obligations: Obligations
  readonly approved: boolean
  readonly mask: Masker
  readonly #parts: AdmissionParts<D>
  readonly #budget: Budget | null
  #part = 0
  #undurable = 0
  #ended = false
  readonly #waiting: (() => void)[] = []

  constructor(parts: AdmissionParts<D>, question: Cleared<D>, approved: boolean) {
    this.#parts = parts
    this.reference = parts.reference
    this.question = question
    this.obligations = parts.obligations
    this.approved = approved
    this.mask = new FailingClosed(parts.masker, parts.reference)
    const { rows } = parts.obligations
    this.#budget = rows
      ? new Budget({ ...rows, askPeople: parts.askForRows, refuse: why => this.#endRows(why, rows.stop) })
      : null
  }

  answer(part: Masked, last: boolean, meters?: Meters): Promise<Cleared<Across<D>> | Refusal> {
    const across = (this.#parts.door === 'system' ? 'caller' : 'system') as Across<D>
    return this.#record(across, part, last, meters, this.#budget)
  }

  more(part: Masked, meters?: Meters): Promise<Cleared<D> | Refusal> {
    return this.#record(this.#parts.door, part, false, meters, null)
  }

  /** Both ways count on: the parts of one exchange have one order. */
  #record<W extends Door>(
    door: W,
    part: Masked,
    last: boolean,
    meters: Meters | undefined,
    budget: Budget | null,
  ): Promise<Cleared<W> | Refusal> {
    if (this.#ended) return Promise.resolve(this.#late())
    this.#undurable++
    const done = (answer: Cleared<W> | Refusal) => {
      this.#undurable--
      this.#waiting.shift()?.()
      return answer
    }
    const waiting = budget?.take(meters?.rows ?? 0) ?? null
    const clear = (): Promise<Cleared<W> | Refusal> => this.#clear(door, part, last, meters)
    const cleared = waiting === null ? clear() : waiting.then(no => no ?? (this.#ended ? this.#late() : clear()))
    return cleared.then(done, () => done(new Refusal('unrecorded', this.reference)))
  }

  #clear<W extends Door>(door: W, part: Masked, last: boolean, meters: Meters | undefined) {
    const { inbox, session, reference } = this.#parts
    const { findings, released } = part
    const body = { kind: 'answer', exchange: reference, part: this.#part++, last, door, findings } as const
    const counted = meters === undefined ? body : { ...body, rows: meters.rows }
    return inbox.clear(door, part, { session, body: counted, payload: part, released })
  }

  #late(): Refusal {
    return new Refusal('internal', this.reference, 'This exchange has already ended.')
  }

  /** What people said no to has a reference of its own, which is the one to tell. */
  async #endRows(why: Refusal | 'stop', stop: number | null): Promise<Refusal> {
    if (why === 'stop')
      return this.refuse('blocked', `The answer has more than ${stop} rows, and a rule ends it there.`)
    const recorded = await this.refuse(why.code)
    return recorded.code === 'unrecorded' ? recorded : why
  }

  async refuse(code: Code, detail?: string): Promise<Refusal> {
    const { inbox, session, reference } = this.#parts
    const body = { kind: 'answer.refused', exchange: reference, code } as const
    try {
      await inbox.record({ session, body, payload: null, released: null })
      return new Refusal(code, reference, detail)
    } catch {
      return new Refusal('unrecorded', reference)
    }
  }

  async room(): Promise<void> {
    while (this.#undurable >= limits.chunksPerExchange) {
      await new Promise<void>(resolve => this.#waiting.push(resolve))
    }
    await this.#parts.inbox.room()
  }

  end(outcome: Outcome, delivered: number): void {
    if (this.#ended) return
    this.#ended = true
    const { inbox, session, reference, over } = this.#parts
    const body = { kind: 'end', exchange: reference, outcome, delivered } as const
    inbox.lazy({ session, body, payload: null, released: null })
    over()
  }
}

/** Whatever goes wrong in a masker means that nothing is released. */
class FailingClosed implements Masker {
  readonly #masker: () => Masker
  readonly #reference: string

  constructor(masker: () => Masker, reference: string) {
    this.#masker = masker
    this.#reference = reference
  }

  message(...of: Parameters<Masker['message']>): Masked {
    return this.#orRefuse(masker => masker.message(...of))
  }

  text(value: Uint8Array): Masked {
    return this.#orRefuse(masker => masker.text(value))
  }

  frames(...of: Parameters<Masker['frames']>): Masked {
    return this.#orRefuse(masker => masker.frames(...of))
  }

  columns(origins: Parameters<Masker['columns']>[0]): RowMasker {
    const rows = this.#orRefuse(masker => masker.columns(origins))
    return { ...rows, chunk: (raw, walk) => this.#orRefuse(() => rows.chunk(raw, walk)) }
  }

  #orRefuse<T>(work: (masker: Masker) => T): T {
    try {
      return work(this.#masker())
    } catch {
      throw new Refusal('unmaskable', this.#reference)
    }
  }
}
