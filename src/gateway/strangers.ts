// Refusals of those who are not identified. Promise: the first of each source, code, reason and minute is an entry before
// any stranger hears of it; the rest of that minute is one count, so that a scan cannot fill the disk.
import type { Inbox } from '../recording/inbox.ts'
import { type Code, Refusal } from './errors.ts'
import { newId } from './ids.ts'
import { limits } from './limits.ts'

interface Counted {
  readonly code: Code
  readonly source: string
  readonly reason: string | null
  readonly reference: string
  /** Settles with the entry of the first. */
  readonly recorded: Promise<unknown>
  more: number
}

const MINUTE_MS = 60_000
const OTHERS = 'others'
/** Words of our own: what is longer or of other characters came from elsewhere and is not repeated. */
const WORD = /^[a-z-]{1,32}$/

export class Strangers {
  readonly #inbox: Pick<Inbox, 'record' | 'lazy'>
  readonly #minute = new Map<string, Counted>()
  readonly #timer: NodeJS.Timeout

  constructor(inbox: Pick<Inbox, 'record' | 'lazy'>) {
    this.#inbox = inbox
    this.#timer = setInterval(() => this.flush(), MINUTE_MS).unref()
  }

  /** `source` is a network address; `reason` a word that says why, such as `expired`. Rejects when not recorded. */
  async refuse(code: Code, source: string, reason: string | null = null): Promise<Refusal> {
    const word = reason !== null && WORD.test(reason) ? reason : null
    const full = this.#minute.size >= limits.strangerSources
    const known =
      this.#minute.get(keyOf(code, word, source)) ?? (full ? this.#minute.get(keyOf(code, word, OTHERS)) : undefined)
    if (known) {
      known.more++
      await known.recorded
      return new Refusal(code, known.reference)
    }
    const first = this.#first(code, full ? OTHERS : source, word)
    await first.recorded
    return new Refusal(code, first.reference)
  }

  #first(code: Code, source: string, reason: string | null): Counted {
    const key = keyOf(code, reason, source)
    const reference = newId('x')
    const recorded = this.#inbox.record(draftOf({ code, reference, source, reason }, 1))
    const counted: Counted = { code, source, reason, reference, recorded, more: 0 }
    this.#minute.set(key, counted)
    // What was not recorded is not known: the next one is a first again.
    recorded.catch(() => {
      if (this.#minute.get(key) === counted) this.#minute.delete(key)
    })
    return counted
  }

  flush(): void {
    for (const counted of this.#minute.values()) {
      if (counted.more > 0) this.#inbox.lazy(draftOf(counted, counted.more))
    }
    this.#minute.clear()
  }

  close(): void {
    clearInterval(this.#timer)
    this.flush()
  }
}

function keyOf(code: Code, reason: string | null, source: string): string {
  return `${code} ${reason ?? ''} ${source}`
}

function draftOf(
  { code, reference, source, reason }: Pick<Counted, 'code' | 'reference' | 'source' | 'reason'>,
  count: number,
) {
  const body = { kind: 'refused', code, reference, source, connection: null, reason, count } as const
  return { session: null, body, payload: null, released: null }
}
