// One caller's session at the system, as the gateway knows it: its names, its path, what it alone sees. Promise: what may be
// otherwise than is believed is in doubt, and then nothing is read before the system was asked.
import type { Catalogs, Snapshot } from './catalogs.ts'
import { both, type Defined, type Definition, type Text } from './definitions.ts'
import { IDLE } from './frames.ts'
import { heedsLogins } from './lineage/behind-names.ts'
import type { SessionNames } from './lineage/resolve.ts'
import { newSession, type SessionUser } from './lineage/session.ts'
import type { AskLink, Passage, ReadContext, ReaderLink, StatementReading } from './reading.ts'
import { mustBe, readOwn, reportOf } from './session-report.ts'
import { searchPathOf } from './statement/settings.ts'
import type { Statement } from './statement/statement.ts'
import { holds, turnsBack } from './statement-changes.ts'
import { SpokenLabels } from './statement-labels.ts'
import { UnderWay } from './under-way.ts'

/** What a text that is passed on leaves behind. */
export interface Change extends Pick<StatementReading, 'changes'> {
  /** What may be something else for sessions of others; null where nothing is. */
  readonly forAll: Defined | null
  /** Functions ran that may have prepared or opened anything. */
  readonly spoke: boolean
}

const NONE_MADE: NonNullable<SessionNames['temporary']> = new Map()

export class SessionState {
  /** What errors at the end of this transaction could quote. */
  readonly spoken = new SpokenLabels()
  readonly underWay: UnderWay
  readonly #link: ReaderLink
  readonly #catalogs: Catalogs
  #user: SessionUser
  /** Somebody else's rights are in force: a path means other schemas. */
  #another = false
  /** As if all that was passed on had run. */
  #names: SessionNames
  /** When all was last answered. */
  #before: SessionNames
  /** Prepared statements and cursors that were named since. */
  readonly #touched = new Set<string>()
  readonly #holdable = new Set<string>()
  /** Prepared statements that are believed where the system says that they are there. */
  readonly #unsure = new Set<string>()
  /** Statements passed on since; what could have done anything counts as several. */
  #passed = 0
  /** The system must be asked what this session is now. */
  #doubt = false
  /** What the session alone sees: temporary relations, and what its transaction has made. */
  #own: Snapshot | null = null
  #ownAt = 0
  /** It stays for the sake of temporary relations, and not of a transaction alone. */
  #temporary = false
  /** Something was defined in a transaction that is not over, and may be gone with it. */
  #defining = false
  /** What it defines for others too: until that has ended nobody relies on what the shared catalog said before. */
  #definition: Definition | null = null
  /** As the system last reported it; null where it does not. */
  #path: string | null = null
  /** Of what was passed on since all was last answered: something steered the planner. */
  #steered = false
  /** What it began with is not known yet. */
  #begins = false
  /** A path as the system said it that was found to be the one believed: so it is for all transactions but a few. */
  #agreed: { readonly said: string; readonly path: readonly string[] } | null = null
  /** What was there when it was last in no transaction. */
  #began = ''
  /** The database keeps names in another encoding, where they are cut and folded otherwise. */
  #foreign = false
  /** Functions of people may have run as it was signed in. */
  readonly #greeted: boolean
  /** Nobody else has put anything into settings of an application's own. */
  readonly #blank: boolean

  constructor(link: ReaderLink, catalogs: Catalogs, shared: Snapshot) {
    this.#link = link
    this.#catalogs = catalogs
    this.underWay = new UnderWay(link, catalogs)
    const path = link.settings.get('search_path') ?? shared.path
    this.#user = { name: shared.user, path: searchPathOf([path], shared.user) }
    this.#names = newSession(this.#user)
    this.#before = this.#names
    this.#greeted = heedsLogins(shared.catalog)
    this.#blank = !this.#greeted && !shared.preset
  }

  /** As if all that was passed on had run. */
  get names(): SessionNames {
    return this.#names
  }

  get user(): SessionUser {
    return this.#another ? { ...this.#user, path: [], another: true } : this.#user
  }

  /** The catalog as this session alone sees it; null where it sees what all see. */
  get own(): Snapshot | null {
    return this.#own
  }

  get foreign(): boolean {
    return this.#foreign
  }

  /** What is believed may be wrong. */
  get doubtful(): boolean {
    return this.#doubt
  }

  /** Something was defined in a transaction that is not over. */
  get defining(): boolean {
    return this.#defining
  }

  /** What others define reaches a session also where it reads by what it has defined itself. */
  get asks(): boolean {
    if (this.#own !== null) return !this.underWay.since(this.#ownAt)
    // Its transaction may hold what the gateway's own connection would wait for.
    return this.#names.inTransaction && this.#catalogs.fresh(this.#link) === null
  }

  /** What it defined others do not know of yet. */
  get unfinished(): boolean {
    return this.#definition !== null
  }

  // ---- what the system says ----

  /** The path it begins with may have been given to its login a moment ago. */
  begins(): void {
    this.#begins = this.#path === null
    if (this.#path === null || this.#greeted) this.#doubt = true
    if (this.#path !== null) this.#user = { ...this.#user, path: searchPathOf([this.#path], this.#user.name) }
    this.#names = { ...newSession(this.#user), settingsSaid: this.#blank }
    this.#before = this.#names
  }

  heard(setting: string, value: string): void {
    if (setting === 'server_encoding') this.#foreign = value !== 'UTF8'
    if (setting === 'search_path') this.#path = value
    mustBe(setting, value)
  }

  idle(status: number, failed: boolean): void {
    this.underWay.idle()
    const open = status !== IDLE
    if (failed && this.#names !== this.#before) {
      // Some of what was passed on has not happened: what it named is not known.
      this.#names = this.#without(this.#before)
      this.#doubt = true
    }
    this.#steered = false
    if (this.#touched.size > 0) this.#touched.clear()
    this.#passed = 0
    if (!open) this.#ended()
    if (this.#pathDiffers()) this.#doubt = true
    let { cursors } = this.#names
    if (!open && cursors.size > 0) cursors = new Map([...cursors].filter(([name]) => this.#holdable.has(name)))
    if (open !== this.#names.inTransaction || cursors !== this.#names.cursors)
      this.#names = { ...this.#names, inTransaction: open, cursors }
    this.#before = this.#names
  }

  /** No transaction is open any more, not even one that a flight is by itself. */
  #ended(): void {
    this.spoken.clear()
    this.#defined()
    // What it made may be gone with it, and so may a path; that of a message by itself is as it was set.
    const { passing, inTransaction } = this.#names
    if (this.#defining || (passing && inTransaction) || (this.#own !== null && !this.#temporary)) this.#doubt = true
    this.#defining = false
    if (passing) this.#names = { ...this.#names, passing: false }
  }

  #without(names: SessionNames): SessionNames {
    const kept = <T>(map: ReadonlyMap<string, T>) => new Map([...map].filter(([name]) => !this.#touched.has(name)))
    // One statement alone gives no name another meaning: what it meant it means still, where it is still there.
    const alone = this.#passed === 1
    if (alone) for (const name of this.#touched) this.#unsure.add(name)
    const prepared = alone ? names.prepared : kept(names.prepared)
    // Some of it may have happened all the same.
    const steered = names.steered === true || this.#steered
    const settingsSaid = names.settingsSaid === true && this.#names.settingsSaid === true
    return { ...names, steered, settingsSaid, path: [], prepared, cursors: kept(names.cursors) }
  }

  /** What the system has last said of the path is not what is believed. */
  #pathDiffers(): boolean {
    if (this.#path === null || (this.#path === this.#agreed?.said && this.#names.path === this.#agreed.path))
      return false
    const { path } = this.#names
    if (searchPathOf([this.#path], this.#user.name).join('\0') !== path.join('\0')) return true
    this.#agreed = { said: this.#path, path }
    return false
  }

  /** What it was doing may have gone on after its caller had left. */
  gone(): void {
    this.#defined()
    this.underWay.gone()
  }

  #defined(): void {
    if (this.#definition === null) return
    this.underWay.defined(this.#definition)
    this.#definition = null
  }

  // ---- in doubt ----

  /** What it was asked about is not there as it was read. */
  contradicted(): void {
    this.#catalogs.changed(this.#link)
    this.#doubt = true
  }

  /** The system cannot be asked now: only qualified names are known. */
  unasked(): void {
    this.#names = { ...this.#names, path: [] }
  }

  async refresh(ask: AskLink, forget: ReadContext['forget']): Promise<void> {
    const { inTransaction, temporary: made = NONE_MADE } = this.#names
    const at = performance.now()
    const report = await reportOf(ask)
    const asBefore = inTransaction && report.isolation !== 'read committed'
    const shared =
      inTransaction && !asBefore ? this.#catalogs.last(this.#link) : await this.#catalogs.current(this.#link)
    const differs = shared?.stamp !== report.stamp
    this.#temporary = report.temporary
    // It sees the catalog as it was when its transaction began, and the system reads names by what is there now.
    if (asBefore && differs && shared !== null && shared.stamp !== this.#began) {
      if (this.#temporary || this.#defining) return this.unasked()
      this.#own = shared
      this.#ownAt = at
    } else if (this.#temporary || inTransaction) {
      if (this.#own === null || this.#own.stamp !== report.stamp || this.#own.catalog.partial)
        this.#own =
          differs || shared === null || shared.catalog.partial ? await readOwn(ask, report, inTransaction) : shared
      this.#ownAt = at
    } else {
      this.#own = null
      if (differs) this.#catalogs.changed(this.#link)
    }
    // Who acts as another may look into other schemas.
    this.#another = report.user !== this.#user.name
    const known = this.#another ? [] : searchPathOf([report.path], this.#user.name)
    if (this.#begins) this.#user = { ...this.#user, path: known }
    this.#begins = false
    if (this.#path !== null && !this.#another) this.#path = report.path
    // What a function prepared under a name the caller had used for something else.
    for (const name of report.prepared) if (!this.#names.prepared.has(name)) forget(name)
    const kept = this.#temporary || inTransaction ? made : NONE_MADE
    const there = ([name]: readonly [string, unknown]) => !this.#unsure.has(name) || report.prepared.includes(name)
    const prepared = this.#unsure.size === 0 ? this.#names.prepared : new Map([...this.#names.prepared].filter(there))
    this.#unsure.clear()
    this.#names = { ...this.#names, path: known, temporary: kept, prepared }
    this.#before = this.#names
    this.#doubt = false
  }

  // ---- what is passed on ----

  /** Statements are read by this catalog now. */
  readsBy({ stamp }: Snapshot): void {
    if (!this.#names.inTransaction) this.#began = stamp
  }

  /** From here on it is read as if these had run. */
  pass(text: Text, statements: readonly Statement[], names: SessionNames, change: Change): Passage {
    const { changes, forAll, spoke } = change
    this.#passed += changes === 'unknown' ? Number.POSITIVE_INFINITY : statements.length
    if (changes === 'nothing') return this.underWay.passes(text, null, false)
    for (const statement of statements) this.#touch(statement)
    if (forAll !== null) {
      this.#definition ??= { of: forAll, settled: false }
      this.#definition.of = both(this.#definition.of, forAll) ?? forAll
    }
    const settles = !this.#names.inTransaction || statements.some(turnsBack)
    this.#names = names
    this.#steered ||= names.steered === true
    if (changes === 'unknown') {
      this.#defining = true
      // A function may have opened, prepared or defined anything.
      const ran = statements.some(({ kind, functions }) => kind === 'do' || kind === 'call' || functions.length > 0)
      if (spoke || ran) this.#names = { ...names, cursors: new Map(), prepared: new Map() }
      this.#doubt = true
    }
    if (names.path.length === 0) this.#doubt = true
    return this.underWay.passes(text, this.#definition, settles)
  }

  /** What it does goes on: it may have changed anything by now. */
  resumes(): void {
    this.#names = { ...this.#names, path: [], cursors: new Map(), prepared: new Map() }
    this.#defining = true
    this.#doubt = true
  }

  #touch(statement: Statement): void {
    for (const change of statement.session) {
      if ((change.kind === 'prepare' || change.kind === 'declare') && change.name) this.#touched.add(change.name)
      if ((change.kind === 'deallocate' || change.kind === 'close') && change.name) this.#touched.add(change.name)
      if (change.kind !== 'declare') continue
      if (holds(statement)) this.#holdable.add(change.name)
      else this.#holdable.delete(change.name)
    }
  }
}
