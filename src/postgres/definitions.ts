// What sessions of one database define, and what others have under way meanwhile. Promise: whoever watches hears of every
// definition of others that may have come to be since it was last quiet.
import type { Snapshot } from './catalogs.ts'
import { comesTo } from './lineage/behind-names.ts'
import type { Tree } from './statement/tree.ts'

/** Names of what is defined, or of whatever there may be. */
export type Defined = readonly string[] | 'anything'

export function both(one: Defined | null, other: Defined | null): Defined | null {
  if (one === null || other === null) return one ?? other
  return one === 'anything' || other === 'anything' ? 'anything' : [...one, ...other]
}

/** One text of a caller, as it was read. */
export interface Text {
  readonly trees: readonly Tree[]
  readonly snapshot: Snapshot
  /** Of the catalog that others see, where that is another. */
  readonly shared: string | null
  /** Whether it means the same by this one. */
  readonly sameBy: (snapshot: Snapshot) => boolean
  /** For everybody. */
  readonly defines: Defined | null
  /** What it reads it may write elsewhere. */
  readonly keeps: boolean
}

export function uses({ trees, snapshot: { catalog } }: Text, names: readonly string[]): boolean {
  return names.length > 0 && trees.some(tree => comesTo(tree, catalog, names))
}

/** A text on its way: asked of the gateway, and then left for the system. */
export interface OnItsWay {
  readonly text: Text
  readonly left: boolean
}

/** What one session defines in one transaction. */
export interface Definition {
  of: Defined
  /** It may be there for others: its transaction was told to end, or is none. */
  settled: boolean
}

/** One session, as others define something. */
export interface Watch {
  /** Definitions of others that were under way at some time since it was last quiet. */
  met: readonly Definition[]
  /** What is asked for it and not answered yet. */
  texts: OnItsWay[]
}

export class Definitions {
  /** By whom. */
  readonly #going = new Map<Definition, Watch>()
  readonly #watches = new Set<Watch>()
  #waiting: (() => void)[] = []

  watch(): Watch {
    const watch: Watch = { met: NONE, texts: [] }
    this.#watches.add(watch)
    this.quiet(watch)
    return watch
  }

  unwatch(watch: Watch): void {
    this.#watches.delete(watch)
    this.answered(watch)
  }

  /** Nothing of its own is on its way: what is over by now does not concern it. */
  quiet(watch: Watch): void {
    watch.met = this.#going.size === 0 ? NONE : [...this.#going].filter(([, by]) => by !== watch).map(([one]) => one)
  }

  /** Nothing of its own is under way any more. */
  answered(watch: Watch): void {
    watch.texts.length = 0
    this.#move()
  }

  /** A part of it leaves for the system. */
  begin(definition: Definition, by: Watch): void {
    if (this.#going.has(definition)) return
    this.#going.set(definition, by)
    for (const watch of this.#watches) if (watch !== by) watch.met = [...watch.met, definition]
  }

  /** False where nothing of it ever left. */
  end(definition: Definition): boolean {
    if (!this.#going.delete(definition)) return false
    definition.settled = true
    this.#move()
    return true
  }

  /** How many sessions but this one define something. */
  others(than: Watch | null): number {
    let own = 0
    for (const by of this.#going.values()) if (by === than) own++
    return this.#going.size - own
  }

  /** Whether others define by name what this keeps the rows of, or keep rows of what this defines by name. */
  contested(by: Watch, text: Text): boolean {
    const { keeps, defines } = text
    for (const [{ of }, other] of this.#going)
      if (keeps && other !== by && of !== 'anything' && uses(text, of)) return true
    if (defines === null || defines === 'anything') return false
    for (const watch of this.#watches)
      if (watch !== by && watch.texts.some(({ left, text: one }) => left && one.keeps && uses(one, defines)))
        return true
    return false
  }

  /** Resolves when something was answered or defined, and at that time (of performance.now()) at the latest. */
  moved(late: number): Promise<void> {
    return new Promise(resolve => {
      const timer = setTimeout(resolve, Math.max(0, late - performance.now()))
      this.#waiting.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  #move(): void {
    if (this.#waiting.length > 0) for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

const NONE: readonly Definition[] = []
