// An MCP server made with the official SDK (v1) that asks its caller and goes on meanwhile, for tests: over HTTP, or as a
// process of its own.
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { CallToolRequestSchema, ElicitResultSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { type Listening, listening } from './rig.ts'

const tools = ['get_answer', 'get_slow', 'get_released', 'get_nothing', 'get_aside', 'get_tired', 'get_heard'].map(
  name => ({
    name,
    inputSchema: { type: 'object' as const },
  }),
)
const howItEnds = (asked: Promise<{ action: string }>) =>
  asked.then(
    ({ action }) => action,
    (error: Error) => error.message,
  )
const said = (text: string) => ({ content: [{ type: 'text' as const, text }] })

/** Asks, goes on, and then, by tool, waits for the answer or does not; `get_aside` asks after it was answered. */
function makeServer(): Server {
  const info = { name: 'asking', version: '2026.8.31' }
  const server = new Server(info, { capabilities: { tools: {}, logging: {} } })
  const heard: string[] = []
  const released = Promise.withResolvers<void>()
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools }))
  server.setRequestHandler(CallToolRequestSchema, async ({ params: { name } }, extra) => {
    if (name === 'get_slow') await released.promise
    if (name === 'get_released') released.resolve()
    if (name === 'get_slow' || name === 'get_released') return said(name)
    if (name === 'get_heard') return said(heard.join())
    const question = {
      method: 'elicitation/create' as const,
      params: { message: name, requestedSchema: { type: 'object' as const, properties: {} } },
    }
    const note = (outcome: Promise<string>) => void outcome.then(how => heard.push(how))
    if (name === 'get_aside') {
      setTimeout(() => {
        note(howItEnds(server.request(question, ElicitResultSchema)))
        for (const data of ['one', 'two']) void server.sendLoggingMessage({ level: 'info', data })
      }, 20)
      return said('done')
    }
    const tired = new AbortController()
    const outcome = howItEnds(extra.sendRequest(question, ElicitResultSchema, { signal: tired.signal }))
    note(outcome)
    for (const data of ['one', 'two'])
      await extra.sendNotification({ method: 'notifications/message', params: { level: 'info', data } })
    const progressToken = extra._meta?.progressToken
    if (progressToken !== undefined)
      await extra.sendNotification({
        method: 'notifications/progress',
        params: { progressToken, progress: 0, message: 'three' },
      })
    if (name === 'get_tired') tired.abort('tired')
    return said(name === 'get_answer' || name === 'get_tired' ? await outcome : 'done')
  })
  return server
}

export async function askingServer(): Promise<Listening> {
  const transports = new Map<string, StreamableHTTPServerTransport>()
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const id = request.headers['mcp-session-id']
    const known = typeof id === 'string' ? transports.get(id) : undefined
    const transport: StreamableHTTPServerTransport =
      known ??
      new StreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        onsessioninitialized: session => void transports.set(session, transport),
      })
    if (!known) await makeServer().connect(transport as Parameters<Server['connect']>[0])
    await transport.handleRequest(request, response)
  }
  const listens = await listening((request, response) => void handle(request, response))
  return {
    ...listens,
    async close() {
      for (const transport of transports.values()) await transport.close()
      await listens.close()
    },
  }
}

if (process.argv[1] === import.meta.filename) await makeServer().connect(new StdioServerTransport())
