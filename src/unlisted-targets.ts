// Rules about tools and prompts that no server lists. Promise: said once the server's list was read, and again only where
// the list or the rules have changed; in words of the configuration alone, nothing of the list.

import { unknownTargets } from './policy/reachability.ts'
import type { Rule } from './policy/rules.ts'

type Operation = Parameters<typeof unknownTargets>[2]

export interface UnlistedTarget {
  readonly rule: string
  readonly connection: string
  readonly target: string
}

interface InForce {
  readonly rules: readonly Rule[]
  /** Of a connection, where its system is; undefined where there is no such connection. */
  readonly placeOf: (connection: string) => string | undefined
}

interface Listed {
  readonly connection: string
  readonly operation: Operation
  readonly names: readonly string[]
  readonly place: string | undefined
}

/** A list that comes and goes is not said at every turn. */
const AGAIN_MS = 600_000

export class UnlistedTargets {
  readonly #inForce: () => InForce
  readonly #warn: (target: UnlistedTarget) => void
  readonly #steady: () => number
  readonly #lists = new Map<string, Listed>()
  /** When each was said. */
  readonly #said = new Map<string, number>()

  constructor(inForce: () => InForce, warn: (target: UnlistedTarget) => void, steady = () => performance.now()) {
    this.#inForce = inForce
    this.#warn = warn
    this.#steady = steady
  }

  /** All names that a server lists. */
  listed(connection: string, operation: Operation, names: readonly string[]): void {
    const place = this.#inForce().placeOf(connection)
    this.#lists.set(JSON.stringify([connection, operation]), { connection, operation, names, place })
    this.#look()
  }

  /** What was read of a system counts as long as the connection leads to it. */
  rulesChanged(): void {
    const { placeOf } = this.#inForce()
    for (const [key, { connection, place }] of this.#lists) if (placeOf(connection) !== place) this.#lists.delete(key)
    this.#look()
  }

  #look(): void {
    const { rules } = this.#inForce()
    const unlisted = new Map<string, UnlistedTarget>()
    for (const { connection, operation, names } of this.#lists.values()) {
      for (const { rule, pattern: target } of unknownTargets(rules, connection, operation, names))
        unlisted.set(JSON.stringify([connection, rule, target]), { rule, connection, target })
    }
    const now = this.#steady()
    for (const [key, atMs] of this.#said) if (!unlisted.has(key) && now - atMs >= AGAIN_MS) this.#said.delete(key)
    for (const [key, target] of unlisted) {
      if (this.#said.has(key)) continue
      this.#said.set(key, now)
      this.#warn(target)
    }
  }
}
