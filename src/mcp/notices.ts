// Notifications of the system on their way down. Promise: recorded as part of the exchange they belong to and masked like
// its answers; a kind this gateway does not know is recorded and goes no further.
import { authored } from '../gateway/authored.ts'
import { Refusal } from '../gateway/errors.ts'
import type { Admission, Edit } from '../gateway/seam.ts'
import type { Cleared } from '../recording/inbox.ts'
import { withholdBinary } from './blocks.ts'
import { matchesAny } from './connection-config.ts'
import { metaOf, type Notification, type Request } from './envelope.ts'
import { wrapIdentifiers } from './identifiers.ts'
import type { Link } from './link.ts'
import { serverNotifications } from './methods.ts'
import { wrapUri } from './opaque.ts'
import { noticeShape } from './shapes.ts'
import type { MessageId } from './upstream.ts'

/** The call a notification came with, if any. */
interface Around {
  readonly request: Request
  readonly progressToken: MessageId | null
}

const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId'

export async function relayNotice(
  link: Link,
  notice: Notification,
  way: Admission<'system'>,
  around: Around | null,
  emit: (part: Cleared<'caller'>) => Promise<void> | undefined,
): Promise<void> {
  const { method, params, json } = notice
  if (method === 'notifications/tools/list_changed' || method === 'notifications/prompts/list_changed')
    link.catalog.forget()
  const edits: Edit[] = [...wrapIdentifiers(params, 'params', link.parts.opaque, link.binding)]
  if (!way.obligations.passBinary) edits.push(...withholdBinary(params, ['params']))
  const known = serverNotifications.has(method)
  let passes = known || matchesAny(link.config.unknownMethods, method)
  if (method === 'notifications/cancelled') {
    const question = [...link.questions.values()].find(({ upstreamId }) => upstreamId === params.requestId)
    if (question) edits.push({ path: ['params', 'requestId'], json: JSON.stringify(question.callerId) })
    else passes = false
  }
  const echoed = isEcho(notice, around) ? noticeShape.echoed : noticeShape.plain
  const shape = known ? echoed : noticeShape.unknown
  const token = (uri: string) => wrapUri(link.parts.opaque, link.binding, uri)
  const cleared = await way.answer(way.mask.message(json, { shape, edits, token, outputSchema: null }), false)
  if (cleared instanceof Refusal) throw cleared
  if (passes) await emit(cleared)
}

/** Whether what the notification repeats is what the caller gave: both where both are there. */
function isEcho({ params }: Notification, around: Around | null): boolean {
  if (around === null) return false
  const subscription = metaOf(params)[SUBSCRIPTION]
  const { progressToken } = params
  if (progressToken === undefined && subscription === undefined) return false
  return (
    (progressToken === undefined || progressToken === around.progressToken) &&
    (subscription === undefined || subscription === around.request.id)
  )
}

/** Tells a legacy system that the caller of a request under way is gone. */
export async function cancelledNotice(link: Link, { idSource }: Request): Promise<void> {
  const part = authored(
    `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":${idSource},"reason":"The caller is gone."}}`,
  )
  const headers: Record<string, string> = link.version === null ? {} : { 'mcp-protocol-version': link.version }
  await link.upstream
    .send(part, {
      kind: 'notification',
      method: 'notifications/cancelled',
      id: null,
      progressToken: null,
      headers,
      signal: AbortSignal.timeout(5_000),
    })
    .catch(() => undefined)
}
