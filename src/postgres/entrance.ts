// How a caller's connection begins: TLS in either way, a cancel request, or a startup packet. Promise: nothing that came in
// clear before TLS is believed after it; each refusal of an encryption is answered once; versions are negotiated here.
import { createHash, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls'
import { authored } from '../gateway/authored.ts'
import { limits } from '../gateway/limits.ts'
import { startup, uint32, WireFault } from './frames.ts'
import { WireOutlet } from './outlets.ts'
import { WireInput } from './wire-input.ts'

export interface WireTls {
  readonly context: SecureContext
  /** tls-server-end-point (RFC 5929): what a client binds its proof to. */
  readonly binding: Buffer
}

export interface Startup {
  readonly kind: 'startup'
  readonly socket: Socket
  readonly input: WireInput
  readonly secure: boolean
  /** 0 or 2. */
  readonly minor: 0 | 2
  /** Where the caller asked for a newer version or for options that are not known. */
  readonly negotiate: { readonly unknown: readonly string[] } | null
  readonly parameters: ReadonlyMap<string, string>
}

export interface CancelRequest {
  readonly kind: 'cancel'
  readonly socket: Socket
  readonly key: Buffer
}

const ALPN = 'postgresql'
const TLS_HANDSHAKE = 0x16
const MAJOR = 3

export function wireTls({ cert, key }: { readonly cert: string; readonly key: string }): WireTls {
  const certificate = new X509Certificate(cert)
  const signed = /sha-?(384|512)/i.exec(String(certificate.signatureAlgorithm))?.[1] ?? '256'
  return {
    context: createSecureContext({ cert, key, minVersion: 'TLSv1.2' }),
    binding: createHash(`sha${signed}`).update(certificate.raw).digest(),
  }
}

export async function enter(plain: Socket, tls: WireTls | null): Promise<Startup | CancelRequest> {
  let socket = plain
  let input = new WireInput(socket)
  let secure = false
  if ((await input.peek(1))[0] === TLS_HANDSHAKE) {
    if (tls === null) throw new WireFault('unreadable', 'This listener has no certificate.')
    socket = await encrypt(socket, input, tls, true)
    input = new WireInput(socket)
    secure = true
  }
  const asked = new Set<number>()
  for (;;) {
    const packet = await input.untyped(limits.startupBytes)
    const code = uint32(packet, 0)
    if (code === startup.cancel) return { kind: 'cancel', socket, key: packet.subarray(4) }
    if (code !== startup.tls && code !== startup.gss) return readStartup(packet, { socket, input, secure })
    if (secure || asked.has(code) || packet.length !== 4)
      throw new WireFault('unreadable', 'Encryption was asked twice.')
    asked.add(code)
    // What was sent behind the request is not encrypted, and would be taken for something that is.
    if (input.pending > 0) throw new WireFault('unreadable', 'Something was sent behind a request for encryption.')
    if (code === startup.gss || tls === null) {
      say(socket, 'N')
      continue
    }
    say(socket, 'S')
    socket = await encrypt(socket, input, tls, false)
    input = new WireInput(socket)
    secure = true
  }
}

function say(socket: Socket, word: string): void {
  new WireOutlet<'caller'>(socket).write(authored(word))
}

async function encrypt(plain: Socket, input: WireInput, tls: WireTls, direct: boolean): Promise<Socket> {
  const early = input.release()
  if (early.length > 0) plain.unshift(early)
  const socket = new TLSSocket(plain, { isServer: true, secureContext: tls.context, ALPNProtocols: [ALPN] })
  socket.on('error', () => socket.destroy())
  const secured = new AbortController()
  plain.once('close', () => secured.abort())
  await once(socket, 'secure', { signal: secured.signal })
  if (direct && socket.alpnProtocol !== ALPN) {
    socket.destroy()
    throw new WireFault('unreadable', 'Direct TLS needs the protocol name postgresql.')
  }
  return socket
}

function readStartup(packet: Buffer, from: { socket: Socket; input: WireInput; secure: boolean }): Startup {
  const version = uint32(packet, 0)
  const minor = version & 0xffff
  if (version >>> 16 !== MAJOR || minor === 1) {
    throw new WireFault('unreadable', 'This protocol version is not supported.')
  }
  const parameters = new Map<string, string>()
  const unknown: string[] = []
  let at = 4
  const text = () => {
    const nul = packet.indexOf(0, at)
    if (nul < 0) throw new WireFault('unreadable', 'The startup packet ends too early.')
    const value = packet.toString('utf8', at, nul)
    at = nul + 1
    return value
  }
  for (let name = text(); name !== ''; name = text()) {
    const value = text()
    if (name.startsWith('_pq_.')) unknown.push(name)
    else parameters.set(name, value)
  }
  if (at !== packet.length) throw new WireFault('unreadable', 'The startup packet is longer than what it holds.')
  const negotiate = minor > 2 || unknown.length > 0 ? { unknown } : null
  return { kind: 'startup', ...from, minor: minor >= 2 ? 2 : 0, negotiate, parameters }
}
