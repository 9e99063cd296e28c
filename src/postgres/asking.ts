// From runs to exchanges: each is read, asked of the gateway and passed on in its turn. Promise: the system sees a run only
// as Cleared and in the caller's order; what is refused fails the caller's transaction at the system too, and what follows
// up to Sync is neither decided nor passed on.
import { isUtf8 } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { authoredBytes } from '../gateway/authored.ts'
import { Refusal } from '../gateway/errors.ts'
import { limits } from '../gateway/limits.ts'
import type { Admission, Gateway, HoldView, Session } from '../gateway/seam.ts'
import type { Cleared } from '../recording/inbox.ts'
import { type Answers, IDLE } from './answers.ts'
import { Asked, ownTurn, reply, type Turn } from './asked.ts'
import type { CopyIn, CopyStep } from './copy-in.ts'
import { WireFault } from './frames.ts'
import { errorBytes, failingExecute, own, refusalReport } from './messages.ts'
import type { Changes, Names, Portal, Prepared } from './names.ts'
import type { WireOutlet } from './outlets.ts'
import { actionOf, toldOf, type Wanted } from './question.ts'
import { type ReadStatements, type SqlRefusal, type StatementReading, unread } from './reading.ts'
import { type Run, runBytes, type Step } from './runs.ts'

export interface AskingParts {
  readonly gateway: Gateway
  readonly session: Session
  readonly outlet: WireOutlet<'system'>
  readonly answers: Answers
  readonly names: Names
  readonly copyIn: CopyIn
  /** Null: statements pass unread. */
  readonly read: ReadStatements | null
  /** Aborted when the caller withdraws what waits, and when it is gone. */
  readonly withdrawn: () => AbortSignal
  readonly waiting: (hold: HoldView) => void
  readonly onTerminate: () => void
}

/** A refusal and what the reader of statements adds to it. */
interface Refused {
  readonly refusal: Refusal
  readonly sql: SqlRefusal | null
}

interface Pending {
  readonly run: Run
  readonly wanted: Wanted | null
  readonly changes: Changes
  readonly asking: Promise<Admission<'system'> | Refusal> | Admission<'system'> | Refused
  readonly withdrawn: AbortSignal | null
  /** Of a portal that is resumed. */
  readonly resumed: Asked | null
}

const FUNCTION_CALL = 'Function calls by number are not supported: call the function in a statement.'
const NOT_YET = 'Send Sync after a statement that later ones depend on.'

export class Asking {
  readonly #parts: AskingParts
  /** A name no caller knows. */
  readonly #noPortal = `refused-${randomBytes(16).toString('hex')}`
  #pending: Pending[] = []
  /** The caller was refused: what follows is dropped up to Sync. */
  #skipping = false
  /** Something was passed on that no Sync has followed. */
  #unsynced = false
  /** Something that was passed on changes what later statements mean. */
  #changing = false
  #idleWaiters: (() => void)[] = []

  constructor(parts: AskingParts) {
    this.#parts = parts
  }

  /** Every turn is answered: whoever waits for that goes on. */
  onIdle(): void {
    this.#changing = false
    for (const resume of this.#idleWaiters.splice(0)) resume()
  }

  /** Rejects with WireFault where a message cannot be read. */
  async work(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      if (step.kind === 'run') await this.#ask(step)
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

  async #ask(run: Run): Promise<void> {
    const changes: Changes = []
    const resumed = this.#resumed(run)
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
      if (this.#unsynced) return this.#pend(run, changes, this.#own(NOT_YET, '0A000'))
      await this.#idle()
    }
    const wanted = await this.#want(run, changes)
    if ('refusal' in wanted) return this.#pend(run, changes, wanted)
    const { gateway, session, waiting, answers } = this.#parts
    const raw = runBytes(run)
    const question = session.inspect.frames(raw, toldOf(wanted))
    const action = actionOf(wanted, new Set(Object.keys(question.findings)))
    // What may have to wait for people is asked only when all before it has passed.
    if (this.#pending.length > 0 && session.foresee(action) !== 'allow') {
      await this.#pass()
      if (this.#skipping) return this.#drop(run)
    }
    const withdrawn = this.#parts.withdrawn()
    const inTransaction = answers.status !== IDLE || this.#unsynced || !answers.idle
    const asking = gateway.ask(session, {
      door: 'system',
      action,
      question,
      parent: null,
      withdrawn,
      patienceMs: inTransaction ? limits.transactionHoldMs : limits.patientHoldMs,
      waiting,
    })
    this.#pending.push({ run, wanted, changes, asking, withdrawn, resumed: null })
    if (run.synced) this.#parts.names.batch++
    if (this.#pending.length >= PENDING) await this.#pass()
  }

  #pend(run: Run, changes: Changes, refused: Refused | Promise<Refused>): Promise<void> | void {
    if (refused instanceof Promise) return refused.then(it => this.#pend(run, changes, it))
    this.#pending.push({ run, wanted: null, changes, asking: refused, withdrawn: null, resumed: null })
    if (run.synced) this.#parts.names.batch++
  }

  #resumed({ executes, bind, parse, describes, closes }: Run): Asked | null {
    if (executes === null || bind !== null || parse !== null || describes.length > 0 || closes.length > 0) return null
    return this.#parts.names.portal(executes)?.asked ?? null
  }

  /** Whether what this run means depends on something the system has not answered yet. */
  #mustWait(run: Run): boolean {
    const { names, answers, read } = this.#parts
    if (answers.idle && this.#pending.length === 0) return false
    if (read !== null && (this.#changing || this.#pending.some(changesSession))) return true
    if (run.bind && run.parse === null && names.uncertain('statement', run.bind.statement)) return true
    return run.executes !== null && run.bind === null && names.uncertain('portal', run.executes)
  }

  /** Reads the run and books the names it gives and takes. */
  async #want(run: Run, changes: Changes): Promise<Wanted | Refused> {
    const { names } = this.#parts
    // Its arguments are values of unknown kinds: only where nothing is read does it pass.
    if (run.call) {
      if (this.#parts.read !== null) return this.#own(FUNCTION_CALL, '0A000')
      return { run, prepared: null, portal: null, reading: unread }
    }
    if (run.query !== null) {
      const reading = await this.#read(run.query, null)
      return 'refusal' in reading ? reading : { run, prepared: null, portal: null, reading }
    }
    let prepared: Prepared | null = null
    if (run.parse !== null) {
      const reading = await this.#read(run.parse.sql, null)
      if ('refusal' in reading) return reading
      prepared = { sql: run.parse.sql, reading, fields: null }
      names.setStatement(run.parse.name, prepared, changes)
    }
    const statement = run.bind?.statement ?? run.describes.find(({ kind }) => kind === 'statement')?.name
    if (prepared === null && statement !== undefined) prepared = names.statement(statement) ?? null
    let portal: Portal | null = null
    if (run.bind !== null && prepared !== null) {
      const { parameters, bound, resultFormats } = run.bind
      const reading = await this.#read(prepared.sql, parameters, prepared.reading)
      if ('refusal' in reading) return reading
      portal = { prepared, reading, parameters, bound, resultFormats, asked: null }
      names.setPortal(run.bind.portal, portal, changes)
    } else if (run.executes !== null) portal = names.portal(run.executes) ?? null
    for (const { kind, name } of run.closes) {
      if (kind === 'statement') names.setStatement(name, undefined, changes)
      else {
        const closed = names.portal(name)
        names.setPortal(name, undefined, changes)
        if (closed?.asked) end(closed.asked)
      }
    }
    const executed = run.executes === null ? prepared : portal
    const known = executed !== null || (run.executes === null && run.bind === null && run.describes.length === 0)
    // A cursor of SQL, or a name that fails at the system: nothing is known of what it would give.
    if (!known && this.#parts.read !== null) return this.#own(UNKNOWN_NAME, '26000')
    return { run, prepared, portal, reading: executed?.reading ?? unread }
  }

  async #read(
    sql: Buffer,
    parameters: Portal['parameters'] | null,
    known: StatementReading | null = null,
  ): Promise<StatementReading | Refused> {
    const { read, session } = this.#parts
    if (read === null) return unread
    if (known !== null && parameters?.length === 0) return known
    if (!isUtf8(sql)) return this.#own('This statement is not valid UTF-8.', '22021')
    const reading = await read(sql.toString(), { session, parameters })
    if (reading.kind === 'statement') return reading
    const refusal = await this.#parts.gateway.refuse(session, reading.code, reading.detail)
    return { refusal, sql: reading }
  }

  async #own(detail: string, sqlState: string): Promise<Refused> {
    const refusal = await this.#parts.gateway.refuse(this.#parts.session, 'unreadable', detail)
    return { refusal, sql: { ...NOTHING, sqlState } }
  }

  // ---- passing on ----

  /** All that was asked is passed on or refused, in order. */
  async #pass(): Promise<void> {
    const pending = this.#pending
    if (pending.length === 0) return
    this.#pending = []
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
      const part = session.inspect.frames(runBytes(run), RESUMED)
      const more = await resumed.admission.more(part)
      this.#settle(pending, more instanceof Refusal ? more : answer, more instanceof Refusal ? null : more)
    }
    if (outlet.full) await outlet.drained()
  }

  #settle(pending: Pending, answer: Answer, more: Cleared<'system'> | null = null): void {
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
      this.#refuse(answer instanceof Refusal ? { refusal: answer, sql } : answer)
      if (run.synced) this.#sync()
      return
    }
    const asked = resumed ?? new Asked(answer, (wanted as Wanted).reading, (wanted as Wanted).portal)
    if (wanted?.portal && run.executes !== null) wanted.portal.asked = asked
    if (changesSession(pending)) this.#changing = true
    this.#unsynced = !run.synced
    answers.expect(turnOf(run, asked, wanted, changes))
    outlet.write(more ?? answer.question)
  }

  #drop(run: Run): void {
    if (run.synced && run.query === null && !run.call) this.#sync()
  }

  /** Tells the caller why, and has the system fail whatever transaction there is. */
  #refuse({ refusal, sql }: Refused): void {
    this.#skipping = true
    const { outlet, answers } = this.#parts
    const told = authoredBytes(errorBytes(refusalReport(refusal, 'ERROR', sql)))
    answers.expect(ownTurn(reply.failure, told))
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

type Answer = Admission<'system'> | Refusal | Refused

function changesSession({ run, wanted }: Pending): boolean {
  return (wanted?.reading.changesSession ?? false) && (run.query !== null || run.executes !== null)
}

const PENDING = 256
const UNKNOWN_NAME = 'There is no such statement or portal.'
const RESUMED = Buffer.from('resumed')
const NOTHING: SqlRefusal = { kind: 'refused', code: 'unreadable', sqlState: '08P01', detail: '', position: null }

function end(asked: Asked): void {
  asked.suspended = false
  asked.settle()
}

function turnOf(run: Run, asked: Asked, wanted: Wanted | null, changes: Changes): Turn {
  const described = run.describes.map(({ kind }) => (kind === 'statement' ? (wanted?.prepared ?? null) : null))
  return { asked, expects: run.expects, at: 0, changes, described, refusal: null }
}
