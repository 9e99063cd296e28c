// The clinic's MCP server: Streamable HTTP on loopback, both eras of the protocol at one path. Promise: nothing is
// answered without the bearer credential, which in the demo only the gateway holds; it has no access to the database of its
// own, but that which comes with each request.
import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash, randomUUID, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  localhostHostValidation,
  localhostOriginValidation,
  type NodeIncomingMessageLike,
  NodeStreamableHTTPServerTransport,
  toNodeHandler,
  toWebRequest,
} from '@modelcontextprotocol/node'
import {
  createMcpHandler,
  isInitializeRequest,
  isLegacyRequest,
  type McpHttpHandler,
} from '@modelcontextprotocol/server'
import { Records } from './records.ts'
import { clinicServer } from './tools.ts'

export interface ClinicServer {
  readonly url: string
  stop(): Promise<void>
}

export async function startClinicServer(options: {
  readonly credential: string
  readonly port?: number
}): Promise<ClinicServer> {
  const asking = new AsyncLocalStorage<string | undefined>()
  const records = new Records(() => asking.getStore())
  const modern = createMcpHandler(() => clinicServer(records), { legacy: 'reject' })
  const sessions = new Map<string, NodeStreamableHTTPServerTransport>()
  const listener = createServer({ maxHeaderSize: 32 << 10 }, (request, response) => {
    const database = request.headers['x-database-url']
    const parts = { records, modern, sessions, credential: options.credential }
    const served = asking.run(typeof database === 'string' ? database : undefined, serve, request, response, parts)
    served.catch(() => {
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  })
  listener.listen(options.port ?? 0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/mcp`, stop: () => stop(listener, modern, sessions) }
}

interface Parts {
  readonly records: Records
  readonly modern: McpHttpHandler
  readonly sessions: Map<string, NodeStreamableHTTPServerTransport>
  readonly credential: string
}

const hostIsLocal = localhostHostValidation()
const originIsLocal = localhostOriginValidation()

async function serve(request: IncomingMessage, response: ServerResponse, parts: Parts): Promise<void> {
  if (!hostIsLocal(request, response) || !originIsLocal(request, response)) return
  if (!authorised(request.headers.authorization ?? '', parts.credential)) {
    response.writeHead(401, { 'WWW-Authenticate': 'Bearer' }).end()
    return
  }
  if (request.url !== '/mcp') {
    response.writeHead(404).end()
    return
  }
  const body = request.method === 'POST' ? await json(request) : undefined
  const message = request as IncomingMessage & NodeIncomingMessageLike
  if (!(await isLegacyRequest(await toWebRequest(message, body ?? {}), body))) {
    await toNodeHandler(parts.modern)(message, response, body)
    return
  }
  const transport = await legacySession(request, response, body, parts)
  await transport?.handleRequest(request, response, body)
}

/** The transport of a legacy session: the one that is named, or a new one for a handshake. */
async function legacySession(request: IncomingMessage, response: ServerResponse, body: unknown, parts: Parts) {
  const id = request.headers['mcp-session-id']
  if (typeof id === 'string') {
    const known = parts.sessions.get(id)
    if (known === undefined) refuse(response, 404, -32001, 'Session not found')
    return known
  }
  if (!isInitializeRequest(body)) {
    refuse(response, 400, -32600, 'A session begins with initialize')
    return undefined
  }
  const transport = new NodeStreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: session => {
      parts.sessions.set(session, transport)
    },
    onsessionclosed: session => {
      parts.sessions.delete(session)
    },
  })
  await clinicServer(parts.records).connect(transport)
  return transport
}

/** What is not JSON is null, which the protocol layer refuses in its own words. */
async function json(request: IncomingMessage): Promise<unknown> {
  let size = 0
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > 4 << 20) return null
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    return null
  }
}

/** Compared by digest: the time it takes tells nothing of the credential, nor of its length. */
function authorised(header: string, credential: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(header), digest(`Bearer ${credential}`))
}

function refuse(response: ServerResponse, status: number, code: number, message: string): void {
  response.writeHead(status, { 'Content-Type': 'application/json' })
  response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message } }))
}

async function stop(
  listener: Server,
  modern: McpHttpHandler,
  sessions: Map<string, NodeStreamableHTTPServerTransport>,
): Promise<void> {
  const closed = new Promise<void>(done => listener.close(() => done()))
  await modern.close()
  await Promise.all([...sessions.values()].map(transport => transport.close()))
  listener.closeAllConnections()
  await closed
}
