// Refusals of those who are not identified. Promise: the first of each source, reason and minute is an entry before the
// stranger hears of it; the rest of that minute is one count, so that a scan cannot fill the disk.
import type { Inbox } from '../recording/inbox.ts'
import { type Code, Refusal } from './errors.ts'
import { newId } from './ids.ts'
import { limits } from './limits.ts'

interface Counted {
  readonly code: Code
  readonly source: string
  readonly reference: string
  more: number
}

const MINUTE_MS = 60_000
const OTHERS = 'others'

export class Strangers {
  readonly #inbox: Inbox
  readonly #minute = new Map<string, Counted>()
  readonly #timer: NodeJS.Timeout

  constructor(inbox: Inbox) {
    this.#inbox = inbox
    this.#timer = setInterval(() => this.flush(), MINUTE_MS).unref()
  }

  /** `source` is a network address. */
  async refuse(code: Code, source: string): Promise<Refusal> {
    const known = this.#minute.get(`${code} ${source}`)
    const counted = known ?? this.#minute.get(`${code} ${OTHERS}`)
    if (known || (counted && this.#minute.size >= limits.strangerSources)) {
      ;(counted as Counted).more++
      return new Refusal(code, (counted as Counted).reference)
    }
    const named = this.#minute.size < limits.strangerSources ? source : OTHERS
    const first: Counted = { code, source: named, reference: newId('x'), more: 0 }
    this.#minute.set(`${code} ${named}`, first)
    const { reference } = first
    const body = { kind: 'refused', code, reference, source: named, count: 1 } as const
    await this.#inbox.record({ session: null, body, payload: null, released: null })
    return new Refusal(code, reference)
  }

  flush(): void {
    for (const { code, source, reference, more } of this.#minute.values()) {
      if (more === 0) continue
      const body = { kind: 'refused', code, reference, source, count: more } as const
      this.#inbox.lazy({ session: null, body, payload: null, released: null })
    }
    this.#minute.clear()
  }

  close(): void {
    clearInterval(this.#timer)
    this.flush()
  }
}
