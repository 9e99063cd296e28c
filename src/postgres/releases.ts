// The caller's side of an answer. Promise: parts leave in the order they came, each when it is durable and not before; an
// answer that cannot be recorded is not given, and nothing after it.
import type { Authored } from '../gateway/authored.ts'
import { Refusal } from '../gateway/errors.ts'
import type { Cleared } from '../recording/inbox.ts'
import type { Asked } from './asked.ts'
import type { WireOutlet } from './outlets.ts'

interface Slot {
  part: Cleared<'caller'> | Authored | null
  /** Not durable yet. */
  readonly bytes: number
  readonly asked: Asked | null
}

export class Releases {
  readonly #outlet: WireOutlet<'caller'>
  readonly #onRefusal: (refusal: Refusal) => void
  /** Called when something has left. */
  readonly #onRelease: () => void
  #queue: Slot[] = []
  #head = 0
  #ended = false
  #bytes = 0
  #waiters: (() => void)[] = []

  constructor(outlet: WireOutlet<'caller'>, onRefusal: (refusal: Refusal) => void, onRelease: () => void) {
    this.#outlet = outlet
    this.#onRefusal = onRefusal
    this.#onRelease = onRelease
  }

  /** Bytes not durable yet. */
  get undurable(): number {
    return this.#bytes
  }

  /** Parts not released yet. */
  get waiting(): number {
    return this.#queue.length - this.#head
  }

  /** Resolves when fewer bytes than this are not durable, and for 1 when nothing waits. */
  async below(bytes: number): Promise<void> {
    while (!this.#ended && (this.#bytes >= bytes || (bytes === 1 && this.waiting > 0))) {
      await new Promise<void>(resolve => this.#waiters.push(resolve))
    }
  }

  author(part: Authored): void {
    if (this.#ended) return
    if (this.waiting === 0) this.#outlet.write(part)
    else this.#queue.push({ part, bytes: 0, asked: null })
  }

  answer(clearing: Promise<Cleared<'caller'> | Refusal>, bytes: number, asked: Asked | null): void {
    const slot: Slot = { part: null, bytes, asked }
    this.#bytes += bytes
    this.#queue.push(slot)
    asked?.releasing()
    clearing.then(
      part => {
        if (part instanceof Refusal) return this.#refuse(part)
        slot.part = part
        this.#bytes -= bytes
        this.#flush()
      },
      () => this.#refuse(new Refusal('internal', asked?.admission.reference ?? '')),
    )
  }

  /** Nothing leaves any more but the last words. */
  end(last?: Authored): void {
    if (this.#ended) return
    this.#ended = true
    this.#queue = []
    this.#head = 0
    this.#wake()
    this.#outlet.end(last)
  }

  #refuse(refusal: Refusal): void {
    if (!this.#ended) this.#onRefusal(refusal)
  }

  #flush(): void {
    if (this.#ended) return
    const several = this.waiting > 1
    if (several) this.#outlet.together(() => this.#write())
    else this.#write()
    this.#wake()
    this.#onRelease()
  }

  #wake(): void {
    if (this.#waiters.length > 0) for (const resume of this.#waiters.splice(0)) resume()
  }

  #write(): void {
    for (let slot = this.#queue[this.#head]; slot?.part; slot = this.#queue[this.#head]) {
      this.#head++
      this.#outlet.write(slot.part)
      slot.asked?.released(slot.part.bytes.length)
    }
    if (this.#head === this.#queue.length) {
      this.#queue.length = 0
      this.#head = 0
    } else if (this.#head > 1_024) {
      this.#queue.splice(0, this.#head)
      this.#head = 0
    }
  }
}
