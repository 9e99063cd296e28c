// One session of a caller with one protected system: who, through what, and what is under way. Promise: everything that
// belongs to a session ends with it.
import { Bag } from '../gateway/bag.ts'
import { limits } from '../gateway/limits.ts'
import type { Gateway, Session } from '../gateway/seam.ts'
import type { Call } from './call.ts'
import type { Catalog, OnListed } from './catalog.ts'
import type { McpConnectionConfig } from './connection-config.ts'
import type { Lender, Lending } from './database.ts'
import { idKey } from './envelope.ts'
import { type Binding, type Opaque, subjectKey } from './opaque.ts'
import type { EventHead } from './outlets.ts'
import type { AskedQuestion, PendingQuestion } from './server-question.ts'
import type { Tasks } from './tasks.ts'
import type { MessageId, Upstream } from './upstream.ts'
import type { Era } from './versions.ts'

/** What all sessions of a door share. */
export interface DoorParts {
  readonly gateway: Gateway
  readonly opaque: Opaque
  /** Of the gateway itself, told to systems it asks on its own account. */
  readonly version: string
  /** Null where no database is behind the gateway. */
  readonly lender: Lender | null
  /** Told what the system of a connection lists, where all of it was read. */
  readonly listed: (connection: string, ...list: Parameters<OnListed>) => void
}

/** What the system was seen to speak, shared by all sessions with it. */
export interface SeenEras {
  legacy: boolean
  modern: boolean
  readonly tasks: Tasks
}

interface Running {
  /** The exchange it is, once that is let in. */
  readonly reference?: string | null
  cut(): void
}

export class Link {
  readonly parts: DoorParts
  readonly session: Session
  readonly binding: Binding
  readonly era: Era
  readonly catalog: Catalog
  readonly seen: SeenEras
  config: McpConnectionConfig
  upstream: Upstream
  /** The database its server asks as this caller. */
  lending: Lending | null = null
  /** Legacy: what `initialize` agreed on. */
  version: string | null = null
  patienceMs = 0
  /** Its caller opened it by `initialize`; else all of one token family may share it, each with ids of its own. */
  named = false
  /** The system gives ids to its events, so that a broken stream can be taken up again. */
  resumable = false
  /** Streams of unasked messages that are open. */
  streams = 0
  readonly questions = new Map<string, PendingQuestion>()
  /** Questions of the system that its caller has not been asked yet. */
  readonly asked = new Set<AskedQuestion>()
  readonly #calls = new Map<string, Call>()
  readonly #running = new Bag<Running>()
  #sequence = 0

  constructor(
    parts: DoorParts,
    session: Session,
    era: Era,
    shared: { readonly config: McpConnectionConfig; readonly catalog: Catalog; readonly seen: SeenEras },
    upstream: Upstream,
  ) {
    this.parts = parts
    this.session = session
    this.era = era
    this.config = shared.config
    this.catalog = shared.catalog
    this.seen = shared.seen
    this.upstream = upstream
    this.binding = { connection: session.connection.name, subject: subjectKey(session.subject) }
    session.ended.addEventListener('abort', () => this.#end(), { once: true })
  }

  /** A number no other exchange of this session has. */
  next(): number {
    return ++this.#sequence
  }

  /** What the system does now it does for this: the one call under way, else the session. */
  get cause(): string {
    const standing = this.session.standing.reference
    let only: string | null = null
    for (const { reference = null } of this.#running.all()) {
      if (reference === null) continue
      if (only !== null) return standing
      only = reference
    }
    return only ?? standing
  }

  begin(running: Running): void {
    this.#running.add(running)
  }

  done(running: Running): void {
    this.#running.delete(running)
  }

  remember(call: Call): void {
    const key = idKey(call.request.id)
    const before = this.#calls.get(key)
    // Nobody could name the older one any more.
    if (before && !before.running) before.cut()
    this.#calls.delete(key)
    this.#calls.set(key, call)
    if (this.#calls.size <= limits.rememberedCalls) return
    for (const [oldest, other] of this.#calls) {
      if (other.running) continue
      other.cut()
      this.#calls.delete(oldest)
      return
    }
  }

  forget(call: Call): void {
    const key = idKey(call.request.id)
    if (this.#calls.get(key) === call) this.#calls.delete(key)
  }

  callOf(id: MessageId): Call | undefined {
    return this.#calls.get(idKey(id))
  }

  callByToken(token: MessageId): Call | undefined {
    for (const call of this.#calls.values()) if (call.progressToken === token) return call
    return undefined
  }

  /** The head of an event on its way down; only legacy versions take streams up again. */
  headOf(eventId: string | null, retryMs: number | null): EventHead {
    if (this.era === 'modern') return { id: null, retryMs }
    if (eventId !== null) this.resumable = true
    return { id: this.#wrapEvent(eventId), retryMs }
  }

  #wrapEvent(eventId: string | null): string | null {
    return eventId === null ? null : this.parts.opaque.wrap('event', this.binding, `${this.session.id} ${eventId}`)
  }

  /** The system's own event id behind one that this session was given. */
  unwrapEvent(text: string): string | null {
    const value = this.parts.opaque.unwrap('event', this.binding, text)
    const prefix = `${this.session.id} `
    return value?.startsWith(prefix) ? value.slice(prefix.length) : null
  }

  /** Where one pipe carries all calls: the oldest other one that its system still has something to say to. */
  otherThan(call: Call): Call | null {
    if (this.config.system.kind === 'http') return null
    for (const other of this.#calls.values()) if (other !== call && other.open) return other
    return null
  }

  /** The system takes back a question, by its id for it. */
  unask(id: unknown): void {
    for (const { upstreamId, stop } of this.asked) if (upstreamId === id) stop.abort()
  }

  /** Nobody waits any more for what was asked within an exchange. */
  endQuestions(parent: string): void {
    for (const [key, question] of this.questions) {
      if (question.parent !== parent) continue
      question.admission.end('cut', 0)
      this.questions.delete(key)
    }
  }

  #end(): void {
    for (const running of this.#running.all()) running.cut()
    for (const call of this.#calls.values()) call.cut()
    for (const question of this.questions.values()) question.admission.end('cut', 0)
    this.#calls.clear()
    this.questions.clear()
    void this.upstream.close({}).catch(() => undefined)
  }
}
