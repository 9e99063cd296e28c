// A client that sends exactly the bytes a test gives it, in the pieces it says, and hears frames.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { front, uint32 } from '../frames.ts'
import { frame, int16Bytes, uint32Bytes } from '../messages.ts'

export interface Heard {
  readonly type: string
  readonly body: Buffer
}

export class RawClient {
  readonly socket: Socket
  readonly heard: Heard[] = []
  #kept: Buffer = Buffer.alloc(0)
  #wake: (() => void) | null = null
  /** What cancels its statements, once it is signed in. */
  key: Buffer = Buffer.alloc(0)
  closed = false

  private constructor(socket: Socket) {
    this.socket = socket
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.closed = true
      this.#wake?.()
    })
    socket.on('data', piece => this.#take(piece))
  }

  static async open(port: number): Promise<RawClient> {
    const socket = connect({ host: '127.0.0.1', port })
    await once(socket, 'connect')
    return new RawClient(socket)
  }

  /** Over a connection that stands, which may be one of TLS. */
  static over(socket: Socket): RawClient {
    return new RawClient(socket)
  }

  /** Signed in with a token. */
  static async signedIn(port: number, more: Readonly<Record<string, string>> = {}): Promise<RawClient> {
    const client = await RawClient.open(port)
    await client.signIn(more)
    return client
  }

  async signIn(more: Readonly<Record<string, string>> = {}): Promise<void> {
    this.send(startupBytes({ user: 'alice', database: 'clinic', ...more }))
    await this.until('R')
    this.send(frame(front.password, 'token-of-alice\0'))
    await this.until('Z')
    this.key = this.heard.find(({ type }) => type === 'K')?.body ?? this.key
    this.heard.length = 0
  }

  send(...bytes: readonly Uint8Array[]): void {
    this.socket.write(Buffer.concat(bytes))
  }

  /** Byte by byte, each in a packet of its own as far as the system lets it. */
  async drip(bytes: Uint8Array): Promise<void> {
    for (const byte of bytes) {
      this.socket.write(Buffer.from([byte]))
      await new Promise(resolve => setImmediate(resolve))
    }
  }

  /** All heard so far, once a frame of this type has come (the nth of it), or the connection has ended. */
  async until(type: string, times = 1): Promise<readonly Heard[]> {
    while (!this.closed && this.heard.filter(one => one.type === type).length < times) {
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
    return this.heard
  }

  async end(): Promise<readonly Heard[]> {
    return this.until('none')
  }

  get types(): string {
    return this.heard.map(({ type }) => type).join('')
  }

  #take(piece: Buffer): void {
    this.#kept = Buffer.concat([this.#kept, piece])
    let at = 0
    while (this.#kept.length - at >= 5) {
      const end = at + 1 + uint32(this.#kept, at + 1)
      if (end > this.#kept.length) break
      this.heard.push({
        type: String.fromCharCode(this.#kept[at] as number),
        body: Buffer.from(this.#kept.subarray(at + 5, end)),
      })
      at = end
    }
    this.#kept = this.#kept.subarray(at)
    this.#wake?.()
  }
}

export function startupBytes(parameters: Readonly<Record<string, string>>, version = 3 << 16): Buffer {
  const body = Buffer.from(`${Object.entries(parameters).flat().join('\0')}\0\0`)
  return Buffer.concat([uint32Bytes(body.length + 8), uint32Bytes(version), body])
}

export const say = {
  query: (sql: string) => frame(front.query, `${sql}\0`),
  parse: (name: string, sql: string) => frame(front.parse, `${name}\0${sql}\0`, int16Bytes(0)),
  bind: (portal: string, statement: string, values: readonly string[] = [], resultFormats: readonly number[] = []) =>
    frame(
      front.bind,
      `${portal}\0${statement}\0`,
      int16Bytes(0),
      int16Bytes(values.length),
      ...values.flatMap(value => [uint32Bytes(Buffer.byteLength(value)), value]),
      int16Bytes(resultFormats.length),
      ...resultFormats.map(int16Bytes),
    ),
  describe: (kind: 'S' | 'P', name: string) => frame(front.describe, `${kind}${name}\0`),
  execute: (portal: string, rows = 0) => frame(front.execute, `${portal}\0`, uint32Bytes(rows)),
  close: (kind: 'S' | 'P', name: string) => frame(front.close, `${kind}${name}\0`),
  sync: () => frame(front.sync),
  flush: () => frame(front.flush),
} as const

/** A field of an error or a notice. */
export function field({ body }: Heard, kind: string): string | undefined {
  return body
    .toString()
    .split('\0')
    .find(part => part.startsWith(kind))
    ?.slice(1)
}
