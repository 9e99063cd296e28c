// The tool list as the gateway reads it on its own account. Promise: in the session it serves, page by page, recorded with
// what belongs to no question; nothing of it goes to a caller.
import { authored } from '../gateway/authored.ts'
import { Refusal } from '../gateway/errors.ts'
import { limits } from '../gateway/limits.ts'
import type { JsonDocument } from '../json/document.ts'
import { type Response, readMessage } from './envelope.ts'
import type { Link } from './link.ts'
import { answerShape } from './shapes.ts'
import { type UpstreamAnswer, UpstreamError } from './upstream.ts'
import { modernVersions, versionKey } from './versions.ts'

const METHOD = 'tools/list'

export async function readTools(link: Link): Promise<readonly JsonDocument[]> {
  const pages: JsonDocument[] = []
  const signal = AbortSignal.any([link.session.ended, AbortSignal.timeout(limits.connectMs)])
  let cursor: string | null = null
  for (let page = 0; page < limits.catalogPages; page++) {
    const id = `sallyport-${link.next()}`
    const body = { jsonrpc: '2.0', id, method: METHOD, params: paramsFor(link, cursor) }
    const answer = await link.upstream.send(authored(JSON.stringify(body)), {
      kind: 'request',
      method: METHOD,
      id,
      progressToken: null,
      headers: headersFor(link),
      signal,
    })
    const { json, result } = await answerTo(id, answer)
    const { standing } = link.session
    const part = standing.mask.message(json, { shape: answerShape.text, edits: [], token: null, outputSchema: null })
    if ((await standing.answer(part, false)) instanceof Refusal || result === null) throw new UpstreamError('malformed')
    pages.push(json)
    if (typeof result.nextCursor !== 'string') return pages
    cursor = result.nextCursor
  }
  throw new UpstreamError('too-large')
}

function paramsFor(link: Link, cursor: string | null): object {
  const page = cursor === null ? {} : { cursor }
  if (link.era === 'legacy') return page
  const meta = {
    [versionKey]: modernVersions[0],
    'io.modelcontextprotocol/clientInfo': { name: 'sallyport', version: link.parts.version },
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
