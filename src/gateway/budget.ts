// How many rows of one answer may still pass. Promise: counted before anything of a part passes; beyond `stop` nothing
// follows, beyond `ask` nothing until people have said so, and what was refused once stays refused.
import type { Refusal } from './errors.ts'
import type { RowBudget } from './seam.ts'

export interface BudgetParts extends Pick<RowBudget, 'ask' | 'stop'> {
  /** Asks people once, told how many rows have passed; null where they let the answer go on. */
  readonly askPeople: (out: number) => Promise<Refusal | null>
  /** Records that the answer ends here. */
  readonly refuse: (why: Refusal | 'stop') => Promise<Refusal>
}

export class Budget {
  readonly #parts: BudgetParts
  #rows = 0
  #asking: Promise<Refusal | null> | null = null
  #refused: Promise<Refusal> | null = null

  constructor(parts: BudgetParts) {
    this.#parts = parts
  }

  /** Null where the part passes at once. In the order of the parts, also among those that wait. */
  take(rows: number): Promise<Refusal | null> | null {
    const { ask, stop, askPeople, refuse } = this.#parts
    this.#rows += rows
    if (stop !== null && this.#rows > stop) this.#refused ??= refuse('stop')
    if (this.#refused !== null) return this.#refused
    if (ask !== null && this.#rows > ask) this.#asking ??= askPeople(this.#rows - rows)
    return this.#asking === null ? null : this.#afterAsking(this.#asking)
  }

  async #afterAsking(asking: Promise<Refusal | null>): Promise<Refusal | null> {
    const answer = await asking
    if (answer !== null) this.#refused ??= this.#parts.refuse(answer)
    return this.#refused
  }
}
