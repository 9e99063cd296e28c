// What a session has under way at the system, while others define something. Promise: an answer to what others may have
// defined anew since it was read is not looked at, and what writes what it reads never meets such a definition.
import type { Catalogs, Snapshot } from './catalogs.ts'
import { type Definition, type Definitions, type Text, uses, type Watch } from './definitions.ts'
import { WireFault } from './frames.ts'
import type { ReaderLink } from './reading.ts'

const OVERTAKEN =
  'What this session asked for was defined anew by another before it was answered. Connect and ask again.'

export class UnderWay {
  readonly #link: ReaderLink
  readonly #catalogs: Catalogs
  readonly #definitions: Definitions
  readonly #watch: Watch

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

  passes(text: Text): void {
    if (this.contested(text)) throw new WireFault('unreadable', OVERTAKEN)
    this.#watch.texts.push(text)
  }

  defines(): Definition {
    return this.#definitions.begin(this.#watch)
  }

  /** Its transaction is over. */
  defined(definition: Definition): void {
    this.#definitions.end(definition)
    this.#catalogs.changed(this.#link)
  }

  /** Whether others have defined anew what it uses: it has not left yet, and then must not. */
  overtaken(text: Text): boolean | Promise<boolean> {
    return this.#watch.met.length > 0 && !this.#sure([text]) && this.#withdrawn(text)
  }

  async #withdrawn(text: Text): Promise<boolean> {
    if (await this.#same([text])) return false
    this.#watch.texts = this.#watch.texts.filter(one => one !== text)
    return true
  }

  // ---- while it is answered ----

  /** Before more of an answer is looked at; null where nothing has to be asked for that. Rejects where it may not be. */
  settle(): Promise<void> | null {
    const { met, texts } = this.#watch
    return met.length === 0 || texts.length === 0 || this.#sure(texts) ? null : this.#settled(texts)
  }

  async #settled(texts: readonly Text[]): Promise<void> {
    if (!(await this.#same(texts))) throw new WireFault('unreadable', OVERTAKEN)
  }

  /** Nothing that they use was defined anew. */
  #sure(texts: readonly Text[]): boolean {
    return texts.every(text => !this.#watch.met.some(one => one.settled && concerns(one, text)))
  }

  /** They mean the same by what the database holds now, and never meant anything else in between. */
  async #same(texts: readonly Text[]): Promise<boolean> {
    const { met } = this.#watch
    const named = (text: Text) => met.filter(one => one.settled && one.of !== 'anything' && concerns(one, text))
    if (texts.some(text => named(text).length > 1)) return false
    const now = await this.#current()
    return texts.every(text => text.shared === now.catalog.version || this.#sure([text]) || text.sameBy(now))
  }

  /** As it is now: what was locked when it was last read may not be any more. */
  async #current(): Promise<Snapshot> {
    const known = await this.#catalogs.current(this.#link)
    if (known.catalog.partial !== true) return known
    this.#catalogs.changed(this.#link)
    return this.#catalogs.current(this.#link)
  }

  /** All that was passed on is answered. */
  idle(): void {
    if (this.#watch.texts.length > 0) this.#definitions.answered(this.#watch)
  }

  gone(): void {
    this.#definitions.unwatch(this.#watch)
  }
}

function concerns({ of }: Definition, text: Text): boolean {
  return of === 'anything' || uses(text, of)
}
