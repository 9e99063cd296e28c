// The HTTP listener and its few paths. Promise: HTTPS with certificate files or plain HTTP on loopback, nothing else; what
// is not one of these paths is 404; a caller that sends slowly, or reads nothing, is cut.
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { type CertificateFiles, followCertificate, readCertificate, TLS_SETTINGS } from './certificate.ts'
import { Anteroom } from './gateway/anteroom.ts'
import { limits } from './gateway/limits.ts'
import { Stalls } from './gateway/stalls.ts'
import { listenFault } from './listen-fault.ts'

export interface Doors {
  /** `/mcp/NAME`. */
  mcp(request: IncomingMessage, response: ServerResponse, connection: string): void
  /** `/api/v1/…`. */
  api: RequestListener
  /** RFC 9728; `connection` is null for the gateway's own document. Null: there is no such connection. */
  metadata(connection: string | null): object | null
  healthy(): boolean
  /** A connection from here, on which nothing was asked, was closed for another one. */
  crowded(address: string): void
}

export interface ListenOptions {
  readonly host: string
  readonly port: number
  readonly tls: CertificateFiles | null
  /** Told when the certificate changes, or cannot. */
  readonly say?: (sentence: string) => void
  /** How long a caller may read nothing of what waits for it; no configuration says so. */
  readonly stallMs?: number
}

const CONNECTION_PATH = /^\/mcp\/([a-z0-9][a-z0-9_-]{0,62})\/?$/
const METADATA_PATH = /^\/\.well-known\/oauth-protected-resource(?:\/mcp\/([a-z0-9][a-z0-9_-]{0,62}))?\/?$/

/** Listens, and resolves once connections are accepted. Rejects with a sentence when the address cannot be had. */
export async function listen(options: ListenOptions, doors: Doors): Promise<Listener> {
  const settings = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    // A held call and an event stream outlive any limit on a whole request; bodies have a limit of their own.
    requestTimeout: 0,
    keepAliveTimeout: limits.idleConnectionMs,
    noDelay: true,
  }
  const anteroom = new Anteroom(doors.crowded)
  const route: RequestListener = (request, response) => {
    const { socket } = request
    anteroom.leave(socket)
    response.once('close', () => anteroom.enter(socket))
    dispatch(request, response, doors)
  }
  const { tls } = options
  const pair = tls && (await readCertificate(tls))
  const secure = pair && createSecureServer({ ...settings, ...pair, ...TLS_SETTINGS }, route)
  const server = secure ?? createServer(settings, route)
  // Its requests end as those of a caller that went away.
  const stalls = new Stalls(options.stallMs)
  server.on(secure ? 'secureConnection' : 'connection', (socket: Socket) => {
    stalls.watch(socket, () => socket.destroy())
  })
  server.on('connection', (socket: Socket) => anteroom.enter(socket))
  server.once('close', () => stalls.close())
  await new Promise<void>((resolve, reject) => {
    server.once('error', error => reject(listenFault(error, options, 'listen.http')))
    server.listen({ host: options.host, port: options.port }, () => resolve())
  })
  const say = options.say ?? (() => undefined)
  return new Listener(server, secure && tls ? followCertificate(secure, tls, pair, say) : () => undefined)
}

export class Listener {
  readonly #server: Server
  readonly #unfollow: () => void
  constructor(server: Server, unfollow: () => void) {
    this.#server = server
    this.#unfollow = unfollow
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Takes no new connections; `finish` cuts those that are still open. */
  close(): Promise<void> {
    this.#unfollow()
    return new Promise(resolve => {
      this.#server.close(() => resolve())
      this.#server.closeIdleConnections()
    })
  }

  finish(): void {
    this.#server.closeAllConnections()
  }
}

/**
 * Of these Node keeps the first and forgets the others; a proxy before the gateway may have looked at another one. Joined
 * they are neither a token nor a host, and are refused like any that is wrong.
 */
function joinRepeated({ headers, rawHeaders }: IncomingMessage): void {
  const seen = { host: 0, authorization: 0 }
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const raw = rawHeaders[at] as string
    // Told by their lengths first: this is done for every request.
    const name = raw.length === 4 ? 'host' : raw.length === 13 ? 'authorization' : null
    if (name === null || raw.toLowerCase() !== name) continue
    if (seen[name]++ > 0) headers[name] = `${headers[name]}, ${rawHeaders[at + 1]}`
  }
}

function dispatch(request: IncomingMessage, response: ServerResponse, doors: Doors): void {
  joinRepeated(request)
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
