// A protected system of few words, for both eras. Promise: remembers every request it was sent, as it was sent.
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  readonly httpMethod: string
  readonly headers: IncomingHttpHeaders
  /** Null where the body is none. */
  readonly method: string | null
  readonly params: Readonly<Record<string, unknown>>
  readonly body: string
}

export interface PlainServer {
  readonly url: string
  readonly received: readonly Received[]
  /** Calls of tools only. */
  readonly calls: readonly Received[]
  /** What it lists; another list is another definition. */
  tools: readonly object[]
  close(): Promise<void>
}

export type Answering = (received: Received, id: string | number, response: ServerResponse) => object | null

const tool = (name: string) => ({ name, description: `About ${name}.`, inputSchema: { type: 'object' } })

/** `answering` gives the result of a tool; null where it answers by itself. */
export async function startPlainServer(names: readonly string[], answering?: Answering): Promise<PlainServer> {
  const received: Received[] = []
  const state = { tools: names.map(tool) as readonly object[] }

  function resultOf(asked: Received, id: string | number, response: ServerResponse): object | null {
    if (asked.method === 'initialize') {
      const serverInfo = { name: 'plain', version: '1' }
      return { protocolVersion: asked.params.protocolVersion, capabilities: { tools: {} }, serverInfo }
    }
    if (asked.method === 'server/discover') {
      return { supportedVersions: ['2026-07-28'], capabilities: { tools: {} }, ttlMs: 0, cacheScope: 'private' }
    }
    if (asked.method === 'tools/list') return { tools: state.tools, ttlMs: 0, cacheScope: 'private' }
    if (asked.method !== 'tools/call') return {}
    return answering
      ? answering(asked, id, response)
      : { content: [{ type: 'text', text: `${asked.params.name} ran` }] }
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', chunk => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      const message = body === '' ? {} : JSON.parse(body)
      const { headers, method: httpMethod = '' } = request
      const asked = { httpMethod, headers, method: message.method ?? null, params: message.params ?? {}, body }
      received.push(asked)
      if (httpMethod !== 'POST') return response.writeHead(405).end()
      if (message.id === undefined || message.method === undefined) return response.writeHead(202).end()
      const result = resultOf(asked, message.id, response)
      if (result === null) return
      const modern = message.params?._meta?.['io.modelcontextprotocol/protocolVersion'] !== undefined
      const whole = { jsonrpc: '2.0', id: message.id, result: modern ? { resultType: 'complete', ...result } : result }
      const session = asked.method === 'initialize' ? { 'mcp-session-id': `upstream-${received.length}` } : {}
      response.writeHead(200, { 'content-type': 'application/json', ...session }).end(JSON.stringify(whole))
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    received,
    get calls() {
      return received.filter(({ method }) => method === 'tools/call')
    },
    get tools() {
      return state.tools
    },
    set tools(tools) {
      state.tools = tools
    },
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
