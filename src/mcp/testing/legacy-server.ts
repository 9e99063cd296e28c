// A legacy MCP server made with the official SDK (v1), with sessions and resumable streams, for tests.
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { type EventStore, StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import {
  CallToolRequestSchema,
  CreateMessageResultSchema,
  ElicitResultSchema,
  ListResourcesRequestSchema,
  ListToolsRequestSchema,
  ReadResourceRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { type Listening, listening } from './rig.ts'

export interface LegacyServer extends Listening {
  /** Headers of every request it got. */
  readonly seen: { method: string; headers: IncomingMessage['headers']; body: string }[]
  readonly calls: string[]
  readonly servers: Server[]
  readonly cancelled: string[]
  release(): void
  /** Resolves when the test holds, looked at after each request and each call. */
  until(test: () => boolean): Promise<void>
  /** GET streams that are open. */
  readonly streams: { count: number }
}

class Events implements EventStore {
  readonly #events: { streamId: string; id: string; message: unknown }[] = []

  async storeEvent(streamId: string, message: unknown): Promise<string> {
    const id = `${streamId}_${this.#events.length}`
    this.#events.push({ streamId, id, message })
    return id
  }

  async replayEventsAfter(
    last: string,
    { send }: { send: (id: string, message: never) => Promise<void> },
  ): Promise<string> {
    const at = this.#events.findIndex(({ id }) => id === last)
    const streamId = this.#events[at]?.streamId ?? ''
    for (const event of this.#events.slice(at + 1)) {
      if (event.streamId === streamId) await send(event.id, event.message as never)
    }
    return streamId
  }
}

const text = (words: string) => ({ content: [{ type: 'text' as const, text: words }] })

function makeServer(state: { calls: string[]; cancelled: string[]; gate: Promise<void>; changed(): void }): Server {
  const server = new Server(
    { name: 'legacy', version: '1.0.0' },
    { capabilities: { tools: { listChanged: true }, resources: { subscribe: true }, logging: {} } },
  )
  server.setRequestHandler(ListToolsRequestSchema, ({ params }) =>
    params?.cursor === 'row:SECRET-1'
      ? { tools: [tool('delete_all')] }
      : {
          tools: ['get_text', 'get_image', 'notify', 'elicit', 'sample', 'slow'].map(tool),
          nextCursor: 'row:SECRET-1',
        },
  )
  server.setRequestHandler(ListResourcesRequestSchema, () => ({
    resources: [{ uri: 'fhir://Patient/SECRET-7', name: 'one patient' }],
  }))
  server.setRequestHandler(ReadResourceRequestSchema, ({ params }) => ({
    contents: [
      { uri: params.uri, text: 'chart of SECRET-7' },
      { uri: 'file://scan', mimeType: 'application/pdf', blob: Buffer.from('SECRET-pdf').toString('base64') },
    ],
  }))
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    state.calls.push(params.name)
    state.changed()
    const related = { relatedRequestId: extra.requestId }
    switch (params.name) {
      case 'get_image':
        return {
          content: [
            { type: 'image', mimeType: 'image/png', data: Buffer.from('pixels').toString('base64') },
            { type: 'text', text: 'caption' },
          ],
        }
      case 'notify': {
        const progressToken = extra._meta?.progressToken
        for (let step = 1; step <= 3 && progressToken !== undefined; step++) {
          await server.notification(
            { method: 'notifications/progress', params: { progressToken, progress: step, message: `SECRET-${step}` } },
            related,
          )
        }
        await server.notification(
          { method: 'notifications/message', params: { level: 'info', data: 'log SECRET-9' } },
          related,
        )
        return text('notified')
      }
      case 'elicit': {
        const answer = await extra.sendRequest(
          {
            method: 'elicitation/create',
            params: {
              message: 'for SECRET-3?',
              requestedSchema: { type: 'object', properties: { reason: { type: 'string' } } },
            },
          },
          ElicitResultSchema,
        )
        return text(`elicited ${answer.action} ${JSON.stringify(answer.content)}`)
      }
      case 'sample': {
        const params = {
          messages: [{ role: 'user' as const, content: { type: 'text' as const, text: 'q' } }],
          maxTokens: 5,
        }
        const answer = await extra.sendRequest({ method: 'sampling/createMessage', params }, CreateMessageResultSchema)
        return text(`sampled ${JSON.stringify(answer.content)}`)
      }
      case 'slow':
        extra.signal.addEventListener('abort', () => state.cancelled.push(params.name))
        await state.gate
        return text('late SECRET-4')
      default:
        return text(`patient SECRET-5 ${JSON.stringify(params.arguments ?? {})}`)
    }
  })
  return server
}

function tool(name: string) {
  return { name, description: `about ${name}`, inputSchema: { type: 'object' as const } }
}

export async function legacyServer(options: { resumable?: boolean; json?: boolean } = {}): Promise<LegacyServer> {
  const transports = new Map<string, StreamableHTTPServerTransport>()
  const gate = Promise.withResolvers<void>()
  const waiting: { test: () => boolean; resolve: () => void }[] = []
  const changed = () => {
    for (const entry of waiting.splice(0)) {
      if (entry.test()) entry.resolve()
      else waiting.push(entry)
    }
  }
  const state = { calls: [] as string[], cancelled: [] as string[], gate: gate.promise, changed }
  const streams = { count: 0 }
  const seen: LegacyServer['seen'] = []
  const servers: Server[] = []
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString()
    seen.push({ method: request.method ?? '', headers: request.headers, body })
    const parsed: unknown = body ? JSON.parse(body) : undefined
    const id = request.headers['mcp-session-id']
    let transport = typeof id === 'string' ? transports.get(id) : undefined
    if (!transport) {
      const made = new StreamableHTTPServerTransport({
        sessionIdGenerator: () => `session-SECRET-${randomUUID()}`,
        enableJsonResponse: options.json ?? false,
        onsessioninitialized: session => void transports.set(session, made),
        ...(options.resumable ? { eventStore: new Events() } : {}),
      })
      const server = makeServer(state)
      servers.push(server)
      await server.connect(made as Parameters<Server['connect']>[0])
      transport = made
    }
    changed()
    if (request.method === 'GET') {
      const writeHead = response.writeHead.bind(response)
      response.writeHead = ((...head: Parameters<typeof writeHead>) => {
        streams.count++
        setImmediate(changed)
        return writeHead(...head)
      }) as typeof response.writeHead
    }
    await transport.handleRequest(request, response, parsed)
  }
  const listens = await listening((request, response) => void handle(request, response))
  return {
    ...listens,
    seen,
    servers,
    calls: state.calls,
    cancelled: state.cancelled,
    release: () => gate.resolve(),
    streams,
    until: test => (test() ? Promise.resolve() : new Promise(resolve => void waiting.push({ test, resolve }))),
    async close() {
      gate.resolve()
      for (const transport of transports.values()) await transport.close()
      await listens.close()
    },
  }
}
