// A protected system that answers as a test says, and keeps what it was sent.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Listening, listening } from './rig.ts'

interface Got {
  readonly id?: string | number
  readonly method?: string
  readonly params?: Readonly<Record<string, unknown>>
}

/** A result to answer with, or null when the response was dealt with. */
export type Script = (message: Got, response: ServerResponse, request: IncomingMessage) => object | null

export interface ScriptedServer extends Listening {
  readonly got: Got[]
  /** What becomes of notifications and replies. */
  notified: (response: ServerResponse) => void
  /** What becomes of GET. */
  listened: (response: ServerResponse) => void
  /** Resolves when the test holds, looked at after each message. */
  until(test: () => boolean): Promise<void>
}

export async function scriptedServer(script: Script): Promise<ScriptedServer> {
  const got: Got[] = []
  const waiting: { test: () => boolean; resolve: () => void }[] = []
  const look = () => {
    for (const one of waiting.splice(0)) {
      if (one.test()) one.resolve()
      else waiting.push(one)
    }
  }
  const server = await listening(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const message = JSON.parse(Buffer.concat(chunks).toString() || '{}') as Got
    got.push(message)
    look()
    if (request.method === 'GET') return scripted.listened(response)
    if (message.id === undefined || message.method === undefined) return scripted.notified(response)
    const result = script(message, response, request)
    if (result === null) return
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, result }))
  })
  const scripted: ScriptedServer = {
    ...server,
    got,
    notified: response => void response.writeHead(202).end(),
    listened: response => void response.writeHead(405).end(),
    until: test => (test() ? Promise.resolve() : new Promise(resolve => waiting.push({ test, resolve }))),
  }
  return scripted
}

const initialized = {
  capabilities: { tools: {} },
  serverInfo: { name: 'scripted', version: '2026.8.31' },
}

/** The handshake of a legacy server with these tools; all else as the script says. */
export function legacyScript(tools: readonly object[], rest: Script): Script {
  return (message, response, request) => {
    if (message.method === 'initialize')
      return { ...initialized, protocolVersion: message.params?.protocolVersion ?? '2025-11-25' }
    if (message.method === 'tools/list') return { tools }
    if (message.method === 'ping') return {}
    return rest(message, response, request)
  }
}

/** A caller of a legacy session. */
export class LegacyCaller {
  readonly #url: string
  readonly #headers: Record<string, string>

  private constructor(url: string, headers: Record<string, string>) {
    this.#url = url
    this.#headers = headers
  }

  static async open(url: string, who: string, version = '2025-11-25'): Promise<LegacyCaller> {
    const headers = {
      authorization: `Bearer ${who}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    }
    const caller = new LegacyCaller(url, headers)
    const clientInfo = { name: 'test', version: '2026.8.31' }
    const response = await caller.send(0, 'initialize', { protocolVersion: version, capabilities: {}, clientInfo })
    await response.text()
    headers['mcp-session-id' as keyof typeof headers] = response.headers.get('mcp-session-id') ?? ''
    return caller
  }

  /** The same session with another token. */
  as(who: string): LegacyCaller {
    return new LegacyCaller(this.#url, { ...this.#headers, authorization: `Bearer ${who}` })
  }

  send(id: string | number, method: string, params: object, signal: AbortSignal | null = null): Promise<Response> {
    return this.post({ jsonrpc: '2.0', id, method, params }, signal)
  }

  /** The stream of what the server says unasked. */
  listen(more: Record<string, string>, signal: AbortSignal): Promise<Response> {
    return fetch(this.#url, { headers: { ...this.#headers, accept: 'text/event-stream', ...more }, signal })
  }

  /** A body as it is, or a value as JSON. */
  post(said: object | string, signal: AbortSignal | null = null): Promise<Response> {
    const body = typeof said === 'string' ? said : JSON.stringify(said)
    return fetch(this.#url, { method: 'POST', headers: this.#headers, body, signal })
  }

  async ask(id: string | number, method: string, params: object): Promise<Answer> {
    return lastMessage(await (await this.send(id, method, params)).text())
  }
}

export interface Answer {
  readonly id: string | number | null
  readonly result?: Readonly<Record<string, unknown>>
  readonly error?: { readonly code: number; readonly message: string; readonly data: Record<string, unknown> }
}

export function lastMessage(text: string): Answer {
  const data = text.split('\n').findLast(line => line.startsWith('data: {'))
  return JSON.parse(data ? data.slice(6) : text) as Answer
}
