// Load for a gateway that is about to be killed: a protected system that remembers what reached it, and callers that
// remember what they were told. Promise: neither forgets, whatever happens to the gateway between them.
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Gateway } from './gateway.ts'
import { LEGACY, MODERN } from './mcp-caller.ts'

/** Unique words of a call, which its transcripts show as they are. */
const MARK = /mark[0-9]+x/g
export const marksIn = (text: string): string[] => text.match(MARK) ?? []

/** Notifications before the answer of a stream. */
const NOTICES = 3

export interface Witness {
  readonly url: string
  /** Every call that reached it. */
  readonly received: Set<string>
  close(): Promise<void>
}

export async function startWitness(): Promise<Witness> {
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

export interface Told {
  /** Messages of the answer that arrived whole. */
  messages: number
  answered: boolean
}

export class Load {
  /** What callers were told, by the mark of the call. */
  readonly told = new Map<string, Told>()
  answers = 0
  readonly #gateway: Gateway
  readonly #token: string
  #up = Promise.withResolvers<void>()
  #stopped = false
  #next = 0
  readonly #running: Promise<void>[]

  constructor(gateway: Gateway, token: string, callers: number) {
    this.#gateway = gateway
    this.#token = token
    this.#running = Array.from({ length: callers }, (_, at) => this.#caller(at))
  }

  /** The gateway serves: callers that had been cut go on. */
  resume(): void {
    this.#up.resolve()
  }

  /** The gateway is about to be killed: who is cut waits. */
  expectEnd(): void {
    this.#up = Promise.withResolvers<void>()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#up.resolve()
    await Promise.all(this.#running)
  }

  async #caller(at: number): Promise<void> {
    const legacy = at % 2 === 0
    const tool = at % 4 < 2 ? 'get_text' : 'get_stream'
    let session: string | null = null
    while (!this.#stopped) {
      await this.#up.promise
      try {
        if (legacy) session ??= await this.#initialize()
        await this.#call(tool, session)
      } catch {
        session = null
        await new Promise(resolve => setTimeout(resolve, 5))
      }
    }
  }

  async #initialize(): Promise<string | null> {
    const params = { protocolVersion: LEGACY, capabilities: {}, clientInfo: { name: 'load', version: '1' } }
    const body = JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params })
    const response = await this.#post(body, {})
    await response.text()
    return response.headers.get('mcp-session-id')
  }

  async #call(name: string, session: string | null): Promise<void> {
    const mark = `mark${++this.#next}x`
    const told: Told = { messages: 0, answered: false }
    this.told.set(mark, told)
    const meta = {
      'io.modelcontextprotocol/protocolVersion': MODERN,
      'io.modelcontextprotocol/clientInfo': { name: 'load', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    }
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
    told.answered = true
    this.answers++
  }

  #post(body: string, headers: Record<string, string>): Promise<Response> {
    return fetch(this.#gateway.connectionUrl('clinic'), {
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
