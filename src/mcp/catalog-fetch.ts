// The tool list as the gateway reads it on its own account. Promise: in the session it serves, page by page, each an
// exchange of the gateway's own, in the record before it is sent; nothing of it goes to a caller.
import { Refusal } from '../gateway/errors.ts'
import { limits } from '../gateway/limits.ts'
import { type JsonDocument, readJson } from '../json/document.ts'
import { type Members, type Response, readMessage } from './envelope.ts'
import { jsonLimits } from './http-reading.ts'
import type { Link } from './link.ts'
import { answerShapeFor, questionShapeFor } from './shapes.ts'
import { type UpstreamAnswer, UpstreamError } from './upstream.ts'
import { clientInfoKey, modernVersions, versionKey } from './versions.ts'

const METHOD = 'tools/list'

export async function readTools(link: Link): Promise<readonly JsonDocument[]> {
  const pages: JsonDocument[] = []
  const signal = AbortSignal.any([link.session.ended, AbortSignal.timeout(limits.connectMs)])
  let cursor: string | null = null
  for (let read = 0; read < limits.catalogPages; read++) {
    const id = `sallyport-${link.next()}`
    const { json, result } = await page(
      link,
      { jsonrpc: '2.0', id, method: METHOD, params: paramsFor(link, cursor) },
      signal,
    )
    if (result === null) throw new UpstreamError('malformed')
    pages.push(json)
    if (typeof result.nextCursor !== 'string') return pages
    cursor = result.nextCursor
  }
  throw new UpstreamError('too-large')
}

async function page(
  link: Link,
  body: { jsonrpc: '2.0'; id: string; method: string; params: Members },
  signal: AbortSignal,
): Promise<Response> {
  const { id, params } = body
  const json = readJson(Buffer.from(JSON.stringify(body)), jsonLimits)
  const context = { edits: [], token: null, outputSchema: null }
  const question = link.session.inspect.message(json, { ...context, shape: questionShapeFor(id, params) })
  const way = await link.parts.gateway.own(link.session, { operation: METHOD, parent: null, question })
  if (way instanceof Refusal) throw way
  try {
    const answer = await link.upstream.send(way.question, {
      kind: 'request',
      method: METHOD,
      id,
      progressToken: null,
      headers: headersFor(link),
      signal,
    })
    const response = await answerTo(id, answer)
    const part = way.mask.message(response.json, { ...context, shape: answerShapeFor(response.result, false) })
    const cleared = await way.answer(part, true)
    if (cleared instanceof Refusal) throw cleared
    way.end('done', 0)
    return response
  } catch (error) {
    way.end('failed', 0)
    throw error
  }
}

function paramsFor(link: Link, cursor: string | null): Members {
  const page = cursor === null ? {} : { cursor }
  if (link.era === 'legacy') return page
  const meta = {
    [versionKey]: modernVersions[0],
    [clientInfoKey]: { name: 'sallyport', version: link.parts.version },
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  return { ...page, _meta: meta }
}

function headersFor(link: Link): Readonly<Record<string, string>> {
  if (link.era === 'modern') return { 'mcp-protocol-version': modernVersions[0] as string, 'mcp-method': METHOD }
  return link.version === null ? {} : { 'mcp-protocol-version': link.version }
}

async function answerTo(id: string, answer: UpstreamAnswer): Promise<Response> {
  if (answer.kind === 'message') return asResponse(id, answer.json) ?? raise()
  if (answer.kind !== 'messages') return raise()
  for await (const { json } of answer.messages) {
    const response = json && asResponse(id, json)
    if (response) return response
  }
  return raise()
}

function asResponse(id: string, json: JsonDocument): Response | null {
  const message = readMessage(json)
  return message?.kind === 'response' && message.id === id ? message : null
}

function raise(): never {
  throw new UpstreamError('malformed')
}
