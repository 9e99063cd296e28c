// What is on its way to the system and back for one caller. Promise: whatever is written has its turn among the answers; what
// was refused fails the caller's transaction at the system too, and nothing more of the caller's is written up to Sync.
import { randomBytes } from 'node:crypto'
import type { Cleared } from '../recording/inbox.ts'
import { ownTurn, reply, type Told, type Turn } from './asked.ts'
import { FAILED, IDLE, IN_TRANSACTION } from './frames.ts'
import { failingExecute, own } from './messages.ts'
import type { Names } from './names.ts'
import type { WireOutlet } from './outlets.ts'
import type { StatementReading } from './reading.ts'
import type { Turns } from './turns.ts'

export interface FlightParts {
  readonly outlet: WireOutlet<'system'>
  readonly turns: Turns
  readonly names: Names
}

const UNHEARD = { row: () => undefined, failed: () => undefined, resolve: () => undefined }

export class Flight {
  readonly #parts: FlightParts
  /** A name no caller knows. */
  readonly #noPortal = `refused-${randomBytes(16).toString('hex')}`
  #skipping = false
  #unsynced = false
  /** The batch in which something changes what later statements mean, and whether only the system knows how. */
  #changedIn: number | null = null
  #doubtful = false
  readonly #waiters: (() => void)[] = []

  constructor(parts: FlightParts) {
    this.#parts = parts
  }

  /** The caller was refused: what follows is dropped up to Sync. */
  get skipping(): boolean {
    return this.#skipping
  }

  /** Something was passed on that no Sync has followed: it may yet be undone. */
  get unsynced(): boolean {
    return this.#unsynced
  }

  /** What is passed on next is not by itself. */
  get inTransaction(): boolean {
    const { turns } = this.#parts
    return turns.status !== IDLE || this.#unsynced || !turns.idle
  }

  /** Nothing but its end runs in a transaction that has failed. */
  get failed(): boolean {
    return this.#parts.turns.status === FAILED
  }

  // ---- to the system ----

  write(turn: Turn, part: Cleared<'system'>, synced: boolean): void {
    const { outlet, turns } = this.#parts
    this.#unsynced = !synced
    turns.expect(turn)
    outlet.write(part)
  }

  sync(): void {
    const { outlet, turns, names } = this.#parts
    this.#skipping = false
    this.#unsynced = false
    names.batch++
    turns.expect(ownTurn(reply.ready))
    outlet.write(own.sync)
  }

  /** The system has swallowed Sync, because it came while rows were copied in: what was passed on may yet be undone. */
  unsync(): void {
    this.#unsynced = true
  }

  async flush(): Promise<void> {
    const { outlet } = this.#parts
    if (!outlet.write(own.flush)) await outlet.drained()
  }

  /** Has the system fail whatever transaction there is; the caller is told this instead. */
  refuse(told: Told): void {
    const { outlet, turns } = this.#parts
    this.#skipping = true
    turns.expect(ownTurn(reply.failure, told))
    outlet.write(failingExecute(this.#noPortal))
  }

  /** An answer was ended: what follows in its flight is dropped. */
  stopped(): void {
    if (this.#unsynced) this.#skipping = true
  }

  /** After it: a transaction of the caller's has failed, where nothing else is under way in it. */
  failing(status: number): number {
    const { turns, outlet } = this.#parts
    if (status !== IN_TRANSACTION || !turns.idle || turns.status !== status) return status
    turns.expect({ ...ownTurn(reply.ready), expects: [reply.executed, reply.ready], own: UNHEARD })
    outlet.write(failingExecute(this.#noPortal))
    outlet.write(own.sync)
    return FAILED
  }

  // ---- what it means for what follows ----

  /** What follows is read as if this had run. */
  changes(changes: StatementReading['changes']): void {
    if (changes === 'nothing') return
    this.#changedIn = this.#parts.names.batch
    this.#doubtful ||= changes === 'unknown'
  }

  /** What a statement means now depends on answers that are still to come. */
  get changing(): boolean {
    return this.#changedIn !== null && (this.#doubtful || this.#changedIn !== this.#parts.names.batch)
  }

  // ---- back from it ----

  /** All that was passed on is answered. */
  async answered(): Promise<void> {
    if (this.#unsynced) await this.flush()
    await this.idle()
  }

  idle(): Promise<void> {
    if (this.#parts.turns.idle) return Promise.resolve()
    return new Promise(resolve => this.#waiters.push(resolve))
  }

  /** Every turn is answered: whoever waits for that goes on. `more`: what waits to be passed on changes something, too. */
  onIdle(more: boolean): void {
    if (!more) {
      if (!this.#unsynced) this.#changedIn = null
      this.#doubtful = false
    }
    for (const resume of this.#waiters.splice(0)) resume()
  }
}
