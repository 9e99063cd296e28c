// What a subject makes the gateway keep: requests from their first byte on, and answers that it has not read. Promise:
// counted as what they take in memory, until the response is over, and never more than limits.subjectBytes of one subject.
import type { ServerResponse } from 'node:http'
import { limits } from '../gateway/limits.ts'
import type { Subject } from '../gateway/seam.ts'
import { subjectKey } from './opaque.ts'

/** A byte of a body is kept as it came, as text, as what goes up and in buffers on the way. */
const PER_BYTE = 4
/** A value of a message stands on its tape and in the value it was read into. */
const PER_NODE = 100

interface Total {
  bytes: number
  burdens: number
}

export class Burdens {
  readonly #most: number
  readonly #totals = new Map<string, Total>()

  constructor(most: number = limits.subjectBytes) {
    this.#most = most
  }

  /** Ends with the response. */
  of(subject: Subject, response: ServerResponse): Burden {
    const key = subjectKey(subject)
    const total = this.#totals.get(key) ?? { bytes: 0, burdens: 0 }
    this.#totals.set(key, total)
    total.burdens++
    const burden = new Burden(total, this.#most)
    const over = () => {
      burden.end()
      if (--total.burdens === 0) this.#totals.delete(key)
    }
    if (response.destroyed) over()
    else response.once('close', over)
    return burden
  }
}

/** One request and its answer. Each method says whether it may be kept; what may not is not counted. */
export class Burden {
  readonly #total: Total
  readonly #most: number
  #bytes = 0
  #ended = false

  constructor(total: Total, most: number) {
    this.#total = total
    this.#most = most
  }

  body(bytes: number): boolean {
    return this.answer(bytes * PER_BYTE)
  }

  values(nodes: number): boolean {
    return this.answer(nodes * PER_NODE)
  }

  answer(bytes: number): boolean {
    if (this.#ended) return true
    if (this.#total.bytes + bytes > this.#most) return false
    this.#total.bytes += bytes
    this.#bytes += bytes
    return true
  }

  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#total.bytes -= this.#bytes
  }
}
