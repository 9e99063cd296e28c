// JSON as a condition sees it. Promise: only own members of plain JSON are visible, whatever a caller names them; a member
// that is null is present; and everything read is paid for from a budget, so that no argument makes a condition slow.
import type { CelInput } from '@bufbuild/cel'

/** Thrown when used up; the evaluation then has no result. */
export class Budget {
  #left: number
  constructor(steps: number) {
    this.#left = steps
  }
  spend(steps: number): void {
    this.#left -= steps
    if (this.#left < 0) throw new Error('too much work')
  }
}

// The evaluator knows its own maps and lists by these two registered symbols and takes any object that has them. Were
// they renamed, these objects would be refused as input, which denies.
const asMap = Symbol.for('@bufbuild/cel/map')
const asList = Symbol.for('@bufbuild/cel/list')

/** Strings cost more as they get longer, since matching reads all of them. */
const CHARS_PER_STEP = 64

/** A JSON value, set or string list as input for the evaluator. Anything else is refused. */
export function visible(value: unknown, budget: Budget): CelInput {
  budget.spend(typeof value === 'string' ? 1 + Math.floor(value.length / CHARS_PER_STEP) : 1)
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  // A larger one may stand for several that were written: it equals none of them for sure.
  if (typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER) throw new Error('not exact')
  if (typeof value === 'number') return value
  if (value instanceof Set) return new JsonList([...value], budget) as unknown as CelInput
  if (Array.isArray(value)) return new JsonList(value, budget) as unknown as CelInput
  if (typeof value === 'object') return new JsonMap(value as Record<string, unknown>, budget) as unknown as CelInput
  throw new Error('not JSON')
}

class JsonMap {
  readonly [asMap] = {}
  readonly #members: Record<string, unknown>
  readonly #budget: Budget
  constructor(members: Record<string, unknown>, budget: Budget) {
    this.#members = members
    this.#budget = budget
  }
  get size(): number {
    return Object.keys(this.#members).length
  }
  get(key: unknown): CelInput | undefined {
    return this.has(key) ? visible(this.#members[key as string], this.#budget) : undefined
  }
  /** A member that is null is there: `has(args.force)` must not depend on its value. */
  has(key: unknown): boolean {
    return typeof key === 'string' && Object.hasOwn(this.#members, key)
  }
  *keys(): IterableIterator<string> {
    for (const name of Object.keys(this.#members)) yield visible(name, this.#budget) as string
  }
  *values(): IterableIterator<CelInput> {
    for (const name of Object.keys(this.#members)) yield this.get(name) as CelInput
  }
  *entries(): IterableIterator<[string, CelInput]> {
    for (const name of this.keys()) yield [name, this.get(name) as CelInput]
  }
  forEach(visit: (value: CelInput, key: string, map: unknown) => void): void {
    for (const [name, value] of this.entries()) visit(value, name, this)
  }
  [Symbol.iterator](): IterableIterator<[string, CelInput]> {
    return this.entries()
  }
}

class JsonList {
  readonly [asList] = {}
  readonly #items: readonly unknown[]
  readonly #budget: Budget
  constructor(items: readonly unknown[], budget: Budget) {
    this.#items = items
    this.#budget = budget
  }
  get size(): number {
    return this.#items.length
  }
  get(index: number): CelInput | undefined {
    if (!Number.isInteger(index) || index < 0 || index >= this.#items.length) return undefined
    return visible(this.#items[index], this.#budget)
  }
  *values(): IterableIterator<CelInput> {
    for (const item of this.#items) yield visible(item, this.#budget)
  }
  [Symbol.iterator](): IterableIterator<CelInput> {
    return this.values()
  }
}
