// From runs to exchanges: each is read, asked of the gateway and passed on in its turn. Promise: the system sees a run only
// as Cleared and in the caller's order; what is refused fails the caller's transaction at the system too, and what follows
// up to Sync is neither decided nor passed on.
import { randomBytes } from 'node:crypto'
import { authoredBytes } from '../gateway/authored.ts'
import { Refusal } from '../gateway/errors.ts'
import { limits } from '../gateway/limits.ts'
import type { Errand, Gateway, HoldView, Session } from '../gateway/seam.ts'
import type { Cleared } from '../recording/inbox.ts'
import { type Answers, FAILED, IDLE, IN_TRANSACTION } from './answers.ts'
import { Asked, ownTurn, reply } from './asked.ts'
import type { Callers, Party } from './callers.ts'
import type { CopyIn, CopyStep } from './copy-in.ts'
import { estimate } from './estimates.ts'
import { WireFault } from './frames.ts'
import { Guard } from './guard.ts'
import { LinkAsk } from './link-ask.ts'
import { errorBytes, failingExecute, own, refusalReport } from './messages.ts'
import type { Changes, Names, Portal } from './names.ts'
import type { WireOutlet } from './outlets.ts'
import { type Answer, boundBefore, changesOf, PENDING_RUNS, type Pending, resumedBy, runs, turnOf } from './pending.ts'
import { actionOf, through, toldOf, type Wanted } from './question.ts'
import type { LinkReader, ReadContext } from './reading.ts'
import { NOTHING, Readings, type Refused } from './readings.ts'
import { type Run, runBytes, type Step } from './runs.ts'
import { wantOf } from './wants.ts'

export interface AskingParts {
  readonly gateway: Gateway
  readonly session: Session
  readonly outlet: WireOutlet<'system'>
  readonly answers: Answers
  readonly names: Names
  readonly copyIn: CopyIn
  /** Null: statements pass unread. */
  readonly reader: LinkReader | null
  /** What all of this is asked for; null where the caller asks for itself. */
  readonly errand: Errand | null
  /** Null where all of this is one caller's. */
  readonly callers: Callers | null
  readonly transactionHoldMs: number
  /** Aborted when the caller withdraws what waits, and when it is gone. */
  readonly withdrawn: () => AbortSignal
  readonly waiting: (hold: HoldView) => void
  readonly onTerminate: () => void
}

export class Asking {
  readonly #parts: AskingParts
  /** A name no caller knows. */
  readonly #noPortal = `refused-${randomBytes(16).toString('hex')}`
  #pending: Pending[] = []
  /** Runs whose answer of the gateway is awaited. */
  #unsettled = 0
  /** A run is read as if it had run, and not pending yet. */
  #passing = false
  /** The caller was refused: what follows is dropped up to Sync. */
  #skipping = false
  /** Something was passed on that no Sync has followed. */
  #unsynced = false
  /** The flight in which something changes what later statements mean, and whether only the system knows how. */
  #changedIn: number | null = null
  #doubtful = false
  readonly #ask: LinkAsk
  readonly #guard = new Guard()
  /** What the system said of statements it could not plan. */
  readonly #unplanned = new WeakMap<Wanted, Cleared<'caller'>>()
  #idleWaiters: (() => void)[] = []
  readonly #readings: Readings

  constructor(parts: AskingParts) {
    this.#parts = parts
    this.#ask = new LinkAsk(parts)
    this.#readings = new Readings({ ...parts, context: parameters => this.#context(parameters) })
  }

  /** Something is read as if it had run and has not been passed on. */
  get waiting(): boolean {
    return this.#passing || this.#pending.length + this.#unsettled > 0
  }

  /** What was passed on since the last Sync may yet be undone. */
  get unsynced(): boolean {
    return this.#unsynced
  }

  /** An answer was ended: what follows in its flight is dropped. */
  stopped(): void {
    if (this.#unsynced) this.#skipping = true
  }

  /** After it: a transaction of the caller's has failed, where nothing else is under way in it. */
  failing(status: number): number {
    const { answers, outlet } = this.#parts
    if (status !== IN_TRANSACTION || !answers.idle || answers.status !== status) return status
    const ignored = { row: () => undefined, failed: () => undefined, resolve: () => undefined }
    answers.expect({ ...ownTurn(reply.ready), expects: [reply.executed, reply.ready], own: ignored })
    outlet.write(failingExecute(this.#noPortal))
    outlet.write(own.sync)
    return FAILED
  }

  /** Every turn is answered: whoever waits for that goes on. */
  onIdle(): void {
    if (!this.#pending.some(one => changesOf(one) !== 'nothing')) {
      if (!this.#unsynced) this.#changedIn = null
      this.#doubtful = false
    }
    for (const resume of this.#idleWaiters.splice(0)) resume()
  }

  /** Rejects with WireFault where a message cannot be read. */
  async work(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      if (step.kind === 'run') await this.#take(step)
      else {
        await this.#pass()
        await this.#other(step)
      }
    }
    await this.#pass()
  }

  async #other(step: Exclude<Step, Run>): Promise<void> {
    const { copyIn, answers } = this.#parts
    switch (step.kind) {
      case 'terminate':
        return this.#parts.onTerminate()
      case 'sync':
        if (copyIn.asked === null) this.#sync()
        return
      case 'flush':
        if (!this.#skipping && copyIn.asked === null) await this.#write(own.flush)
        return
      case 'copy':
        // Rows sent ahead wait until the system has said whether it reads them.
        if (copyIn.asked === null && !answers.idle) await this.#idleOrCopying()
        return copyIn.step(step satisfies CopyStep)
    }
  }

  // ---- asking ----

  async #take(run: Run): Promise<void> {
    try {
      await this.#book(run)
    } finally {
      this.#passing = false
    }
  }

  async #book(run: Run): Promise<void> {
    const changes: Changes = []
    const resumed = resumedBy(run, this.#parts.names)
    const portal = boundBefore(run, this.#parts.names)
    if (portal?.reading.calls) {
      const outdated = await this.#outdated(run, portal)
      if (this.#skipping) return this.#drop(run)
      if (outdated !== null) return this.#pend(run, changes, outdated)
    }
    if (resumed) {
      this.#pending.push({ run, wanted: null, changes, asking: resumed.admission, withdrawn: null, resumed })
      return
    }
    if (this.#parts.names.size > limits.preparedNames) {
      throw new WireFault('too-large', 'Too many statements are prepared.')
    }
    if (this.#mustWait(run)) {
      await this.#pass()
      if (this.#skipping) return this.#drop(run)
      if (this.#unsynced) await this.#write(own.flush)
      await this.#idle()
    }
    const wanted = await wantOf(run, changes, {
      names: this.#parts.names,
      readings: this.#readings,
      reads: this.#parts.reader !== null,
    })
    if ('refusal' in wanted) return this.#pend(run, changes, wanted)
    const { gateway, waiting, answers, callers, transactionHoldMs } = this.#parts
    const party = callers === null ? this.#party : await this.#callerOf(wanted, callers)
    if (party === null) return this.#drop(run)
    if (party instanceof Refusal) return this.#pend(run, changes, { refusal: party, sql: null })
    const { session } = party
    if (runs(run)) this.#passes(wanted, changes)
    if (wanted.reading.changes !== 'nothing') callers?.forget()
    this.#passing = true
    const raw = runBytes(run)
    const question = session.inspect.frames(raw, toldOf(wanted))
    const action = through(party.via, actionOf(wanted, new Set(Object.keys(question.findings))))
    // What may have to wait for people is asked only when all before it has passed.
    if (this.#pending.length > 0 && session.foresee(action) !== 'allow') {
      await this.#pass()
      if (this.#skipping) return this.#drop(run)
    }
    const withdrawn = this.#parts.withdrawn()
    const inTransaction = answers.status !== IDLE || this.#unsynced || !answers.idle
    const asked = gateway.ask(session, {
      door: 'system',
      action,
      question,
      parent: party.parent,
      withdrawn,
      patienceMs: inTransaction ? transactionHoldMs : limits.patientHoldMs,
      waiting,
      ...(inTransaction ? { longestWaitMs: transactionHoldMs } : {}),
      // What was asked before it has to have left first.
      ...(runs(run) && this.#pending.length === 0
        ? { probe: (reference: string) => this.#estimate(wanted, reference) }
        : {}),
    })
    const asking = runs(run) ? this.#guard.admit(asked, wanted.reading, wanted.portal?.listed) : asked
    this.#pending.push({ run, wanted, changes, asking, withdrawn, resumed: null })
    if (run.synced) this.#parts.names.batch++
    if (this.#pending.length >= PENDING_RUNS) await this.#pass()
  }

  get #party(): Party {
    const { session, errand } = this.#parts
    return { session, parent: errand?.parent() ?? null, via: errand?.via ?? null }
  }

  /** Null where what was asked before was refused, so that this is not asked at all. */
  async #callerOf({ run, prepared, portal }: Wanted, callers: Callers): Promise<Party | Refusal | null> {
    const sql = run.query ?? portal?.prepared.sql ?? prepared?.sql ?? ''
    if (!runs(run)) return callers.of(sql.toString(), null)
    await this.#pass()
    if (this.#skipping) return null
    const { answers } = this.#parts
    if (this.#unsynced) await this.#write(own.flush)
    await this.#idle()
    // Nothing but its end runs in a transaction that has failed.
    if (answers.status === FAILED || answers.skipping) return callers.of(sql.toString(), null)
    const synced = !this.#unsynced
    const tell = (told: string) => this.#ask.rows({ operation: 'sql.caller', parent: null, sql: told, synced })
    return callers.of(sql.toString(), { inTransaction: answers.status !== IDLE || !synced, tell })
  }

  /** What follows is read as if this had run. */
  #passes({ reading, portal }: Wanted, changes: Changes): void {
    const { names } = this.#parts
    for (const { kind, name } of reading.forgets) names.forget(kind, name, changes)
    reading.passes(portal && { types: portal.prepared.types, values: portal.values })
    if (reading.changes === 'nothing') return
    this.#changedIn = names.batch
    this.#doubtful ||= reading.changes === 'unknown'
  }

  async #estimate(wanted: Wanted, parent: string): Promise<Readonly<Record<string, unknown>> | Refusal> {
    const { answers } = this.#parts
    const { query } = wanted.run
    const read = query === null ? wanted.reading : await this.#readings.exactly(query, wanted.reading)
    if ('refusal' in read) return read.refusal
    const { action, quotes } = read
    const estimable = read.estimable()
    if (!answers.idle && this.#unsynced) await this.#write(own.flush)
    await this.#idle()
    if (answers.skipping) return UNKNOWN_ROWS
    // Nothing but its end runs in a transaction that has failed.
    const failed = answers.status === FAILED
    if (failed && estimable?.length !== 1) return UNKNOWN_ROWS
    const clean = quotes !== 'unknown' && quotes.size === 0
    const rows = failed
      ? 0
      : await estimate({ ...wanted, estimable }, parent, question =>
          this.#ask.rows({ ...question, clean, synced: !this.#unsynced }),
        )
    if (rows === null || rows instanceof Refusal) return rows ?? UNKNOWN_ROWS
    if (typeof rows !== 'number') {
      this.#unplanned.set(wanted, rows.said)
      return rows.refusal
    }
    return { sql: { ...(typeof action.facts.sql === 'object' ? action.facts.sql : {}), estimatedRows: rows } }
  }

  #context(parameters: ReadContext['parameters']): ReadContext {
    const { session, answers, names } = this.#parts
    const synced = !this.#unsynced
    const can = answers.idle && this.#pending.length === 0 && answers.status !== FAILED && !answers.skipping
    const forget = (name: string) => {
      const changes: Changes = []
      names.forget('statement', name, changes)
      names.confirm(changes)
    }
    const ask = (sql: string) => this.#ask.rows({ operation: 'sql.catalog', parent: this.#party.parent, sql, synced })
    return { session, parameters, ask: can ? ask : null, forget }
  }

  #pend(run: Run, changes: Changes, refused: Refused | Promise<Refused>): Promise<void> | void {
    if (refused instanceof Promise) return refused.then(it => this.#pend(run, changes, it))
    this.#pending.push({ run, wanted: null, changes, asking: refused, withdrawn: null, resumed: null })
    if (run.synced) this.#parts.names.batch++
  }

  /** A portal that was bound before runs the functions that are there now. */
  async #outdated(run: Run, { prepared, parameters, reading }: Portal): Promise<Refused | null> {
    if (this.#mustWait(run)) {
      await this.#pass()
      if (this.#skipping) return null
      if (this.#unsynced) await this.#write(own.flush)
      await this.#idle()
    }
    const again = await this.#readings.read(prepared.sql, parameters, reading)
    if ('refusal' in again) return again
    return reading.lasts() ? null : this.#readings.refused(OUTDATED, '55000')
  }

  /** Whether what this run means depends on something the system has not answered yet. */
  #mustWait(run: Run): boolean {
    const { names, answers, reader } = this.#parts
    if (answers.idle && this.#pending.length === 0) return false
    if (reader?.asks) return true
    if (reader !== null && this.#changedIn !== null && (this.#doubtful || this.#changedIn !== names.batch)) return true
    if (run.bind && run.parse === null && names.uncertain('statement', run.bind.statement)) return true
    return run.executes !== null && run.bind === null && names.uncertain('portal', run.executes)
  }

  // ---- passing on ----

  /** All that was asked is passed on or refused, in order. */
  async #pass(): Promise<void> {
    const pending = this.#pending
    if (pending.length === 0) return
    this.#pending = []
    this.#unsettled = pending.length
    const { outlet } = this.#parts
    if (pending.length === 1) return this.#passOne(pending[0] as Pending)
    if (pending.some(({ resumed }) => resumed !== null)) {
      for (const one of pending) await this.#passOne(one)
      return
    }
    // Decided together, they leave together.
    const answers = await Promise.all(pending.map(({ asking }) => asking))
    outlet.together(() => {
      for (const [at, one] of pending.entries()) this.#settle(one, answers[at] as Answer)
    })
    await outlet.drained()
  }

  async #passOne(pending: Pending): Promise<void> {
    const { outlet, session } = this.#parts
    const { asking, resumed, run } = pending
    const answer = asking instanceof Promise ? await asking : asking
    if (!resumed || this.#skipping) this.#settle(pending, answer)
    else {
      const part = session.inspect.frames(runBytes(run), Buffer.from('resumed'))
      const more = await resumed.admission.more(part)
      this.#settle(pending, more instanceof Refusal ? more : answer, more instanceof Refusal ? null : more)
    }
    if (outlet.full) await outlet.drained()
  }

  #settle(pending: Pending, answer: Answer, more: Cleared<'system'> | null = null): void {
    this.#unsettled--
    const { names, outlet, answers } = this.#parts
    const { run, wanted, changes, resumed, withdrawn } = pending
    if (this.#skipping) {
      if ('end' in answer && !resumed) answer.end('cancelled', 0)
      names.undo(changes)
      this.#drop(run)
      return
    }
    if (answer instanceof Refusal || 'refusal' in answer) {
      names.undo(changes)
      const sql = withdrawn?.aborted ? { ...NOTHING, sqlState: '57014' } : null
      const said = wanted === null ? undefined : this.#unplanned.get(wanted)
      this.#refuse(answer instanceof Refusal ? { refusal: answer, sql } : answer, said)
      if (run.synced) this.#sync()
      return
    }
    const asked = resumed ?? new Asked(answer, (wanted as Wanted).reading, (wanted as Wanted).portal)
    if (wanted?.portal && run.executes !== null) wanted.portal.asked = asked
    this.#unsynced = !run.synced
    answers.expect(turnOf(run, asked, wanted, changes))
    outlet.write(more ?? answer.question)
  }

  #drop(run: Run): void {
    if (run.synced && run.query === null && !run.call) this.#sync()
  }

  /** Tells the caller why, and has the system fail whatever transaction there is. */
  #refuse({ refusal, sql }: Refused, said?: Cleared<'caller'>): void {
    this.#skipping = true
    const { outlet, answers } = this.#parts
    const told = () => authoredBytes(errorBytes(refusalReport(refusal, 'ERROR', sql)))
    answers.expect(ownTurn(reply.failure, said ?? told()))
    outlet.write(failingExecute(this.#noPortal))
  }

  #sync(): void {
    const { outlet, answers, names } = this.#parts
    this.#skipping = false
    this.#unsynced = false
    names.batch++
    answers.expect(ownTurn(reply.ready))
    outlet.write(own.sync)
  }

  async #write(part: typeof own.flush): Promise<void> {
    const { outlet } = this.#parts
    if (!outlet.write(part)) await outlet.drained()
  }

  #idle(): Promise<void> {
    if (this.#parts.answers.idle) return Promise.resolve()
    return new Promise(resolve => this.#idleWaiters.push(resolve))
  }

  #idleOrCopying(): Promise<void> {
    return Promise.race([this.#idle(), this.#parts.copyIn.begun()])
  }
}

const OUTDATED = 'What the functions of this portal do may have changed: bind it again.'
const UNKNOWN_ROWS = {}
