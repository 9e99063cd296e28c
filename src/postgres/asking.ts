// From runs to exchanges: each is read, asked of the gateway and passed on in its turn. Promise: the system sees a run only
// as Cleared and in the caller's order; what is refused fails the caller's transaction at the system too, and what follows
// up to Sync is neither decided nor passed on.
import { type Authored, authoredBytes } from '../gateway/authored.ts'
import { Refusal } from '../gateway/errors.ts'
import { limits } from '../gateway/limits.ts'
import type { Errand, Gateway, HoldView, Session } from '../gateway/seam.ts'
import type { Cleared } from '../recording/inbox.ts'
import { Asked } from './asked.ts'
import { type Callers, type Party, tellingThrough } from './callers.ts'
import type { CopyIn, CopyStep } from './copy-in.ts'
import { Estimates } from './estimates.ts'
import type { Flight } from './flight.ts'
import { WireFault } from './frames.ts'
import { Guard } from './guard.ts'
import { LinkAsk } from './link-ask.ts'
import { errorBytes, refusalReport } from './messages.ts'
import type { Changes, Names, Portal } from './names.ts'
import type { WireOutlet } from './outlets.ts'
import { type Answer, boundBefore, changesOf, PENDING_RUNS, type Pending, resumedBy, runs, turnOf } from './pending.ts'
import { PlannedPortal } from './planned-portal.ts'
import { actionOf, labelsIn, shownOf, sqlOf, through, toldOf, type Wanted } from './question.ts'
import type { LinkReader, Passage, ReadContext } from './reading.ts'
import { NOTHING, Readings, type Refused } from './readings.ts'
import { portalOf, type Run, runBytes, type Step } from './runs.ts'
import type { Turns } from './turns.ts'
import { wantOf } from './wants.ts'

export interface AskingParts {
  readonly gateway: Gateway
  readonly session: Session
  readonly outlet: WireOutlet<'system'>
  readonly turns: Turns
  readonly flight: Flight
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
  /** Resolves when there is nothing more to be done. */
  readonly onTerminate: () => Promise<void>
}

export class Asking {
  readonly #parts: AskingParts
  readonly #flight: Flight
  #pending: Pending[] = []
  /** Those whose answer of the gateway is awaited, in order. */
  #unsettled: Pending[] = []
  /** A run is read as if it had run, and not pending yet. */
  #passing = false
  readonly #planned: PlannedPortal
  readonly #ask: LinkAsk
  readonly #guard = new Guard()
  readonly #readings: Readings
  readonly #estimates: Estimates

  constructor(parts: AskingParts) {
    const { flight, turns } = parts
    this.#parts = parts
    this.#flight = flight
    this.#ask = new LinkAsk(parts)
    this.#planned = new PlannedPortal(flight)
    this.#readings = new Readings({ ...parts, context: (parameters, types) => this.#context(parameters, types) })
    this.#estimates = new Estimates({ readings: this.#readings, flight, turns, ask: this.#ask })
  }

  /** Something is read as if it had run and has not been passed on. */
  get waiting(): boolean {
    return this.#passing || this.#pending.length + this.#unsettled.length > 0
  }

  /** Every turn is answered: whoever waits for that goes on. */
  onIdle(): void {
    this.#flight.onIdle(this.#pending.some(one => changesOf(one) !== 'nothing'))
  }

  /** Rejects with WireFault where a message cannot be read. */
  async work(steps: readonly Step[]): Promise<void> {
    try {
      for (const step of steps) {
        if (step.kind === 'run') await this.#book(step)
        else {
          await this.#pass()
          await this.#other(step)
        }
      }
      await this.#pass()
    } catch (fault) {
      for (const one of [...this.#unsettled.splice(0), ...this.#pending.splice(0)]) void forsake(one)
      throw fault
    }
  }

  async #other(step: Exclude<Step, Run>): Promise<void> {
    const { copyIn, turns } = this.#parts
    switch (step.kind) {
      case 'terminate':
        return this.#parts.onTerminate()
      case 'sync':
        if (copyIn.asked === null) this.#flight.sync()
        return
      case 'flush':
        if (!this.#flight.skipping && copyIn.asked === null) await this.#flight.flush()
        return
      case 'copy':
        // Rows sent ahead wait until the system has said whether it reads them.
        if (copyIn.asked === null && !turns.idle) await Promise.race([this.#flight.answered(), copyIn.begun()])
        return copyIn.step(step satisfies CopyStep)
    }
  }

  // ---- asking ----

  async #book(run: Run): Promise<void> {
    const { names, callers } = this.#parts
    const changes: Changes = []
    const resumed = resumedBy(run, names)
    const portal = boundBefore(run, names)
    const changing = portal !== null && portal.reading.changes !== 'nothing'
    this.#planned.precedes(run, portal)
    if (portal !== null && (portal.reading.calls || changing)) {
      const outdated = await this.#outdated(run, portal, resumed !== null)
      if (this.#flight.skipping) return this.#drop(run, changes)
      if (outdated !== null) return this.#pend(run, changes, outdated)
    }
    if (resumed) {
      if (changing) {
        this.#flight.changes('unknown')
        portal.reading.resumes()
      }
      this.#pending.push({
        run,
        wanted: null,
        changes,
        asking: resumed.admission,
        first: false,
        withdrawn: null,
        resumed,
      })
      if (run.synced) names.batch++
      return
    }
    if (names.size > limits.preparedNames) throw new WireFault('too-large', 'Too many statements are prepared.')
    if (this.#mustWait(run) && !(await this.#alone())) return this.#drop(run, changes)
    const reads = this.#parts.reader !== null
    const found = wantOf(run, changes, { names, readings: this.#readings, reads })
    const wanted = found instanceof Promise ? await found : found
    if ('refusal' in wanted) return this.#pend(run, changes, wanted)
    if (callers !== null && runs(run) && !(await this.#alone())) return this.#drop(run, changes)
    const party = callers === null ? this.#party : await this.#partyOf(callers, run, wanted)
    if ('refusal' in party) return this.#pend(run, changes, party)
    if (party instanceof Refusal) return this.#pend(run, changes, { refusal: party, sql: null })
    const passage = runs(run) ? this.#passes(wanted, changes) : null
    if (wanted.reading.changes !== 'nothing') callers?.forget()
    this.#planned.passes(run, wanted.portal)
    const told = toldOf(wanted)
    const question = party.session.inspect.frames(runBytes(run), told, shownOf(wanted, told))
    const action = through(party.via, actionOf(wanted, labelsIn(question.findings)))
    // What may have to wait for people is asked only when all before it has passed.
    if (this.#pending.length > 0 && party.session.foresee(action) !== 'allow') {
      this.#passing = true
      try {
        await this.#pass()
      } finally {
        this.#passing = false
      }
      if (this.#flight.skipping) return this.#drop(run, changes)
    }
    const { gateway, waiting, transactionHoldMs } = this.#parts
    const withdrawn = this.#parts.withdrawn()
    const { inTransaction } = this.#flight
    const asked = gateway.ask(party.session, {
      door: 'system',
      action,
      question,
      parent: party.parent,
      withdrawn,
      followed: !run.synced,
      patienceMs: inTransaction ? transactionHoldMs : limits.patientHoldMs,
      waiting,
      ...(inTransaction ? { longestWaitMs: transactionHoldMs } : {}),
      // What was asked before it has to have left first.
      ...(runs(run) && this.#pending.length === 0
        ? { probe: (reference: string) => this.#estimates.factsOf(wanted, reference) }
        : {}),
    })
    const asking = passage ? this.#guard.admit(asked, wanted.reading, passage, wanted.portal?.lists) : asked
    const first = this.#pending.length === 0
    this.#pending.push({ run, wanted, changes, asking, first, withdrawn, resumed: null })
    if (run.synced) names.batch++
    if (this.#pending.length >= PENDING_RUNS) await this.#pass()
  }

  get #party(): Party {
    const { session, errand } = this.#parts
    return { session, parent: errand?.parent() ?? null, via: errand?.via ?? null }
  }

  #partyOf(callers: Callers, run: Run, wanted: Wanted): Promise<Party | Refusal | Refused> {
    const telling = runs(run) ? tellingThrough(this.#flight, this.#parts.turns, this.#ask) : null
    return callers.of(sqlOf(wanted), telling).catch(this.#readings.withdrawn)
  }

  /** What follows is read as if this had run. */
  #passes({ reading, portal }: Wanted, changes: Changes): Passage {
    const { names } = this.#parts
    for (const { kind, name } of reading.forgets) names.forget(kind, name, changes)
    this.#flight.changes(reading.changes)
    return reading.passes(portal && { types: portal.prepared.types, values: portal.values })
  }

  #context(parameters: ReadContext['parameters'], types: Uint8Array): ReadContext {
    const { session, turns, names } = this.#parts
    const synced = !this.#flight.unsynced
    const can = turns.idle && this.#pending.length === 0 && !this.#flight.failed && !turns.skipping
    const forget = (name: string) => {
      const changes: Changes = []
      names.forget('statement', name, changes)
      names.confirm(changes)
    }
    const ask = (sql: string) => this.#ask.rows({ operation: 'sql.catalog', parent: this.#party.parent, sql, synced })
    return { session, parameters, types, ask: can ? ask : null, forget }
  }

  #pend(run: Run, changes: Changes, refused: Refused): void {
    this.#pending.push({ run, wanted: null, changes, asking: refused, first: false, withdrawn: null, resumed: null })
    if (run.synced) this.#parts.names.batch++
  }

  /** A portal that was bound before runs the functions, triggers and cursors that are there now. */
  async #outdated(run: Run, { prepared, parameters, reading }: Portal, resumed: boolean): Promise<Refused | null> {
    if (this.#mustWait(run) && !(await this.#alone())) return null
    const again = await this.#readings.read(prepared.sql, prepared.types, parameters, reading)
    if ('refusal' in again) return again
    const same = again === reading || reading.changes === 'nothing' || resumed
    return same && reading.lasts() ? null : this.#readings.refused(OUTDATED, '55000')
  }

  /** Whether what this run means depends on something the system has not answered yet. */
  #mustWait(run: Run): boolean {
    const { names, turns, reader } = this.#parts
    if (turns.idle && this.#pending.length === 0) return false
    if (reader?.asks || this.#flight.changing) return true
    if (run.bind && run.parse === null && names.uncertain('statement', run.bind.statement)) return true
    const portal = run.bind === null ? portalOf(run) : null
    return portal !== null && names.uncertain('portal', portal)
  }

  /** All before is passed on and answered; false where that was refused, and nothing follows it. */
  async #alone(): Promise<boolean> {
    await this.#pass()
    if (this.#flight.skipping) return false
    await this.#flight.answered()
    return true
  }

  // ---- passing on ----

  /** All that was asked is passed on or refused, in order. */
  #pass(): Promise<void> | undefined {
    const pending = this.#pending
    const [first] = pending
    if (first === undefined) return undefined
    this.#pending = []
    this.#unsettled = [...pending]
    return pending.length === 1 ? this.#passOne(first) : this.#passAll(pending)
  }

  async #passAll(pending: readonly Pending[]): Promise<void> {
    const { outlet } = this.#parts
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
    if (!resumed || this.#flight.skipping) this.#settle(pending, answer)
    else {
      const part = session.inspect.frames(runBytes(run), Buffer.from('resumed'))
      const more = await resumed.admission.more(part)
      this.#settle(pending, more instanceof Refusal ? more : answer, more instanceof Refusal ? null : more)
    }
    if (outlet.full) await outlet.drained()
  }

  #settle(pending: Pending, answer: Answer, more: Cleared<'system'> | null = null): void {
    this.#unsettled.shift()
    const { names } = this.#parts
    const { run, wanted, changes, first, resumed, withdrawn } = pending
    if (this.#flight.skipping) {
      if ('end' in answer && !resumed) answer.end('cancelled', 0)
      this.#drop(run, changes)
      return
    }
    // Since it was admitted, it has waited for others that leave with it, which go on where it does not.
    if (first && withdrawn?.aborted && 'end' in answer) {
      answer.end('gone', 0)
      answer = new Refusal('internal', answer.reference, WITHDRAWN)
    }
    if (answer instanceof Refusal || 'refusal' in answer) {
      names.undo(changes)
      const sql = withdrawn?.aborted ? { ...NOTHING, sqlState: '57014' } : null
      const refused = answer instanceof Refusal ? { refusal: answer, sql } : answer
      this.#flight.refuse(this.#estimates.saidOf(wanted) ?? wordsOf(refused))
      if (run.synced) this.#flight.sync()
      return
    }
    const asked = resumed ?? new Asked(answer, (wanted as Wanted).reading, (wanted as Wanted).portal)
    if (wanted?.portal && run.executes !== null) wanted.portal.asked = asked
    this.#flight.write(turnOf(run, asked, wanted, changes), more ?? answer.question, run.synced)
  }

  /** It never reaches the system. */
  #drop(run: Run, changes: Changes): void {
    this.#parts.names.undo(changes)
    if (run.synced && run.query === null && !run.call) this.#flight.sync()
  }
}

/** What was asked before a fault does not leave any more. */
async function forsake({ asking, resumed }: Pending): Promise<void> {
  const answer = await asking
  if ('end' in answer && resumed === null) answer.end('cancelled', 0)
}

function wordsOf({ refusal, sql }: Refused): Authored {
  return authoredBytes(errorBytes(refusalReport(refusal, 'ERROR', sql)))
}

const WITHDRAWN = 'The caller withdrew this request, so it was not passed on.'
const OUTDATED = 'What this portal does may have changed: bind it again.'
