// Reads the statements of one caller's connection. Promise: each is read as the system will read it, with the path, the
// prepared statements, cursors and temporary relations of this session; where that is in doubt the system is asked, and
// where it cannot be asked nothing is known.
import type { Ruling } from '../gateway/ruling.ts'
import { stampSql } from './catalog-stamp.ts'
import { type Catalogs, protectionOf, type Snapshot, snapshotOf } from './catalogs.ts'
import { copyOutOf } from './copy-plan.ts'
import { estimableOf } from './estimable.ts'
import { FLOW, refusal, UNKNOWN_COPY, UNKNOWN_FLOW } from './flow-refusals.ts'
import { launders } from './laundering.ts'
import { findRelation } from './lineage/catalog.ts'
import { sessionNames } from './lineage/names.ts'
import { originsOf } from './lineage/origins.ts'
import { columnsOf, type Plan, type SessionNames } from './lineage/resolve.ts'
import { afterStatement, newSession, type SessionUser } from './lineage/session.ts'
import { unknown } from './lineage/taint.ts'
import {
  type AskLink,
  type Bound,
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
import { type ParseAside, readLongSql } from './statement/read-sql.ts'
import { searchPathOf } from './statement/settings.ts'
import type { Statement } from './statement/statement.ts'
import { as, count, tagged, text } from './statement/tree.ts'
import { changesOf, definesForAll, forgottenBy, turnsBack } from './statement-changes.ts'
import { actionOf, emptyAction, type Planned, type Setting } from './statement-facts.ts'
import { SpokenLabels, shownBy } from './statement-labels.ts'
import { stoodFor } from './stood-for.ts'

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
const SYSTEM = /^(?:pg_|information_schema$)/

const stateSql = `select pg_catalog.current_setting('search_path'), current_user,
  exists (select 1 from pg_catalog.pg_class where relnamespace = pg_catalog.pg_my_temp_schema()),
  (${stampSql}),
  (select pg_catalog.json_agg(name) from pg_catalog.pg_prepared_statements where from_sql)`

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

  constructor(parts: LinkReaderParts, shared: Snapshot) {
    this.#parts = parts
    const path = parts.link.settings.get('search_path') ?? shared.path
    this.#user = { name: shared.user, path: pathIn(shared, path, shared.user) }
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
    const names = sessionNames(snapshot.catalog, this.#names)
    const read = await readLongSql(sql, { names }, parseAside)
    if (read.kind === 'refused') return read
    // It may have been made by somebody else a moment ago.
    const fresh =
      this.#own === null && this.#namesUnknown(read.statements, snapshot)
        ? await catalogs.again(link, snapshot)
        : snapshot
    if (fresh === snapshot) return this.#reading(read.statements, snapshot)
    const again = await readLongSql(sql, { names: sessionNames(fresh.catalog, this.#names) }, parseAside)
    return again.kind === 'refused' ? again : this.#reading(again.statements, fresh)
  }

  /** What others define reaches a session also where it reads by what it has defined itself. */
  get asks(): boolean {
    const { catalogs, link } = this.#parts
    if (this.#own !== null) return !catalogs.since(link, this.#ownAt, this.#changed !== null)
    // Its transaction may hold what the gateway's own connection would wait for.
    return this.#names.inTransaction && catalogs.fresh(link) === null
  }

  #namesUnknown(statements: readonly Statement[], { catalog }: Snapshot): boolean {
    const { path, temporary } = this.#names
    const known = (schema: string | null, name: string) =>
      SYSTEM.test(schema ?? name) || temporary?.has(name) || findRelation(catalog, path, schema, name) !== null
    return statements.some(({ relations }) =>
      relations.some(({ use, schema, name }) => use !== 'define' && !known(schema, name)),
    )
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
    const [path, user, temporary, stamp, prepared] = row
    const shared = inTransaction ? catalogs.last(link) : await catalogs.current(link)
    const differs = shared?.stamp !== stamp
    this.#temporary = temporary === 't'
    if (this.#temporary || inTransaction) {
      if (this.#own?.stamp !== stamp) this.#own = differs ? await this.#readOwn(ask, path ?? '') : shared
      this.#ownAt = at
    } else {
      this.#own = null
      if (differs) catalogs.changed(link)
    }
    const now = this.#own ?? (await catalogs.current(link))
    this.#user = { ...this.#user, name: user ?? '' }
    // What a function prepared under a name the caller had used for something else.
    for (const name of JSON.parse(prepared ?? '[]') as unknown[]) {
      if (!this.#names.prepared.has(String(name))) forget(String(name))
    }
    const kept = this.#temporary || inTransaction ? made : NONE_MADE
    this.#names = { ...this.#names, path: pathIn(now, path ?? '', this.#user.name), temporary: kept }
    this.#before = this.#names
    this.#doubt = false
  }

  /** Through the session itself, whose path is the same afterwards. */
  async #readOwn(ask: AskLink, path: string): Promise<Snapshot> {
    const local = this.#names.inTransaction
    const set = (value: string) =>
      ask(`select pg_catalog.set_config('search_path', '${value.replaceAll("'", "''")}', ${local})`)
    try {
      return await snapshotOf(sql => (sql.startsWith('set search_path') ? set('') : ask(sql)))
    } finally {
      await set(path)
    }
  }

  // ---- one text ----

  #reading(statements: readonly Statement[], snapshot: Snapshot): StatementReading | SqlRefusal {
    const { ruling, link } = this.#parts
    const { catalog } = snapshot
    const masking = ruling().connections.get(link.config.connection.name)?.masking
    if (masking === undefined) return refusal('forbidden', '42501', 'This connection is no longer there.')
    const protection = protectionOf(snapshot, masking)
    const planned: Planned[] = []
    const before = this.#names
    let names = before
    const temporary = new Map(before.temporary)
    let changes: StatementReading['changes'] = 'nothing'
    let carries = false
    // In doubt still: the system could not be asked.
    let blind = this.#doubt
    const estimates: (() => Estimable | null)[] = []
    for (const statement of statements) {
      const refused = this.#refused(statement, names)
      if (refused !== null) return refused
      const resolved = columnsOf(statement.tree, protection, names)
      // What an earlier statement of this text has changed is not in the catalog that was read.
      const plan = blind ? blinded(resolved) : resolved
      if (blind && statement.effects.has('write') && reads(statement)) return UNKNOWN_FLOW
      const flow = plan.flows.find(({ to }) => to !== 'view')
      if (flow !== undefined) return flow.labels === 'unknown' ? UNKNOWN_FLOW : FLOW
      const setting: Setting = { catalog, protection, path: names.path, names: sessionNames(catalog, names) }
      if (statement.kind === 'copy-out' && copyOutOf(statement.tree, plan, catalog) === null) return UNKNOWN_COPY
      carries ||= launders(statement, statement.written(), snapshot, protection, names)
      planned.push({ statement, decided: stoodFor(statement, names, setting.names), plan })
      const session = names
      estimates.push(() => estimableOf(statement, session, setting))
      const change = this.#defining && turnsBack(statement) ? 'unknown' : changesOf(statement, setting)
      const adds = statement.kind === 'create-table-as' || ADDING.has(tagged(statement.tree)?.tag ?? '')
      blind ||= change === 'unknown' && !adds
      if (change === 'unknown' || changes === 'nothing') changes = change === 'nothing' ? changes : change
      names = afterStatement(names, statement, plan, this.#user)
      names = { ...names, path: names.path.filter(schema => snapshot.usable.has(schema) || schema === 'pg_temp') }
      for (const [name, rows] of names.temporary ?? []) temporary.set(name, rows)
    }
    if (planned.length === 0) {
      const none = new Set<string>()
      return { ...opaque, action: emptyAction, quotes: none }
    }
    const path = before.path.join('\0')
    // What a text makes for itself is known to the statements after it.
    const known = sessionNames(catalog, { path: before.path, temporary })
    const setting = { catalog, protection, path: before.path, names: known }
    const named = planned.some(({ statement: { kind, inner } }) => /^(execute|fetch)$/.test(inner ?? kind))
    const spoken = this.#spoken
    const shown = shownBy(planned)
    const ends = planned.some(({ statement }) => endsWork(statement))
    return {
      ...opaque,
      ...shown,
      get quotes() {
        return ends ? spoken.with(shown.quotes) : shown.quotes
      },
      endQuotes: () => spoken.with(shown.quotes),
      action: actionOf(planned, setting),
      origins: (fields, result) => this.#origins(planned[result]?.plan ?? null, snapshot, fields),
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
        this.#pass(statements, bound === null ? names : withBound(names, statements, bound), changes)
      },
      estimable: () => (planned.length === 1 || !blind ? allOf(estimates) : null),
    }
  }

  #refused(statement: Statement, names: SessionNames): SqlRefusal | null {
    if (statement.refusal !== null) return statement.refusal
    const { kind } = statement
    if (kind === 'do' || kind === 'define' || kind === 'call') {
      if (/sallyport/i.test(statement.written()))
        return refusal('blocked', '42501', 'Settings of the gateway cannot be changed.')
    }
    const root = tagged(statement.tree)
    const held = root?.tag === 'ExplainStmt' ? tagged(root.body.query) : root
    if (held?.tag === 'ExecuteStmt' && !names.prepared.has(text(held.body, 'name')))
      return refusal('unreadable', '26000', 'The gateway knows no prepared statement of this name: prepare it again.')
    if (held?.tag === 'FetchStmt' && !names.cursors.has(text(held.body, 'portalname')))
      return refusal('unreadable', '34000', 'The gateway knows no cursor of this name: declare it in a statement.')
    return null
  }

  #pass(statements: readonly Statement[], names: SessionNames, changes: StatementReading['changes']): void {
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
    if (this.#changed === null && statements.some(one => definesForAll(one, this.#names.path))) this.#change()
    this.#names = names
    if (changes === 'unknown') {
      this.#defining = true
      // A function may have opened, prepared or defined anything.
      const spoke = statements.some(({ kind, functions }) => kind === 'do' || kind === 'call' || functions.length > 0)
      if (spoke) this.#names = { ...names, cursors: new Map(), prepared: new Map() }
      this.#doubt = true
    }
    if (names.path.length === 0) this.#doubt = true
  }

  #change(): void {
    const { catalogs, link } = this.#parts
    const changed = catalogs.changing(link)
    const { ended } = link.session
    this.#changed = () => {
      ended.removeEventListener('abort', changed)
      changed()
    }
    if (ended.aborted) changed()
    else ended.addEventListener('abort', changed, { once: true })
  }

  #origins(plan: Plan | null, snapshot: Snapshot, fields: readonly Field[]) {
    const { ruling, link, catalogs } = this.#parts
    const masking = ruling().connections.get(link.config.connection.name)?.masking
    if (plan === null || masking === undefined) return unknownOrigins(fields)
    const origins = originsOf(plan, protectionOf(snapshot, masking), fields)
    const planned = plan.columns
    if (
      planned !== null &&
      origins.some(({ labels }, at) => labels === 'unknown' && planned[at]?.labels !== 'unknown')
    ) {
      // What is there is not what was read.
      catalogs.changed(link)
      this.#doubt = true
    }
    return fields.map(({ name, type, format }, at) => ({
      name,
      type,
      format,
      labels: origins[at]?.labels ?? 'unknown',
      derived: origins[at]?.derived ?? true,
      group: origins[at]?.group,
    }))
  }
}

/** They add something under a name of its own, and change nothing that there is. */
const ADDING = new Set([
  'CreateStmt',
  'CreateSeqStmt',
  'CreateSchemaStmt',
  'IndexStmt',
  'CommentStmt',
  'GrantStmt',
  'VariableSetStmt',
])

function allOf(estimates: readonly (() => Estimable | null)[]): readonly Estimable[] | null {
  const found = estimates.map(one => one()).filter(one => one !== null)
  return found.length === estimates.length ? found : null
}

/** What was declared with parameters is estimated with them. */
function withBound(names: SessionNames, statements: readonly Statement[], bound: Bound): SessionNames {
  const declared = new Map(names.declared)
  for (const [name, one] of declared) if (statements.includes(one.statement)) declared.set(name, { ...one, bound })
  return { ...names, declared }
}

/** What was put off until now happens, and words about it quote what came before. */
function endsWork({ kind, tree }: Statement): boolean {
  return kind === 'transaction' || tagged(tree)?.tag === 'ConstraintsSetStmt'
}

function blinded(plan: Plan): Plan {
  const rows = { columns: [], rest: unknown }
  const columns = plan.columns?.length === 0 ? plan.columns : null
  return { ...plan, columns, allClean: false, touches: 'unknown', rows, made: null }
}

function reads({ relations, kind }: Statement): boolean {
  return kind === 'create-table-as' || relations.some(({ use }) => use === 'read')
}

function pathIn(snapshot: Snapshot, value: string, user: string): readonly string[] {
  return searchPathOf([value], user).filter(schema => snapshot.usable.has(schema) || schema === 'pg_temp')
}
