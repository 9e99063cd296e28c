// The gateway's own connection to a database. Promise: the login is the gateway's and is proved without being sent where
// the server can do that; over TLS the server's certificate is checked; nothing of the sign-in reaches a caller.
import { once } from 'node:events'
import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { authoredBytes } from '../gateway/authored.ts'
import { limits } from '../gateway/limits.ts'
import type { Cleared } from '../recording/inbox.ts'
import type { PostgresConnectionConfig, PostgresLogin } from './connection-config.ts'
import { back, FrameReader, front, HEAD_BYTES, startup, WireFault } from './frames.ts'
import { frame, uint32Bytes } from './messages.ts'
import { WireOutlet } from './outlets.ts'
import { md5Password, SCRAM, ScramClient } from './scram.ts'
import { SystemFramer, type SystemFrames } from './system-framer.ts'

const failed = () => new WireFault('upstream', 'The protected system could not be reached.')

/** A socket whose bytes are read as frames by whoever has attached last. */
export class Upstream {
  readonly socket: Socket
  readonly framer: SystemFramer
  readonly outlet: WireOutlet<'system'>
  /** ParameterStatus frames of the sign-in, as they came. */
  parameters: Buffer = Buffer.alloc(0)
  /** Process id and secret, as a cancel request names them. */
  key: Buffer = Buffer.alloc(0)
  readonly #proofs: WeakProofs
  #frames: SystemFrames
  #onRead: () => void = () => undefined
  #onFault: (fault: unknown) => void
  #settle: () => Promise<void> | null = () => null
  /** Something was read that is not looked at yet. */
  #held = false
  #paused = false

  private constructor({ tls, md5 = false }: PostgresConnectionConfig, make: (upstream: Upstream) => Socket) {
    this.#proofs = { clear: tls !== null, md5 }
    const early = () => {
      throw new WireFault('upstream', 'The system spoke before it was asked.')
    }
    this.#frames = { frame: early, streams: () => false, streamed: early, full: () => undefined }
    this.#onFault = () => this.socket.destroy()
    this.framer = new SystemFramer({
      frame: (type, buffer, start, end) => this.#frames.frame(type, buffer, start, end),
      streams: (type, bytes) => this.#frames.streams(type, bytes),
      streamed: type => this.#frames.streamed(type),
      full: () => this.#frames.full(),
    })
    this.socket = make(this)
    this.socket.setNoDelay(true)
    this.outlet = new WireOutlet(this.socket)
    this.socket.on('error', () => this.socket.destroy())
  }

  /** `onRead` follows the frames of each read, which `settle` comes before. */
  attach(
    frames: SystemFrames,
    onRead: () => void,
    onFault: (fault: unknown) => void,
    settle: () => Promise<void> | null = () => null,
  ): void {
    this.#frames = frames
    this.#onRead = onRead
    this.#onFault = onFault
    this.#settle = settle
  }

  pause(): void {
    this.#paused = true
    this.socket.pause()
  }

  resume(): void {
    this.#paused = false
    if (!this.#held) this.socket.resume()
  }

  /** False where nothing more may be read for now. */
  #arrived(take: () => void): boolean {
    const settling = this.#settle()
    if (settling === null) {
      this.#read(take)
      return true
    }
    this.#held = true
    this.socket.pause()
    void this.#later(settling, take)
    return false
  }

  async #later(settling: Promise<void>, take: () => void): Promise<void> {
    try {
      await settling
    } catch (fault) {
      this.#onFault(fault)
      return
    }
    this.#held = false
    this.#read(take)
    if (!this.#paused && !this.#held) this.socket.resume()
  }

  #read(take: () => void): void {
    try {
      take()
      this.#onRead()
    } catch (fault) {
      this.#onFault(fault)
    }
  }

  static async connect(config: PostgresConnectionConfig): Promise<Upstream> {
    const { host, port, tls } = config
    if (tls === null) {
      const upstream = new Upstream(config, self =>
        connect({
          host,
          port,
          onread: {
            buffer: () => self.framer.space(),
            // Where the next bytes go is asked as soon as this returns.
            callback: bytes => {
              self.framer.took(bytes)
              return self.#arrived(() => self.framer.walk())
            },
          },
        }),
      )
      await reached(upstream.socket, 'connect')
      upstream.socket.setKeepAlive(true, limits.keepAliveMs)
      return upstream
    }
    const plain = connect({ host, port })
    plain.on('error', () => plain.destroy())
    await reached(plain, 'connect')
    plain.setKeepAlive(true, limits.keepAliveMs)
    const request = Buffer.concat([uint32Bytes(8), uint32Bytes(startup.tls)])
    new WireOutlet<'system'>(plain).write(authoredBytes(request))
    const [answer] = (await reached(plain, 'data')) as [Buffer]
    if (answer.length !== 1 || answer[0] !== 'S'.charCodeAt(0)) {
      plain.destroy()
      throw failed()
    }
    const socket = connectTls({
      socket: plain,
      // An address has no place in the name that is sent, and is checked all the same.
      host: tls.servername,
      servername: isIP(tls.servername) === 0 ? tls.servername : '',
      ALPNProtocols: ['postgresql'],
      minVersion: 'TLSv1.2',
      ...(tls.ca === null ? {} : { ca: tls.ca }),
    })
    const upstream = new Upstream(config, () => socket)
    await reached(socket, 'secureConnect')
    socket.on('data', piece => upstream.#arrived(() => upstream.framer.push(piece)))
    return upstream
  }

  /** `packet` is the startup packet; resolves when the system is ready for questions. */
  async signIn(packet: Cleared<'system'>, login: PostgresLogin): Promise<void> {
    const signedIn = new Promise<void>((resolve, reject) => {
      const signing = new Signing(this, login, this.#proofs, resolve)
      this.attach(signing, () => undefined, reject)
      this.socket.once('close', () => reject(failed()))
    })
    const late = setTimeout(() => this.socket.destroy(), limits.connectMs)
    this.outlet.write(packet)
    try {
      await signedIn
    } finally {
      clearTimeout(late)
      this.#onFault = () => this.socket.destroy()
    }
  }
}

async function reached(socket: Socket, event: string): Promise<unknown[]> {
  const late = setTimeout(() => socket.destroy(), limits.connectMs)
  const gone = new AbortController()
  const onClose = () => gone.abort()
  socket.once('close', onClose)
  try {
    return await once(socket, event, { signal: gone.signal })
  } catch {
    socket.destroy()
    throw failed()
  } finally {
    clearTimeout(late)
    socket.off('close', onClose)
  }
}

/** The startup packet, protocol 3.0. */
export function startupPacket(login: PostgresLogin, database: string, settings: ReadonlyMap<string, string>): Buffer {
  const members = [['user', login.user], ['database', database], ...settings].flat()
  const body = Buffer.from(`${members.join('\0')}\0\0`)
  return Buffer.concat([uint32Bytes(body.length + 8), uint32Bytes(3 << 16), body])
}

/** Whoever can listen, or answers in the system's place, learns the password from a text in clear, and enough of it from MD5. */
interface WeakProofs {
  /** Over TLS, where the system has shown its certificate. */
  readonly clear: boolean
  /** Where the configuration says so. */
  readonly md5: boolean
}

const ASKS_IN_CLEAR =
  'The database asks for a password in clear on a connection without TLS, and is not given one: let it ask for scram-sha-256.'
const ASKS_FOR_MD5 =
  'The database asks for MD5, which is off: let it ask for scram-sha-256, or set `md5: true` on the connection.'

/** Speaks for the gateway until the system is ready. */
class Signing implements SystemFrames {
  readonly #upstream: Upstream
  readonly #login: PostgresLogin
  readonly #proofs: WeakProofs
  readonly #done: () => void
  readonly #parameters: Buffer[] = []
  #scram: ScramClient | null = null
  /** Whether a server that was to prove itself has. */
  #proved = true
  #over = false

  constructor(upstream: Upstream, login: PostgresLogin, proofs: WeakProofs, done: () => void) {
    this.#upstream = upstream
    this.#login = login
    this.#proofs = proofs
    this.#done = done
  }

  frame(type: number, _buffer: Buffer, _start: number, end: number): void {
    if (this.#over) throw new WireFault('upstream', 'The system spoke before it was asked.')
    const bytes = Buffer.from(this.#upstream.framer.cut(end))
    if (type === back.authentication) this.#authenticate(bytes)
    else if (type === back.parameterStatus) this.#parameters.push(bytes)
    else if (type === back.keyData) this.#upstream.key = bytes.subarray(HEAD_BYTES)
    else if (type === back.ready && this.#proved) {
      this.#over = true
      this.#upstream.parameters = Buffer.concat(this.#parameters)
      this.#done()
    } else if (type !== back.notice && type !== back.negotiate) throw failed()
  }

  streams(): boolean {
    return false
  }

  streamed(): void {}
  full(): void {}

  #authenticate(bytes: Buffer): void {
    const reader = new FrameReader(bytes, 0, bytes.length)
    const kind = reader.int32()
    const { user, password } = this.#login
    if (kind === 0) return
    if (kind === 3 && this.#proofs.clear) this.#say(`${password}\0`)
    else if (kind === 5 && this.#proofs.md5) this.#say(`${md5Password(user, password, reader.bytes(4))}\0`)
    else if (kind === 3) throw new WireFault('upstream', ASKS_IN_CLEAR)
    else if (kind === 5) throw new WireFault('upstream', ASKS_FOR_MD5)
    else if (kind === 10) {
      const offered = bytes.toString('latin1', HEAD_BYTES + 4).split('\0')
      if (!offered.includes(SCRAM)) throw failed()
      this.#scram = new ScramClient(password)
      this.#proved = false
      const first = Buffer.from(this.#scram.first())
      this.#say(`${SCRAM}\0`, uint32Bytes(first.length), first)
    } else if (kind === 11 && this.#scram) this.#say(this.#scram.final(bytes.toString('utf8', HEAD_BYTES + 4)))
    else if (kind === 12 && this.#scram?.proves(bytes.toString('utf8', HEAD_BYTES + 4))) this.#proved = true
    else throw failed()
  }

  #say(...parts: readonly (string | Uint8Array)[]): void {
    this.#upstream.outlet.write(authoredBytes(frame(front.password, ...parts)))
  }
}

/** Sends a cancel request on a connection of its own. */
export async function cancelUpstream(config: PostgresConnectionConfig, key: Buffer): Promise<void> {
  const upstream = await Upstream.connect(config)
  const packet = Buffer.concat([uint32Bytes(key.length + 8), uint32Bytes(startup.cancel), key])
  const gone = once(upstream.socket, 'close')
  upstream.outlet.end(authoredBytes(packet))
  const late = setTimeout(() => upstream.socket.destroy(), limits.connectMs)
  await gone
  clearTimeout(late)
}
