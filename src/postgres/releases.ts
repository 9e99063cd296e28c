// The caller's side of an answer. Promise: parts leave in the order they came, each when it is durable and not before; an
// answer that cannot be recorded is not given, and nothing after it; one that policy ends is followed by an error in its
// place, up to where the system is ready again.
import { type Authored, authoredBytes } from '../gateway/authored.ts'
import { Refusal } from '../gateway/errors.ts'
import type { Cleared } from '../recording/inbox.ts'
import type { Asked } from './asked.ts'
import { readyBytes } from './messages.ts'
import type { WireOutlet } from './outlets.ts'

type Part = Cleared<'caller'> | Authored

interface Slot extends SlotKind {
  part: Part | null
  refusal: Refusal | null
  /** It answers no question, and comes whatever becomes of one. */
  readonly aside: boolean
}

/** What a part of an answer is. */
export interface SlotKind {
  readonly asked: Asked | null
  /** It ends with ReadyForQuery, which says this. */
  readonly ready: number | null
  /** It ends where a frame does. */
  readonly whole: boolean
}

export interface ReleasesParts {
  readonly outlet: WireOutlet<'caller'>
  /** The connection ends. */
  readonly onRefusal: (refusal: Refusal) => void
  /** What the caller is told where this ends one answer alone; null where it ends the connection. */
  readonly onStopped: (refusal: Refusal, asked: Asked) => Authored | null
  /** The system is ready after an answer that was ended: what its state is from now on. */
  readonly onReady: (status: number) => number
  /** Called when something has left. */
  readonly onRelease: () => void
}

export class Releases {
  readonly #parts: ReleasesParts
  #queue: Slot[] = []
  #head = 0
  #ended = false
  #bytes = 0
  #waiters: (() => void)[] = []
  /** An answer was ended: what follows is dropped until the system is ready. */
  #stopped = false
  /** What left last ended where a frame does. */
  #whole = true

  constructor(parts: ReleasesParts) {
    this.#parts = parts
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

  author(part: Part, ready: number | null = null): void {
    if (this.#ended) return
    if (this.waiting === 0 && !this.#stopped) this.#parts.outlet.write(part)
    else {
      this.#queue.push({ part, refusal: null, asked: null, ready, whole: true, aside: false })
      this.#write()
    }
  }

  /** Between frames, before all that waits. */
  interject(part: Authored): void {
    if (!this.#ended && this.#whole) this.#parts.outlet.write(part)
  }

  answer(clearing: Promise<Cleared<'caller'> | Refusal>, bytes: number, kind: SlotKind): void {
    const { asked } = kind
    const slot: Slot = { ...kind, part: null, refusal: null, aside: asked === null }
    this.#bytes += bytes
    this.#queue.push(slot)
    asked?.releasing()
    clearing.then(
      part => {
        if (part instanceof Refusal) slot.refusal = part
        else slot.part = part
        this.#bytes -= bytes
        this.#flush()
      },
      () => this.#refuse(new Refusal('internal', asked?.admission.reference ?? '')),
    )
  }

  /** Nothing leaves any more but the last words; what was answered and has not left ends so. */
  end(last: Authored | null, outcome: Parameters<Asked['abandon']>[0]): void {
    if (this.#ended) return
    this.#ended = true
    for (const { asked } of this.#queue.slice(this.#head)) asked?.abandon(outcome)
    this.#queue = []
    this.#head = 0
    this.#wake()
    this.#parts.outlet.end(last ?? undefined)
  }

  #refuse(refusal: Refusal): void {
    if (!this.#ended) this.#parts.onRefusal(refusal)
  }

  #flush(): void {
    if (this.#ended) return
    const several = this.waiting > 1
    if (several) this.#parts.outlet.together(() => this.#write())
    else this.#write()
    this.#wake()
    this.#parts.onRelease()
  }

  #wake(): void {
    if (this.#waiters.length > 0) for (const resume of this.#waiters.splice(0)) resume()
  }

  #write(): void {
    for (let slot = this.#queue[this.#head]; slot?.part || slot?.refusal; slot = this.#queue[this.#head]) {
      this.#head++
      if (slot.refusal !== null && !this.#stopped && !this.#stop(slot.refusal, slot.asked)) return
      if (this.#stopped && !slot.aside) this.#drop(slot)
      else if (slot.part !== null) {
        this.#parts.outlet.write(slot.part)
        this.#whole = slot.whole
        slot.asked?.released(slot.part.bytes.length)
      }
    }
    if (this.#head === this.#queue.length) {
      this.#queue.length = 0
      this.#head = 0
    } else if (this.#head > 1_024) {
      this.#queue.splice(0, this.#head)
      this.#head = 0
    }
  }

  /** False where the connection ends with it. */
  #stop(refusal: Refusal, asked: Asked | null): boolean {
    const told = asked === null || !this.#whole ? null : this.#parts.onStopped(refusal, asked)
    if (told === null) {
      this.#refuse(refusal)
      return false
    }
    this.#stopped = true
    this.#parts.outlet.write(told)
    return true
  }

  #drop({ asked, ready }: Slot): void {
    asked?.released(0)
    if (ready === null) return
    this.#stopped = false
    this.#parts.outlet.write(authoredBytes(readyBytes(this.#parts.onReady(ready))))
  }
}
