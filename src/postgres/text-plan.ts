// What the statements of one text come to, each read with what those before it have made. Promise: a plan that rests on what
// an earlier statement may have changed shows nothing.
import type { Snapshot } from './catalogs.ts'
import { copyOutOf } from './copy-plan.ts'
import { both } from './definitions.ts'
import { estimableOf } from './estimable.ts'
import { launders } from './laundering.ts'
import { callsOwn, readsSettings, steersUnseen, storesUnseen, unsettles } from './lineage/behind-names.ts'
import { type Catalog, isCovering } from './lineage/catalog.ts'
import { sessionNames } from './lineage/names.ts'
import type { Protection } from './lineage/protection.ts'
import { columnsOf, cursorOf, type Plan, type SessionNames } from './lineage/resolve.ts'
import { afterStatement, losesPath, setsLocally } from './lineage/session.ts'
import { unknown } from './lineage/taint.ts'
import { doubted } from './lineage/verdict.ts'
import type { Estimable, SqlRefusal, StatementReading } from './reading.ts'
import { visible } from './session-names.ts'
import type { Change, SessionState } from './session-state.ts'
import { builtinReach } from './statement/builtin-functions.ts'
import { classify } from './statement/classify.ts'
import type { Statement } from './statement/statement.ts'
import type { Tree } from './statement/tree.ts'
import type { Planned, Setting } from './statement-action.ts'
import { adds, changesOf, changesUnseen, definedForAll, settlesOld } from './statement-changes.ts'
import { FLOW, NO_COLUMN, NO_PATH, refusedBy, UNKNOWN_COPY, UNKNOWN_FLOW } from './statement-refusals.ts'
import { preparedBefore, stoodFor } from './stood-for.ts'

export interface TextPlan extends Change, Pick<StatementReading, 'launders'> {
  readonly kind: 'planned'
  readonly planned: readonly Planned[]
  /** Of the whole text. */
  readonly setting: Setting
  /** What the session is once it has run. */
  readonly after: SessionNames
  /** What it reads it may write elsewhere. */
  readonly keeps: boolean
  /** What it leaves behind is not known. */
  readonly blind: boolean
  readonly estimates: readonly (() => Estimable | null)[]
}

/** What is believed of a session when a text of it is read. */
export type Believed = Pick<SessionState, 'names' | 'user' | 'doubtful' | 'defining'>

/** By what cursors were read when they were declared. */
const declaredBy = new WeakMap<Statement, string>()

export function planOf(
  statements: readonly Statement[],
  snapshot: Snapshot,
  protection: Protection,
  session: Believed,
  /** It was prepared before, and may have been planned then. */
  kept = false,
): TextPlan | SqlRefusal {
  const { catalog } = snapshot
  const planned: Planned[] = []
  // Several statements without a word about transactions are one.
  const inText = statements.length > 1 && !session.names.inTransaction && !statements.some(isOfTransactions)
  let written: SessionNames = { ...session.names, inText }
  const before = visible(written, snapshot)
  let names = before
  const temporary = new Map(before.temporary)
  let changes: StatementReading['changes'] = 'nothing'
  let carries = false
  let forAll: TextPlan['forAll'] = null
  let spoke = false
  // In doubt still: the system could not be asked.
  let blind = session.doubtful
  const estimates: (() => Estimable | null)[] = []
  for (const given of statements) {
    const called = sessionNames(catalog, names)
    // It was classified by the path there was before the text.
    const moved = names.path.join('\0') !== before.path.join('\0')
    const statement = moved ? { ...given, ...classify(given.tree, called) } : given
    const refused = refusedBy(statement, names)
    if (refused !== null) return refused
    if (moved && names.path.length === 0 && !namesAllPlaces(statement)) return NO_PATH
    const setting: Setting = { catalog, protection, path: names.path, names: called }
    const decided = stoodFor(statement, names, setting.names)
    // It may read what it has put there itself.
    if (written.settingsSaid && storesUnseen(decided.tree, statement.written(), catalog)) {
      written = { ...written, settingsSaid: false }
      names = { ...names, settingsSaid: false }
    }
    const resolved = columnsOf(statement.tree, protection, names)
    // What an earlier statement of this text has changed is not in the catalog that was read.
    const lost =
      blind || coversOther(preparedBefore(statement, names) ?? (kept ? statement.tree : null), names, catalog)
    const plan = lost || isOutdated(statement, names, snapshot) ? blinded(resolved) : resolved
    if (lost && [statement, decided].some(one => one.effects.has('write') && reads(one))) return UNKNOWN_FLOW
    const flow = plan.flows.find(({ to }) => to !== 'view')
    if (flow !== undefined) return flow.labels !== 'unknown' ? FLOW : plan.missing ? NO_COLUMN : UNKNOWN_FLOW
    if (statement.kind === 'copy-out' && copyOutOf(statement.tree, plan, catalog) === null) return UNKNOWN_COPY
    carries ||= launders(statement, statement.written(), snapshot, protection, names)
    planned.push({ statement, decided, plan, ...(moved ? { moved: setting } : {}) })
    if (statement.kind === 'declare') declaredBy.set(statement, placeOf(snapshot, names))
    forAll = both(forAll, definedForAll(statement, decided, catalog))
    spoke ||= unsettles(decided.tree, catalog)
    const named = names
    estimates.push(() => estimableOf(statement, named, setting))
    const change = session.defining && settlesOld(statement) ? 'unknown' : changesOf(statement, decided, setting)
    blind ||=
      change === 'unknown' && (!adds(statement, written.path, setting) || changesUnseen(statement, decided, setting))
    blind ||= statement.session.some(one => losesPath(names, one, statement))
    if (change === 'unknown' || changes === 'nothing') changes = change === 'nothing' ? changes : change
    const after = afterStatement(names, statement, plan, session.user)
    written = after.path === names.path ? { ...after, path: written.path } : after
    if (!written.steered && steersUnseen(decided.tree, statement.written(), catalog))
      written = { ...written, steered: true }
    // Among others DISCARD ALL fails, and what came before it may have been kept.
    if (statements.length > 1 && names.steered) written = { ...written, steered: true }
    names = visible(written, snapshot)
    for (const [name, rows] of names.temporary ?? []) temporary.set(name, rows)
  }
  // What a text makes for itself is known to the statements after it.
  const known = sessionNames(catalog, { path: before.path, temporary })
  const setting = { catalog, protection, path: before.path, names: known }
  const passed = inText && statements.some(({ session }) => session.some(setsLocally))
  const { inText: _, ...after } = written
  return {
    kind: 'planned',
    planned,
    setting,
    after: passed ? { ...after, path: [] } : after,
    changes,
    launders: carries,
    forAll,
    spoke,
    keeps: statements.some(statement => statement.effects.has('write') && reads(statement)),
    blind: blind || passed,
    estimates,
  }
}

/** Whether answers to it are hidden alike, and whether it may pass alike. */
export function meansTheSame(one: TextPlan, other: TextPlan): boolean {
  return meaning(one) === meaning(other)
}

function meaning({ planned, launders, keeps }: TextPlan): string {
  const plans = planned.map(({ plan }) => {
    const { columns, allClean, oracles, guesses, compared, passed, flows, touches, rows, made } = plan
    return [columns, allClean, oracles, guesses, compared, passed, flows, touches, rows, made]
  })
  return JSON.stringify([launders, keeps, plans], (_, held) =>
    held instanceof Set || held instanceof Map ? [...held] : held,
  )
}

/** What functions in the query of a cursor do is what they do now, and not when it was declared. */
function isOutdated(statement: Statement, names: SessionNames, snapshot: Snapshot): boolean {
  const declared = cursorOf(statement.tree, names)?.statement
  if (declared === undefined) return false
  const { tree } = declared
  if (!callsOwn(tree, snapshot.catalog) && !readsSettings(tree, snapshot.catalog)) return false
  return declaredBy.get(declared) !== placeOf(snapshot, names)
}

/** What was planned once stays so where something of the same name comes to be in front. */
function coversOther(tree: Tree | null, { path, temporary }: SessionNames, catalog: Catalog): boolean {
  let covers = false
  JSON.stringify(tree, (_, held) => {
    if (typeof held?.relname === 'string' && !held.schemaname)
      covers ||= isCovering(catalog, path, held.relname, temporary?.has(held.relname) === true)
    return held
  })
  return covers
}

function placeOf({ catalog }: Snapshot, { path, settingsSaid }: SessionNames): string {
  return [catalog.version, settingsSaid === true, ...path].join('\0')
}

function blinded(plan: Plan): Plan {
  const rows = { columns: [], rest: unknown }
  const columns = plan.columns?.length === 0 ? plan.columns : null
  return { ...plan, columns, oracles: doubted(plan), allClean: false, touches: 'unknown', rows, made: null }
}

function namesAllPlaces({ relations, functions }: Statement): boolean {
  return (
    relations.every(({ schema }) => schema !== null) &&
    functions.every(({ schema, name }) => schema !== null || builtinReach(name) !== 'unlisted')
  )
}

function isOfTransactions({ session }: Statement): boolean {
  return session.some(({ kind }) => kind === 'transaction')
}

function reads({ relations, kind }: Statement): boolean {
  return kind === 'create-table-as' || relations.some(({ use }) => use === 'read')
}
