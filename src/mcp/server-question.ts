// Questions of the system to the caller (elicitation, sampling, roots; legacy versions), and the caller's replies. Promise:
// each is an exchange with the doors swapped; what policy refuses the caller never sees, and the system is told by the
// gateway; a reply goes up only to the question it was asked by, once.
import { type Authored, authored } from '../gateway/authored.ts'
import { Refusal } from '../gateway/errors.ts'
import { limits } from '../gateway/limits.ts'
import type { Admission, Edit, Masker } from '../gateway/seam.ts'
import type { Cleared } from '../recording/inbox.ts'
import { serverAction } from './action.ts'
import { withholdBinary } from './blocks.ts'
import type { Request, Response } from './envelope.ts'
import { unwrapInReply, wrapIdentifiers } from './identifiers.ts'
import type { Link } from './link.ts'
import { passesUnknown, serverRequests } from './methods.ts'
import { wrapUri } from './opaque.ts'
import { replyShape, serverQuestionShape } from './shapes.ts'
import type { MessageId } from './upstream.ts'

export interface PendingQuestion {
  readonly admission: Admission<'caller'>
  readonly upstreamId: MessageId
  readonly upstreamIdSource: string
  /** The exchange it came within. */
  readonly parent: string | null
  /** The id as the caller has it. */
  readonly callerId: string
}

/** One that is being decided, or waits for people. */
export interface AskedQuestion {
  readonly upstreamId: MessageId
  /** Aborted when the system does not want to know any more. */
  readonly stop: AbortController
}

export interface From {
  /** The exchange it came within, as far as is known by now. */
  readonly parent: () => string | null
  readonly mask: Masker
  /** Whether the caller can be reached at all. */
  readonly canAsk: boolean
  /** Aborted when nobody is left to answer. */
  readonly gone: AbortSignal
  /** Called when people have to look at it first. */
  readonly held: () => void
}

export async function relayServerQuestion(
  link: Link,
  request: Request,
  from: From,
  emit: (part: Cleared<'caller'>) => Promise<void> | undefined,
): Promise<void> {
  const { method, params, idSource } = request
  const { gateway, opaque } = link.parts
  const known = serverRequests.has(method) || passesUnknown(link.config, method)
  const full = link.questions.size + link.asked.size >= limits.questionsPerSession
  if (!known || link.era === 'modern' || !from.canAsk || full) {
    const refusal = await gateway.refuse(
      link.session,
      'unreadable',
      'This question of the system cannot be put to its caller.',
    )
    return answerSystem(link, errorFor(idSource, -32601, refusal.says), request.id)
  }
  const key = String(link.next())
  const callerId = opaque.wrap('request', link.binding, `${link.session.id} ${key}`)
  const edits: Edit[] = [
    { path: ['id'], json: JSON.stringify(callerId) },
    ...withholdBinary(params, ['params']),
    ...wrapIdentifiers(params, 'params', opaque, link.binding),
  ]
  const token = (uri: string) => wrapUri(opaque, link.binding, uri)
  const question = from.mask.message(request.json, { shape: serverQuestionShape, edits, token, outputSchema: null })
  const asked = { upstreamId: request.id, stop: new AbortController() }
  const stopped = asked.stop.signal
  link.asked.add(asked)
  const asking = gateway.ask(link.session, {
    door: 'caller',
    action: serverAction(request, question),
    question,
    parent: from.parent(),
    withdrawn: AbortSignal.any([from.gone, link.session.ended, stopped]),
    patienceMs: link.patienceMs,
    waiting: from.held,
  })
  const admission = await asking.finally(() => link.asked.delete(asked))
  if (stopped.aborted) {
    if (!(admission instanceof Refusal)) admission.end('cancelled', 0)
    return
  }
  if (admission instanceof Refusal) return answerSystem(link, refusalFor(idSource, admission), request.id)
  if (from.gone.aborted) {
    admission.end('gone', 0)
    return
  }
  link.questions.set(key, {
    admission,
    upstreamId: request.id,
    upstreamIdSource: idSource,
    parent: from.parent(),
    callerId,
  })
  await emit(admission.question)
}

/** Sends a caller's reply up. `unknown`: it answers nothing that is open. */
export async function relayReply(link: Link, reply: Response): Promise<'taken' | 'unknown' | Refusal> {
  const pending = takePending(link, reply.id)
  if (pending === null) return 'unknown'
  const { admission, upstreamId, upstreamIdSource, callerId } = pending
  const { opaque } = link.parts
  const edits: Edit[] = [{ path: ['id'], json: upstreamIdSource, recorded: JSON.stringify(callerId) }]
  try {
    if (reply.result) edits.push(...unwrapInReply(reply.result, opaque, link.binding))
    const masked = link.session.inspect.message(reply.json, {
      shape: replyShape,
      edits,
      token: null,
      outputSchema: null,
    })
    const cleared = await admission.answer(masked, true)
    if (cleared instanceof Refusal) return cleared
    await sendUp(link, cleared, upstreamId)
    admission.end(reply.error ? 'failed' : 'done', cleared.bytes.length)
    return 'taken'
  } catch (error) {
    const refusal = await admission.refuse(error instanceof Refusal ? error.code : 'upstream')
    admission.end('failed', 0)
    return refusal
  }
}

function takePending(link: Link, id: MessageId | null): PendingQuestion | null {
  const opened = typeof id === 'string' ? link.parts.opaque.unwrap('request', link.binding, id) : null
  const prefix = `${link.session.id} `
  if (opened === null || !opened.startsWith(prefix)) return null
  const key = opened.slice(prefix.length)
  const pending = link.questions.get(key) ?? null
  link.questions.delete(key)
  return pending
}

async function answerSystem(link: Link, part: Authored, id: MessageId): Promise<void> {
  await sendUp(link, part, id)
}

async function sendUp(link: Link, part: Cleared<'system'> | Authored, id: MessageId): Promise<void> {
  const headers: Record<string, string> = link.version === null ? {} : { 'mcp-protocol-version': link.version }
  await link.upstream.send(part, {
    kind: 'response',
    method: null,
    id,
    progressToken: null,
    headers,
    signal: link.session.ended,
  })
}

function refusalFor(idSource: string, refusal: Refusal): Authored {
  return errorFor(idSource, refusal.row.jsonRpc, refusal.says)
}

function errorFor(idSource: string, code: number, message: string): Authored {
  return authored(`{"jsonrpc":"2.0","id":${idSource},"error":{"code":${code},"message":${JSON.stringify(message)}}}`)
}
