// Which session a request belongs to. Promise: a session id opens only for the subject it was given to; all others are told
// that there is no such session.
import { Refusal } from '../gateway/errors.ts'
import { limits } from '../gateway/limits.ts'
import type { Session, Subject } from '../gateway/seam.ts'
import { Catalog } from './catalog.ts'
import type { McpConnectionConfig } from './connection-config.ts'
import { Lending, withoutSecrets } from './database.ts'
import type { HttpPools } from './http-pools.ts'
import { LaterUpstream } from './later-upstream.ts'
import { type DoorParts, Link, type SeenEras } from './link.ts'
import { type Binding, subjectKey } from './opaque.ts'
import { Tasks } from './tasks.ts'
import type { OpenStdio, StdioSystem, Upstream } from './upstream.ts'
import { HttpUpstream } from './upstream-http.ts'
import type { Era } from './versions.ts'

interface Shared {
  readonly config: McpConnectionConfig
  readonly catalog: Catalog
  readonly seen: SeenEras
}

interface Reached {
  readonly upstream: Upstream
  readonly lending: Lending | null
}

export class Links {
  readonly #parts: DoorParts
  readonly #pools: HttpPools
  readonly #openStdio: OpenStdio | null
  readonly #legacy = new Map<string, Link>()
  readonly #stateless = new Map<Session, Map<Era, Promise<Link>>>()
  readonly #http = new WeakMap<Upstream, HttpUpstream>()
  /** Of each subject, its processes that run or start. */
  readonly #processes = new Map<string, number>()
  readonly #catalogs = new Map<string, Omit<Shared, 'config'> & { system: string }>()

  constructor(parts: DoorParts, pools: HttpPools, openStdio: OpenStdio | null) {
    this.#parts = parts
    this.#pools = pools
    this.#openStdio = openStdio
  }

  /** A session that the wire names: a legacy `initialize`. */
  async open(subject: Subject, config: McpConnectionConfig): Promise<Link | Refusal> {
    const session = await this.#parts.gateway.open(subject, config.connection, null)
    if (session instanceof Refusal) return session
    const link = await this.#make(session, config, 'legacy')
    link.named = true
    this.#legacy.set(session.id, link)
    session.ended.addEventListener('abort', () => this.#legacy.delete(session.id), { once: true })
    return link
  }

  /** The session of one subject, connection and token family: modern requests, and legacy ones that name no session. */
  async shared(subject: Subject, config: McpConnectionConfig, era: Era): Promise<Link | Refusal> {
    const session = await this.#parts.gateway.open(subject, config.connection, subject.tokenFamily)
    if (session instanceof Refusal) return session
    let byEra = this.#stateless.get(session)
    if (!byEra) {
      byEra = new Map()
      this.#stateless.set(session, byEra)
      session.ended.addEventListener('abort', () => this.#stateless.delete(session), { once: true })
      if (session.ended.aborted) this.#stateless.delete(session)
    }
    let made = byEra.get(era)
    if (!made) {
      made = this.#make(session, config, era)
      byEra.set(era, made)
      made.catch(() => byEra.delete(era))
    }
    const link = await made
    if (link.config !== config) await this.#reconfigure(link, config)
    return link
  }

  /** The name of a session as its caller has it. */
  nameOf(link: Link): string {
    return this.#parts.opaque.wrap('session', link.binding, link.session.id)
  }

  /** Null for an unknown session, for another subject's and for one of another purpose alike. */
  find(name: string, subject: Subject, config: McpConnectionConfig): Link | null {
    const binding: Binding = { connection: config.connection.name, subject: subjectKey(subject) }
    const id = this.#parts.opaque.unwrap('session', binding, name)
    const link = id === null ? undefined : this.#legacy.get(id)
    if (!link || link.session.ended.aborted || link.upstream.lost.aborted) return null
    if (!link.session.renew(subject)) return null
    if (link.config !== config) this.#adopt(link, config)
    return link
  }

  async #make(session: Session, config: McpConnectionConfig, era: Era): Promise<Link> {
    try {
      const made: { link?: Link } = {}
      const cause = () => made.link?.cause ?? session.standing.reference
      const reached = await this.#reach(session, config, cause)
      const link = new Link(this.#parts, session, era, this.#sharedOf(config), reached.upstream)
      link.lending = reached.lending
      made.link = link
      this.#endWith(link)
      return link
    } catch (error) {
      if (era === 'legacy') void session.close('cut')
      throw error
    }
  }

  /** A session lives on with the system it began with; a new credential for it counts at once. */
  #adopt(link: Link, config: McpConnectionConfig): boolean {
    const same = reachOf(link.config) === reachOf(config)
    link.config = config
    if (same && config.system.kind === 'http') this.#http.get(link.upstream)?.use(config.system.credential)
    return same
  }

  /** Without a session of the wire's own, the next request goes to the new system. */
  async #reconfigure(link: Link, config: McpConnectionConfig): Promise<void> {
    if (this.#adopt(link, config)) return
    const before = link.upstream
    const { upstream, lending } = await this.#reach(link.session, config, () => link.cause)
    link.upstream = upstream
    link.lending = lending
    this.#endWith(link)
    await before.close({}).catch(() => undefined)
  }

  #endWith(link: Link): void {
    const { upstream, session } = link
    const lost = () => {
      if (link.upstream === upstream) void session.close('cut')
    }
    upstream.lost.addEventListener('abort', lost, { once: true })
  }

  #sharedOf(config: McpConnectionConfig): Shared {
    const { name } = config.connection
    const system = JSON.stringify(config.system)
    let known = this.#catalogs.get(name)
    if (known?.system !== system) {
      const catalog = new Catalog((...list) => this.#parts.listed(name, ...list))
      known = { system, catalog, seen: { legacy: false, modern: false, tasks: new Tasks() } }
      this.#catalogs.set(name, known)
    }
    return { config, catalog: known.catalog, seen: known.seen }
  }

  async #reach(session: Session, config: McpConnectionConfig, cause: () => string): Promise<Reached> {
    const { lender } = this.#parts
    const { system, database } = config
    const lending = database && lender ? new Lending(lender, database, session) : null
    if (system.kind === 'stdio') {
      const start = () => this.#start(session, system, lending, cause)
      return { upstream: new LaterUpstream(start), lending }
    }
    const http = new HttpUpstream(system, this.#pools)
    const upstream = lending === null ? http : withoutSecrets(http, lending.told)
    this.#http.set(upstream, http)
    return { upstream, lending }
  }

  async #start(session: Session, system: StdioSystem, lending: Lending | null, cause: () => string): Promise<Upstream> {
    if (this.#openStdio === null) throw new Refusal('upstream', session.id)
    const leave = this.#placeOf(session)
    if (leave === null) throw await this.#parts.gateway.refuse(session, 'limit', FULL)
    try {
      const upstream = await this.#spawn(this.#openStdio, session, system, lending, cause)
      const { lost } = upstream
      if (lost.aborted) leave()
      else lost.addEventListener('abort', leave, { once: true })
      return upstream
    } catch (error) {
      leave()
      throw error
    }
  }

  /** Gives the place back; null where this subject has as many processes as it may. */
  #placeOf({ subject }: Session): (() => void) | null {
    const key = subjectKey(subject)
    const running = this.#processes.get(key) ?? 0
    if (running >= limits.processesPerSubject) return null
    this.#processes.set(key, running + 1)
    return () => {
      const left = (this.#processes.get(key) ?? 1) - 1
      if (left > 0) this.#processes.set(key, left)
      else this.#processes.delete(key)
    }
  }

  async #spawn(
    openStdio: OpenStdio,
    session: Session,
    system: StdioSystem,
    lending: Lending | null,
    cause: () => string,
  ): Promise<Upstream> {
    const { standing } = session
    const over = new AbortController()
    const lent = lending === null ? {} : lending.variables(cause, over.signal)
    if (lent === null) throw await this.#parts.gateway.refuse(session, 'limit')
    try {
      const process = await openStdio({ ...system, env: { ...system.env, ...lent } }, bytes => {
        const said = lending === null ? bytes : lending.told.without(bytes)
        const record = async () => void (await standing.answer(standing.mask.text(said), false))
        // What cannot be recorded is lost here and goes nowhere else.
        record().catch(() => undefined)
      })
      for (const end of [session.ended, process.lost]) {
        if (end.aborted) over.abort()
        else end.addEventListener('abort', () => over.abort(), { once: true })
      }
      return lending === null ? process : withoutSecrets(process, lending.told)
    } catch (error) {
      over.abort()
      throw error
    }
  }

  async close(): Promise<void> {
    const named = [...this.#legacy.values()].map(({ session }) => session)
    await Promise.all([...named, ...this.#stateless.keys()].map(session => session.close('cut')))
  }
}

const FULL = 'Too many sessions of yours with local servers are open. End one that is not used.'

/** A change of it is another system. */
function reachOf({ system, database = null }: McpConnectionConfig): string {
  return JSON.stringify([system, database])
}
