// A listener on this machine whose connections go on to the gateway as who is signed in. Promise: only programs of the same
// user are let in; towards the gateway it is TLS with a checked certificate, or loopback; the credential never leaves this
// process but as a proof.
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, isIP, type Server, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { limits } from '../gateway/limits.ts'
import { back, FrameReader, front, startup, uint32 } from '../postgres/frames.ts'
import { errorBytes, frame, uint32Bytes } from '../postgres/messages.ts'
import { SCRAM, ScramClient } from '../postgres/scram.ts'
import { WireInput } from '../postgres/wire-input.ts'
import type { DatabaseCredential } from './database-credential.ts'
import { CliError } from './output.ts'
import { peerUser } from './peer-user.ts'

export interface LocalProxyOptions {
  readonly host: string
  readonly port: number
  readonly first: DatabaseCredential
  readonly renew: () => Promise<DatabaseCredential>
  readonly say: (text: string) => void
}

const ALPN = 'postgresql'
const RENEW_BEFORE_MS = 10_000

export class LocalProxy {
  readonly #options: LocalProxyOptions
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #credential: Promise<DatabaseCredential>

  private constructor(options: LocalProxyOptions) {
    this.#options = options
    this.#credential = Promise.resolve(options.first)
    this.#server = createServer({ noDelay: true }, socket => void this.#serve(socket))
  }

  static async start(options: LocalProxyOptions): Promise<LocalProxy> {
    if (process.platform !== 'linux' || process.getuid === undefined) {
      throw new CliError(
        'failed',
        'On this system it cannot be told whose program connects, so nobody could be let in.',
        'Use sallyport psql or sallyport credentials.',
      )
    }
    const proxy = new LocalProxy(options)
    proxy.#server.listen({ host: options.host, port: options.port })
    await once(proxy.#server, 'listening')
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  async #serve(local: Socket): Promise<void> {
    this.#keep(local)
    const late = setTimeout(() => local.destroy(), limits.signInMs)
    try {
      const user = await peerUser(local)
      if (user === null || user !== process.getuid?.()) {
        this.#options.say('A program of another user tried to connect and was refused.')
        local.destroy()
        return
      }
      await this.#join(local)
    } catch (error) {
      const message = error instanceof CliError ? error.message : 'The gateway could not be reached.'
      if (!local.destroyed) local.end(errorBytes({ severity: 'FATAL', sqlState: '08006', message }))
    } finally {
      clearTimeout(late)
    }
  }

  async #join(local: Socket): Promise<void> {
    const input = new WireInput(local)
    let packet: Buffer
    for (;;) {
      packet = await input.untyped(limits.startupBytes)
      const code = uint32(packet, 0)
      if (code !== startup.tls && code !== startup.gss) break
      local.write('N')
    }
    if (uint32(packet, 0) === startup.cancel) {
      const gateway = await this.#reach(await this.#current())
      gateway.end(Buffer.concat([uint32Bytes(packet.length + 4), packet]))
      local.end()
      return
    }
    const { gateway, told, rest } = await this.#signIn(packet)
    if (local.destroyed) {
      gateway.destroy()
      return
    }
    local.write(Buffer.concat([told, rest]))
    gateway.write(input.release())
    local.pipe(gateway)
    gateway.pipe(local)
    for (const [one, other] of [
      [local, gateway],
      [gateway, local],
    ] as const) {
      one.once('close', () => other.destroySoon())
    }
  }

  /** Once more with a new credential where the gateway no longer knows the last: it may have been started anew. */
  async #signIn(packet: Buffer): Promise<SignedIn> {
    const credential = await this.#current()
    const first = await this.#signInWith(credential, packet)
    if (first !== 'unknown') return first
    this.#credential = this.#options.renew()
    const renewed = await this.#current()
    const second = await this.#signInWith(renewed, packet)
    if (second === 'unknown') throw new CliError('refused', 'The gateway did not accept its own credential.')
    return second
  }

  async #signInWith(credential: DatabaseCredential, packet: Buffer): Promise<SignedIn | 'unknown'> {
    const gateway = await this.#reach(credential)
    try {
      return await signIn(gateway, packet, credential)
    } catch (fault) {
      gateway.destroy()
      throw fault
    }
  }

  async #current(): Promise<DatabaseCredential> {
    const known = await this.#credential.catch(() => null)
    if (known === null || Date.parse(known.expires) - Date.now() < RENEW_BEFORE_MS) {
      this.#credential = this.#options.renew()
    }
    return this.#credential
  }

  async #reach({ host, port, tls }: DatabaseCredential): Promise<Socket> {
    const named = isIP(host) === 0 ? { servername: host } : {}
    const socket = tls
      ? connectTls({ host, port, ...named, ALPNProtocols: [ALPN], minVersion: 'TLSv1.2' })
      : connect({ host, port })
    this.#keep(socket)
    const late = setTimeout(() => socket.destroy(), limits.connectMs)
    const gone = new AbortController()
    const onGone = () => gone.abort()
    socket.once('close', onGone)
    try {
      await once(socket, tls ? 'secureConnect' : 'connect', { signal: gone.signal })
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : ''
      throw new CliError(
        'unreachable',
        certificateFaults.test(code) ? NOT_TRUSTED : 'The gateway could not be reached.',
      )
    } finally {
      clearTimeout(late)
      socket.off('close', onGone)
    }
    return socket
  }

  #keep(socket: Socket): void {
    socket.setNoDelay(true)
    this.#sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.once('close', () => this.#sockets.delete(socket))
  }
}

const certificateFaults = /CERT|SIGNATURE|ALTNAME|SELF_SIGNED|ISSUER/
const NOT_TRUSTED = 'The certificate of the gateway is not trusted here: name its authority in NODE_EXTRA_CA_CERTS.'

interface SignedIn {
  readonly gateway: Socket
  /** What the client is to hear before all else. */
  readonly told: Buffer
  readonly rest: Buffer
}

/** Speaks SCRAM in place of the client. `unknown`: the gateway knows no such credential. */
async function signIn(gateway: Socket, packet: Buffer, of: DatabaseCredential): Promise<SignedIn | 'unknown'> {
  gateway.write(startupFor(packet, of))
  const input = new WireInput(gateway)
  const told: Buffer[] = []
  const scram = new ScramClient(of.password)
  let proved = false
  for (;;) {
    const { type, bytes } = await input.frame(limits.startupBytes)
    if (type === back.negotiate) told.push(bytes)
    else if (type === back.error) {
      if (bytes.includes('\0C28000\0')) {
        gateway.destroy()
        return 'unknown'
      }
      return { gateway, told: Buffer.concat([...told, bytes]), rest: input.release() }
    } else if (type === back.authentication) {
      const kind = new FrameReader(bytes, 0, bytes.length).int32()
      const data = bytes.subarray(9)
      if (kind === 0 && proved) {
        told.push(bytes)
        return { gateway, told: Buffer.concat(told), rest: input.release() }
      }
      if (kind === 10 && data.toString('latin1').split('\0').includes(SCRAM)) {
        const first = Buffer.from(scram.first())
        gateway.write(frame(front.password, `${SCRAM}\0`, uint32Bytes(first.length), first))
      } else if (kind === 11) gateway.write(frame(front.password, scram.final(data.toString())))
      else if (kind === 12 && scram.proves(data.toString())) proved = true
      else throw new CliError('refused', 'What answers there is not the gateway.')
    } else throw new CliError('refused', 'What answers there is not the gateway.')
  }
}

/** The client's own packet with the gateway's names for user and database. */
function startupFor(packet: Buffer, { user, database }: DatabaseCredential): Buffer {
  const members = packet.toString('utf8', 4).split('\0')
  const kept: string[] = []
  for (let at = 0; at + 1 < members.length && members[at] !== ''; at += 2) {
    if (members[at] !== 'user' && members[at] !== 'database')
      kept.push(members[at] as string, members[at + 1] as string)
  }
  const body = Buffer.from(`${['user', user, 'database', database, ...kept].join('\0')}\0\0`)
  return Buffer.concat([uint32Bytes(body.length + 8), packet.subarray(0, 4), body])
}
