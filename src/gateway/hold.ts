// A held question. Promise: recorded before anybody waits; runs only while its caller waits, on an approval of exactly
// this question under exactly these rules, decided again and used up before it is forwarded; silence means no.
import type { KeyObject } from 'node:crypto'
import type { Approval } from '../access/approval.ts'
import type { Approvals } from '../access/approvals.ts'
import { approvalDigest } from '../access/digest.ts'
import { refusalOf } from './blocked.ts'
import { Refusal } from './errors.ts'
import { RULES_CHANGED, waitingFor } from './hold-words.ts'
import { limits } from './limits.ts'
import type { Decision, Door, Exchange, HoldGrounds } from './seam.ts'
import type { LiveSession } from './sessions.ts'

export type Held = Decision & { kind: 'hold' }

/** R is what a question that may pass comes to. */
export interface HoldParts<D extends Door, R> {
  readonly session: LiveSession
  readonly exchange: Exchange<D>
  readonly reference: string
  readonly approvals: Approvals
  readonly approvalKey: KeyObject
  /** What rules this connection now, and where its system is. */
  readonly rules: () => string
  readonly decideAgain: () => Decision
  readonly recordQuestion: (decision: Decision, approval: string | null) => Promise<unknown>
  /** Of a question that is in the record. */
  readonly recordDecided: (decision: Decision, approval: string) => Promise<unknown>
  readonly recordHold: (approval: string, until: number) => Promise<unknown>
  /** That the caller of a recorded question did not wait for people. */
  readonly recordGone: () => void
  readonly pass: (decision: Held, approval: string, recorded: boolean) => Promise<R>
}

export class Hold<D extends Door, R> {
  readonly #parts: HoldParts<D, R>
  readonly #since = performance.now()

  constructor(parts: HoldParts<D, R>) {
    this.#parts = parts
  }

  async run(decision: Held): Promise<R | Refusal> {
    const { approvals } = this.#parts
    const rules = this.#parts.rules()
    const digest = this.#digest(decision, rules)
    let known = await approvals.find(digest)
    if (known?.state === 'approved' && !this.#parts.exchange.withdrawn.aborted) {
      if (await approvals.use(known.id)) return this.#parts.pass(decision, known.id, false)
      // An identical call was faster, or somebody took it back.
      known = await approvals.find(digest)
    }
    await this.#parts.recordQuestion(decision, known?.state === 'approved' ? null : (known?.id ?? null))
    if (this.#parts.exchange.withdrawn.aborted) return this.#withdrawn()
    if (known?.state === 'denied') return new Refusal('denied', known.id)
    const joined = known?.state === 'open' ? known : await this.#request(decision, rules, digest)
    if (joined instanceof Refusal) return joined
    await this.#parts.recordHold(joined.id, joined.until)
    const settled = await this.#wait(decision, joined, rules)
    if (this.#parts.exchange.withdrawn.aborted) {
      // A caller may come back for its approval; a system that asks will not.
      if (this.#parts.exchange.door === 'caller') await approvals.withdraw(joined.id).catch(() => undefined)
      return this.#withdrawn()
    }
    if (settled === 'waiting') return this.#pending(joined, rules)
    if (settled === 'denied' || settled === 'expired') return new Refusal(settled, joined.id)
    return this.#resume(joined, digest)
  }

  /** The world may have changed while people thought. */
  async #resume(approval: Approval, digest: string): Promise<R | Refusal> {
    const again = this.#parts.decideAgain()
    if (again.kind === 'block') {
      await this.#parts.recordDecided(again, approval.id)
      return refusalOf(again, this.#parts.reference)
    }
    const { approvals } = this.#parts
    const same = again.kind === 'hold' && this.#digest(again, this.#parts.rules()) === digest
    if (!same || !(await approvals.use(approval.id))) {
      if ((await approvals.show(approval.id))?.state === 'denied') return new Refusal('denied', approval.id)
      const detail = 'The rules changed, or an identical call used this approval: call again to ask anew.'
      return new Refusal('pending', this.#parts.reference, detail)
    }
    return this.#parts.pass(again, approval.id, true)
  }

  async #request(decision: Held, rules: string, digest: string): Promise<Approval | Refusal> {
    const { approvals, exchange, reference, session } = this.#parts
    const { findings } = exchange.question
    const approval = await approvals.request({
      id: reference,
      session: session.id,
      digest,
      rules,
      connection: session.connection.name,
      operation: exchange.action.operation,
      target: exchange.action.target,
      subject: session.subject,
      needs: decision.need,
      grounds: groundsOf(decision),
      found: Object.fromEntries(Object.entries(findings).map(([label, { count }]) => [label, count])),
    })
    if (approval !== 'too-many') return approval
    return new Refusal('limit', reference, 'Too many requests wait for approval. Retry when some have been answered.')
  }

  async #wait(decision: Held, approval: Approval, rules: string) {
    const { approvals, exchange, session } = this.#parts
    const named = decision.need.map(need => need.holdMs).filter(ms => ms !== null)
    const ruled = named.length > 0 ? Math.min(...named) : exchange.patienceMs
    const patienceMs = Math.min(ruled, exchange.longestWaitMs ?? ruled)
    const notify = () =>
      exchange.waiting({
        reference: approval.id,
        until: approval.until,
        needs: approval.needs,
        waitedMs: Math.round(performance.now() - this.#since),
      })
    notify()
    const changed = new AbortController()
    // Under other rules nobody could approve it any more: waiting on would be for nothing.
    const notices = setInterval(
      () => (this.#parts.rules() === rules ? notify() : changed.abort()),
      limits.holdNoticeMs,
    ).unref()
    const over = AbortSignal.any([exchange.withdrawn, session.ended, changed.signal])
    try {
      return await approvals.settled(approval.id, patienceMs, over)
    } finally {
      clearInterval(notices)
    }
  }

  #withdrawn(): Refusal {
    this.#parts.recordGone()
    return new Refusal('internal', this.#parts.reference, 'The caller withdrew this request, so it was not passed on.')
  }

  #pending(approval: Approval, rules: string): Refusal {
    const { session } = this.#parts
    if (session.ended.aborted) return session.ended.reason as Refusal
    const why =
      this.#parts.rules() === rules
        ? `${waitingFor(approval)}: call again with the same arguments.`
        : `${RULES_CHANGED}: call again to ask anew.`
    return new Refusal('pending', approval.id, `${why} Nothing has run.`)
  }

  #digest(decision: Held, rules: string): string {
    const { session, exchange, approvalKey } = this.#parts
    const { operation, subjectMatter } = exchange.action
    return approvalDigest(approvalKey, {
      subject: session.subject,
      connection: session.connection.name,
      rules,
      holds: decision.rules,
      operation,
      subjectMatter,
      exact: exchange.action.exact(),
    })
  }
}

/** What is left of an answer is shown as the part before it. */
function groundsOf({ grounds, obligations }: Held): HoldGrounds {
  return grounds?.rows ? grounds : { ...grounds, reveal: [...obligations.reveal].sort() }
}
