// Open sessions and their ends. Promise: a session belongs to one subject and one connection, is in the record before it
// is used, and ends with its token, after idle time, after a working day, or when the gateway says so. What counts against
// a limit is counted before anything is waited for, so that no burst gets past it.
import type { Inbox } from '../recording/inbox.ts'
import { Refusal } from './errors.ts'
import { newId } from './ids.ts'
import { limits } from './limits.ts'
import type { Ruled } from './ruling.ts'
import type { Action, Admission, Connection, Decision, Masker, Session, Subject } from './seam.ts'

type Ending = 'done' | 'expired' | 'idle' | 'cut'

export interface SessionParts {
  readonly inbox: Inbox
  readonly foresee: Session['foresee']
  readonly inspect: () => Masker
}

/** What one subject has at this moment, over all its sessions. */
interface Share {
  sessions: number
  running: number
}

/** A place among the open sessions. */
export interface Place {
  readonly share: Share
  /** Gives it back, once. */
  leave(): void
}

/** One use of one connection by one subject. */
export class LiveSession implements Session {
  readonly id = newId('s')
  readonly connection: Connection
  /** As the connection was configured when the session began. */
  readonly ruled: Ruled
  readonly place: Place
  /** Set by the gateway once it is in the record, before anybody else sees the session. */
  standing!: Admission<'system'>
  readonly #parts: SessionParts
  readonly #ended = new AbortController()
  readonly #openedAt = performance.now()
  #subject: Subject
  /** As last given, so that the same again costs nothing. */
  #shown: Subject
  #usedAt = performance.now()
  #running = 0
  #closing: Promise<void> | null = null

  constructor(subject: Subject, ruled: Ruled, place: Place, parts: SessionParts) {
    this.place = place
    this.#subject = subject
    this.#shown = subject
    this.ruled = ruled
    this.connection = ruled.connection
    this.#parts = parts
  }

  get subject(): Subject {
    return this.#subject
  }

  get ended(): AbortSignal {
    return this.#ended.signal
  }

  get inspect(): Masker {
    return this.#parts.inspect()
  }

  foresee(action: Pick<Action, 'operation' | 'target' | 'effects' | 'facts'>): Decision['kind'] {
    return this.#parts.foresee(action)
  }

  renew(subject: Subject): boolean {
    if (subject !== this.#shown) {
      const purpose = subject.purpose ?? this.ruled.purpose
      // The record says once, when the session opens, what it is for.
      if (purpose !== this.#subject.purpose) return false
      this.#shown = subject
      if (isAsNew(subject, this.#subject)) this.#subject = { ...subject, purpose }
    }
    this.#usedAt = performance.now()
    return true
  }

  /** Whether another exchange would be one too many. A database session asks in one order, and only so much ahead. */
  get full(): boolean {
    if (this.connection.kind !== 'mcp') return false
    return this.#running >= limits.exchangesPerSession || this.place.share.running >= limits.exchangesPerSubject
  }

  /** An exchange runs: the session is not idle until the returned function is called. */
  busy(): () => void {
    const { share } = this.place
    const counted = this.connection.kind === 'mcp' ? 1 : 0
    this.#running++
    share.running += counted
    let over = false
    return () => {
      if (over) return
      over = true
      this.#running--
      share.running -= counted
      this.#usedAt = performance.now()
    }
  }

  /** Why the session should end now, or null. */
  overdue(wallClockMs: number): Ending | null {
    if (wallClockMs >= this.#subject.notAfter) return 'expired'
    const now = performance.now()
    if (now - this.#openedAt >= limits.sessionMs) return 'expired'
    return this.#running === 0 && now - this.#usedAt >= limits.sessionIdleMs ? 'idle' : null
  }

  close(outcome: Ending): Promise<void> {
    this.#closing ??= this.#close(outcome)
    return this.#closing
  }

  async #close(outcome: Ending): Promise<void> {
    this.#ended.abort(new Refusal('unauthenticated', this.id, `This session has ended (${outcome}). Open a new one.`))
    // What the end itself causes (aborted exchanges) is recorded before the closing entry.
    await new Promise(resolve => setImmediate(resolve))
    const body = { kind: 'session.close', entries: 0, outcome } as const
    this.#parts.inbox.lazy({ session: this.id, body, payload: null, released: null })
  }
}

/** The same token again counts: what its groups are called here may have changed since. */
function isAsNew(subject: Subject, than: Subject): boolean {
  const { issuedAt } = subject
  if (issuedAt !== undefined && than.issuedAt !== undefined && issuedAt !== than.issuedAt)
    return issuedAt > than.issuedAt
  return subject.notAfter >= than.notAfter
}

export class Sessions {
  readonly #open = new Set<LiveSession>()
  readonly #byAffinity = new Map<string, Promise<LiveSession | Refusal>>()
  readonly #shares = new Map<string, Share>()
  readonly #sweeper: NodeJS.Timeout
  #places = 0

  constructor() {
    this.#sweeper = setInterval(() => this.sweep(Date.now()), 1_000).unref()
  }

  /** A place for one more session of this subject; null where a limit is reached. */
  reserve(owner: string): Place | null {
    const share = this.#shares.get(owner) ?? { sessions: 0, running: 0 }
    if (this.#places >= limits.sessions || share.sessions >= limits.sessionsPerSubject) return null
    this.#shares.set(owner, share)
    this.#places++
    share.sessions++
    let left = false
    const leave = () => {
      if (left) return
      left = true
      this.#places--
      if (--share.sessions === 0) this.#shares.delete(owner)
    }
    return { share, leave }
  }

  /** One session per key, also when many first requests arrive at once. */
  async shared(key: string, open: () => Promise<LiveSession | Refusal>): Promise<LiveSession | Refusal> {
    for (let opening = this.#byAffinity.get(key); opening; opening = this.#byAffinity.get(key)) {
      const found = await opening
      if (found instanceof Refusal || !found.ended.aborted) return found
      if (this.#byAffinity.get(key) === opening) this.#byAffinity.delete(key)
    }
    const started = open()
    this.#byAffinity.set(key, started)
    const session = await started
    const forget = () => {
      if (this.#byAffinity.get(key) === started) this.#byAffinity.delete(key)
    }
    if (session instanceof LiveSession) session.ended.addEventListener('abort', forget, { once: true })
    else forget()
    return session
  }

  add(session: LiveSession): void {
    this.#open.add(session)
    const forget = () => {
      this.#open.delete(session)
      session.place.leave()
    }
    session.ended.addEventListener('abort', forget, { once: true })
  }

  sweep(wallClockMs: number): void {
    for (const session of this.#open) {
      const ending = session.overdue(wallClockMs)
      if (ending) void session.close(ending)
    }
  }

  /** MCP sessions of those who must not go on; databases tell their own callers. */
  end(removed: (subject: Subject, connection: string) => boolean): void {
    for (const session of this.#open) {
      const { subject, connection } = session
      if (connection.kind === 'mcp' && removed(subject, connection.name)) void session.close('cut')
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper)
    await Promise.all([...this.#open].map(session => session.close('cut')))
  }
}
