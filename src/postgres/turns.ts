// The turns in which the system is to answer one caller, in order. Promise: after an error none is answered up to the next
// Sync, and whoever waited for one of those hears so; the transaction's state is the system's own word.
import { type Asked, reply, type Turn } from './asked.ts'
import { IDLE } from './frames.ts'
import type { Names } from './names.ts'
import type { Releases } from './releases.ts'

export interface TurnsParts {
  readonly releases: Releases
  readonly names: Names
}

export class Turns {
  /** Of the last ReadyForQuery. */
  status = IDLE
  readonly #parts: TurnsParts
  #turns: Turn[] = []
  #head = 0
  #skipping = false
  /** How it ended, where nothing is answered any more. */
  #closed: Parameters<Asked['abandon']>[0] | null = null
  /** An error that skips what follows was answered to the gateway alone. */
  #unheard = false

  constructor(parts: TurnsParts) {
    this.#parts = parts
  }

  /** What the system is answering. */
  get current(): Turn | undefined {
    return this.#turns[this.#head]
  }

  get idle(): boolean {
    return this.#head === this.#turns.length
  }

  /** After an error in a flight that has not ended: the system does not answer. */
  get skipping(): boolean {
    return this.#skipping
  }

  expect(turn: Turn): void {
    if (this.#closed !== null) {
      turn.asked?.abandon(this.#closed)
      turn.own?.resolve(false)
      return
    }
    if (turn.asked) {
      turn.asked.turns++
      turn.asked.suspended = false
    }
    this.#turns.push(turn)
    if (this.#skipping && this.#head === this.#turns.length - 1) this.#skip()
  }

  /** The current one is answered. */
  next(): void {
    this.#head++
    this.#skip()
    if (!this.idle) return
    this.#turns.length = 0
    this.#head = 0
  }

  /** An error: what is left of the current one is not answered, and neither is what follows up to Sync. */
  fail(turn: Turn): void {
    this.#skipping = true
    const ready = turn.expects.indexOf(reply.ready, turn.at)
    if (turn.own) this.#unheard = ready < 0
    turn.at = ready < 0 ? turn.expects.length : ready
  }

  ready(status: number): void {
    this.status = status
    this.#skipping = false
    this.#unheard = false
  }

  /** Those of a Sync that the system swallows, because it came while rows were copied in. */
  forgetSyncs(): void {
    const turn = this.#turns[this.#head] as Turn
    const rest = turn.expects.slice(turn.at).filter(expected => expected !== reply.ready)
    turn.expects.splice(turn.at, turn.expects.length, ...rest)
    const later = this.#turns.slice(this.#head + 1).filter(({ expects }) => expects[0] !== reply.ready)
    this.#turns.splice(this.#head + 1, this.#turns.length, ...later)
  }

  /** None is answered any more. */
  close(outcome: Parameters<Asked['abandon']>[0]): void {
    this.#closed = outcome
    for (const { asked, own } of this.#turns.slice(this.#head)) {
      asked?.abandon(outcome)
      own?.resolve(false)
    }
    this.#turns = []
    this.#head = 0
  }

  /** Turns the system does not answer, up to the next Sync. */
  #skip(): void {
    while (this.#skipping) {
      const turn = this.#turns[this.#head]
      const ready = turn?.expects.indexOf(reply.ready) ?? -1
      if (turn === undefined) break
      this.#parts.names.undo(turn.changes)
      turn.asked?.failed('cancelled')
      turn.own?.resolve(false)
      // The caller has heard of no error: the one that came was of a question of the gateway's own.
      if (turn.refusal !== null && this.#unheard) this.#parts.releases.author(turn.refusal)
      if (turn.refusal !== null) this.#unheard = false
      if (ready >= 0) {
        turn.at = ready
        break
      }
      if (turn.asked) {
        turn.asked.turns--
        turn.asked.suspended = false
        turn.asked.settle()
      }
      this.#head++
    }
  }
}
