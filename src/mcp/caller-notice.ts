// Notifications of a caller on their way up. Promise: decided and recorded before they are forwarded; one that cancels a
// held request only withdraws it, since the system never heard of it.
import { Refusal } from '../gateway/errors.ts'
import type { Exchange } from '../gateway/seam.ts'
import { callerAction } from './action.ts'
import type { Notification } from './envelope.ts'
import type { Link } from './link.ts'
import { callerNotifications, passesUnknown } from './methods.ts'
import { openQuestion } from './question.ts'
import { questionShapeFor } from './shapes.ts'
import { UpstreamError } from './upstream.ts'

/** HTTP status to answer with, or why it was refused. */
export async function relayCallerNotice(
  link: Link,
  notice: Notification,
  headers: Readonly<Record<string, string>>,
): Promise<202 | 404 | Refusal> {
  const { method, params } = notice
  const { gateway } = link.parts
  if (!callerNotifications.has(method) && !passesUnknown(link.config, method)) {
    const refusal = await gateway.refuse(link.session, 'unreadable', DROPPED, 'unknown-notification')
    return refusal.code === 'unrecorded' ? refusal : 202
  }
  const { requestId } = params
  const cancels =
    method === 'notifications/cancelled' && (typeof requestId === 'string' || typeof requestId === 'number')
  const call = cancels ? link.callOf(requestId) : undefined
  if (cancels && !call?.cancel()) return 202
  try {
    const opened = openQuestion(notice, link)
    if (opened === null) return gateway.refuse(link.session, 'unreadable')
    const { edits } = opened
    const context = { shape: questionShapeFor(null, opened.params), edits, token: null, outputSchema: null }
    const question = link.session.inspect.message(opened.json, context)
    const exchange: Exchange<'system'> = {
      door: 'system',
      action: callerAction({ json: opened.json, method, params: opened.params }, question, link, null),
      question,
      parent: call?.reference ?? null,
      withdrawn: link.session.ended,
      patienceMs: 0,
      waiting: () => undefined,
    }
    const admission = await gateway.ask(link.session, exchange)
    if (admission instanceof Refusal) return admission
    const sending = {
      kind: 'notification',
      method,
      id: null,
      progressToken: null,
      headers,
      signal: link.session.ended,
    } as const
    try {
      const answer = await link.upstream.send(admission.question, sending)
      admission.end('done', 0)
      return answer.kind === 'absent' ? 404 : 202
    } catch (error) {
      const refusal = await admission.refuse(error instanceof UpstreamError ? 'upstream' : 'internal')
      admission.end('failed', 0)
      return refusal
    }
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  } finally {
    call?.withdrawn()
  }
}

const DROPPED = 'A notification of an unknown kind was dropped.'
