// What a session remembers between statements, as plain data. Promise: a name that may mean something else after a
// statement is forgotten, so that its next use is unknown.
import { searchPathOf } from '../statement/settings.ts'
import type { SessionChange, Statement } from '../statement/statement.ts'
import type { Plan, SessionNames } from './resolve.ts'

export interface SessionUser {
  readonly name: string
  /** The search path a RESET goes back to. */
  readonly path: readonly string[]
}

export function newSession(user: SessionUser): SessionNames {
  return { path: user.path, inTransaction: false, passing: false, prepared: new Map(), cursors: new Map() }
}

/**
 * The names after a statement has run. A path that a transaction changed is not known once it has ended, until `onPath`
 * hears it from the server: PostgreSQL 18 reports it, others are asked.
 */
export function afterStatement(
  session: SessionNames,
  statement: Statement,
  plan: Plan,
  user: SessionUser,
): SessionNames {
  return statement.session.reduce((names, change) => after(names, change, plan, user), session)
}

/**
 * What the server says its path is.
 * @public The wire calls it once a ParameterStatus of the path is read.
 */
export function onPath(names: SessionNames, value: string, user: SessionUser): SessionNames {
  return { ...names, path: searchPathOf([value], user.name) }
}

function after(names: SessionNames, change: SessionChange, plan: Plan, user: SessionUser): SessionNames {
  switch (change.kind) {
    case 'set': {
      if (change.setting.name !== 'search_path') return names
      const { value } = change.setting
      const path = value === null ? user.path : searchPathOf(value, user.name)
      if (names.inTransaction) return { ...names, path, passing: true }
      // Outside a transaction block SET LOCAL ends with the message, wherever that is.
      return { ...names, path: change.setting.local ? [] : path }
    }
    case 'transaction':
      if (change.step === 'other') return names
      if (change.step === 'begin') return { ...names, inTransaction: true }
      return {
        ...names,
        path: names.passing ? [] : names.path,
        passing: false,
        inTransaction: change.step === 'savepoint' && names.inTransaction,
      }
    case 'reset-all':
      return { ...names, path: user.path }
    case 'discard':
      return change.what === 'all' ? newSession(user) : names
    case 'prepare':
      return { ...names, prepared: new Map(names.prepared).set(change.name, change.tree) }
    case 'deallocate':
      return { ...names, prepared: without(names.prepared, change.name) }
    case 'declare':
      return { ...names, cursors: new Map(names.cursors).set(change.name, plan.rows) }
    case 'close':
      return { ...names, cursors: without(names.cursors, change.name) }
    default:
      return names
  }
}

function without<T>(map: ReadonlyMap<string, T>, name: string | null): ReadonlyMap<string, T> {
  const copy = new Map(name === null ? [] : map)
  if (name !== null) copy.delete(name)
  return copy
}
