// A few things that are under way, such as calls. Promise: nothing that was taken out is held on to.

/**
 * In place of a Set whose items come and go with each call: V8 links every table that a Set or a Map has outgrown to the next
 * one, and the first of them that has grown old keeps all later ones, and what was in them, from being collected young.
 * Taking out looks through all of them; there are dozens.
 */
export class Bag<Item> {
  readonly #items: Item[] = []

  get size(): number {
    return this.#items.length
  }

  add(item: Item): void {
    this.#items.push(item)
  }

  /** False where it was not in. */
  delete(item: Item): boolean {
    const at = this.#items.indexOf(item)
    if (at < 0) return false
    const last = this.#items.pop() as Item
    if (at < this.#items.length) this.#items[at] = last
    return true
  }

  /** As they are now, in no order. */
  all(): Item[] {
    return [...this.#items]
  }
}
