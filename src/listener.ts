// The HTTP listener and its few paths. Promise: HTTPS with certificate files or plain HTTP on loopback, nothing else; what
// is not one of these paths is 404; a caller that sends slowly is cut.
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { limits } from './gateway/limits.ts'

export interface Doors {
  /** `/mcp/NAME`. */
  mcp(request: IncomingMessage, response: ServerResponse, connection: string): void
  /** `/api/v1/…`. */
  api: RequestListener
  /** RFC 9728; `connection` is null for the gateway's own document. Null: there is no such connection. */
  metadata(connection: string | null): object | null
  healthy(): boolean
}

export interface ListenOptions {
  readonly host: string
  readonly port: number
  /** Paths of PEM files. */
  readonly tls: { readonly cert: string; readonly key: string } | null
}

const CONNECTION_PATH = /^\/mcp\/([a-z0-9][a-z0-9_-]{0,62})\/?$/
const METADATA_PATH = /^\/\.well-known\/oauth-protected-resource(?:\/mcp\/([a-z0-9][a-z0-9_-]{0,62}))?\/?$/

/** Listens, and resolves once connections are accepted. Rejects with the system's error when the address is taken. */
export async function listen(options: ListenOptions, doors: Doors): Promise<Listener> {
  const settings = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    // A held call and an event stream outlive any limit on a whole request; bodies have a limit of their own.
    requestTimeout: 0,
    keepAliveTimeout: 75_000,
    noDelay: true,
  }
  const route: RequestListener = (request, response) => dispatch(request, response, doors)
  const server = options.tls
    ? createSecureServer({ ...settings, ...(await readPem(options.tls)), minVersion: 'TLSv1.2' }, route)
    : createServer(settings, route)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: options.host, port: options.port }, () => resolve())
  })
  return new Listener(server)
}

async function readPem(files: { readonly cert: string; readonly key: string }): Promise<{ cert: Buffer; key: Buffer }> {
  try {
    return { cert: await readFile(files.cert), key: await readFile(files.key) }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    throw new Error(`The certificate ${files.cert} and its key ${files.key} cannot be read (${code}).`)
  }
}

export class Listener {
  readonly #server: Server
  constructor(server: Server) {
    this.#server = server
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Takes no new connections; `finish` cuts those that are still open. */
  close(): Promise<void> {
    return new Promise(resolve => {
      this.#server.close(() => resolve())
      this.#server.closeIdleConnections()
    })
  }

  finish(): void {
    this.#server.closeAllConnections()
  }
}

function dispatch(request: IncomingMessage, response: ServerResponse, doors: Doors): void {
  const target = request.url ?? '/'
  const query = target.indexOf('?')
  const path = query < 0 ? target : target.slice(0, query)
  const connection = CONNECTION_PATH.exec(path)?.[1]
  const metadata = METADATA_PATH.exec(path)
  if (connection !== undefined) doors.mcp(request, response, connection)
  else if (path.startsWith('/api/v1/')) doors.api(request, response)
  else if (metadata) answer(request, response, doors.metadata(metadata[1] ?? null))
  else if (path === '/healthz') {
    const healthy = doors.healthy()
    answer(request, response, { status: healthy ? 'ok' : 'failing' }, healthy ? 200 : 503)
  } else answer(request, response, null)
}

function answer(request: IncomingMessage, response: ServerResponse, body: object | null, status = 200): void {
  request.resume()
  const readable = request.method === 'GET' || request.method === 'HEAD'
  const code = body === null ? 404 : readable ? status : 405
  const text = JSON.stringify(code === 405 || body === null ? { error: code === 405 ? 'GET only' : 'not found' } : body)
  response.writeHead(code, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(code === 405 && { allow: 'GET, HEAD' }),
  })
  response.end(request.method === 'HEAD' ? undefined : text)
}
