// For whom the statements of one connection are. Promise: a connection has one caller, but for that of a service which
// says with each statement for whom it asks: then each statement is decided, masked and recorded as that caller's, in a
// session of the caller's own, and the database is told so first.
import { Refusal } from '../gateway/errors.ts'
import type { Errand, Gateway, Session } from '../gateway/seam.ts'
import type { PostgresConnectionConfig, PostgresLogin } from './connection-config.ts'
import { type Errands, traceOfStatement } from './errands.ts'
import type { Flight } from './flight.ts'
import type { LinkAsk } from './link-ask.ts'
import { callerSettings } from './startup-parameters.ts'
import type { Turns } from './turns.ts'

/** Whose statement it is, and what it is part of. */
export interface Party {
  readonly session: Session
  /** The exchange it is asked for. */
  readonly parent: string | null
  /** The connection of the server that asks; null where the caller itself does. */
  readonly via: string | null
}

export interface CallersParts {
  readonly gateway: Gateway
  /** Of who has signed in. */
  readonly session: Session
  readonly config: PostgresConnectionConfig
  readonly login: PostgresLogin
  readonly errands: Errands
}

/** How the database is told who its caller is. */
export interface Telling {
  /** What it is told could be undone. */
  readonly inTransaction: boolean
  readonly tell: (sql: string) => Promise<unknown>
}

/** Through the connection itself, once all before is answered; null where nothing would come of it. */
export function tellingThrough(flight: Flight, turns: Turns, ask: LinkAsk): Telling | null {
  if (flight.failed || turns.skipping) return null
  const synced = !flight.unsynced
  return {
    inTransaction: flight.inTransaction,
    tell: sql => ask.rows({ operation: 'sql.caller', parent: null, sql, synced }),
  }
}

const UNKNOWN = 'The traceparent of this statement stands for no call that is under way.'
const OTHER_LOGIN =
  'This caller has another login at the database than this service: give the traceparent as application_name.'

/** Of a service that asks for others. */
export class Callers {
  readonly #parts: CallersParts
  readonly #sessions = new Map<Errand, Promise<Session | Refusal>>()
  /** Whom the database knows as its caller; null where that is not known. */
  #told: Session | null

  constructor(parts: CallersParts) {
    this.#parts = parts
    this.#told = parts.session
  }

  /** `telling` is null where nothing runs. */
  async of(sql: string, telling: Telling | null): Promise<Party | Refusal> {
    const { session, gateway, errands, config } = this.#parts
    const trace = traceOfStatement(sql)
    if (trace === null) return this.#known({ session, parent: null, via: null }, telling)
    const errand = trace === 'unreadable' ? null : errands.find(trace, session.subject, config.connection.name)
    if (errand === null) return gateway.refuse(session, 'unauthenticated', UNKNOWN)
    const caller = await this.#sessionOf(errand)
    if (caller instanceof Refusal) return caller
    const login = config.login(caller.subject)
    if (login?.user !== this.#parts.login.user) return gateway.refuse(caller, 'forbidden', OTHER_LOGIN)
    return this.#known({ session: caller, parent: errand.parent(), via: errand.via }, telling)
  }

  /** What runs may put the settings back to what they were, as RESET ALL does. */
  forget(): void {
    this.#told = null
  }

  #sessionOf(errand: Errand): Promise<Session | Refusal> {
    let opening = this.#sessions.get(errand)
    if (opening === undefined) {
      opening = this.#open(errand)
      this.#sessions.set(errand, opening)
    }
    return opening
  }

  async #open(errand: Errand): Promise<Session | Refusal> {
    const { gateway, config, session: own } = this.#parts
    const session = await gateway.open(errand.subject(), config.connection, null)
    if (session instanceof Refusal) {
      this.#sessions.delete(errand)
      return session
    }
    const end = () => {
      this.#sessions.delete(errand)
      void session.close('done')
    }
    for (const signal of [errand.ended, own.ended]) {
      if (signal.aborted) end()
      else signal.addEventListener('abort', end, { once: true })
    }
    return session
  }

  /** Row-level security rests on these settings: they are right before anything of this caller runs. */
  async #known(party: Party, telling: Telling | null): Promise<Party> {
    if (telling === null) return party
    const { inTransaction, tell } = telling
    if (this.#told === party.session && !inTransaction) return party
    // A transaction that ends the other way takes the settings with it.
    this.#told = inTransaction ? null : party.session
    const settings = [...callerSettings(party.session.subject)].map(
      ([name, value]) => `pg_catalog.set_config('${name}', '${value.replaceAll("'", "''")}', false)`,
    )
    try {
      await tell(`select ${settings.join(', ')}`)
    } catch (fault) {
      this.#told = null
      throw fault
    }
    return party
  }
}
