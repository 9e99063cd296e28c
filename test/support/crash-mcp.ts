// A gateway in front of an MCP server, and callers of both eras, for the crash tests.
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CrashScene } from './crash-driver.ts'
import type { Caller, Told, Witness } from './crash-load.ts'
import { type Gateway, startGateway } from './gateway.ts'
import { LEGACY, MODERN } from './mcp-caller.ts'

/** Notifications before the answer of a stream. */
const NOTICES = 3

async function startWitness(): Promise<Witness & { readonly url: string }> {
  const received = new Set<string>()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', chunk => chunks.push(chunk))
    request.on('end', () => {
      const { id, method, params = {} } = JSON.parse(Buffer.concat(chunks).toString() || '{}')
      if (id === undefined) return response.writeHead(request.method === 'POST' ? 202 : 405).end()
      const modern = params._meta?.['io.modelcontextprotocol/protocolVersion'] !== undefined
      const whole = (result: object) =>
        JSON.stringify({ jsonrpc: '2.0', id, result: modern ? { resultType: 'complete', ...result } : result })
      if (method !== 'tools/call') {
        const tools = ['get_text', 'get_stream'].map(name => ({ name, inputSchema: { type: 'object' } }))
        const serverInfo = { name: 'witness', version: '1' }
        const headers = { 'content-type': 'application/json', ...(modern ? {} : { 'mcp-session-id': 'one' }) }
        const result = { protocolVersion: LEGACY, capabilities: {}, serverInfo, tools }
        return response.writeHead(200, headers).end(whole(result))
      }
      const { mark } = params.arguments
      received.add(mark)
      const answer = whole({ content: [{ type: 'text', text: `ran ${mark}` }] })
      if (params.name === 'get_stream') return void stream(response, mark, answer)
      response.writeHead(200, { 'content-type': 'application/json' }).end(answer)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    received,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function stream(response: ServerResponse, mark: string, answer: string): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (let step = 1; step <= NOTICES; step++) {
    const params = { level: 'info', data: `step ${step} of ${mark}` }
    response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params })}\n\n`)
    await new Promise(resolve => setTimeout(resolve, 2))
  }
  response.end(`data: ${answer}\n\n`)
}

class McpLoadCaller implements Caller {
  readonly #url: string
  readonly #token: string
  readonly #legacy: boolean
  readonly #tool: string
  #session: string | null = null

  constructor(gateway: Gateway, token: string, at: number) {
    this.#url = gateway.connectionUrl('clinic')
    this.#token = token
    this.#legacy = at % 2 === 0
    this.#tool = at % 4 < 2 ? 'get_text' : 'get_stream'
  }

  lost(): void {
    this.#session = null
  }

  async call(mark: string, told: Told): Promise<void> {
    if (this.#legacy) this.#session ??= await this.#initialize()
    const meta = {
      'io.modelcontextprotocol/protocolVersion': MODERN,
      'io.modelcontextprotocol/clientInfo': { name: 'load', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    }
    const name = this.#tool
    const session = this.#session
    const params = { name, arguments: { mark }, ...(session === null ? { _meta: meta } : {}) }
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
    const response = await this.#post(
      body,
      session === null
        ? { 'mcp-protocol-version': MODERN, 'mcp-method': 'tools/call', 'mcp-name': name }
        : { 'mcp-protocol-version': LEGACY, 'mcp-session-id': session },
    )
    let text = ''
    const decoder = new TextDecoder()
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true })
      // What arrived before the end counts, though the end never comes.
      told.messages = text.split('\n\n').length - 1
    }
    if (!text.includes(`ran ${mark}`)) throw new Error(`no answer: ${response.status}`)
    told.messages = Math.max(1, told.messages)
  }

  async #initialize(): Promise<string | null> {
    const params = { protocolVersion: LEGACY, capabilities: {}, clientInfo: { name: 'load', version: '1' } }
    const body = JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params })
    const response = await this.#post(body, {})
    await response.text()
    return response.headers.get('mcp-session-id')
  }

  #post(body: string, headers: Record<string, string>): Promise<Response> {
    return fetch(this.#url, {
      method: 'POST',
      body,
      headers: {
        ...headers,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        authorization: `Bearer ${this.#token}`,
      },
    })
  }
}

export async function mcpScene(callers: number): Promise<CrashScene> {
  const witness = await startWitness()
  const gateway = await startGateway({
    connections: { clinic: { mcp: witness.url, keep: 'phi' } },
    people: { load: { groups: ['staff'] } },
    rules: [{ id: 'all', allow: ['*'], who: ['staff'], on: ['clinic'] }],
  })
  const token = await gateway.token('load')
  return {
    gateway,
    witness,
    callers: Array.from({ length: callers }, (_, at) => new McpLoadCaller(gateway, token, at)),
    isCall: operation => operation === 'tools/call',
  }
}
