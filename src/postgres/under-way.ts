// What a session has under way at the system, while others define something. Promise: an answer to what others may have
// defined anew since it was read is not looked at, and what writes what it reads never meets such a definition.
import { limits } from '../gateway/limits.ts'
import type { Catalogs, Snapshot } from './catalogs.ts'
import { type Definition, type Definitions, type OnItsWay, type Text, uses, type Watch } from './definitions.ts'
import { WireFault } from './frames.ts'
import type { Passage, ReaderLink } from './reading.ts'

const OVERTAKEN =
  'What this session asked for was defined anew by another before it was answered. Connect and ask again.'

class Passing implements Passage, OnItsWay {
  readonly text: Text
  readonly definition: Definition | null
  readonly settles: boolean
  left = false
  readonly #way: UnderWay

  constructor(way: UnderWay, text: Text, definition: Definition | null, settles: boolean) {
    this.#way = way
    this.text = text
    this.definition = definition
    this.settles = settles
  }

  leaves(): boolean | Promise<boolean> {
    return this.#way.leaves(this)
  }
}

export class UnderWay {
  readonly #link: ReaderLink
  readonly #catalogs: Catalogs
  readonly #definitions: Definitions
  readonly #watch: Watch
  #gone = false

  constructor(link: ReaderLink, catalogs: Catalogs) {
    this.#link = link
    this.#catalogs = catalogs
    this.#definitions = catalogs.definitions(link)
    this.#watch = this.#definitions.watch()
  }

  /** Whether the catalog was read at that time (of performance.now()) as it is now, but for what this session defines. */
  since(at: number): boolean {
    return this.#catalogs.since(this.#link, at, this.#watch)
  }

  // ---- before it is passed on ----

  /** One more is read. */
  reads(): void {
    if (this.#watch.texts.length === 0 && this.#watch.met.length > 0) this.#definitions.quiet(this.#watch)
  }

  /** Others are at work on what it may not meet. */
  contested(text: Text): boolean {
    return (text.keeps || text.defines !== null) && this.#definitions.contested(this.#watch, text)
  }

  /** False where they still are by that time (of performance.now()). */
  async free(text: Text, late: number): Promise<boolean> {
    while (this.contested(text)) {
      if (performance.now() >= late) return false
      await this.#definitions.moved(late)
    }
    return true
  }

  /** `definition`: what it is a part of, or ends; `settles`: and may then be there for others. */
  passes(text: Text, definition: Definition | null, settles: boolean): Passage {
    const passing = new Passing(this, text, definition, settles)
    this.#watch.texts.push(passing)
    return passing
  }

  /** As Passage has it. */
  leaves(passing: Passing): boolean | Promise<boolean> {
    const idle = this.#watch.met.length === 0 && passing.definition === null && !this.contested(passing.text)
    if (!idle) return this.#leaves(passing)
    passing.left = true
    return true
  }

  async #leaves(passing: Passing): Promise<boolean> {
    const { text, definition, settles } = passing
    const late = performance.now() + limits.definitionWaitMs
    do {
      const may = (await this.free(text, late)) && (this.#sure([passing]) || (await this.#same([passing])))
      if (may) continue
      this.#watch.texts = this.#watch.texts.filter(one => one !== passing)
      return false
    } while (this.contested(text))
    passing.left = true
    if (definition === null) return true
    this.#definitions.begin(definition, this.#watch)
    definition.settled ||= settles
    if (this.#gone) this.defined(definition)
    return true
  }

  /** Its transaction is over. */
  defined(definition: Definition): void {
    if (this.#definitions.end(definition)) this.#catalogs.changed(this.#link)
  }

  // ---- while it is answered ----

  /** Before more of an answer is looked at; null where nothing has to be asked for that. Rejects where it may not be. */
  settle(): Promise<void> | null {
    const { met, texts } = this.#watch
    if (met.length === 0 || texts.length === 0) return null
    const left = texts.filter(one => one.left)
    return this.#sure(left) ? null : this.#settled(left)
  }

  async #settled(texts: readonly OnItsWay[]): Promise<void> {
    if (!(await this.#same(texts))) throw new WireFault('unreadable', OVERTAKEN)
  }

  /** Nothing that they use was defined anew. */
  #sure(texts: readonly OnItsWay[]): boolean {
    return texts.every(({ text }) => !this.#watch.met.some(one => one.settled && concerns(one, text)))
  }

  /** They mean the same by what the database holds now, and never meant anything else in between. */
  async #same(texts: readonly OnItsWay[]): Promise<boolean> {
    if (this.#again(texts)) return false
    const now = await this.#current()
    // What came to be while that was read may be there in place of what they met.
    if (this.#again(texts)) return false
    const { version } = now.catalog
    return texts.every(one => one.text.shared === version || this.#sure([one]) || one.text.sameBy(now))
  }

  /** What they use was defined anew, and then once more: it may have been anything in between. */
  #again(texts: readonly OnItsWay[]): boolean {
    const named = (text: Text) =>
      this.#watch.met.filter(one => one.settled && one.of !== 'anything' && concerns(one, text))
    return texts.some(({ text }) => named(text).length > 1)
  }

  /** As it is now: what was locked when it was last read may not be any more. */
  async #current(): Promise<Snapshot> {
    const known = await this.#catalogs.current(this.#link)
    if (known.catalog.partial !== true) return known
    this.#catalogs.changed(this.#link)
    return this.#catalogs.current(this.#link)
  }

  /** All that was asked is answered. */
  idle(): void {
    if (this.#watch.texts.length > 0) this.#definitions.answered(this.#watch)
  }

  gone(): void {
    this.#gone = true
    this.#definitions.unwatch(this.#watch)
  }
}

function concerns({ of }: Definition, text: Text): boolean {
  return of === 'anything' || uses(text, of)
}
