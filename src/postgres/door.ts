// The PostgreSQL door: each connection of a caller is brought to its session and to the protected database. Promise: nobody
// is let in who is not identified, nothing of the caller reaches a database before its session is in the record, and each
// refusal is recorded before it is told.
import type { Socket } from 'node:net'
import { Anteroom } from '../gateway/anteroom.ts'
import { authoredBytes } from '../gateway/authored.ts'
import { type Code, Refusal } from '../gateway/errors.ts'
import { limits } from '../gateway/limits.ts'
import type { Errand, Gateway, Session, Subject } from '../gateway/seam.ts'
import { Stalls } from '../gateway/stalls.ts'
import { Callers } from './callers.ts'
import { CancelKeys } from './cancel-keys.ts'
import type { PostgresConnectionConfig } from './connection-config.ts'
import type { Credentials } from './credentials.ts'
import { type CancelRequest, enter, type Startup, type WireTls, wireTls } from './entrance.ts'
import { type Errands, traceOfName } from './errands.ts'
import { WireFault } from './frames.ts'
import { Link } from './link.ts'
import { authenticationBytes, fatal, negotiateBytes } from './messages.ts'
import { WireOutlet } from './outlets.ts'
import { nobodyReads, readerOf, type StatementReader } from './reading.ts'
import { type Authenticate, signIn } from './sign-in.ts'
import { startupSettings } from './startup-parameters.ts'
import { startupPacket, Upstream } from './upstream.ts'

export interface PostgresDoorOptions {
  readonly gateway: Gateway
  /** What is configured now, by name: the name of a database at the door. */
  readonly connections: () => ReadonlyMap<string, PostgresConnectionConfig>
  readonly authenticate: Authenticate
  readonly credentials: Credentials
  /** PEM; null where the listener is on loopback. */
  readonly tls: { readonly cert: string; readonly key: string } | null
  /** What services are asked to do for others; without it each is itself alone. */
  readonly errands?: Errands
  /** Without it statements pass only where the connection is transparent. */
  readonly read?: StatementReader
  /** How long a statement may be held in a transaction; no configuration says so. */
  readonly transactionHoldMs?: number
  /** How long a caller may read nothing of what waits for it; no configuration says so. */
  readonly stallMs?: number
}

export interface PostgresDoor {
  handle(socket: Socket): void
  /** A renewed certificate, PEM: new connections get it. */
  setSecureContext(pair: { readonly cert?: unknown; readonly key?: unknown }): void
  /** Ends the sessions of those who may not go on. */
  end(matches: (subject: Subject, connection: string) => boolean): void
  close(): Promise<void>
}

export function createPostgresDoor(options: PostgresDoorOptions): PostgresDoor {
  return new Door(options)
}

class Door implements PostgresDoor {
  readonly #options: PostgresDoorOptions
  #tls: WireTls | null
  readonly #keys = new CancelKeys<Link>()
  readonly #links = new Set<Link>()
  readonly #entering = new Set<Socket>()
  readonly #anteroom: Anteroom
  readonly #stalls: Stalls
  #closed = false

  constructor(options: PostgresDoorOptions) {
    this.#options = options
    this.#anteroom = new Anteroom(address => void options.gateway.stranger('limit', address, 'crowd'))
    this.#tls = options.tls && wireTls(options.tls)
    this.#stalls = new Stalls(options.stallMs)
  }

  setSecureContext({ cert, key }: { readonly cert?: unknown; readonly key?: unknown }): void {
    this.#tls = wireTls({ cert: String(cert), key: String(key) })
  }

  handle(socket: Socket): void {
    if (this.#closed) {
      socket.destroy()
      return
    }
    socket.setNoDelay(true)
    socket.setKeepAlive(true, limits.keepAliveMs)
    socket.on('error', () => socket.destroy())
    this.#entering.add(socket)
    this.#anteroom.enter(socket)
    const late = setTimeout(() => socket.destroy(), limits.signInMs)
    void this.#enter(socket)
      .catch(() => socket.destroy())
      .finally(() => {
        clearTimeout(late)
        this.#entering.delete(socket)
      })
  }

  end(matches: (subject: Subject, connection: string) => boolean): void {
    for (const { session } of this.#links) {
      if (matches(session.subject, session.connection.name)) void session.close('cut')
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const socket of this.#entering) socket.destroy()
    const sessions = [...this.#links].map(link => link.session)
    for (const link of this.#links) link.close()
    await Promise.all(sessions.map(session => session.close('cut')))
    this.#stalls.close()
  }

  async #enter(socket: Socket): Promise<void> {
    const source = socket.remoteAddress ?? 'unknown'
    let entered: Startup | CancelRequest
    try {
      entered = await enter(socket, this.#tls)
    } catch (fault) {
      // Before a startup packet there is nobody to tell, and with TLS asked for no way to.
      if (fault instanceof WireFault && !socket.destroyed)
        await this.#options.gateway.stranger('unreadable', source, 'startup')
      socket.destroy()
      return
    }
    if (entered.kind === 'cancel') return this.#cancel(entered, source)
    entered.socket.on('error', () => entered.socket.destroy())
    const outlet = new WireOutlet<'caller'>(entered.socket)
    try {
      await this.#admit(entered, outlet, source)
    } catch (fault) {
      const code = fault instanceof WireFault ? fault.code : 'internal'
      const refusal = fault instanceof Refusal ? fault : await this.#options.gateway.stranger(code, source)
      outlet.end(fatal(refusal))
    }
  }

  async #cancel({ socket, key }: CancelRequest, source: string): Promise<void> {
    const link = this.#keys.find(key, source)
    if (link === null) await this.#options.gateway.stranger('unauthenticated', source, 'cancel-key')
    else await link.cancel()
    socket.end()
    socket.destroySoon()
  }

  async #admit(caller: Startup, outlet: WireOutlet<'caller'>, source: string): Promise<void> {
    const { gateway, connections, credentials } = this.#options
    if (caller.negotiate) outlet.write(authoredBytes(negotiateBytes(2, caller.negotiate.unknown)))
    const name = caller.parameters.get('database') || (caller.parameters.get('user') ?? '')
    const oauth = (connection: string) => connections().get(connection)?.oauth ?? null
    const subject = await signIn(caller, name, { ...this.#options, tls: this.#tls, oauth })
    if (subject === 'clear') throw await this.#stranger('unauthenticated', source, 'no-tls', TLS_REQUIRED)
    const proof = credentials.names(caller.parameters.get('user') ?? '') ? 'proof' : 'token'
    if (subject === null) throw await this.#stranger('unauthenticated', source, proof)
    this.#anteroom.leave(caller.socket)
    const config = connections().get(name)
    if (config === undefined) throw await this.#stranger('forbidden', subject, 'no-connection')
    const errand = this.#errandOf(caller, subject, name)
    if (errand === 'unknown') throw await this.#stranger('unauthenticated', source, 'trace')
    const session = await gateway.open(errand?.subject() ?? subject, config.connection, null)
    if (session instanceof Refusal) throw session
    outlet.write(authoredBytes(authenticationBytes(0)))
    try {
      await this.#join(caller, session, config, errand)
    } catch (fault) {
      const code = fault instanceof WireFault || fault instanceof Refusal ? fault.code : 'internal'
      const known = fault instanceof Refusal && fault.reference !== ''
      const detail = fault instanceof WireFault ? fault.message : undefined
      const refusal = known ? fault : await gateway.refuse(session, code, detail)
      outlet.end(fatal(refusal))
      await session.close('cut')
    }
  }

  /** What a server that asks for others has signed in for: by its credential, or by the trace it names. */
  #errandOf({ parameters }: Startup, subject: Subject, connection: string): Errand | 'unknown' | null {
    const { credentials, errands } = this.#options
    const user = parameters.get('user') ?? ''
    if (credentials.names(user)) {
      const known = credentials.find(user, connection)
      return known === null ? 'unknown' : known.errand
    }
    if (errands === undefined || !errands.takesFrom(subject, connection)) return null
    const trace = traceOfName(parameters.get('application_name') ?? '')
    return trace === null ? null : (errands.find(trace, subject, connection) ?? 'unknown')
  }

  async #join(
    caller: Startup,
    session: Session,
    config: PostgresConnectionConfig,
    errand: Errand | null,
  ): Promise<void> {
    const { gateway, read = readerOf(nobodyReads), errands } = this.#options
    const settings = startupSettings(caller.parameters, session, config.transparent)
    if (typeof settings === 'string') throw await gateway.refuse(session, 'unreadable', settings)
    const login = config.login(session.subject)
    if (login === null) throw await gateway.refuse(session, 'forbidden')
    const packet = startupPacket(login, config.database, settings)
    const told = [...settings].map(([name, value]) => `${name} = ${value}`).join('\n')
    const cleared = await session.standing.more(session.inspect.frames(packet, Buffer.from(told)))
    if (cleared instanceof Refusal) throw cleared
    const reader = config.transparent ? null : await read.open({ gateway, session, config, login, settings })
    const upstream = await Upstream.connect(config)
    try {
      await upstream.signIn(cleared, login)
    } catch (fault) {
      upstream.socket.destroy()
      throw fault
    }
    if (this.#closed || caller.socket.destroyed) {
      upstream.socket.destroy()
      throw new WireFault('unreadable', 'The caller is gone.')
    }
    const early = caller.input.release()
    const { socket, minor } = caller
    const asksForOthers = errand === null && errands?.takesFrom(session.subject, config.connection.name)
    const callers = errands && asksForOthers ? new Callers({ gateway, session, config, login, errands }) : null
    const parts = { gateway, session, config, caller: socket, early, upstream, minor, reader, keys: this.#keys }
    const link = new Link(
      { ...parts, errand, callers, transactionHoldMs: this.#options.transactionHoldMs ?? limits.transactionHoldMs },
      ended => this.#links.delete(ended),
    )
    this.#links.add(link)
    await link.start()
    this.#stalls.watch(socket, () => void link.stalled())
    if (errand === null) return
    const end = () => void session.close('done')
    if (errand.ended.aborted) end()
    else errand.ended.addEventListener('abort', end, { once: true })
  }

  async #stranger(code: Code, source: string | Subject, reason: string, detail?: string): Promise<Refusal> {
    const refusal = await this.#options.gateway.stranger(code, source, reason)
    return detail === undefined ? refusal : new Refusal(refusal.code, refusal.reference, detail)
  }
}

const TLS_REQUIRED = 'TLS is required here: connect with sslmode=verify-full.'
