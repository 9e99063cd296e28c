// What a session remembers between statements, as plain data. Promise: a name that may mean something else after a
// statement is forgotten, so that its next use is unknown.
import { searchPathOf, steers } from '../statement/settings.ts'
import type { SessionChange, Statement } from '../statement/statement.ts'
import { as, count, print, sub, type Tagged, type Tree, tagged, text } from '../statement/tree.ts'
import type { Rows } from './context.ts'
import type { Plan, SessionNames } from './resolve.ts'
import { unknown } from './taint.ts'
import { createdRows, isTemporary, namesIn } from './temporary.ts'

export interface SessionUser {
  readonly name: string
  /** The search path a RESET goes back to. */
  readonly path: readonly string[]
  /** It acts as somebody else, who may look into other schemas. */
  readonly another?: boolean
}

export function newSession(user: SessionUser): SessionNames {
  const none = { prepared: new Map(), cursors: new Map() }
  return { path: user.path, inTransaction: false, passing: false, settingsSaid: true, ...none }
}

/**
 * The names after a statement has run. A path that a transaction changed is not known once it has ended, until it is
 * heard from the server: PostgreSQL 18 reports it, others are asked.
 */
export function afterStatement(
  session: SessionNames,
  statement: Statement,
  plan: Plan,
  user: SessionUser,
): SessionNames {
  const made = withFilled(withTables(session, statement, plan), plan)
  return statement.session.reduce((names, change) => after(names, change, statement, plan, user), made)
}

function withFilled(names: SessionNames, { filled }: Plan): SessionNames {
  if (filled.size === 0) return names
  const next = new Map(names.filled)
  for (const [name, columns] of filled) next.set(name, [...(next.get(name) ?? []), ...columns])
  return { ...names, filled: next }
}

/** Tables the session makes for itself, changes and drops. */
function withTables(names: SessionNames, statement: Statement, plan: Plan): SessionNames {
  const known = names.temporary ?? new Map<string, Rows>()
  const next = new Map(known)
  const outer = tagged(statement.tree)
  const root = outer?.tag === 'ExplainStmt' ? tagged(outer.body.query) : outer
  if (root === null) return names
  const made = madeBy(root, names.path, plan)
  // Columns of a type that is dropped go with it, wherever they are.
  if (known.size > 0 && cascades(root)) for (const name of known.keys()) next.set(name, unknownRows)
  if (made !== null) {
    const again = next.has(made.name) && print(next.get(made.name)) !== print(made.rows)
    next.set(made.name, again ? unknownRows : made.rows)
  } else if (known.size > 0 && root.tag === 'DropStmt') {
    // What a transaction drops may come back.
    if (!names.inTransaction) for (const name of namesIn(root.body)) next.delete(name)
  } else if (known.size > 0 && (plan.flows.length > 0 || statement.effects.has('define'))) {
    for (const name of namesIn(statement.tree)) if (next.has(name)) next.set(name, unknownRows)
  }
  return { ...names, temporary: next }
}

/** What it changes is not all named in it. */
function cascades({ tag, body }: Tagged): boolean {
  return text(body, 'behavior') === 'DROP_CASCADE' && /^Drop/.test(tag)
}

const unknownRows: Rows = { columns: [], rest: unknown }

/** The relation it makes. */
export function madeIn({ tag, body }: Tagged): Tree | null {
  return tag === 'CreateStmt' || tag === 'ViewStmt' || tag === 'CreateSeqStmt'
    ? (sub(body, 'relation') ?? sub(body, 'view') ?? sub(body, 'sequence'))
    : sub(sub(body, 'into') ?? intoOf(body) ?? {}, 'rel')
}

function madeBy(root: Tagged, path: readonly string[], plan: Plan) {
  const { tag, body } = root
  const into = madeIn(root)
  if (into === null || !isTemporary(into, path)) return null
  const rows = tag === 'CreateStmt' ? createdRows(body) : tag === 'ViewStmt' ? unknownRows : plan.made
  return { name: text(into, 'relname'), rows: rows ?? unknownRows }
}

/** SELECT INTO writes it in the first arm of a set operation. */
function intoOf(body: Tree): Tree | null {
  for (let at: Tree | null = body; at !== null; at = sub(at, 'larg')) {
    const into = sub(at, 'intoClause')
    if (into !== null) return into
  }
  return null
}

function after(
  names: SessionNames,
  change: SessionChange,
  statement: Statement,
  plan: Plan,
  user: SessionUser,
): SessionNames {
  switch (change.kind) {
    case 'set': {
      if (steers(change.setting.name)) return { ...names, steered: true }
      if (change.setting.name !== 'search_path') return names
      const { value } = change.setting
      const path =
        change.unsure || user.another
          ? []
          : value === null
            ? user.path
            : searchPathOf(value, user.name, 'VariableSetStmt' in statement.tree)
      return { ...names, path: losesPath(names, change, statement) ? [] : path, passing: true }
    }
    case 'transaction':
      if (change.step === 'other') return names
      if (change.step === 'begin') return { ...names, inTransaction: true }
      return {
        ...names,
        ...cursorsAfter(names, change.step, statement),
        path: losesPath(names, change, statement) ? [] : names.path,
        // Those around a savepoint can still be undone.
        passing: change.step === 'savepoint' && names.passing,
        inTransaction: change.step === 'savepoint' && names.inTransaction,
      }
    case 'reset-all':
      return { ...names, path: user.path, passing: true }
    case 'discard':
      if (change.what === 'temporary' && !names.inTransaction) return { ...names, temporary: new Map() }
      // Settings go back to what the session began with, which may have been given to its login.
      return change.what === 'all' ? { ...newSession(user), settingsSaid: names.settingsSaid === true } : names
    case 'prepare':
      return { ...names, prepared: new Map(names.prepared).set(change.name, change.tree) }
    case 'deallocate':
      return { ...names, prepared: without(names.prepared, change.name) }
    case 'declare':
      return {
        ...names,
        cursors: new Map(names.cursors).set(change.name, plan.rows),
        declared: new Map([...(names.declared ?? [])].filter(([name]) => names.cursors.has(name))).set(change.name, {
          statement,
          plan,
        }),
        holding: holds(statement)
          ? new Map(names.holding).set(change.name, names.inTransaction ? 'new' : 'lasting')
          : without(names.holding ?? new Map(), change.name),
      }
    case 'close':
      return { ...names, cursors: without(names.cursors, change.name) }
    default:
      return names
  }
}

const CURSOR_OPT_HOLD = 0x20

function holds(statement: Statement): boolean {
  const declared = as(statement.tree, 'DeclareCursorStmt')
  return declared !== null && (count(declared, 'options') & CURSOR_OPT_HOLD) !== 0
}

/** Cursors end with their transaction; those WITH HOLD only when it fails. */
function cursorsAfter(
  names: SessionNames,
  step: 'commit' | 'rollback' | 'savepoint',
  statement: Statement,
): Pick<SessionNames, 'cursors' | 'holding'> {
  const holding = names.holding ?? new Map<string, 'new' | 'lasting'>()
  if (step === 'savepoint' && !goesBack(statement)) return { cursors: names.cursors, holding }
  const kept = [...holding].filter(([, age]) => step === 'commit' || age === 'lasting')
  const stay = new Map(kept.map(([name, age]) => [name, step === 'commit' ? ('lasting' as const) : age]))
  return { cursors: new Map([...names.cursors].filter(([name]) => stay.has(name))), holding: stay }
}

/**
 * Whether nobody knows the path after it. Outside a transaction block SET LOCAL ends with the message, wherever that is, and
 * ROLLBACK there undoes a SET of the message, too.
 */
export function losesPath(names: SessionNames, change: SessionChange, statement: Statement): boolean {
  if (change.kind === 'set') return setsLocally(change) && !names.inTransaction && names.inText !== true
  if (change.kind !== 'transaction' || change.step === 'begin' || change.step === 'other') return false
  return names.passing && (change.step !== 'savepoint' || goesBack(statement))
}

export function setsLocally(change: SessionChange): boolean {
  return change.kind === 'set' && change.setting.name === 'search_path' && change.setting.local
}

function goesBack({ tree }: Statement): boolean {
  return text(as(tree, 'TransactionStmt') ?? {}, 'kind') === 'TRANS_STMT_ROLLBACK_TO'
}

function without<T>(map: ReadonlyMap<string, T>, name: string | null): ReadonlyMap<string, T> {
  const copy = new Map(name === null ? [] : map)
  if (name !== null) copy.delete(name)
  return copy
}
