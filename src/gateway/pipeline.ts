// The way of a question: read → decide → record → (probe → decide) → (hold → record the verdict) → pass. Promise: what a
// protocol may forward comes out of here only after the question is durable; any step that cannot do its work refuses.
import type { KeyObject } from 'node:crypto'
import type { Approvals } from '../access/approvals.ts'
import { subjectName } from '../access/approver.ts'
import { createMasker, transparentMasker } from '../masking/masker.ts'
import { builtIn } from '../policy/compile.ts'
import { decide, foresee, type Ruling as Ruled, usable } from '../policy/decide.ts'
import type { Inbox } from '../recording/inbox.ts'
import { LiveAdmission } from './admission.ts'
import { refusalOf } from './blocked.ts'
import { bare, type Decided, decidedDraft, openingDraft, questionDraft } from './drafts.ts'
import { type Code, Refusal } from './errors.ts'
import { Hold } from './hold.ts'
import { newId } from './ids.ts'
import { revised } from './revised.ts'
import { bindingOf, type Ruling } from './ruling.ts'
import type {
  Action,
  Admission,
  Connection,
  Decision,
  Door,
  Exchange,
  Gateway,
  Masker,
  Obligations,
  OwnQuestion,
  RowBudget,
  Session,
  Subject,
} from './seam.ts'
import { LiveSession, Sessions } from './sessions.ts'
import { Strangers } from './strangers.ts'

export interface PipelineParts {
  readonly inbox: Inbox
  readonly approvals: Approvals
  readonly approvalKey: KeyObject
  /** What is in force now; another object after each change of the configuration. */
  readonly ruling: () => Ruling
}

/** An exchange on its way; `recorded`: its question is in the record and waits for a decision there. */
interface UnderWay<D extends Door> {
  readonly session: LiveSession
  readonly exchange: Exchange<D>
  readonly reference: string
  readonly over: () => void
  readonly recorded: boolean
}

const NOTHING_REVEALED: Obligations = { reveal: new Set(), passBinary: false }

export class Pipeline implements Gateway {
  readonly #parts: PipelineParts
  readonly #sessions = new Sessions()
  readonly #strangers: Strangers

  constructor(parts: PipelineParts) {
    this.#parts = parts
    this.#strangers = new Strangers(parts.inbox)
  }

  // ---- identify → resolve → open ----

  async open(subject: Subject, connection: Connection, affinity: string | null): Promise<Session | Refusal> {
    if (affinity === null) return this.#open(subject, connection)
    const names = [subjectName(subject), subject.onBehalfOf ? subjectName(subject.onBehalfOf) : '', connection.name]
    const key = JSON.stringify([...names, affinity])
    const session = await this.#sessions.shared(key, () => this.#open(subject, connection))
    if (session instanceof LiveSession) session.renew(subject)
    return session
  }

  async #open(subject: Subject, named: Connection): Promise<LiveSession | Refusal> {
    const { policy, connections } = this.#parts.ruling()
    const ruled = connections.get(named.name)
    const refused = (code: Code, reason: string) =>
      this.#refused(null, code, { source: subjectName(subject), connection: named.name, reason })
    if (!ruled || !usable(policy, subject, named.name)) return refused('forbidden', 'no-rule')
    const place = this.#sessions.reserve(subjectName(subject))
    if (place === null) return refused('limit', 'sessions')
    const purposeful = { ...subject, purpose: subject.purpose ?? ruled.purpose }
    const session: LiveSession = new LiveSession(purposeful, ruled, place, {
      inbox: this.#parts.inbox,
      inspect: () => this.#masker(session, 'all'),
      foresee: action => this.#foresee(session, action),
    })
    try {
      session.standing = await this.#recordOpening(session)
    } catch {
      place.leave()
      return new Refusal('unrecorded', session.id)
    }
    this.#sessions.add(session)
    return session
  }

  async #recordOpening(session: LiveSession): Promise<Admission<'system'>> {
    const { inbox } = this.#parts
    const onBehalfOf = session.subject.onBehalfOf ? subjectName(session.subject.onBehalfOf) : null
    const opened = inbox.record(openingDraft(session, onBehalfOf))
    const standing: Exchange<'system'> = {
      door: 'system',
      action: STANDING,
      question: session.inspect.text(new Uint8Array()),
      parent: null,
      withdrawn: session.ended,
      patienceMs: 0,
      waiting: () => undefined,
    }
    const unasked = { kind: 'allow', rules: [], obligations: NOTHING_REVEALED } as const
    const admitted = this.#pass(session, standing, newId('x'), unasked, null, () => undefined)
    const [, admission] = await Promise.all([opened, admitted])
    return admission
  }

  // ---- one question ----

  async ask<D extends Door>(session: Session, exchange: Exchange<D>): Promise<Admission<D> | Refusal> {
    const live = session as LiveSession
    const reference = newId('x')
    if (live.ended.aborted) return live.ended.reason as Refusal
    // What belongs to an exchange under way, such as its being cancelled, must not wait for room.
    if (exchange.parent === null && live.full) return this.refuse(live, 'limit', FULL)
    const over = live.busy()
    try {
      const { decision, probe, trace } = this.#rule(live, exchange.action, exchange.probe !== undefined)
      let admission: Admission<D> | Refusal
      if (!probe)
        admission = await this.#proceed({ session: live, exchange, reference, over, recorded: false }, decision)
      else {
        const rules = [...new Set(trace.flatMap(({ rule, outcome }) => (outcome === 'probe' ? [rule] : [])))]
        const probed = await this.#probe(live, exchange, reference, rules)
        if (probed instanceof Refusal) admission = probed
        else {
          const asked = { session: live, exchange: probed, reference, over, recorded: true }
          admission = await this.#proceed(asked, this.#decide(live, probed.action))
        }
      }
      if (admission instanceof Refusal) over()
      return admission
    } catch (error) {
      over()
      return error instanceof Refusal
        ? new Refusal(error.code, reference, error.detail)
        : new Refusal('internal', reference)
    }
  }

  /** What was decided is done; it is recorded by then in any case. */
  #proceed<D extends Door>(asked: UnderWay<D>, decision: Decision): Promise<Admission<D> | Refusal> {
    const { session, exchange, reference, over, recorded } = asked
    if (decision.kind === 'allow') return this.#pass(session, exchange, reference, decision, null, over, recorded)
    if (decision.kind === 'hold') return new Hold(this.#holdParts(asked)).run(decision)
    return this.#recordDecision(asked, decision).then(() => refusalOf(decision, reference))
  }

  /** The exchange with the facts that its probe tells. The question is in the record before the system is asked. */
  async #probe<D extends Door>(
    session: LiveSession,
    exchange: Exchange<D>,
    reference: string,
    rules: readonly string[],
  ): Promise<Exchange<D> | Refusal> {
    const { inbox } = this.#parts
    await inbox.record(this.#questionDraft(session, exchange, reference, { kind: 'probe', rules }, null))
    const { probe = () => new Refusal('internal', reference) } = exchange
    const facts = await Promise.try(probe, reference).catch(() => new Refusal('internal', reference))
    if (exchange.withdrawn.aborted) {
      this.#recordGone(session, reference)
      return new Refusal('internal', reference, 'The caller withdrew this request, so it was not passed on.')
    }
    if (facts instanceof Refusal) {
      await inbox.record(bare(session.id, { kind: 'answer.refused', exchange: reference, code: facts.code }))
      return new Refusal(facts.code, reference, facts.detail)
    }
    return { ...exchange, action: revised(exchange.action, { facts: { ...exchange.action.facts, ...facts } }) }
  }

  /** Of a question in the record that was withdrawn before it could pass. */
  #recordGone({ id }: LiveSession, reference: string): void {
    this.#parts.inbox.lazy(bare(id, { kind: 'end', exchange: reference, outcome: 'gone', delivered: 0 }))
  }

  async own(session: Session, { operation, parent, question }: OwnQuestion): Promise<Admission<'system'> | Refusal> {
    const live = session as LiveSession
    if (live.ended.aborted) return live.ended.reason as Refusal
    const exchange: Exchange<'system'> = {
      door: 'system',
      action: { ...STANDING, operation },
      question,
      parent,
      withdrawn: live.ended,
      patienceMs: 0,
      waiting: () => undefined,
    }
    const asked = { kind: 'allow', rules: [builtIn.gateway], obligations: NOTHING_REVEALED } as const
    const reference = newId('x')
    const over = live.busy()
    try {
      return await this.#pass(live, exchange, reference, asked, null, over)
    } catch (error) {
      over()
      return new Refusal(error instanceof Refusal ? error.code : 'internal', reference)
    }
  }

  #holdParts<D extends Door>(asked: UnderWay<D>) {
    const { session, exchange, reference, over, recorded } = asked
    const { approvals, approvalKey } = this.#parts
    return {
      session,
      exchange,
      reference,
      approvals,
      approvalKey,
      rules: () => bindingOf(this.#parts.ruling(), session.connection.name),
      decideAgain: () => this.#decide(session, exchange.action),
      recordQuestion: (decision: Decision, approval: string | null) => this.#recordDecision(asked, decision, approval),
      recordDecided: (decision: Decision, approval: string) =>
        this.#recordDecision({ ...asked, recorded: true }, decision, approval),
      recordHold: (approval: string, until: number) =>
        this.#parts.inbox.record(bare(session.id, { kind: 'hold', exchange: reference, approval, until })),
      recordGone: () => this.#recordGone(session, reference),
      pass: (decision: Decision & { kind: 'allow' | 'hold' }, approval: string, held: boolean) =>
        this.#pass(session, exchange, reference, decision, approval, over, recorded || held),
    }
  }

  /** An exchange of its own under the one whose answer has gone beyond its budget, for the same people to look at. */
  async #askForRows(session: LiveSession, asking: Exchange<Door>, parent: string, rows: RowBudget, out: number) {
    const reference = newId('x')
    const decision = { kind: 'hold', rules: rows.need.map(({ rule }) => rule), need: rows.need } as const
    const held = { ...decision, obligations: NOTHING_REVEALED, grounds: { rows: { out, stop: rows.stop } } }
    const exchange = { ...asking, parent, action: revised(asking.action, { operation: 'rows/continue' }) }
    const asked: UnderWay<Door> = { session, exchange, reference, over: () => undefined, recorded: false }
    const hold = new Hold({
      ...this.#holdParts(asked),
      decideAgain: () => {
        const again = this.#decide(session, asking.action)
        return again.kind === 'block' ? again : held
      },
      pass: async (_: Decision, approval: string, recorded: boolean) => {
        await this.#recordDecision({ ...asked, recorded }, { ...held, kind: 'allow' }, approval)
        const body = { kind: 'end', exchange: reference, outcome: 'done', delivered: 0 } as const
        this.#parts.inbox.lazy(bare(session.id, body))
        return null
      },
    })
    return hold.run(held).catch(() => new Refusal('unrecorded', reference))
  }

  /** `canProbe`: what only a probe tells need not be known yet. */
  #rule(session: LiveSession, action: Action, canProbe: boolean): Pick<Ruled, 'decision' | 'probe' | 'trace'> {
    const { policy, connections } = this.#parts.ruling()
    const { subject, connection } = session
    if (connections.has(connection.name))
      return decide(policy, { subject, connection: connection.name, action }, canProbe)
    return { decision: { kind: 'block', rules: [], code: 'forbidden' }, probe: false, trace: [] }
  }

  #decide(session: LiveSession, action: Action): Decision {
    return this.#rule(session, action, false).decision
  }

  #foresee(session: LiveSession, action: Parameters<Session['foresee']>[0]): Decision['kind'] {
    const { policy, connections } = this.#parts.ruling()
    const { subject, connection } = session
    if (!connections.has(connection.name)) return 'block'
    return foresee(policy, { subject, connection: connection.name, ...action })
  }

  /** Records the question, or that a recorded one may now pass, and hands out the way back. Rejects when not durable. */
  #pass<D extends Door>(
    session: LiveSession,
    exchange: Exchange<D>,
    reference: string,
    decision: Decision & { kind: 'allow' | 'hold' },
    approval: string | null,
    over: () => void,
    recorded = false,
  ): Promise<Admission<D>> {
    const { question, door } = exchange
    const allowed = decision.kind === 'allow' ? decision : ({ ...decision, kind: 'allow' } as const)
    const draft = recorded
      ? decidedDraft({ session, reference }, allowed, approval)
      : this.#questionDraft(session, exchange, reference, allowed, approval)
    return this.#parts.inbox.clear(door, question, draft).then(cleared => {
      const back = this.#wayBack(session, exchange, reference, decision, over)
      const admission = new LiveAdmission(back, cleared, approval !== null)
      if (!exchange.withdrawn.aborted && !session.ended.aborted) return admission
      admission.end('gone', 0)
      throw new Refusal('internal', reference, 'The caller withdrew this request, so it was not passed on.')
    })
  }

  #wayBack<D extends Door>(
    session: LiveSession,
    exchange: Exchange<D>,
    reference: string,
    { obligations }: { obligations: Obligations },
    over: () => void,
  ) {
    const { door } = exchange
    // What the caller answers to the system is hidden from nobody but the transcript.
    const reveal = door === 'caller' ? 'all' : obligations.reveal
    const masker = () => this.#masker(session, reveal)
    const askForRows = async (out: number) =>
      obligations.rows ? this.#askForRows(session, exchange, reference, obligations.rows, out) : null
    return { inbox: this.#parts.inbox, session: session.id, reference, door, obligations, masker, askForRows, over }
  }

  /** The question with its decision, or the decision alone where the question is in the record already. */
  #recordDecision(
    { session, exchange, reference, recorded }: UnderWay<Door>,
    decision: Decision,
    approval: string | null = null,
  ) {
    const { inbox } = this.#parts
    if (!recorded) {
      const draft = this.#questionDraft(session, exchange, reference, decision, approval)
      return inbox.record({ ...draft, released: null })
    }
    return inbox.record(decidedDraft({ session, reference }, decision, approval))
  }

  #questionDraft(
    session: LiveSession,
    exchange: Exchange<Door>,
    reference: string,
    decision: Decided,
    approval: string | null,
  ) {
    const { digest } = this.#parts.ruling().policy
    return questionDraft({ session, exchange, reference, policy: digest }, decision, approval)
  }

  // ---- refusals outside an exchange ----

  stranger(code: Code, source: string | Subject, reason?: string): Promise<Refusal> {
    const from = typeof source === 'string' ? source : subjectName(source)
    return this.#strangers.refuse(code, from, reason ?? null).catch(() => new Refusal('unrecorded', newId('x')))
  }

  refuse({ id, subject, connection }: Session, code: Code, detail?: string, reason?: string): Promise<Refusal> {
    const about = { source: subjectName(subject), connection: connection.name, reason: reason ?? null }
    return this.#refused(id, code, about, detail)
  }

  async #refused(
    session: string | null,
    code: Code,
    about: { readonly source: string; readonly connection: string; readonly reason: string | null },
    detail?: string,
  ): Promise<Refusal> {
    const reference = newId('x')
    const body = { kind: 'refused', code, reference, ...about, count: 1 } as const
    try {
      await this.#parts.inbox.record(bare(session, body))
      return new Refusal(code, reference, detail)
    } catch {
      return new Refusal('unrecorded', reference)
    }
  }

  #masker(session: LiveSession, reveal: ReadonlySet<string> | 'all'): Masker {
    const ruled = this.#parts.ruling().connections.get(session.connection.name) ?? session.ruled
    return ruled.transparent ? transparentMasker : createMasker(ruled.masking, reveal)
  }

  /** After a change of the ruling: streams of what nobody asked for are not decided one by one. */
  end(removed: (subject: Subject, connection: string) => boolean): void {
    this.#sessions.end(removed)
  }

  async close(): Promise<void> {
    this.#strangers.close()
    await this.#sessions.close()
  }
}

const FULL = 'Too many requests of yours are under way. Retry when some of them have been answered.'

const STANDING: Action = {
  operation: 'session/standing',
  target: 'unlisted',
  subjectMatter: '',
  effects: new Set(['session']),
  facts: {},
  found: new Set(),
  carries: 'unknown',
  exact: () => new Uint8Array(),
}
