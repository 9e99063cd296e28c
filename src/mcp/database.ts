// The database that a protected MCP server asks through the gateway. Promise: it learns for whom it asks from the gateway
// alone, for one session or one call, and what it was given for that is in no answer and in no record.
import { limits } from '../gateway/limits.ts'
import type { Errand, Session } from '../gateway/seam.ts'
import type { JsonDocument } from '../json/document.ts'
import { type Sending, type Upstream, type UpstreamAnswer, UpstreamError, type UpstreamEvent } from './upstream.ts'

/** How a server learns the caller; it is not there where a server is told nothing and asks as itself. */
type CallerAs =
  /** A credential in the environment of its process, for one session. */
  | { readonly kind: 'env' }
  /** A credential in a header of each request, for one call. */
  | { readonly kind: 'header'; readonly name: string }
  /** A trace that it passes on to the database, into which it signs in as this service, `provider|id`. */
  | { readonly kind: 'traceparent'; readonly service: string }

export interface ServerDatabase {
  /** Name of the PostgreSQL connection. */
  readonly connection: string
  readonly caller: CallerAs
}

export interface LentCredential {
  readonly url: string
  /** The same for libpq. */
  readonly variables: Readonly<Record<string, string>>
  readonly password: string
}

/** What gives a server the name of its caller; null where that cannot be done now. */
export interface Lender {
  credential(errand: Errand, connection: string): LentCredential | null
  traceparent(errand: Errand, connection: string, service: string): string | null
}

/** One session's part in it: whatever is lent is its caller's. */
export class Lending {
  readonly told = new ToldSecrets()
  readonly database: ServerDatabase
  readonly #lender: Lender
  readonly #session: Session

  constructor(lender: Lender, database: ServerDatabase, session: Session) {
    this.#lender = lender
    this.database = database
    this.#session = session
  }

  /** For a process that lives until `ended`; null where nothing can be lent. */
  variables(parent: () => string, ended: AbortSignal): Readonly<Record<string, string>> | null {
    if (this.database.caller.kind !== 'env') return {}
    const lent = this.#credential({ ...this.#errand, parent, ended })
    return lent && { ...lent.variables, DATABASE_URL: lent.url }
  }

  /** For one request, until `ended`; null where nothing can be lent. */
  headers(reference: string, ended: AbortSignal): Readonly<Record<string, string>> | null {
    const { caller, connection } = this.database
    if (caller.kind === 'env') return {}
    const errand = { ...this.#errand, parent: () => reference, ended }
    if (caller.kind === 'header') {
      const lent = this.#credential(errand)
      return lent && { [caller.name]: lent.url }
    }
    const traceparent = this.#lender.traceparent(errand, connection, caller.service)
    return traceparent === null ? null : { traceparent }
  }

  get #errand() {
    const session = this.#session
    return { via: session.connection.name, subject: () => session.subject }
  }

  #credential(errand: Errand): LentCredential | null {
    const lent = this.#lender.credential(errand, this.database.connection)
    if (lent !== null) this.told.add(lent.password)
    return lent
  }
}

/** Passwords told to one server that may still come back from it. */
export class ToldSecrets {
  #told: readonly string[] = []

  add(password: string): void {
    this.#told = [...this.#told.slice(1 - limits.toldCredentials), password]
  }

  isIn({ text }: JsonDocument): boolean {
    return this.#told.some(password => text.includes(password))
  }

  /** Whole lines: no password is cut in two. */
  without(bytes: Uint8Array): Uint8Array {
    if (!this.#told.some(password => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(password)))
      return bytes
    const text = Buffer.from(bytes).toString('latin1')
    return Buffer.from(
      this.#told.reduce((now, password) => now.replaceAll(password, '[credential]'), text),
      'latin1',
    )
  }
}

/** A message in which a server gives a password back goes nowhere, as if the system had not answered. */
export function withoutSecrets(upstream: Upstream, told: ToldSecrets): Upstream {
  const checked = (answer: UpstreamAnswer): UpstreamAnswer => {
    if (answer.kind === 'message' && told.isIn(answer.json)) throw new UpstreamError('credential')
    return answer.kind === 'messages' ? { ...answer, messages: checkedEvents(answer.messages, told) } : answer
  }
  return {
    lost: upstream.lost,
    send: async (part, sending: Sending) => checked(await upstream.send(part, sending)),
    listen: async (after, headers, signal) => checked(await upstream.listen(after, headers, signal)),
    close: headers => upstream.close(headers),
  }
}

async function* checkedEvents(events: AsyncIterable<UpstreamEvent>, told: ToldSecrets): AsyncGenerator<UpstreamEvent> {
  for await (const event of events) {
    if (event.json !== null && told.isIn(event.json)) throw new UpstreamError('credential')
    yield event
  }
}
