// A protected MCP server over Streamable HTTP. Promise: it is sent the gateway's credential and checked headers and nothing
// else of the caller's; its session id stays here.
import type { IncomingHttpHeaders } from 'node:http'
import type { Authored } from '../gateway/authored.ts'
import { limits } from '../gateway/limits.ts'
import type { Cleared } from '../recording/inbox.ts'
import type { HttpPools } from './http-pools.ts'
import { type Expecting, HttpReading } from './http-reading.ts'
import { upstreamBody } from './outlets.ts'
import { type Sending, type Upstream, type UpstreamAnswer, UpstreamError } from './upstream.ts'

export interface HttpSystem {
  readonly kind: 'http'
  readonly url: string
  /** The gateway's own credential as a header, asked for at each request so that a rotated one is used at once. */
  readonly credential: () => { readonly name: string; readonly value: string } | null
}

const NEVER = new AbortController().signal
const SESSION_ID = /^[\x21-\x7e]{1,1024}$/

export class HttpUpstream implements Upstream {
  readonly lost = NEVER
  #credential: HttpSystem['credential']
  readonly #pools: HttpPools
  readonly #origin: string
  readonly #path: string
  #session: string | null = null

  constructor(system: HttpSystem, pools: HttpPools) {
    const url = new URL(system.url)
    this.#credential = system.credential
    this.#pools = pools
    this.#origin = url.origin
    this.#path = url.pathname + url.search
  }

  /** A credential that was changed in the configuration. */
  use(credential: HttpSystem['credential']): void {
    this.#credential = credential
  }

  send(part: Cleared<'system'> | Authored, sending: Sending): Promise<UpstreamAnswer> {
    const headers = this.#headers(sending.headers)
    headers.push('content-type', 'application/json', 'accept', 'application/json, text/event-stream')
    const opens = sending.method === 'initialize'
    return this.#dispatch('POST', headers, upstreamBody(part), {
      kind: sending.kind === 'request' ? 'request' : 'one-way',
      signal: sending.signal,
      head: (status, answered) => {
        if (opens && status === 200) this.#open(answered)
      },
    })
  }

  listen(after: string | null, given: Readonly<Record<string, string>>, signal: AbortSignal): Promise<UpstreamAnswer> {
    const headers = this.#headers(given)
    headers.push('accept', 'text/event-stream')
    if (after !== null) headers.push('last-event-id', after)
    return this.#dispatch('GET', headers, null, { kind: 'listen', signal, head: () => undefined })
  }

  async close(given: Readonly<Record<string, string>>): Promise<'closed' | 'absent'> {
    if (this.#session === null) return 'closed'
    const expecting: Expecting = { kind: 'end', signal: AbortSignal.timeout(limits.farewellMs), head: () => undefined }
    const answer = await this.#dispatch('DELETE', this.#headers(given), null, expecting)
    if (answer.kind === 'absent' && answer.status === 405) return 'absent'
    this.#session = null
    return 'closed'
  }

  #open(headers: IncomingHttpHeaders): void {
    const session = headers['mcp-session-id']
    if (typeof session === 'string' && SESSION_ID.test(session)) this.#session = session
  }

  #headers(given: Readonly<Record<string, string>>): string[] {
    const headers = ['accept-encoding', 'identity']
    for (const name in given) headers.push(name, given[name] as string)
    if (this.#session !== null) headers.push('mcp-session-id', this.#session)
    const credential = this.#credential()
    if (credential) headers.push(credential.name, credential.value)
    return headers
  }

  #dispatch(method: string, headers: string[], body: Uint8Array | null, expecting: Expecting): Promise<UpstreamAnswer> {
    return new Promise((resolve, reject) => {
      const reading = new HttpReading(expecting, { resolve, reject })
      try {
        this.#pools.to(this.#origin).dispatch({ path: this.#path, method, headers, body }, reading)
      } catch {
        reject(new UpstreamError('unreachable'))
      }
    })
  }
}
