// Keys by which callers cancel. Promise: ours and random, never the system's; a key names one link of this process and is
// forgotten with it; guessing is counted.
import { randomBytes } from 'node:crypto'
import { limits } from '../gateway/limits.ts'

const MINUTE_MS = 60_000
/** Sources that are too many to be counted apart. */
const OTHERS = 'others'

export class CancelKeys<Target> {
  readonly #targets = new Map<string, Target>()
  readonly #wrong = new Map<string, number>()
  #minute = performance.now()

  /**
   * The body of BackendKeyData: process id and secret, 4 bytes each before protocol 3.2, then 4 and 32. A process id is
   * given where callers are to see the system's own.
   */
  issue(minor: 0 | 2, target: Target, processId: Buffer | null = null): Buffer {
    for (;;) {
      const key = randomBytes(minor === 0 ? 8 : 36)
      key[0] = (key[0] as number) & 0x7f
      if (processId) key.set(processId)
      const name = key.toString('hex')
      if (this.#targets.has(name)) continue
      this.#targets.set(name, target)
      return key
    }
  }

  revoke(key: Buffer): void {
    this.#targets.delete(key.toString('hex'))
  }

  /** Null where there is no such key, or where this source has guessed too often. */
  find(key: Buffer, source: string): Target | null {
    if (performance.now() - this.#minute > MINUTE_MS) {
      this.#minute = performance.now()
      this.#wrong.clear()
    }
    const counted = this.#wrong.has(source) || this.#wrong.size < limits.strangerSources ? source : OTHERS
    const wrong = this.#wrong.get(counted) ?? 0
    if (wrong >= limits.cancelsPerMinute) return null
    const found = this.#targets.get(key.toString('hex')) ?? null
    if (found === null) this.#wrong.set(counted, wrong + 1)
    return found
  }
}
