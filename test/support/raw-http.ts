// HTTP spoken by hand over one socket per request. Promise: every byte the server sent is kept, and anything can be sent,
// also what no HTTP client would.
import { connect, type Socket } from 'node:net'

export interface RawRequest {
  readonly method?: string
  /** Names are sent as written; a list where one is sent twice. Host and lengths are added unless they are here. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string | Uint8Array
}

export interface Heard {
  /** All that came, framing included. */
  readonly raw: Buffer
  /** 0 until the head is whole. */
  readonly status: number
  /** Lower-case names; a repeated one is joined by a comma. */
  readonly headers: Readonly<Record<string, string>>
  /** Without transfer encoding. */
  readonly body: Buffer
}

const CRLF2 = Buffer.from('\r\n\r\n')

/** One request under way. */
export class RawExchange {
  /** Resolves when the server has ended the connection, or it was cut. */
  readonly done: Promise<Heard>
  readonly #socket: Socket
  readonly #chunks: Buffer[] = []
  readonly #watchers = new Set<() => void>()
  #closed = false

  constructor(url: string, request: RawRequest) {
    const { hostname, port, host, pathname, search } = new URL(url)
    const { method = request.body === undefined ? 'GET' : 'POST', headers = {} } = request
    const body = Buffer.from(request.body ?? '')
    const given = new Set(Object.keys(headers).map(name => name.toLowerCase()))
    const lines = [`${method} ${pathname}${search} HTTP/1.1`]
    if (!given.has('host')) lines.push(`Host: ${host}`)
    if (!given.has('connection')) lines.push('Connection: close')
    if (request.body !== undefined && !given.has('content-length') && !given.has('transfer-encoding'))
      lines.push(`Content-Length: ${body.length}`)
    for (const [name, value] of Object.entries(headers))
      for (const each of typeof value === 'string' ? [value] : value) lines.push(`${name}: ${each}`)
    this.#socket = connect(Number(port), hostname)
    this.#socket.setNoDelay(true)
    this.#socket.on('data', chunk => {
      this.#chunks.push(chunk)
      this.#changed()
    })
    this.done = new Promise(resolve => {
      this.#socket.on('error', () => undefined)
      this.#socket.on('close', () => {
        this.#closed = true
        this.#changed()
        resolve(this.heard)
      })
    })
    // A server may refuse and close before the whole body is written.
    this.#socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    if (body.length > 0) this.#socket.write(body)
  }

  get heard(): Heard {
    return parse(Buffer.concat(this.#chunks))
  }

  /** What came, once it is such that `test` holds. Rejects when the connection ends before. */
  async until(test: (heard: Heard) => boolean): Promise<Heard> {
    for (;;) {
      const heard = this.heard
      if (test(heard)) return heard
      if (this.#closed) throw new Error(`the connection ended first, with HTTP status ${heard.status}`)
      await new Promise<void>(resolve => this.#watchers.add(resolve))
    }
  }

  /** The caller goes away. */
  cut(): Promise<Heard> {
    this.#socket.destroy()
    return this.done
  }

  #changed(): void {
    for (const resolve of this.#watchers) resolve()
    this.#watchers.clear()
  }
}

/** Sends one request and resolves with all that came. */
export function rawHttp(url: string, request: RawRequest): Promise<Heard> {
  return new RawExchange(url, request).done
}

function parse(raw: Buffer): Heard {
  const end = raw.indexOf(CRLF2)
  if (end < 0) return { raw, status: 0, headers: {}, body: Buffer.alloc(0) }
  const [first = '', ...lines] = raw.subarray(0, end).toString('latin1').split('\r\n')
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1).trim()
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`
  }
  const rest = raw.subarray(end + 4)
  const body = headers['transfer-encoding'] === 'chunked' ? unchunked(rest) : rest
  return { raw, status: Number(first.split(' ')[1]), headers, body }
}

/** The whole chunks of it. */
function unchunked(bytes: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; ; ) {
    const line = bytes.indexOf('\r\n', at)
    if (line < 0) break
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16)
    const part = bytes.subarray(line + 2, line + 2 + size)
    if (!(size > 0) || part.length < size) break
    parts.push(part)
    at = line + 2 + size + 2
  }
  return Buffer.concat(parts)
}
