// Verified tokens for a short while, by their SHA-256. Promise: bounded in number (least recently used goes first) and
// time; holds no token.
export class VerifiedCache<Value> {
  readonly #entries = new Map<string, { readonly value: Value; readonly until: number }>()
  readonly #items: number

  constructor(items: number) {
    this.#items = items
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: string, now: number): Value | undefined {
    const entry = this.#entries.get(key)
    if (!entry) return undefined
    this.#entries.delete(key)
    if (now >= entry.until) return undefined
    this.#entries.set(key, entry)
    return entry.value
  }

  set(key: string, value: Value, until: number): void {
    this.#entries.delete(key)
    this.#entries.set(key, { value, until })
    if (this.#entries.size <= this.#items) return
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest)
      return
    }
  }

  clear(): void {
    this.#entries.clear()
  }
}
