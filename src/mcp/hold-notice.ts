// What a held caller hears while it waits.
import { type Authored, authored } from '../gateway/authored.ts'
import { waitingFor } from '../gateway/hold-words.ts'
import type { HoldView } from '../gateway/seam.ts'
import { nodeAt } from '../json/canonical.ts'
import { type Request, tokenOf } from './envelope.ts'

/**
 * Progress for those who asked for it. It rises strictly and stays below 1, so that the system's own progress, which starts
 * when the hold ends, rises further.
 */
export function holdNotice(hold: HoldView, { json, params }: Request): Authored | null {
  if (tokenOf(params) === null) return null
  const token = nodeAt(json, ['params', '_meta', 'progressToken'])
  const progress = Math.min(0.999_999, (hold.waitedMs + 1) / 10_000_000)
  const message = JSON.stringify(`${waitingFor(hold)}. Reference: ${hold.reference}`)
  return authored(
    `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":${json.source(token)},"progress":${progress},"message":${message}}}`,
  )
}
