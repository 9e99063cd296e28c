// The way of a question: read → decide → record → (hold → record the verdict) → pass. Promise: what a protocol may forward
// comes out of here only after the question is durable; any step that cannot do its work refuses.
import type { KeyObject } from 'node:crypto'
import type { Approvals } from '../access/approvals.ts'
import { subjectName } from '../access/approver.ts'
import { createMasker, transparentMasker } from '../masking/masker.ts'
import { builtIn } from '../policy/compile.ts'
import { decide, foresee, usable } from '../policy/decide.ts'
import type { Cleared, Inbox } from '../recording/inbox.ts'
import { LiveAdmission } from './admission.ts'
import { type Code, Refusal } from './errors.ts'
import { Hold } from './hold.ts'
import { newId } from './ids.ts'
import { limits } from './limits.ts'
import type { Ruling } from './ruling.ts'
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
    if (!ruled || !usable(policy, subject, named.name)) return this.#refused(null, 'forbidden', subjectName(subject))
    const own = this.#sessions.countOf(subjectName(subject), subjectName)
    if (this.#sessions.size >= limits.sessions || own >= limits.sessionsPerSubject) {
      return this.#refused(null, 'limit', subjectName(subject))
    }
    const purposeful = { ...subject, purpose: subject.purpose ?? ruled.purpose }
    const session: LiveSession = new LiveSession(purposeful, ruled, {
      inbox: this.#parts.inbox,
      inspect: () => this.#masker(session, 'all'),
      foresee: action => this.#foresee(session, action),
    })
    try {
      session.standing = await this.#recordOpening(session)
    } catch {
      return new Refusal('unrecorded', session.id)
    }
    this.#sessions.add(session)
    return session
  }

  async #recordOpening(session: LiveSession): Promise<Admission<'system'>> {
    const { inbox } = this.#parts
    const { subject, connection } = session
    const opened = inbox.record({
      session: session.id,
      body: {
        kind: 'session.open',
        subject: subject.id,
        provider: subject.provider,
        subjectKind: subject.kind,
        person: subject.person,
        onBehalfOf: subject.onBehalfOf ? subjectName(subject.onBehalfOf) : null,
        purpose: subject.purpose,
        connection: connection.name,
        connectionKind: connection.kind,
        retention: connection.retention,
      },
      payload: null,
      released: null,
    })
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
    const over = live.busy()
    try {
      const decision = this.decide(live, exchange.action)
      if (decision.kind === 'allow') return await this.#pass(live, exchange, reference, decision, null, over)
      if (decision.kind === 'block') {
        await this.#recordQuestion(live, exchange, reference, decision)
        over()
        return new Refusal(decision.code, reference)
      }
      const hold = new Hold(this.#holdParts(live, exchange, reference, over))
      const admission = await hold.run(decision)
      if (admission instanceof Refusal) over()
      return admission
    } catch (error) {
      over()
      return error instanceof Refusal
        ? new Refusal(error.code, reference, error.detail)
        : new Refusal('internal', reference)
    }
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

  #holdParts<D extends Door>(session: LiveSession, exchange: Exchange<D>, reference: string, over: () => void) {
    const { approvals, approvalKey, ruling } = this.#parts
    return {
      session,
      exchange,
      reference,
      approvals,
      approvalKey,
      rules: () => ruling().policy.connectionDigest(session.connection.name),
      decideAgain: () => this.decide(session, exchange.action),
      recordQuestion: (decision: Decision, approval: string | null) =>
        this.#recordQuestion(session, exchange, reference, decision, approval),
      recordHold: (approval: string, until: number) =>
        this.#parts.inbox.record({
          session: session.id,
          body: { kind: 'hold', exchange: reference, approval, until },
          payload: null,
          released: null,
        }),
      pass: (decision: Decision & { kind: 'allow' | 'hold' }, approval: string, recorded: boolean) =>
        this.#pass(session, exchange, reference, decision, approval, over, recorded),
    }
  }

  decide(session: LiveSession, action: Action): Decision {
    const { policy, connections } = this.#parts.ruling()
    const { subject, connection } = session
    if (!connections.has(connection.name)) return { kind: 'block', rules: [], code: 'forbidden' }
    return decide(policy, { subject, connection: connection.name, action }).decision
  }

  #foresee(session: LiveSession, action: Parameters<Session['foresee']>[0]): Decision['kind'] {
    const { policy, connections } = this.#parts.ruling()
    const { subject, connection } = session
    if (!connections.has(connection.name)) return 'block'
    return foresee(policy, { subject, connection: connection.name, ...action })
  }

  /** Records the question, or that a recorded one may now pass, and hands out the way back. Rejects when not durable. */
  async #pass<D extends Door>(
    session: LiveSession,
    exchange: Exchange<D>,
    reference: string,
    decision: Decision & { kind: 'allow' | 'hold' },
    approval: string | null,
    over: () => void,
    recorded = false,
  ): Promise<Admission<D>> {
    const { inbox } = this.#parts
    const { question, door } = exchange
    const allowed = { ...decision, kind: 'allow' } as const
    const question_: Cleared<D> = recorded
      ? await inbox.clear(door, question, {
          session: session.id,
          body: { kind: 'decided', exchange: reference, decision: 'allow', rules: decision.rules, approval },
          payload: null,
          released: null,
        })
      : await inbox.clear(door, question, this.#questionDraft(session, exchange, reference, allowed, approval))
    if (exchange.withdrawn.aborted || session.ended.aborted) {
      new LiveAdmission({ ...this.#wayBack(session, reference, door, decision, over), question: question_ }).end(
        'gone',
        0,
      )
      throw new Refusal('internal', reference, 'The caller withdrew this request, so it was not passed on.')
    }
    return new LiveAdmission({ ...this.#wayBack(session, reference, door, decision, over), question: question_ })
  }

  #wayBack<D extends Door>(
    session: LiveSession,
    reference: string,
    door: D,
    { obligations }: { obligations: Obligations },
    over: () => void,
  ) {
    // What the caller answers to the system is hidden from nobody but the transcript.
    const reveal = door === 'caller' ? 'all' : obligations.reveal
    // Looked up at each part: a stream may outlive the rules it began under.
    const masker: Masker = {
      message: (json, context) => this.#masker(session, reveal).message(json, context),
      text: value => this.#masker(session, reveal).text(value),
      frames: (raw, told) => this.#masker(session, reveal).frames(raw, told),
      columns: origins => this.#masker(session, reveal).columns(origins),
    }
    return { inbox: this.#parts.inbox, session: session.id, reference, door, obligations, masker, over }
  }

  #recordQuestion(
    session: LiveSession,
    exchange: Exchange<Door>,
    reference: string,
    decision: Decision,
    approval: string | null = null,
  ) {
    return this.#parts.inbox.record(this.#questionDraft(session, exchange, reference, decision, approval))
  }

  #questionDraft(
    session: LiveSession,
    exchange: Exchange<Door>,
    reference: string,
    decision: Decision,
    approval: string | null,
  ) {
    const { action, parent, door, question } = exchange
    return {
      session: session.id,
      body: {
        kind: 'question',
        exchange: reference,
        parent,
        door,
        operation: action.operation,
        target: action.target,
        decision: decision.kind,
        rules: decision.rules,
        policy: this.#parts.ruling().policy.digest,
        findings: question.findings,
        approval,
      },
      payload: question,
      released: decision.kind === 'allow' ? question.released : null,
    } as const
  }

  // ---- refusals outside an exchange ----

  stranger(code: Code, source: string): Promise<Refusal> {
    return this.#strangers.refuse(code, source).catch(() => new Refusal('unrecorded', newId('x')))
  }

  refuse(session: Session, code: Code, detail?: string): Promise<Refusal> {
    return this.#refused(session.id, code, subjectName(session.subject), detail)
  }

  async #refused(session: string | null, code: Code, source: string, detail?: string): Promise<Refusal> {
    const reference = newId('x')
    const body = { kind: 'refused', code, reference, source, count: 1 } as const
    try {
      await this.#parts.inbox.record({ session, body, payload: null, released: null })
      return new Refusal(code, reference, detail)
    } catch {
      return new Refusal('unrecorded', reference)
    }
  }

  #masker(session: LiveSession, reveal: ReadonlySet<string> | 'all'): Masker {
    const ruled = this.#parts.ruling().connections.get(session.connection.name) ?? session.ruled
    return ruled.transparent ? transparentMasker : createMasker(ruled.masking, reveal)
  }

  async close(): Promise<void> {
    this.#strangers.close()
    await this.#sessions.close()
  }
}

const STANDING: Action = {
  operation: 'session/standing',
  target: 'unlisted',
  subjectMatter: '',
  effects: new Set(['session']),
  facts: {},
  found: new Set(),
  carries: 'unknown',
  exact: new Uint8Array(),
}
