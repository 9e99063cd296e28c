// What a held caller hears while it waits.
import { type Authored, authored } from '../gateway/authored.ts'
import { waitingFor } from '../gateway/hold-words.ts'
import type { HoldView } from '../gateway/seam.ts'
import { nodeAt } from '../json/canonical.ts'
import { type Request, tokenOf } from './envelope.ts'

const STEP = 1e-7

/**
 * Progress of one call, for callers that asked for it. What the gateway says while the call is held rises strictly and stays
 * below 1; what the system says then, which may begin at 0, does not fall behind it.
 */
export class HoldProgress {
  /** The last that was said by the gateway; null when that is behind the system's own count. */
  #told: number | null = null

  notice(hold: HoldView, { json, params }: Request): Authored | null {
    if (tokenOf(params) === null) return null
    const token = nodeAt(json, ['params', '_meta', 'progressToken'])
    const progress = Math.min(0.999_999, (hold.waitedMs + 1) * STEP)
    this.#told = progress
    const message = JSON.stringify(`${waitingFor(hold)}. Reference: ${hold.reference}`)
    return authored(
      `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":${json.source(token)},"progress":${progress},"message":${message}}}`,
    )
  }

  /** A number of the gateway's own in the place of the system's, made of none of its digits; null where that may stay. */
  instead(progress: unknown): number | null {
    if (this.#told === null || typeof progress !== 'number') return null
    this.#told = progress > this.#told ? null : this.#told + STEP
    return this.#told
  }
}
