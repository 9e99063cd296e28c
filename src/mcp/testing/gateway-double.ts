// Doubles for tests of the MCP door: a gateway that decides by a function given by the test and keeps what it is told, and
// a masker that hides every word starting with SECRET. They record nothing durably.
import { type Code, Refusal } from '../../gateway/errors.ts'
import { newId } from '../../gateway/ids.ts'
import type {
  Across,
  Action,
  Admission,
  Connection,
  Decision,
  Door,
  Edit,
  Exchange,
  Gateway,
  Masked,
  Masker,
  Obligations,
  OwnQuestion,
  Session,
  Subject,
} from '../../gateway/seam.ts'
import { masked } from '../../masking/masked.ts'
import { Cleared } from '../../recording/inbox.ts'

const SECRET = /SECRET[\w-]*/g

/** A value of the nominal type without a commit: only a double may. */
function clearedDouble<D extends Door>(bytes: Uint8Array): Cleared<D> {
  return Object.create(Cleared.prototype, { bytes: { value: bytes } })
}

function hidden(value: unknown, treat: (text: string, key: string) => string, key = ''): unknown {
  if (typeof value === 'string') return treat(value, key)
  if (Array.isArray(value)) return value.map(item => hidden(item, treat, key))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name.replace(SECRET, '[hidden]'), hidden(member, treat, name)]),
  )
}

type Holder = Record<string | number, unknown>

function edited(value: unknown, edits: readonly Edit[]): unknown {
  const copy = structuredClone(value)
  const removals: [Holder, string | number][] = []
  for (const { path, json } of edits) {
    let holder = copy as Holder
    for (const step of path.slice(0, -1)) holder = holder[step] as Holder
    const last = path[path.length - 1] as string | number
    if (json === null) removals.push([holder, last])
    else holder[last] = JSON.parse(json)
  }
  for (const [holder, last] of removals.reverse()) {
    if (Array.isArray(holder)) holder.splice(Number(last), 1)
    else delete holder[last]
  }
  return copy
}

export function maskerDouble(hides: boolean): Masker {
  return {
    message(json, { edits, token }) {
      const found = json.text.match(SECRET)?.length ?? 0
      const findings = found > 0 ? { 'phi.secret': { count: found, transform: 'redact', detector: 'double' } } : {}
      if (edits.length === 0 && !(hides && found > 0)) return masked(json.bytes, json.bytes, json.bytes, findings)
      const treat = (text: string, key: string) =>
        key === 'uri' && token && text.search(SECRET) >= 0 ? token(text) : text.replace(SECRET, '[hidden]')
      const before = hides ? hidden(json.value, treat) : json.value
      const released = Buffer.from(JSON.stringify(edited(before, edits)))
      return masked(json.bytes, released, released, findings)
    },
    text: value => masked(value, value, value, {}),
    frames: (raw, told) => masked(raw, raw, told, {}),
    columns: () => ({
      touched: [],
      chunk: (raw, walk) =>
        masked(
          raw,
          raw,
          walk.tell((_, value) => value),
          {},
        ),
    }),
  }
}

export interface Told {
  readonly kind: 'opened' | 'asked' | 'answered' | 'refused' | 'ended' | 'stranger' | 'closed'
  readonly reason?: string
  readonly operation?: string
  readonly door?: Door
  readonly target?: string
  readonly code?: Code
  readonly detail?: string
  readonly outcome?: string
  readonly text?: string
  readonly last?: boolean
  readonly parent?: string | null
  readonly standing?: boolean
  /** A question of the gateway itself. */
  readonly own?: boolean
}

export type Judge = (action: Action, exchange: Exchange<Door>) => 'allow' | Code | Promise<'allow' | Code>

const NOTHING: Obligations = { reveal: new Set(), passBinary: false }

export class GatewayDouble implements Gateway {
  readonly told: Told[] = []
  readonly sessions: SessionDouble[] = []
  judge: Judge = () => 'allow'
  foresee: (action: Parameters<Session['foresee']>[0]) => Decision['kind'] = () => 'allow'
  obligations: Obligations = NOTHING
  /** Subjects that may not use the connection. */
  readonly barred = new Set<string>()
  readonly #waiting: { test: (told: Told) => boolean; resolve: (told: Told) => void }[] = []

  tell(told: Told): void {
    this.told.push(told)
    for (const waiting of this.#waiting.splice(0)) {
      if (waiting.test(told)) waiting.resolve(told)
      else this.#waiting.push(waiting)
    }
  }

  /** The first thing told, before or from now on, that passes the test. */
  when(test: (told: Told) => boolean): Promise<Told> {
    const known = this.told.find(test)
    return known ? Promise.resolve(known) : new Promise(resolve => this.#waiting.push({ test, resolve }))
  }

  async open(subject: Subject, connection: Connection, affinity: string | null): Promise<Session | Refusal> {
    if (this.barred.has(subject.id)) return new Refusal('forbidden', newId('x'))
    const known = this.sessions.find(
      session =>
        affinity !== null &&
        session.affinity === affinity &&
        session.connection === connection &&
        !session.ended.aborted,
    )
    if (known) return known
    const session = new SessionDouble(this, subject, connection, affinity)
    this.sessions.push(session)
    this.tell({ kind: 'opened' })
    return session
  }

  async ask<D extends Door>(_session: Session, exchange: Exchange<D>): Promise<Admission<D> | Refusal> {
    const { action, door, parent, question } = exchange
    const { operation, target } = action
    const text = Buffer.from(question.released).toString()
    this.tell({ kind: 'asked', operation, door, target, parent, text })
    const verdict = await this.judge(action, exchange)
    const reference = newId('x')
    if (verdict !== 'allow') return new Refusal(verdict, reference)
    if (exchange.withdrawn.aborted) return new Refusal('internal', reference)
    const mask = maskerDouble(door === 'system')
    return new AdmissionDouble<D>(this, reference, question, mask, operation, this.obligations, false)
  }

  async own(_session: Session, { operation, parent, question }: OwnQuestion): Promise<Admission<'system'> | Refusal> {
    const text = Buffer.from(question.released).toString()
    this.tell({ kind: 'asked', operation, door: 'system', target: 'unlisted', parent, text, own: true })
    const mask = maskerDouble(true)
    return new AdmissionDouble<'system'>(this, newId('x'), question, mask, operation, NOTHING, false)
  }

  async stranger(code: Code, _source: string, reason?: string): Promise<Refusal> {
    this.tell({ kind: 'stranger', code, ...(reason ? { reason } : {}) })
    return new Refusal(code, newId('x'))
  }

  async refuse(_session: Session, code: Code, detail?: string, reason?: string): Promise<Refusal> {
    this.tell({ kind: 'refused', code, ...(detail ? { detail } : {}), ...(reason ? { reason } : {}) })
    return new Refusal(code, newId('x'), detail)
  }
}

class AdmissionDouble<D extends Door> implements Admission<D> {
  readonly reference: string
  readonly question: Cleared<D>
  readonly approved = false
  readonly obligations: Obligations
  readonly mask: Masker
  readonly #gateway: GatewayDouble
  readonly #operation: string
  readonly #standing: boolean

  constructor(
    gateway: GatewayDouble,
    reference: string,
    question: Masked,
    mask: Masker,
    operation: string,
    obligations: Obligations,
    standing: boolean,
  ) {
    this.#gateway = gateway
    this.reference = reference
    this.question = clearedDouble(question.released)
    this.mask = mask
    this.#operation = operation
    this.obligations = obligations
    this.#standing = standing
  }

  async answer(part: Masked, last: boolean): Promise<Cleared<Across<D>> | Refusal> {
    const text = Buffer.from(part.released).toString()
    this.#gateway.tell({ kind: 'answered', operation: this.#operation, text, last, standing: this.#standing })
    return clearedDouble(part.released)
  }

  async more(part: Masked): Promise<Cleared<D> | Refusal> {
    return clearedDouble(part.released)
  }

  async refuse(code: Code, detail?: string): Promise<Refusal> {
    this.#gateway.tell({ kind: 'refused', operation: this.#operation, code, ...(detail ? { detail } : {}) })
    return new Refusal(code, this.reference, detail)
  }

  async room(): Promise<void> {}

  end(outcome: string): void {
    this.#gateway.tell({ kind: 'ended', operation: this.#operation, outcome })
  }
}

export class SessionDouble implements Session {
  readonly id = newId('s')
  readonly subject: Subject
  readonly connection: Connection
  readonly affinity: string | null
  readonly inspect = maskerDouble(false)
  readonly standing: Admission<'system'>
  renewed = 0
  readonly #gateway: GatewayDouble
  readonly #ended = new AbortController()

  constructor(gateway: GatewayDouble, subject: Subject, connection: Connection, affinity: string | null) {
    this.#gateway = gateway
    this.subject = subject
    this.connection = connection
    this.affinity = affinity
    const nothing = masked(new Uint8Array(), new Uint8Array(), new Uint8Array(), {})
    this.standing = new AdmissionDouble(
      gateway,
      newId('x'),
      nothing,
      maskerDouble(true),
      'standing',
      gateway.obligations,
      true,
    )
  }

  get ended(): AbortSignal {
    return this.#ended.signal
  }

  foresee(action: Parameters<Session['foresee']>[0]): Decision['kind'] {
    return this.#gateway.foresee(action)
  }

  renew(): boolean {
    this.renewed++
    return true
  }

  async close(outcome: string): Promise<void> {
    if (this.#ended.signal.aborted) return
    this.#gateway.tell({ kind: 'closed', outcome })
    this.#ended.abort(new Refusal('unauthenticated', this.id))
  }
}
