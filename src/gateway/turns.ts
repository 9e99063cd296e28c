// How many requests are made ready at once. Promise: those beyond it wait with nothing but their bytes, in the order they
// came, and none waits for long on account of one that is itself waiting for somebody outside.
import { Bag } from './bag.ts'
import { limits } from './limits.ts'

export interface Turn {
  /** Lets the next one begin; said again it changes nothing. */
  over(): void
}

/**
 * A request that is being worked on holds a hundred kilobytes that young memory is made of: with all of them under way at
 * once these outlive it, and the collector's work doubles.
 */
export class Turns {
  readonly #most: number
  readonly #longestMs: number
  readonly #begun = new Bag<LiveTurn>()
  readonly #waiting: ((turn: Turn) => void)[] = []
  #timer: NodeJS.Timeout | null = null

  constructor(most: number = limits.turns, longestMs: number = limits.turnMs) {
    this.#most = most
    this.#longestMs = longestMs
  }

  /** A promise only where there is something to wait for. */
  begin(): Turn | Promise<Turn> {
    if (this.#begun.size < this.#most) return this.#begin()
    return new Promise(resolve => {
      this.#waiting.push(resolve)
      this.#timer ??= setTimeout(() => this.#expire(), this.#longestMs).unref()
    })
  }

  #begin(): Turn {
    const turn = new LiveTurn(performance.now(), ended => {
      if (!this.#begun.delete(ended)) return
      const next = this.#waiting.shift()
      if (next) next(this.#begin())
    })
    this.#begun.add(turn)
    return turn
  }

  /** Ends those that have taken too long. */
  #expire(): void {
    this.#timer = null
    const late = performance.now() - this.#longestMs
    for (const turn of this.#begun.all()) if (turn.beganAt <= late) turn.over()
    if (this.#waiting.length > 0) this.#timer = setTimeout(() => this.#expire(), this.#longestMs).unref()
  }
}

class LiveTurn implements Turn {
  readonly beganAt: number
  readonly #ended: (turn: LiveTurn) => void

  constructor(beganAt: number, ended: (turn: LiveTurn) => void) {
    this.beganAt = beganAt
    this.#ended = ended
  }

  over(): void {
    this.#ended(this)
  }
}
