// One admitted exchange: the way back for its answers. Promise: an answer is durable before it is Cleared, in order, with
// a bounded number of parts on their way to the disk.
import type { Cleared, Inbox } from '../recording/inbox.ts'
import { type Code, Refusal } from './errors.ts'
import { limits } from './limits.ts'
import type { Across, Admission, Door, Masked, Masker, Obligations, Outcome } from './seam.ts'

export interface AdmissionParts<D extends Door> {
  readonly inbox: Inbox
  readonly session: string
  readonly reference: string
  readonly door: D
  readonly question: Cleared<D>
  readonly obligations: Obligations
  readonly masker: Masker
  /** Called once, when the exchange has ended. */
  readonly over: () => void
}

export class LiveAdmission<D extends Door> implements Admission<D> {
  readonly reference: string
  readonly question: Cleared<D>
  readonly obligations: Obligations
  readonly mask: Masker
  readonly #parts: AdmissionParts<D>
  #part = 0
  #undurable = 0
  #ended = false
  readonly #waiting: (() => void)[] = []

  constructor(parts: AdmissionParts<D>) {
    this.#parts = parts
    this.reference = parts.reference
    this.question = parts.question
    this.obligations = parts.obligations
    this.mask = failingClosed(parts.masker, parts.reference)
  }

  answer(part: Masked, last: boolean): Promise<Cleared<Across<D>> | Refusal> {
    const across = (this.#parts.door === 'system' ? 'caller' : 'system') as Across<D>
    return this.#record(across, part, last)
  }

  more(part: Masked): Promise<Cleared<D> | Refusal> {
    return this.#record(this.#parts.door, part, false)
  }

  /** Both ways count on: the parts of one exchange have one order. */
  async #record<W extends Door>(door: W, part: Masked, last: boolean): Promise<Cleared<W> | Refusal> {
    const { inbox, session, reference } = this.#parts
    if (this.#ended) return new Refusal('internal', reference, 'This exchange has already ended.')
    this.#undurable++
    try {
      return await inbox.clear(door, part, {
        session,
        body: { kind: 'answer', exchange: reference, part: this.#part++, last, door, findings: part.findings },
        payload: part,
        released: part.released,
      })
    } catch {
      return new Refusal('unrecorded', reference)
    } finally {
      this.#undurable--
      this.#waiting.shift()?.()
    }
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
function failingClosed(masker: Masker, reference: string): Masker {
  const orRefuse = <T>(work: () => T): T => {
    try {
      return work()
    } catch {
      throw new Refusal('unmaskable', reference)
    }
  }
  return {
    message: (json, context) => orRefuse(() => masker.message(json, context)),
    text: value => orRefuse(() => masker.text(value)),
    frames: (raw, told) => orRefuse(() => masker.frames(raw, told)),
    columns: origins => {
      const rows = orRefuse(() => masker.columns(origins))
      return { touched: rows.touched, chunk: (raw, walk) => orRefuse(() => rows.chunk(raw, walk)) }
    },
  }
}
