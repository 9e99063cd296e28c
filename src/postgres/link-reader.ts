// Reads the statements of one caller's connection. Promise: each is read as the system will read it, with the path, the
// prepared statements, cursors and temporary relations of this session; where that is in doubt the system is asked, and
// where it cannot be asked nothing is known.
import type { Ruling } from '../gateway/ruling.ts'
import type { MaskingPlan } from '../masking/plan.ts'
import { type Catalogs, protectionOf, type Snapshot } from './catalogs.ts'
import { copyOutOf } from './copy-plan.ts'
import { estimableOf } from './estimable.ts'
import { FLOW, refusal, UNKNOWN_COPY, UNKNOWN_FLOW } from './flow-refusals.ts'
import { launders } from './laundering.ts'
import { callsOwn, unsettles } from './lineage/behind-names.ts'
import { sessionNames } from './lineage/names.ts'
import { originsOf } from './lineage/origins.ts'
import { columnsOf, cursorOf, type Plan, type SessionNames } from './lineage/resolve.ts'
import { afterStatement, newSession, type SessionUser } from './lineage/session.ts'
import {
  type AskLink,
  type Estimable,
  type Field,
  type LinkReader,
  opaque,
  type ReadContext,
  type ReaderLink,
  type SqlRefusal,
  type StatementReading,
  unknownOrigins,
} from './reading.ts'
import {
  ADDING,
  allOf,
  blinded,
  type Change,
  endsWork,
  mustBe,
  namesUnknown,
  readOwn,
  reads,
  refusedBy,
  snapshotPath,
  stateSql,
  visible,
  withBound,
} from './session-state.ts'
import { type ParseAside, readLongSql } from './statement/read-sql.ts'
import { searchPathOf } from './statement/settings.ts'
import type { Statement } from './statement/statement.ts'
import { as, count, tagged } from './statement/tree.ts'
import { changesOf, definesForAll, forgottenBy, turnsBack } from './statement-changes.ts'
import { actionOf, emptyAction, type Planned, type Setting } from './statement-facts.ts'
import { SpokenLabels, shownBy } from './statement-labels.ts'
import { stoodFor } from './stood-for.ts'
import { type Traced, TracedColumns } from './traced-columns.ts'

export interface LinkReaderParts {
  readonly link: ReaderLink
  readonly ruling: () => Ruling
  readonly catalogs: Catalogs
  readonly parseAside: ParseAside
}

export async function openLinkReader(parts: LinkReaderParts): Promise<LinkReader> {
  return new SessionReader(parts, await parts.catalogs.current(parts.link))
}

const IDLE = 'I'.charCodeAt(0)
const CURSOR_HOLDS = 0x20
const NONE_MADE: NonNullable<SessionNames['temporary']> = new Map()

class SessionReader implements LinkReader {
  readonly #parts: LinkReaderParts
  #user: SessionUser
  /** As if all that was passed on had run. */
  #names: SessionNames
  /** When all was last answered. */
  #before: SessionNames
  /** Prepared statements and cursors that were named since. */
  readonly #touched = new Set<string>()
  readonly #holdable = new Set<string>()
  /** The system must be asked what this session is now. */
  #doubt = false
  /** What errors at the end of this transaction could quote. */
  readonly #spoken = new SpokenLabels()
  /** What the session alone sees: temporary relations, and what its transaction has made. */
  #own: Snapshot | null = null
  #ownAt = 0
  /** It stays for the sake of temporary relations, and not of a transaction alone. */
  #temporary = false
  /** Something was defined in a transaction that is not over, and may be gone with it. */
  #defining = false
  /** Ends the time in which nobody relies on what the shared catalog said before. */
  #changed: (() => void) | null = null
  /** By what cursors were read when they were declared. */
  readonly #declared = new WeakMap<Statement, string>()
  /** As the system last reported it; null where it does not. */
  #path: string | null = null
  /** What it began with is not known yet. */
  #begins = false
  #gone = false
  /** A path as the system said it that was found to be the one believed: so it is for all transactions but a few. */
  #agreed: { readonly said: string; readonly path: readonly string[] } | null = null
  /** What was there when it was last in no transaction. */
  #began = ''

  constructor(parts: LinkReaderParts, shared: Snapshot) {
    this.#parts = parts
    const path = parts.link.settings.get('search_path') ?? shared.path
    this.#user = { name: shared.user, path: searchPathOf([path], shared.user) }
    this.#names = newSession(this.#user)
    this.#before = this.#names
  }

  readonly read = async (sql: string, context: ReadContext): Promise<StatementReading | SqlRefusal> => {
    const { catalogs, link, parseAside } = this.#parts
    if (this.#doubt || this.asks) {
      if (context.ask === null) this.#names = { ...this.#names, path: [] }
      else await this.#refresh(context.ask, context.forget)
    }
    const snapshot = this.#own ?? (await catalogs.current(link))
    const names = sessionNames(snapshot.catalog, visible(this.#names, snapshot))
    const read = await readLongSql(sql, { names }, parseAside)
    if (read.kind === 'refused') return read
    // It may have been made by somebody else a moment ago.
    const fresh =
      this.#own === null && namesUnknown(read.statements, snapshot, this.#names)
        ? await catalogs.again(link, snapshot)
        : snapshot
    if (fresh === snapshot) return this.#reading(read.statements, snapshot)
    const anew = sessionNames(fresh.catalog, visible(this.#names, fresh))
    const again = await readLongSql(sql, { names: anew }, parseAside)
    return again.kind === 'refused' ? again : this.#reading(again.statements, fresh)
  }

  /** What others define reaches a session also where it reads by what it has defined itself. */
  get asks(): boolean {
    const { catalogs, link } = this.#parts
    if (this.#own !== null) return !catalogs.since(link, this.#ownAt, this.#changed !== null)
    // Its transaction may hold what the gateway's own connection would wait for.
    return this.#names.inTransaction && catalogs.fresh(link) === null
  }

  idle(status: number, failed: boolean): void {
    const open = status !== IDLE
    if (failed && this.#names !== this.#before) {
      // Some of what was passed on has not happened: what it named is not known.
      this.#names = this.#without(this.#before)
      this.#doubt = true
    }
    if (this.#touched.size > 0) this.#touched.clear()
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
    this.#spoken.clear()
    this.#changed?.()
    this.#changed = null
    // What it made may be gone with it, and so may a path.
    if (this.#defining || this.#names.passing || (this.#own !== null && !this.#temporary)) this.#doubt = true
    this.#defining = false
    if (this.#names.passing) this.#names = { ...this.#names, passing: false }
  }

  #without(names: SessionNames): SessionNames {
    const kept = <T>(map: ReadonlyMap<string, T>) => new Map([...map].filter(([name]) => !this.#touched.has(name)))
    return { ...names, path: [], prepared: kept(names.prepared), cursors: kept(names.cursors) }
  }

  // ---- in doubt ----

  async #refresh(ask: AskLink, forget: ReadContext['forget']): Promise<void> {
    const { catalogs, link } = this.#parts
    const { inTransaction, temporary: made = NONE_MADE } = this.#names
    const at = performance.now()
    const [row = []] = await ask(stateSql)
    const [path, user, temporary, stamp, prepared, isolation, strings, encoding] = row
    this.heard('standard_conforming_strings', strings ?? '')
    this.heard('client_encoding', encoding ?? '')
    const asBefore = inTransaction && isolation !== 'read committed'
    const shared = inTransaction && !asBefore ? catalogs.last(link) : await catalogs.current(link)
    const differs = shared?.stamp !== stamp
    this.#temporary = temporary === 't'
    // It sees the catalog as it was when its transaction began, and the system reads names by what is there now.
    if (asBefore && differs && shared !== null && shared.stamp !== this.#began) {
      if (this.#temporary || this.#defining) {
        this.#names = { ...this.#names, path: [] }
        return
      }
      this.#own = shared
      this.#ownAt = at
    } else if (this.#temporary || inTransaction) {
      if (this.#own === null || this.#own.stamp !== stamp || this.#own.catalog.partial)
        this.#own =
          differs || shared === null || shared.catalog.partial ? await readOwn(ask, path ?? '', inTransaction) : shared
      this.#ownAt = at
    } else {
      this.#own = null
      if (differs) catalogs.changed(link)
    }
    // Who acts as another may look into other schemas.
    const known = user === this.#user.name ? searchPathOf([path ?? ''], this.#user.name) : []
    if (this.#begins) this.#user = { ...this.#user, path: known }
    this.#begins = false
    if (this.#path !== null && user === this.#user.name) this.#path = path ?? ''
    // What a function prepared under a name the caller had used for something else.
    for (const name of JSON.parse(prepared ?? '[]') as unknown[]) {
      if (!this.#names.prepared.has(String(name))) forget(String(name))
    }
    const kept = this.#temporary || inTransaction ? made : NONE_MADE
    this.#names = { ...this.#names, path: known, temporary: kept }
    this.#before = this.#names
    this.#doubt = false
  }

  // ---- one text ----

  #reading(statements: readonly Statement[], snapshot: Snapshot): StatementReading | SqlRefusal {
    const { ruling, link } = this.#parts
    const { catalog } = snapshot
    const masking = ruling().connections.get(link.config.connection.name)?.masking
    if (masking === undefined) return refusal('forbidden', '42501', 'This connection is no longer there.')
    const protection = protectionOf(snapshot, masking)
    const planned: Planned[] = []
    if (!this.#names.inTransaction) this.#began = snapshot.stamp
    let written = this.#names
    const before = visible(written, snapshot)
    let names = before
    const temporary = new Map(before.temporary)
    let changes: StatementReading['changes'] = 'nothing'
    let carries = false
    let forAll = false
    let spoke = false
    // In doubt still: the system could not be asked.
    let blind = this.#doubt
    const estimates: (() => Estimable | null)[] = []
    for (const statement of statements) {
      const refused = refusedBy(statement, names)
      if (refused !== null) return refused
      const resolved = columnsOf(statement.tree, protection, names)
      // What an earlier statement of this text has changed is not in the catalog that was read.
      const outdated = blind || this.#outdated(statement, names, snapshot)
      const plan = outdated ? blinded(resolved) : resolved
      if (blind && statement.effects.has('write') && reads(statement)) return UNKNOWN_FLOW
      const flow = plan.flows.find(({ to }) => to !== 'view')
      if (flow !== undefined) return flow.labels === 'unknown' ? UNKNOWN_FLOW : FLOW
      const setting: Setting = { catalog, protection, path: names.path, names: sessionNames(catalog, names) }
      if (statement.kind === 'copy-out' && copyOutOf(statement.tree, plan, catalog) === null) return UNKNOWN_COPY
      carries ||= launders(statement, statement.written(), snapshot, protection, names)
      const decided = stoodFor(statement, names, setting.names)
      planned.push({ statement, decided, plan })
      if (statement.kind === 'declare') this.#declared.set(statement, snapshotPath(snapshot, names))
      forAll ||= definesForAll(statement, decided, catalog)
      spoke ||= unsettles(decided.tree, catalog)
      const session = names
      estimates.push(() => estimableOf(statement, session, setting))
      const change = this.#defining && turnsBack(statement) ? 'unknown' : changesOf(statement, decided, setting)
      const adds = statement.kind === 'create-table-as' || ADDING.has(tagged(statement.tree)?.tag ?? '')
      blind ||= change === 'unknown' && !adds
      if (change === 'unknown' || changes === 'nothing') changes = change === 'nothing' ? changes : change
      const after = afterStatement(names, statement, plan, this.#user)
      written = after.path === names.path ? { ...after, path: written.path } : after
      names = visible(written, snapshot)
      for (const [name, rows] of names.temporary ?? []) temporary.set(name, rows)
    }
    if (planned.length === 0) {
      const none = new Set<string>()
      return { ...opaque, action: emptyAction, quotes: none }
    }
    const path = this.#names.path.join('\0')
    const passed = written
    // What a text makes for itself is known to the statements after it.
    const known = sessionNames(catalog, { path: before.path, temporary })
    const setting = { catalog, protection, path: before.path, names: known }
    const named = planned.some(({ statement: { kind, inner } }) => /^(execute|fetch)$/.test(inner ?? kind))
    const spoken = this.#spoken
    const shown = shownBy(planned)
    const traced = new TracedColumns()
    const ends = planned.some(({ statement }) => endsWork(statement))
    const reading: StatementReading = {
      ...opaque,
      ...shown,
      endQuotes: () => spoken.with(shown.quotes),
      action: actionOf(planned, setting),
      origins: (fields, result) => {
        const now = ruling().connections.get(link.config.connection.name)?.masking
        const plan = planned[result]?.plan ?? null
        return traced.of(fields, result, now, () => this.#origins(plan, snapshot, fields, now))
      },
      copyOut: result => {
        const one = planned[result]
        return one === undefined ? null : copyOutOf(one.statement.tree, one.plan, catalog)
      },
      changes,
      launders: carries,
      forgets: statements.flatMap(forgottenBy),
      holds: () => {
        if (named || this.#doubt || this.#names.path.join('\0') !== path) return false
        // What is protected may have been configured anew.
        if (ruling().connections.get(link.config.connection.name)?.masking !== masking) return false
        return !this.asks && (this.#own ?? this.#parts.catalogs.fresh(link)) === snapshot
      },
      passes: bound => {
        spoken.add(shown.quotes)
        const now = bound === null ? passed : withBound(passed, statements, bound)
        this.#pass(statements, now, { changes, forAll, spoke })
      },
      calls: planned.some(({ decided }) => callsOwn(decided.tree, catalog)),
      lasts: () => {
        if (ruling().connections.get(link.config.connection.name)?.masking !== masking) return false
        const now = this.#own ?? this.#parts.catalogs.last(link)
        return !this.#doubt && now?.catalog.version === catalog.version && this.#names.path.join('\0') === path
      },
      estimable: () => (planned.length === 1 || !blind ? allOf(estimates) : null),
    }
    // For these alone: each getter makes a class of its own that outlives it.
    return ends ? Object.defineProperty(reading, 'quotes', { get: () => spoken.with(shown.quotes) }) : reading
  }

  /** What functions in the query of a cursor do is what they do now, and not when it was declared. */
  #outdated(statement: Statement, names: SessionNames, snapshot: Snapshot): boolean {
    const declared = cursorOf(statement.tree, names)?.statement
    if (declared === undefined || !callsOwn(declared.tree, snapshot.catalog)) return false
    return this.#declared.get(declared) !== snapshotPath(snapshot, names)
  }

  #pass(statements: readonly Statement[], names: SessionNames, { changes, forAll, spoke }: Change): void {
    if (changes === 'nothing') return
    for (const { session, tree } of statements) {
      for (const change of session) {
        if ((change.kind === 'prepare' || change.kind === 'declare') && change.name) this.#touched.add(change.name)
        if ((change.kind === 'deallocate' || change.kind === 'close') && change.name) this.#touched.add(change.name)
        if (change.kind !== 'declare') continue
        const options = count(as(tree, 'DeclareCursorStmt') ?? {}, 'options')
        if ((options & CURSOR_HOLDS) !== 0) this.#holdable.add(change.name)
        else this.#holdable.delete(change.name)
      }
    }
    if (this.#changed === null && forAll) this.#change()
    this.#names = names
    if (changes === 'unknown') {
      this.#defining = true
      // A function may have opened, prepared or defined anything.
      const ran = statements.some(({ kind, functions }) => kind === 'do' || kind === 'call' || functions.length > 0)
      if (spoke || ran) this.#names = { ...names, cursors: new Map(), prepared: new Map() }
      this.#doubt = true
    }
    if (names.path.length === 0) this.#doubt = true
  }

  #change(): void {
    const { catalogs, link } = this.#parts
    this.#changed = catalogs.changing(link)
    if (this.#gone) this.gone()
  }

  get unfinished(): boolean {
    return this.#changed !== null
  }

  /** What it was doing may have gone on after its caller had left. */
  gone(): void {
    this.#gone = true
    this.#changed?.()
    this.#changed = null
  }

  heard(setting: string, value: string): void {
    if (setting === 'search_path') this.#path = value
    mustBe(setting, value)
  }

  /** The path it begins with may have been given to its login a moment ago. */
  begins(): void {
    this.#begins = this.#path === null
    if (this.#path === null) this.#doubt = true
    else this.#user = { ...this.#user, path: searchPathOf([this.#path], this.#user.name) }
    this.#names = newSession(this.#user)
    this.#before = this.#names
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

  #origins(plan: Plan | null, snapshot: Snapshot, fields: readonly Field[], masking: MaskingPlan | undefined): Traced {
    const { link, catalogs } = this.#parts
    if (plan === null || masking === undefined) return { origins: unknownOrigins(fields), sure: false }
    const origins = originsOf(plan, protectionOf(snapshot, masking), fields)
    const planned = plan.columns
    const differs =
      planned !== null && origins.some(({ labels }, at) => labels === 'unknown' && planned[at]?.labels !== 'unknown')
    if (differs) {
      // What is there is not what was read.
      catalogs.changed(link)
      this.#doubt = true
    }
    const named = fields.map(({ name, type, format }, at) => ({
      name,
      type,
      format,
      labels: origins[at]?.labels ?? 'unknown',
      derived: origins[at]?.derived ?? true,
      group: origins[at]?.group,
    }))
    return { origins: named, sure: !differs }
  }
}
