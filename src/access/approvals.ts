// Requests for approval and people's answers. Promise: an approval outlives the exchange that opened it, never runs
// anything by itself, is used once or taken back before, and counts as denied once its deadline has passed; each vote is in
// the record before it has any effect. Deadlines run on the monotonic clock, and on the wall clock only across a restart.
import { limits } from '../gateway/limits.ts'
import type { Subject } from '../gateway/seam.ts'
import type { Draft } from '../recording/entry.ts'
import type { Store } from '../store/open.ts'
import type { ApprovalState } from '../store/tables.ts'
import { type Approval, type ApprovalRequest, openedRow, readRow, type Vote } from './approval.ts'
import { countedAs, hasVoted, mayApprove, missingOf, type NotApprover, subjectName } from './approver.ts'
import { rulesDigest } from './digest.ts'

export type VoteRefusal = NotApprover | 'unknown' | 'closed' | 'expired' | 'outdated' | 'already-voted'
export type Settled = Exclude<ApprovalState, 'open'>

export interface ApprovalsOptions {
  readonly store: Store
  /** Resolves when the entry is durable. */
  readonly record: (draft: Draft) => Promise<unknown>
  /** Hides what a reason should not have said; the reason goes only to the record. */
  readonly transcribe: (text: string) => { raw: Uint8Array; transcript: Uint8Array }
  /** How many identity providers are configured now. */
  readonly providers: () => number
  /** What a request of this connection would be bound to now; without, none is found outdated. */
  readonly rules?: (connection: string) => string
  readonly wallClock?: () => number
  readonly monotonicClock?: () => number
}

/** In which states what people say still counts. */
const answerable: Readonly<Record<Vote['outcome'], readonly ApprovalState[]>> = {
  approve: ['open'],
  deny: ['open', 'approved'],
}

const RETRY_MS = 1_000

interface Live {
  /** On the monotonic clock. */
  readonly deadline: number
  timer: NodeJS.Timeout
  readonly waiters: Set<(state: Settled) => void>
}

export class Approvals {
  readonly #options: ApprovalsOptions
  readonly #live = new Map<string, Live>()
  readonly #wall: () => number
  readonly #monotonic: () => number
  #turn: Promise<unknown> = Promise.resolve()
  #closed = false

  private constructor(options: ApprovalsOptions) {
    this.#options = options
    this.#wall = options.wallClock ?? Date.now
    this.#monotonic = options.monotonicClock ?? (() => performance.now())
  }

  /** Takes up what was open when the process last stopped. */
  static async open(options: ApprovalsOptions): Promise<Approvals> {
    const approvals = new Approvals(options)
    for (const row of await options.store
      .selectFrom('approval')
      .selectAll()
      .where('state', 'in', ['open', 'approved', 'denied'])
      .where('until', '>', approvals.#wall())
      .execute()) {
      approvals.#watch(row.id, Math.min(row.until - approvals.#wall(), row.until - row.opened))
    }
    const stale = await options.store
      .selectFrom('approval')
      .select('id')
      .where('state', 'in', ['open', 'approved'])
      .where('until', '<=', approvals.#wall())
      .execute()
    for (const row of stale) await approvals.#end(row.id, 'expired')
    return approvals
  }

  /** The approval an identical question meets: open, approved and unused, or denied and not yet past its deadline. */
  async find(digest: string): Promise<Approval | null> {
    const rows = await this.#options.store
      .selectFrom('approval')
      .selectAll()
      .where('digest', '=', digest)
      .where('state', 'in', ['open', 'approved', 'denied'])
      .orderBy('opened', 'desc')
      .orderBy('id', 'desc')
      .execute()
    const row = rows.find(candidate => !this.#past(candidate.id))
    return row ? readRow(row) : null
  }

  /** Opens a request, joins the open one, or says that there are too many. The caller has recorded the question before. */
  async request(asked: ApprovalRequest): Promise<Approval | 'too-many'> {
    const requester = subjectName(asked.subject)
    const withinMs = Math.min(...asked.needs.map(need => need.withinMs))
    const row = openedRow(asked, this.#wall(), withinMs)
    // Two identical questions at once find nothing to join: the second joins what the first has opened by now. Those that
    // differ are counted here too, else as many as came at once would pass the limits.
    const joined = await this.#options.store.transaction().execute(async store => {
      const open = await store
        .selectFrom('approval')
        .selectAll()
        .where('digest', '=', asked.digest)
        .where('state', '=', 'open')
        .execute()
      const known = open.find(candidate => !this.#past(candidate.id))
      if (known) return known
      const counts = await store
        .selectFrom('approval')
        .select(['connection', 'rules'])
        .select(({ fn }) => [fn.countAll<number>().as('all')])
        .select(({ fn }) => fn.count<number>('id').filterWhere('requester', '=', requester).as('own'))
        .where('state', '=', 'open')
        .groupBy(['connection', 'rules'])
        .execute()
      // One that no call would use any more keeps nobody from asking anew.
      const usable = counts.filter(one => !this.outdated(one))
      const sum = (of: 'all' | 'own') => usable.reduce((total, one) => total + one[of], 0)
      if (sum('all') >= limits.holds || sum('own') >= limits.holdsPerSubject) return null
      await store.insertInto('approval').values(row).execute()
      this.#watch(row.id, withinMs)
      return row
    })
    return joined === null ? 'too-many' : readRow(joined)
  }

  /** Waits for people, at most `ms`, or until `signal`. Resolves with `waiting` when neither has happened. */
  async settled(id: string, ms: number, signal: AbortSignal): Promise<Settled | 'waiting'> {
    const { promise, resolve } = Promise.withResolvers<Settled | 'waiting'>()
    const open = this.#live.get(id)
    const give = () => resolve('waiting')
    const timer = setTimeout(give, ms)
    open?.waiters.add(resolve)
    signal.addEventListener('abort', give, { once: true })
    if (signal.aborted) give()
    const state = (await this.show(id))?.state
    if (state !== undefined && state !== 'open') resolve(state)
    else if (!open) resolve('expired')
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      open?.waiters.delete(resolve)
      signal.removeEventListener('abort', give)
    }
  }

  /** Uses an approval up. True for exactly one caller over all processes, and never after the deadline. */
  async use(id: string): Promise<boolean> {
    if (this.#past(id)) return false
    const known = await this.#options.store
      .selectFrom('approval')
      .select(['connection', 'rules'])
      .where('id', '=', id)
      .executeTakeFirst()
    if (!known || this.outdated(known)) return false
    const result = await this.#options.store
      .updateTable('approval')
      .set({ state: 'used' })
      .where('id', '=', id)
      .where('state', '=', 'approved')
      .executeTakeFirst()
    if (result.numUpdatedRows !== 1n) return false
    this.#settle(id, 'used')
    return true
  }

  /** Whether the rules it is bound to are not those in force: no call would use it, whoever approved. */
  outdated({ connection, rules }: Pick<Approval, 'connection' | 'rules'>): boolean {
    const now = this.#options.rules?.(connection)
    return rules !== null && now !== undefined && rules !== rulesDigest(now)
  }

  /** A person's answer; a denial also takes back an approval not used yet. The reason is recorded and kept nowhere else. */
  vote(id: string, approver: Subject, outcome: 'approve' | 'deny', reason: string): Promise<Approval | VoteRefusal> {
    const turn = this.#turn.then(() => this.#vote(id, approver, outcome, reason))
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  async #vote(
    id: string,
    approver: Subject,
    outcome: 'approve' | 'deny',
    reason: string,
  ): Promise<Approval | VoteRefusal> {
    const refusal = await this.#voteRefusal(id, approver, outcome)
    if (refusal) return refusal === 'unknown' ? refusal : this.#refused(id, approver, outcome, refusal)
    const by = countedAs(approver)
    await this.#options.record({
      session: null,
      body: {
        kind: 'verdict',
        exchange: id,
        approval: id,
        by: [by],
        outcome: outcome === 'approve' ? 'approved' : 'denied',
      },
      payload: this.#options.transcribe(reason),
      released: null,
    })
    if (this.#past(id)) return this.#refused(id, approver, outcome, 'expired')
    const vote = { approval: id, person: by, subject: subjectName(approver), outcome, at: this.#wall() } as const
    const row = await this.#options.store.transaction().execute(async store => {
      const approval = readRow(
        await store.selectFrom('approval').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
      )
      if (!answerable[outcome].includes(approval.state)) return
      await store
        .insertInto('vote')
        .values({ ...vote, groups: JSON.stringify([...approver.groups]) })
        .onConflict(known => known.columns(['approval', 'person']).doUpdateSet({ outcome, at: vote.at }))
        .execute()
      const votes = await store.selectFrom('vote').selectAll().where('approval', '=', id).execute()
      const counted = votes.map(cast => ({ ...cast, groups: JSON.parse(cast.groups) as string[] }))
      const met = missingOf(approval.needs, counted).every(people => people === 0)
      const state = outcome === 'deny' ? 'denied' : met ? 'approved' : 'open'
      return store
        .updateTable('approval')
        .set({ state, decided: state === 'open' ? null : this.#wall() })
        .where('id', '=', id)
        .where('state', 'in', answerable[outcome])
        .returningAll()
        .executeTakeFirst()
    })
    // Used while the vote was recorded: the record has to say that it changed nothing.
    if (!row) return this.#refused(id, approver, outcome, 'closed')
    if (row.state !== 'open') this.#settle(id, row.state)
    return readRow(row)
  }

  async #voteRefusal(id: string, approver: Subject, outcome: Vote['outcome']): Promise<VoteRefusal | null> {
    const approval = await this.show(id)
    if (!approval) return 'unknown'
    const notApprover = mayApprove(approver, approval, this.#options.providers())
    if (notApprover) return notApprover
    const { state, votes } = approval
    if (state === 'expired' || ((state === 'open' || state === 'approved') && this.#past(id))) return 'expired'
    if (!answerable[outcome].includes(state)) return 'closed'
    if (outcome === 'approve' && this.outdated(approval)) return 'outdated'
    return outcome === 'approve' && hasVoted(approver, votes) ? 'already-voted' : null
  }

  async #refused<R extends VoteRefusal>(id: string, approver: Subject, outcome: Vote['outcome'], why: R): Promise<R> {
    const act = `approval.${outcome}.refused.${why}`
    const body = { kind: 'access', by: subjectName(approver), act, of: id } as const
    await this.#options.record({ session: null, body, payload: null, released: null })
    return why
  }

  async show(id: string): Promise<(Approval & { readonly votes: readonly Vote[] }) | null> {
    const row = await this.#options.store.selectFrom('approval').selectAll().where('id', '=', id).executeTakeFirst()
    if (!row) return null
    const votes = await this.#options.store
      .selectFrom('vote')
      .select(['person', 'subject', 'groups', 'outcome', 'at'])
      .where('approval', '=', id)
      .orderBy('at')
      .execute()
    return { ...readRow(row), votes: votes.map(vote => ({ ...vote, groups: JSON.parse(vote.groups) as string[] })) }
  }

  /** Newest first; `before` is the id of the last one of the page before. `waiting`: for people, or to be used. */
  async list(
    state: ApprovalState | 'waiting' | 'all',
    limit: number,
    before: string | null = null,
  ): Promise<Approval[]> {
    let query = this.#options.store.selectFrom('approval').selectAll().orderBy('id', 'desc').limit(limit)
    if (state === 'waiting') query = query.where('state', 'in', ['open', 'approved'])
    else if (state !== 'all') query = query.where('state', '=', state)
    if (before !== null) query = query.where('id', '<', before)
    return (await query.execute()).map(readRow)
  }

  /** What was asked is not wanted any more; others that wait for the same people keep it open. */
  async withdraw(id: string): Promise<void> {
    if (this.#live.get(id)?.waiters.size === 0) await this.#end(id, 'withdrawn')
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#turn
    for (const open of this.#live.values()) clearTimeout(open.timer)
    this.#live.clear()
  }

  #past(id: string): boolean {
    const live = this.#live.get(id)
    return !live || this.#monotonic() >= live.deadline
  }

  #watch(id: string, ms: number): void {
    const live: Live = { deadline: this.#monotonic() + ms, timer: setTimeout(() => undefined, 0), waiters: new Set() }
    // A timer holds at most 2^31 - 1 ms, so a far deadline is approached in steps.
    const arm = () => {
      const left = live.deadline - this.#monotonic()
      if (left > 0) live.timer = setTimeout(arm, Math.min(left, 2 ** 31 - 1)).unref()
      else this.#end(id, 'expired').catch(again)
    }
    // The store or the record was not there: it is past, and has to be called so.
    const again = () => {
      if (!this.#closed) live.timer = setTimeout(arm, RETRY_MS).unref()
    }
    arm()
    this.#live.set(id, live)
  }

  #settle(id: string, state: Settled): void {
    const live = this.#live.get(id)
    for (const waiter of live?.waiters ?? []) waiter(state)
    live?.waiters.clear()
  }

  async #end(id: string, outcome: 'expired' | 'withdrawn'): Promise<void> {
    if (this.#closed) return
    const result = await this.#options.store
      .updateTable('approval')
      .set({ state: outcome, decided: this.#wall() })
      .where('id', '=', id)
      .where('state', 'in', ['open', 'approved'])
      .executeTakeFirst()
    // Of a denial everybody is to hear until its deadline.
    if (outcome === 'withdrawn' && result.numUpdatedRows !== 1n) return
    this.#settle(id, outcome)
    clearTimeout(this.#live.get(id)?.timer)
    this.#live.delete(id)
    if (result.numUpdatedRows !== 1n) return
    const body = { kind: 'verdict', exchange: id, approval: id, by: [], outcome } as const
    await this.#options.record({ session: null, body, payload: null, released: null })
  }
}
