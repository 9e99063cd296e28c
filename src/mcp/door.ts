// The MCP door: Streamable HTTP for callers, each connection at its own path. Promise: every HTTP request is checked,
// identified and brought to its session before a byte of it is judged, and each refusal is in the record first.
import type { KeyObject } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { type Code, Refusal } from '../gateway/errors.ts'
import type { Gateway, Subject } from '../gateway/seam.ts'
import { Turns } from '../gateway/turns.ts'
import { nobody, type Own, refusalAnswer, rpc } from './answers.ts'
import { drain } from './body.ts'
import { Burdens } from './burdens.ts'
import type { McpConnectionConfig } from './connection-config.ts'
import type { Lender } from './database.ts'
import { type Accepts, accepts, type FromElsewhere, fromElsewhere } from './entrance.ts'
import { HttpPools } from './http-pools.ts'
import type { DoorParts } from './link.ts'
import { Links } from './links.ts'
import { createOpaque } from './opaque.ts'
import { Posting } from './posting.ts'
import { SingleReply } from './reply.ts'
import { legacyHeaders } from './request-headers.ts'
import { StandingStream } from './standing-stream.ts'
import type { OpenStdio } from './upstream.ts'
import { isLegacyVersion, isModernVersion } from './versions.ts'

/** Who cannot be let in, and the `WWW-Authenticate` to tell them. */
interface Unidentified {
  readonly code: 'unauthenticated' | 'forbidden'
  readonly challenge: string
  /** Why, as a word of the gateway for the record. */
  readonly reason?: string
  /** In the place of what the refusal table says. */
  readonly says?: string
}

/** Who sends a request to a connection, from its headers alone. */
type Identify = (
  headers: IncomingHttpHeaders,
  connection: string,
) => Promise<Subject | Unidentified> | Subject | Unidentified

export interface McpDoorOptions {
  readonly gateway: Gateway
  /** What is configured now, by name. */
  readonly connections: () => ReadonlyMap<string, McpConnectionConfig>
  readonly identify: Identify
  readonly publicUrl: string
  /** Origins of browser-based clients that may call. */
  readonly origins?: readonly string[]
  /** AES-256: identifiers given to callers open only with it. */
  readonly opaqueKey: KeyObject
  readonly version: string
  readonly openStdio?: OpenStdio
  /** Gives servers the names of their callers at databases. */
  readonly lender?: Lender
  /** Told what the system of a connection lists, where all of it was read. */
  readonly listed?: DoorParts['listed']
}

export interface McpDoor {
  handle(request: IncomingMessage, response: ServerResponse, connectionName: string): void
  close(): Promise<void>
}

export function createMcpDoor(options: McpDoorOptions): McpDoor {
  const pools = new HttpPools()
  const { gateway, version, lender = null, listed = () => undefined } = options
  const turns = new Turns()
  const burdens = new Burdens()
  const parts = { gateway, opaque: createOpaque(options.opaqueKey), version, lender, listed }
  const links = new Links(parts, pools, options.openStdio ?? null)
  const entrance = { ...options, fromElsewhere: fromElsewhere(options) }
  return {
    handle(request, response, name) {
      new Visit(entrance, turns, burdens, links, request, response).run(name)
    },
    async close() {
      await links.close()
      await pools.close()
    },
  }
}

interface Entrance extends McpDoorOptions {
  readonly fromElsewhere: FromElsewhere
}

/** One HTTP request. */
class Visit {
  readonly #options: Entrance
  readonly #turns: Turns
  readonly #burdens: Burdens
  readonly #links: Links
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #accepts: Accepts
  readonly #reply: SingleReply

  constructor(
    options: Entrance,
    turns: Turns,
    burdens: Burdens,
    links: Links,
    request: IncomingMessage,
    response: ServerResponse,
  ) {
    this.#options = options
    this.#turns = turns
    this.#burdens = burdens
    this.#links = links
    this.#request = request
    this.#response = response
    this.#accepts = accepts(request.headers)
    this.#reply = new SingleReply(response, this.#accepts.events)
  }

  run(name: string): void {
    this.#enter(name).catch(async error => {
      const source = this.#source()
      const refusal = error instanceof Refusal ? error : await this.#options.gateway.stranger('internal', source)
      this.#tell(refusal)
    })
  }

  async #enter(name: string): Promise<void> {
    const { headers, method, socket } = this.#request
    if (this.#options.fromElsewhere(headers, socket.localPort))
      return this.#turnAway('forbidden', null, 'elsewhere', ELSEWHERE)
    const config = this.#options.connections().get(name)
    if (!config) return this.#turnAway('forbidden', rpc.noConnection, rpc.noConnection.word)
    if (method !== 'POST' && method !== 'GET' && method !== 'DELETE') {
      this.#allowMethods()
      return this.#turnAway('unreadable', rpc.methodNotAllowed, rpc.methodNotAllowed.word)
    }
    const identified = this.#options.identify(headers, name)
    const subject = identified instanceof Promise ? await identified : identified
    if ('challenge' in subject) {
      this.#reply.headers['www-authenticate'] = subject.challenge
      return this.#turnAway(subject.code, null, subject.reason, subject.says)
    }
    if (method === 'POST') {
      return new Posting(
        this.#options.gateway,
        this.#turns,
        this.#burdens,
        this.#links,
        this.#request,
        this.#response,
        this.#reply,
        this.#accepts,
      ).run(subject, config)
    }
    if (isModernVersion(headers['mcp-protocol-version'])) {
      this.#allowMethods()
      return this.#refuseVisit(subject, config, 'This protocol version knows POST alone.', rpc.methodNotAllowed)
    }
    if (method === 'GET') return this.#listen(subject, config)
    return this.#end(subject, config)
  }

  // ---- GET and DELETE, legacy versions only ----

  async #listen(subject: Subject, config: McpConnectionConfig): Promise<void> {
    if (!this.#accepts.events)
      return this.#refuseVisit(subject, config, 'Only event streams are given here.', rpc.notAcceptable)
    const link = await this.#named(subject, config)
    if (!link) return
    const { headers } = this.#request
    const last = headers['last-event-id']
    const after = typeof last === 'string' ? link.unwrapEvent(last) : null
    if (last !== undefined && after === null) {
      return this.#refuseVisit(subject, config, 'This event id was not given to this session.', rpc.invalidRequest)
    }
    const outcome = await new StandingStream(link, this.#reply).run(after, legacyHeaders(headers).base)
    if (outcome === 405) return this.#notOffered()
    if (outcome === 404) return this.#refuseVisit(subject, config, NO_SESSION, rpc.sessionNotFound)
    if (outcome !== null) this.#tell(outcome)
  }

  async #end(subject: Subject, config: McpConnectionConfig): Promise<void> {
    const link = await this.#named(subject, config)
    if (!link) return
    const outcome = await link.upstream.close(legacyHeaders(this.#request.headers).base)
    if (outcome === 'absent') return this.#notOffered()
    await link.session.close('done')
    this.#reply.finishEmpty(200)
  }

  /** The session this request names; when there is none the caller has been told. */
  async #named(subject: Subject, config: McpConnectionConfig) {
    const { headers } = this.#request
    const version = headers['mcp-protocol-version']
    const name = headers['mcp-session-id']
    if (version !== undefined && !isLegacyVersion(version, config.system.kind)) {
      await this.#refuseVisit(subject, config, UNKNOWN_VERSION, rpc.invalidRequest)
      return null
    }
    if (typeof name !== 'string') {
      await this.#refuseVisit(subject, config, 'This request needs a session: send Mcp-Session-Id.', rpc.invalidRequest)
      return null
    }
    const link = this.#links.find(name, subject, config)
    if (!link) await this.#refuseVisit(subject, config, NO_SESSION, rpc.sessionNotFound)
    return link
  }

  // ---- refusals ----

  /** Of a subject, outside every named session: in the record of what it does at this connection. */
  async #refuseVisit(subject: Subject, config: McpConnectionConfig, sentence: string, own: Own): Promise<void> {
    const { gateway } = this.#options
    const session = await gateway.open(subject, config.connection, subject.tokenFamily)
    if (session instanceof Refusal) return this.#tell(session)
    this.#tell(await gateway.refuse(session, 'unreadable', sentence, own.word), own)
  }

  async #turnAway(code: Code, own: Own | null, reason: string | undefined, detail?: string): Promise<void> {
    const refusal = await this.#options.gateway.stranger(code, this.#source(), reason)
    // What could not be recorded is told as that.
    const told = detail === undefined || refusal.code !== code ? refusal : new Refusal(code, refusal.reference, detail)
    this.#tell(told, own)
  }

  /** The system's own answer to a stream or an end that it does not have. */
  #notOffered(): void {
    this.#allowMethods()
    this.#reply.finishEmpty(405)
  }

  #allowMethods(): void {
    const modern = isModernVersion(this.#request.headers['mcp-protocol-version'])
    this.#reply.headers.allow = modern ? 'POST' : 'GET, POST, DELETE'
  }

  #tell(refusal: Refusal, own: Own | null = null): void {
    if (this.#response.headersSent || this.#response.destroyed) return
    const { status, part } = refusalAnswer(refusal, nobody, own)
    if (!this.#request.readableEnded) drain(this.#request)
    this.#reply.finish(part, status)
  }

  #source(): string {
    return this.#request.socket.remoteAddress ?? 'unknown'
  }
}

const ELSEWHERE = 'This request names another host or origin than the gateway is published under.'
const NO_SESSION = 'There is no such session. Initialize again.'
const UNKNOWN_VERSION = 'This protocol version is not known to the gateway.'
