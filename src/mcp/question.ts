// A caller's request made ready to be asked. Promise: names and addresses are text and are what the headers say, what the
// gateway had wrapped is opened and searched like all else, and what cannot be read this way goes nowhere.
import type { Action, Edit, Masked } from '../gateway/seam.ts'
import { type JsonDocument, readJson } from '../json/document.ts'
import { planEdits, splice } from '../json/splice.ts'
import { callerAction } from './action.ts'
import { type Own, rpc } from './answers.ts'
import { readTools } from './catalog-fetch.ts'
import { isObject, type Members, type Request } from './envelope.ts'
import { jsonLimits } from './http-reading.ts'
import { ForeignIdentifier, type Unwrapped, unwrapIdentifiers } from './identifiers.ts'
import type { Link } from './link.ts'
import { callerRequests, passesUnknown } from './methods.ts'
import { encodeHeader, nameMember, paramHeaders } from './mirrored-headers.ts'
import type { CheckedHeaders } from './request-headers.ts'
import { questionShapeFor } from './shapes.ts'
import type { MessageId } from './upstream.ts'

/** Why a request is refused before anybody decides about it. */
export interface Unfit {
  readonly kind: 'unfit'
  readonly sentence: string
  readonly own: Own
}

export interface Ready {
  readonly kind: 'ready'
  readonly action: Action
  readonly question: Masked
  readonly headers: Readonly<Record<string, string>>
  /** The tool whose answer is asked for, now or by a task. */
  readonly tool: string | null
}

/** How a request is named on its way up; where many callers share one pipe, not as its caller names it. */
export interface Naming {
  readonly id: MessageId
  readonly progressToken: MessageId | null
  readonly edits: readonly Edit[]
}

export async function readyQuestion(
  link: Link,
  request: Request,
  naming: Naming,
  checked: CheckedHeaders,
): Promise<Ready | Unfit> {
  const { config, session, catalog } = link
  const { method } = request
  if (!callerRequests.has(method) && !passesUnknown(config, method)) {
    return unfit('This method is not known to the gateway, so it was not passed on.', rpc.methodNotFound)
  }
  if (!isNamed(method, request.params)) return unfit('What this request is about must be named by text.')
  const opened = openQuestion(request, link)
  if (opened === null) {
    const noTasks = method.startsWith('tasks/') && !link.seen.tasks.any
    const sentence = 'An identifier in this request was not given to you by this gateway.'
    return unfit(sentence, noTasks ? rpc.methodNotFound : rpc.invalidParams)
  }
  const { name: given } = request.params
  const name = method === 'tools/call' && typeof given === 'string' ? given : null
  if (name !== null && catalog.wants(name)) await catalog.refresh(() => readTools(link))
  if (name !== null && catalog.isVariant(name)) return unfit('This name is a listed tool written in another way.')
  const headers = headersFor(link, request, opened, checked)
  if (headers === null) return unfit('A Mcp-Param header is missing or differs from the arguments.', rpc.headerMismatch)
  const question = session.inspect.message(opened.json, {
    shape: questionShapeFor(request.id, opened.params),
    edits: naming.edits.length > 0 ? [...naming.edits, ...opened.edits] : opened.edits,
    token: null,
    outputSchema: null,
  })
  const tool = name ?? (opened.task === null ? null : link.seen.tasks.toolOf(link.binding, opened.task))
  const action = callerAction({ json: opened.json, method, params: opened.params }, question, link, tool)
  return { kind: 'ready', action, question, headers, tool }
}

function unfit(sentence: string, own: Own = rpc.invalidParams): Unfit {
  return { kind: 'unfit', sentence, own }
}

/** A server may take a list of one for its item; the rules would not. What is missing names nothing. */
function isNamed(method: string, params: Members): boolean {
  if (method === 'completion/complete') {
    const { ref } = params
    return ref === undefined || (isObject(ref) && refTypes.has(ref.type) && isText(ref.name) && isText(ref.uri))
  }
  if (method === 'subscriptions/listen') {
    const { notifications } = params
    if (notifications === undefined) return true
    if (!isObject(notifications)) return false
    const uris = notifications.resourceSubscriptions
    return uris === undefined || (Array.isArray(uris) && uris.every(uri => typeof uri === 'string'))
  }
  const member = nameMember(method) ?? alsoNamed.get(method)
  return member === undefined || isText(params[member])
}

function isText(value: unknown): boolean {
  return value === undefined || typeof value === 'string'
}

/** Another one might be read as either. */
const refTypes: ReadonlySet<unknown> = new Set(['ref/prompt', 'ref/resource'])

const alsoNamed: ReadonlyMap<string, string> = new Map([
  ['resources/subscribe', 'uri'],
  ['resources/unsubscribe', 'uri'],
  ['tasks/result', 'taskId'],
])

export interface OpenedQuestion {
  /** With the addresses that tokens stood for. */
  readonly json: JsonDocument
  readonly params: Members
  readonly edits: readonly Edit[]
  readonly task: string | null
}

/**
 * Addresses are opened in the text itself, so that a label in one is found like any other. Null where something was wrapped
 * for somebody else or by nobody.
 */
export function openQuestion(
  { json, params }: { readonly json: JsonDocument; readonly params: Members },
  { parts, binding }: Pick<Link, 'parts' | 'binding'>,
): OpenedQuestion | null {
  let unwrapped: readonly Unwrapped[]
  try {
    unwrapped = unwrapIdentifiers(params, parts.opaque, binding)
  } catch (error) {
    if (error instanceof ForeignIdentifier) return null
    throw error
  }
  if (unwrapped.length === 0) return { json, params, edits: [], task: null }
  const edits: Edit[] = []
  const addresses: Edit[] = []
  let task: string | null = null
  for (const { kind, path, value, wrapped } of unwrapped) {
    const edit = { path, json: JSON.stringify(value), recorded: JSON.stringify(wrapped) }
    if (kind === 'uri') addresses.push({ path, json: edit.json })
    else edits.push(edit)
    if (kind === 'task' && path.length === 2) task = value
  }
  if (addresses.length === 0) return { json, params, edits, task }
  const text = splice(json.text, planEdits(json, addresses).splices)
  const opened = readJson(Buffer.from(text), jsonLimits)
  const { value } = opened
  return { json: opened, params: isObject(value) && isObject(value.params) ? value.params : params, edits, task }
}

/** Null when a parameter header does not agree with the body. */
function headersFor(
  link: Link,
  { method, params }: Request,
  opened: OpenedQuestion,
  { base, received }: CheckedHeaders,
): Readonly<Record<string, string>> | null {
  if (link.era === 'legacy') return base
  const member = nameMember(method)
  const value = member === 'taskId' ? opened.task : member && opened.params[member]
  const changed = member !== null && typeof value === 'string' && value !== params[member]
  const named = changed ? { ...base, 'mcp-name': encodeHeader(value) } : base
  const { name } = params
  const tool = method === 'tools/call' && typeof name === 'string' ? link.catalog.tool(name) : undefined
  if (!tool || tool.headers.length === 0) return named
  const checked = paramHeaders(received, tool.headers, params.arguments)
  return checked && { ...named, ...checked }
}

/** As its caller names it, or by a number of the gateway's own where the pipe is shared. */
export function namingOf(link: Link, { id }: Request, token: MessageId | null): Naming {
  // Legacy callers have a pipe each, and cancel by their own ids.
  if (link.era === 'legacy' || link.config.system.kind === 'http') return { id, progressToken: token, edits: [] }
  const own = link.next()
  const paths = token === null ? [['id']] : [['id'], ['params', '_meta', 'progressToken']]
  const edits = paths.map(path => ({ path, json: String(own) }))
  return { id: own, progressToken: token === null ? null : own, edits }
}
