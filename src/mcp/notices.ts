// Notifications of the system on their way down. Promise: recorded as part of the exchange they belong to and masked like
// its answers; a kind this gateway does not know is recorded and goes no further.
import { Refusal } from '../gateway/errors.ts'
import { limits } from '../gateway/limits.ts'
import type { Admission, Edit } from '../gateway/seam.ts'
import { nodeAt } from '../json/canonical.ts'
import { readJson } from '../json/document.ts'
import type { Cleared } from '../recording/inbox.ts'
import { withholdBinary } from './blocks.ts'
import { metaOf, type Notification, type Request } from './envelope.ts'
import type { HoldProgress } from './hold-notice.ts'
import { jsonLimits } from './http-reading.ts'
import { wrapIdentifiers } from './identifiers.ts'
import { askInputs } from './input-required.ts'
import type { Link } from './link.ts'
import { passesUnknown, serverNotifications } from './methods.ts'
import { wrapUri } from './opaque.ts'
import type { Naming } from './question.ts'
import { noticeShape, questionShapeFor } from './shapes.ts'
import type { MessageId } from './upstream.ts'

/** The call a notification came with, if any. */
type Way = Admission<'system'>

interface Around {
  readonly request: Request
  readonly progressToken: MessageId | null
  /** As written. */
  readonly tokenSource: string
  readonly naming: Naming
  readonly progress: HoldProgress
}

const CANCELLED = 'notifications/cancelled'
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
  let passes = known || passesUnknown(link.config, method)
  if (method === CANCELLED) {
    const question = [...link.questions.values()].find(({ upstreamId }) => upstreamId === params.requestId)
    if (question) edits.push({ path: ['params', 'requestId'], json: JSON.stringify(question.callerId) })
    else {
      link.unask(params.requestId)
      passes = false
    }
  }
  const echoes = echoesOf(notice, around, way)
  if (echoes) edits.push(...echoes)
  const shape = known ? (echoes ? noticeShape.echoed : noticeShape.plain) : noticeShape.unknown
  const token = (uri: string) => wrapUri(link.parts.opaque, link.binding, uri)
  if (await askInputs(link, json, params, 'params', way)) passes = false
  const cleared = await way.answer(way.mask.message(json, { shape, edits, token, outputSchema: null }), false)
  if (cleared instanceof Refusal) throw cleared
  if (passes) await emit(cleared)
}

/**
 * What a notification repeats of its call, in the words of the caller; null when it is not what was sent up. Words of the
 * caller's own stand in the record with its question.
 */
function echoesOf({ params, json }: Notification, around: Around | null, { reference }: Way): readonly Edit[] | null {
  if (around === null) return null
  const { request, naming } = around
  const subscription = metaOf(params)[SUBSCRIPTION]
  const { progressToken, progress } = params
  if (progressToken === undefined && subscription === undefined) return null
  if (progressToken !== undefined && progressToken !== naming.progressToken) return null
  if (subscription !== undefined && subscription !== naming.id) return null
  const edits: Edit[] = []
  const given = (path: readonly string[], source: string) => {
    if (
      typeof around.progressToken === 'string' ||
      typeof request.id === 'string' ||
      json.source(nodeAt(json, path)) !== source
    )
      edits.push({ path, json: source, recorded: JSON.stringify(reference) })
  }
  const instead = progressToken === undefined ? null : around.progress.instead(progress)
  if (instead !== null) edits.push({ path: ['params', 'progress'], json: JSON.stringify(instead) })
  if (progressToken !== undefined) given(['params', 'progressToken'], around.tokenSource)
  if (subscription !== undefined) given(['params', '_meta', SUBSCRIPTION], request.idSource)
  return edits
}

/** Tells a legacy system that the caller of a request under way is gone. */
export async function cancelledNotice(link: Link, { idSource }: Request, parent: string | null): Promise<void> {
  const text = `{"jsonrpc":"2.0","method":"${CANCELLED}","params":{"requestId":${idSource},"reason":"The caller is gone."}}`
  const json = readJson(Buffer.from(text), jsonLimits)
  const context = { edits: [], token: null, outputSchema: null }
  const question = link.session.inspect.message(json, { ...context, shape: questionShapeFor(null, {}) })
  const way = await link.parts.gateway.own(link.session, { operation: CANCELLED, parent, question })
  if (way instanceof Refusal) return
  const headers: Record<string, string> = link.version === null ? {} : { 'mcp-protocol-version': link.version }
  const sending = { kind: 'notification', method: CANCELLED, id: null, progressToken: null, headers } as const
  try {
    await link.upstream.send(way.question, { ...sending, signal: AbortSignal.timeout(limits.farewellMs) })
    way.end('done', 0)
  } catch {
    way.end('failed', 0)
  }
}
