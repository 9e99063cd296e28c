// The wall clock of one log. Promise: the time of an entry is never before that of the entry ahead of it, except right
// after an entry that says by how much the clock was moved.
import { limits } from '../gateway/limits.ts'

export interface Reading {
  readonly at: number
  /** How far the wall clock moved beside the monotonic one, where that is more than the limit. */
  readonly jumpMs: number | null
}

export class LogClock {
  readonly #wall: () => number
  readonly #monotonic: () => number
  #lastAt: number
  /** As both clocks stood at the reading before; NaN ahead of the first. */
  #wallBefore = Number.NaN
  #monotonicBefore = 0

  /** `lastAt` is the time of the newest entry of the log, 0 where there is none. */
  constructor(lastAt: number, wall: () => number = Date.now, monotonic: () => number = () => performance.now()) {
    this.#lastAt = lastAt
    this.#wall = wall
    this.#monotonic = monotonic
  }

  read(): Reading {
    const wall = Math.floor(this.#wall())
    const monotonic = this.#monotonic()
    const first = Number.isNaN(this.#wallBefore)
    const moved = first ? 0 : Math.round(wall - this.#wallBefore - (monotonic - this.#monotonicBefore))
    this.#wallBefore = wall
    this.#monotonicBefore = monotonic
    // Small steps back add up: entries must not stand still for long at a time that is over.
    const behind = this.#lastAt - wall
    if (Math.abs(moved) > limits.clockJumpMs || behind > limits.clockJumpMs) {
      this.#lastAt = wall
      return { at: wall, jumpMs: Math.abs(moved) > limits.clockJumpMs ? moved : -behind }
    }
    this.#lastAt = Math.max(wall, this.#lastAt)
    return { at: this.#lastAt, jumpMs: null }
  }
}
