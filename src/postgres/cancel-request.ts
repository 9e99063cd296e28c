// What a caller asks for on another connection: that what runs for it ends. Promise: decided and recorded as a question before
// the system hears of it.
import { Refusal } from '../gateway/errors.ts'
import type { Errand, Gateway, Session } from '../gateway/seam.ts'
import type { PostgresConnectionConfig } from './connection-config.ts'
import { cancelUpstream, type Upstream } from './upstream.ts'

export interface CancelParts {
  readonly gateway: Gateway
  readonly session: Session
  readonly config: PostgresConnectionConfig
  readonly upstream: Upstream
  readonly errand: Errand | null
}

const CANCEL = {
  operation: 'sql.cancel',
  target: 'unlisted',
  subjectMatter: '',
  effects: new Set(['session'] as const),
  facts: {},
  found: new Set<string>(),
  carries: new Set<string>(),
  exact: () => new Uint8Array(),
} as const

export async function askToCancel({ gateway, session, config, upstream, errand }: CancelParts): Promise<void> {
  const nothing = new Uint8Array()
  const admission = await gateway.ask(session, {
    door: 'system',
    action: CANCEL,
    question: session.inspect.frames(nothing, nothing),
    parent: errand?.parent() ?? null,
    withdrawn: session.ended,
    patienceMs: 0,
    waiting: () => undefined,
  })
  if (admission instanceof Refusal) return
  const sent = await cancelUpstream(config, upstream.key).then(
    () => true,
    () => false,
  )
  admission.end(sent ? 'done' : 'failed', 0)
}
