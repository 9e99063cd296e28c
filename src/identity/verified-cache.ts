// Verified tokens for a short while, by their SHA-256. Promise: bounded in number (of what was not used lately, the older half
// goes first) and time; holds no token.

interface Entry<Value> {
  readonly value: Value
  readonly until: number
}

export class VerifiedCache<Value> {
  /** What was set or used since `#older` was what is `#newer` now: nothing is moved at each use (see gateway/bag.ts). */
  #newer = new Map<string, Entry<Value>>()
  #older: ReadonlyMap<string, Entry<Value>> = new Map()
  readonly #half: number

  /** `items`: at the most, two or more. */
  constructor(items: number) {
    this.#half = Math.floor(items / 2)
  }

  get size(): number {
    let both = 0
    for (const key of this.#older.keys()) if (this.#newer.has(key)) both++
    return this.#newer.size + this.#older.size - both
  }

  get(key: string, now: number): Value | undefined {
    let entry = this.#newer.get(key)
    if (entry === undefined) {
      entry = this.#older.get(key)
      if (entry !== undefined && now < entry.until) this.#keep(key, entry)
    }
    return entry !== undefined && now < entry.until ? entry.value : undefined
  }

  set(key: string, value: Value, until: number): void {
    this.#keep(key, { value, until })
  }

  clear(): void {
    this.#newer = new Map()
    this.#older = new Map()
  }

  #keep(key: string, entry: Entry<Value>): void {
    if (this.#newer.size >= this.#half && !this.#newer.has(key)) {
      this.#older = this.#newer
      this.#newer = new Map()
    }
    this.#newer.set(key, entry)
  }
}
