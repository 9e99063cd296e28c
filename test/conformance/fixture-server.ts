// Our own MCP server for the conformance suite. Promise: one loopback endpoint, `/mcp`, that serves both eras: sessions,
// resumable streams and requests to the client up to 2025-11-25, and stateless 2026-07-28.
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { localhostHostValidation, localhostOriginValidation, toNodeHandler } from '@modelcontextprotocol/node'
import {
  createMcpHandler,
  type EventStore,
  isLegacyRequest,
  McpServer,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server'
import { addPrompts, addResources, addSubscriptions } from './fixture-catalog.ts'
import { addInputRequired, stateCodec } from './fixture-input-required.ts'
import { addTools, type Changes } from './fixture-tools.ts'

const RETRY_MS = 100

/** What was sent on each stream of one session, so that a client that reconnects gets what it missed. */
function memoryOfEvents(): EventStore {
  const events: { readonly stream: string; readonly message: Parameters<EventStore['storeEvent']>[1] }[] = []
  return {
    async storeEvent(stream, message) {
      return String(events.push({ stream, message }) - 1)
    },
    async getStreamIdForEventId(id) {
      return events[Number(id)]?.stream
    },
    async replayEventsAfter(lastId, { send }) {
      const from = Number(lastId)
      const stream = events[from]?.stream ?? ''
      for (const [index, event] of events.entries())
        if (index > from && event.stream === stream) await send(String(index), event.message)
      return stream
    },
  }
}

type Codec = ReturnType<typeof stateCodec>

function build(era: 'legacy' | 'modern', changes: Changes, codec: Codec): McpServer {
  const server = new McpServer(
    { name: 'sallyport-conformance-fixture', version: '1.0.0' },
    {
      capabilities: {
        tools: { listChanged: true },
        prompts: { listChanged: true },
        resources: {},
        completions: {},
        logging: {},
      },
      requestState: { verify: codec.verify },
    },
  )
  addTools(server, era, changes)
  addInputRequired(server, codec)
  addResources(server)
  addPrompts(server)
  if (era === 'legacy') addSubscriptions(server)
  return server
}

/** The sessions of the legacy era, as a handler of one request. */
function legacySessions(codec: Codec) {
  const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>()

  async function open(): Promise<WebStandardStreamableHTTPServerTransport> {
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      eventStore: memoryOfEvents(),
      retryInterval: RETRY_MS,
      onsessioninitialized: id => void sessions.set(id, transport),
      onsessionclosed: id => void sessions.delete(id),
    })
    const server: McpServer = build(
      'legacy',
      { tools: () => server.sendToolListChanged(), prompts: () => server.sendPromptListChanged() },
      codec,
    )
    await server.connect(transport)
    return transport
  }

  return async (request: Request): Promise<Response> => {
    const id = request.headers.get('mcp-session-id')
    const transport = id === null ? await open() : sessions.get(id)
    if (transport === undefined)
      return Response.json(
        { jsonrpc: '2.0', id: null, error: { code: -32001, message: 'Session not found' } },
        { status: 404 },
      )
    return transport.handleRequest(request)
  }
}

export interface Fixture {
  /** Of the MCP endpoint. */
  readonly url: string
  close(): Promise<void>
}

export async function startFixture(): Promise<Fixture> {
  const codec = stateCodec()
  const legacy = legacySessions(codec)
  const modern = createMcpHandler(
    () =>
      build(
        'modern',
        { tools: () => modern.notify.toolsChanged(), prompts: () => modern.notify.promptsChanged() },
        codec,
      ),
    { legacy: 'reject' },
  )
  const handle = toNodeHandler({
    fetch: async request => ((await isLegacyRequest(request)) ? legacy(request) : modern.fetch(request)),
  })
  const hostAllowed = localhostHostValidation()
  const originAllowed = localhostOriginValidation()

  const http = createServer((request, response) => {
    if (!hostAllowed(request, response) || !originAllowed(request, response)) return
    if (request.url !== '/mcp') response.writeHead(404).end()
    else void handle(request as typeof request & { method: string; url: string }, response)
  })
  await new Promise<void>(resolve => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    async close() {
      const closed = new Promise(resolve => http.close(resolve))
      await modern.close()
      http.closeAllConnections()
      await closed
    },
  }
}
