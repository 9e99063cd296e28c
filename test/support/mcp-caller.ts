// An MCP caller that keeps every byte it is sent. Promise: speaks both eras as their specifications ask, believes nothing,
// and hands back what came as it came beside what it means.
import assert from 'node:assert/strict'
import type { Gateway } from './gateway.ts'
import { type Heard, RawExchange } from './raw-http.ts'

export type Era = 'legacy' | 'modern'

export const MODERN = '2026-07-28'
export const LEGACY = '2025-11-25'

export interface RpcMessage {
  readonly id?: string | number | null
  readonly method?: string
  readonly params?: Record<string, unknown>
  readonly result?: Record<string, unknown>
  readonly error?: { readonly code: number; readonly message: string; readonly data?: Record<string, unknown> }
}

const BOTH = 'application/json, text/event-stream'

/** The JSON-RPC messages of an answer, whatever carried them; comments and half events are left out. */
export function messagesOf({ headers, body }: Pick<Heard, 'headers' | 'body'>): RpcMessage[] {
  const text = body.toString()
  if (!headers['content-type']?.startsWith('text/event-stream'))
    return text === '' ? [] : ([JSON.parse(text)].flat() as RpcMessage[])
  return text
    .split('\n\n')
    .slice(0, -1)
    .map(event =>
      event
        .split('\n')
        .filter(line => line.startsWith('data:'))
        .map(line => line.slice(5).trimStart())
        .join('\n'),
    )
    .filter(data => data !== '')
    .map(data => JSON.parse(data) as RpcMessage)
}

/** The one message that answers a request. */
export function answerOf(heard: Heard, id?: string | number): RpcMessage {
  const found = messagesOf(heard).find(
    message => (message.result ?? message.error) !== undefined && (id === undefined || message.id === id),
  )
  assert.ok(found, `no answer came: HTTP status ${heard.status}, ${heard.body.length} bytes`)
  return found
}

/** The gateway's own code in a refusal of either form; null when it is none. */
export function refusalOf({ result, error }: RpcMessage): { code: unknown; reference: unknown; retry: unknown } | null {
  const meta = result?._meta as Record<string, unknown> | undefined
  if (meta?.['sallyport/code'] !== undefined)
    return { code: meta['sallyport/code'], reference: meta['sallyport/reference'], retry: meta['sallyport/retry'] }
  const { data } = error ?? {}
  return data?.reference === undefined ? null : { code: data.code, reference: data.reference, retry: data.retry }
}

/** The text blocks of a tool's answer. */
export function textOf({ result }: RpcMessage): string {
  const content = (result?.content ?? []) as readonly { readonly text?: string }[]
  return content.map(({ text }) => text ?? '').join('\n')
}

export interface Sent {
  readonly headers?: Readonly<Record<string, string>>
  /** The body as it is, instead of the one made from method and params. */
  readonly body?: string
  readonly clientName?: string
}

export class McpCaller {
  readonly url: string
  readonly era: Era
  readonly token: string
  session: string | null = null
  #id = 0

  constructor(url: string, era: Era, token: string) {
    this.url = url
    this.era = era
    this.token = token
  }

  /** A caller of one connection; a legacy one has its session open. */
  static async connect(gateway: Gateway, connection: string, era: Era, person: string): Promise<McpCaller> {
    const caller = new McpCaller(gateway.connectionUrl(connection), era, await gateway.token(person))
    if (era === 'legacy') await caller.initialize()
    return caller
  }

  async initialize(): Promise<Heard> {
    const params = { protocolVersion: LEGACY, capabilities: {}, clientInfo: { name: 'test', version: '1' } }
    const heard = await this.start('initialize', params).done
    assert.equal(heard.status, 200, `initialize: HTTP status ${heard.status}`)
    this.session = heard.headers['mcp-session-id'] ?? null
    await this.notify('notifications/initialized')
    return heard
  }

  get headers(): Record<string, string> {
    return {
      Authorization: `Bearer ${this.token}`,
      Accept: BOTH,
      'Content-Type': 'application/json',
      'MCP-Protocol-Version': this.era === 'modern' ? MODERN : LEGACY,
      ...(this.session === null ? {} : { 'Mcp-Session-Id': this.session }),
    }
  }

  /** A request on its way; its id is the last one given. */
  start(method: string, params: Record<string, unknown> = {}, sent: Sent = {}): RawExchange {
    this.#id++
    const own = this.era === 'legacy' ? params : this.modernParams(params, sent.clientName)
    const body = sent.body ?? JSON.stringify({ jsonrpc: '2.0', id: this.#id, method, params: own })
    return this.post(body, { ...this.mirrored(method, params), ...sent.headers })
  }

  get lastId(): number {
    return this.#id
  }

  async ask(method: string, params: Record<string, unknown> = {}, sent: Sent = {}): Promise<Heard> {
    return this.start(method, params, sent).done
  }

  /** The answer of a tool. */
  async call(name: string, args: Record<string, unknown> = {}, sent: Sent = {}): Promise<RpcMessage> {
    const exchange = this.start('tools/call', { name, arguments: args }, sent)
    return answerOf(await exchange.done)
  }

  async notify(method: string, params: Record<string, unknown> = {}): Promise<Heard> {
    return this.post(JSON.stringify({ jsonrpc: '2.0', method, params }), {}).done
  }

  /** The stream of what the server says unasked. */
  listen(headers: Record<string, string> = {}): RawExchange {
    const { 'Content-Type': _, ...own } = this.headers
    return new RawExchange(this.url, { method: 'GET', headers: { ...own, Accept: 'text/event-stream', ...headers } })
  }

  post(body: string | Uint8Array, headers: Readonly<Record<string, string>>): RawExchange {
    return new RawExchange(this.url, { method: 'POST', headers: { ...this.headers, ...headers }, body })
  }

  modernParams(params: Record<string, unknown>, name = 'test'): Record<string, unknown> {
    const meta = params._meta as Record<string, unknown> | undefined
    return {
      ...params,
      _meta: {
        'io.modelcontextprotocol/protocolVersion': MODERN,
        'io.modelcontextprotocol/clientInfo': { name, version: '1' },
        'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} },
        ...meta,
      },
    }
  }

  mirrored(method: string, params: Record<string, unknown>): Record<string, string> {
    if (this.era === 'legacy') return {}
    const member = method === 'resources/read' ? 'uri' : method.startsWith('tasks/') ? 'taskId' : 'name'
    const named = ['tools/call', 'prompts/get', 'resources/read', 'tasks/get', 'tasks/cancel'].includes(method)
    return { 'Mcp-Method': method, ...(named ? { 'Mcp-Name': String(params[member]) } : {}) }
  }
}
