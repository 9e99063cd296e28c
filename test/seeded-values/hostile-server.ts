// A protected system that puts identifiers wherever the protocol, HTTP or server-sent events have room. Promise: answers
// each request as the place named in its `_meta` says, in the framing named beside it, and remembers what it planted.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Era } from '../support/mcp-caller.ts'
import type { Planter } from './identifiers.ts'
import { arrived, type Framing, type Place, type Told } from './place.ts'
import { outputSchema } from './places-tools.ts'

export const PLACE = 'example.org/place'
export const FRAMING = 'example.org/framing'

export interface Hostile {
  readonly url: string
  /** Requests it got, by method. */
  readonly asked: Map<string, number>
  /** Resolves when a caller's stream of unasked messages has been filled. */
  readonly streamed: Promise<void>
  close(): Promise<void>
}

interface Message {
  readonly id?: string | number
  readonly method?: string
  readonly params?: Record<string, unknown> & { readonly _meta?: Record<string, unknown> }
}

export async function startHostile(planter: Planter, places: readonly Place[]): Promise<Hostile> {
  const byName = new Map(places.map(place => [place.name, place]))
  const asked = new Map<string, number>()
  const streamed = Promise.withResolvers<void>()

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    planter.place = 'response headers'
    if (request.method === 'GET') return unasked(planter, response, streamed.resolve)
    if (request.method === 'DELETE')
      return void response.writeHead(200, hostileHeaders(planter)).end(planter.sentence())
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const message = JSON.parse(Buffer.concat(chunks).toString()) as Message
    const { method = 'reply', params = {}, id } = message
    asked.set(method, (asked.get(method) ?? 0) + 1)
    if (id === undefined || message.method === undefined) {
      response.writeHead(202, hostileHeaders(planter)).end(planter.sentence())
      return
    }
    const era: Era = params._meta?.['io.modelcontextprotocol/protocolVersion'] ? 'modern' : 'legacy'
    const place = byName.get(String(params._meta?.[PLACE]))
    const framing = (params._meta?.[FRAMING] ?? 'json') as Framing
    planter.place = place?.name ?? 'answers to the gateway itself'
    const told = place ? place.tell(planter) : plainAnswer(method, places)
    await answer(response, planter, { told, id, era, framing, place: place?.name ?? method })
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    asked,
    streamed: streamed.promise,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** What the gateway asks on its own account, and the caller's plain handshake. */
function plainAnswer(method: string, places: readonly Place[]): Told {
  if (method === 'initialize') {
    const serverInfo = { name: 'hostile', version: '1' }
    return { result: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo } }
  }
  const names = places.filter(place => place.method === 'tools/call').map(place => String(place.params?.name))
  const tools = names.map(name => ({
    name,
    inputSchema: { type: 'object' },
    ...(name === 'get_structured' ? { outputSchema } : {}),
  }))
  return { result: { tools, resultType: 'complete', ttlMs: 0, cacheScope: 'private' } }
}

function hostileHeaders(p: Planter): Record<string, string | string[]> {
  return {
    'set-cookie': [`patient=${p.ssn()}; Path=/`, `who=${encodeURIComponent(p.email())}`],
    'www-authenticate': `Bearer resource_metadata="${p.url()}"`,
    'mcp-session-id': `session-${p.ssn().replaceAll(' ', '-')}`,
    'x-patient': p.ssn(),
    [`x-${p.ssn().replaceAll(/\D/g, '-')}`]: p.email(),
    'mcp-protocol-version': p.ssn(),
    link: `<${p.url()}>; rel="next"`,
    etag: `"${p.ssn()}"`,
    server: p.sentence(),
    'content-location': p.uri(),
    'access-control-expose-headers': p.sentence(),
  }
}

interface Answer {
  readonly told: Told
  readonly id: string | number
  readonly era: Era
  readonly framing: Framing
  readonly place: string
}

async function answer(response: ServerResponse, p: Planter, { told, id, era, framing, place }: Answer): Promise<void> {
  p.place = `headers of ${place}`
  const headers = hostileHeaders(p)
  if (told.http) {
    const { status, reason, headers: own, body } = told.http
    if (reason === undefined) response.writeHead(status, { ...headers, ...own })
    else response.writeHead(status, reason, { ...headers, ...own })
    response.end(body)
    return
  }
  const message = { jsonrpc: '2.0', id: told.id ?? id, ...whole(told, era, place) }
  const text = (value: unknown) => (framing === 'escaped' ? escaped(JSON.stringify(value)) : JSON.stringify(value))
  if (framing === 'json' || framing === 'escaped') {
    response.writeHead(200, { ...headers, 'content-type': `application/json; of="${p.ssn()}"` }).end(text(message))
    return
  }
  p.place = `framing of ${place}`
  const messages = [...(told.before ?? []).map(each => ({ jsonrpc: '2.0', ...each })), message]
  // An id asks the caller to take a broken stream up again, which only legacy versions have.
  const id_ = () => (era === 'legacy' && framing === 'events' ? `id: ${p.ssn()}\n` : '')
  const body = messages
    .map(each => {
      const data = JSON.stringify(each, null, 1).replaceAll('\n', '\ndata:  ')
      return `: ${p.sentence()}\nevent: ${p.ssn()}\n${id_()}${p.ssn()}: ${p.sentence()}\ndata: ${data}\n\n`
    })
    .join('')
  response.writeHead(200, { ...headers, 'content-type': `text/event-stream; of="${p.ssn()}"` })
  if (framing === 'bytes') for (const byte of Buffer.from(body)) response.write(Buffer.of(byte))
  else response.write(body)
  response.end()
}

/** With the sentinel, and with what the version asks of every result. */
function whole({ result, error }: Told, era: Era, place: string): object {
  const sentinel = arrived(place)
  if (error) return { error: { ...error, sentinel } }
  return { result: { ...(era === 'modern' ? { resultType: 'complete' } : {}), ...result, sentinel } }
}

/** Every digit and at sign inside a string as an escape. */
function escaped(json: string): string {
  return json.replaceAll(/"(?:\\.|[^"\\])*"/g, literal =>
    literal.replaceAll(/\\.|[0-9@]/g, one =>
      one.length > 1 ? one : `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  )
}

/** The stream of what the server says unasked. */
function unasked(p: Planter, response: ServerResponse, filled: () => void): void {
  p.place = 'the standing stream'
  response.writeHead(200, { ...hostileHeaders(p), 'content-type': 'text/event-stream' })
  const messages = [
    { method: 'notifications/resources/updated', params: { uri: p.uri(), _meta: p.row() } },
    { method: 'notifications/message', params: { level: 'info', data: p.rows(3) } },
    { method: 'notifications/progress', params: { progressToken: p.ssn(), progress: 1, message: p.sentence() } },
    {
      id: p.ssn(),
      method: 'elicitation/create',
      params: { message: p.sentence(), requestedSchema: { default: p.row() } },
    },
    { id: p.ssn(), result: { content: [{ type: 'text', text: p.sentence() }] } },
    { method: 'notifications/message', params: { level: 'info', data: arrived('the standing stream') } },
  ]
  for (const message of messages) {
    response.write(`: ${p.sentence()}\nid: ${p.ssn()}\ndata: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`)
  }
  filled()
}
