// What rules can be about on a PostgreSQL connection. Promise: every kind of statement is here as `sql.KIND`, and every
// fact a condition can read of one as `sql.FACT`.
import type { Effect, SqlFacts } from '../gateway/seam.ts'

export interface SqlOperation {
  /** Of the session alone: whoever may use the connection may do it. */
  readonly session: boolean
  /** What stands after the colon of a pattern: `schema.relation`; null where nothing can. */
  readonly about: 'relation' | null
  /** It touches columns that can be told apart; anything else touches whole rows. */
  readonly byColumn: boolean
  /** What it does where nobody has read a statement. */
  readonly usually: readonly Effect[]
}

type About = SqlOperation['about']

const session: SqlOperation = { session: true, about: null, byColumn: false, usually: ['session'] }
const use = (about: About, byColumn: boolean, ...usually: Effect[]): SqlOperation => {
  return { session: false, about, byColumn, usually }
}
const columns = (...usually: Effect[]) => use('relation', true, ...usually)
const whole = (...usually: Effect[]) => use('relation', false, ...usually)
const plain = (...usually: Effect[]) => use(null, false, ...usually)

export const sqlOperations: Readonly<Record<string, SqlOperation>> = {
  'sql.select': columns('read'),
  'sql.insert': columns('write'),
  'sql.update': columns('write'),
  'sql.delete': whole('write'),
  'sql.merge': whole('write'),
  'sql.copy-in': columns('write'),
  'sql.copy-out': columns('read'),
  'sql.create-table-as': whole('define', 'write'),
  'sql.truncate': whole('write'),
  'sql.drop': whole('define', 'write'),
  'sql.define': whole('define'),
  'sql.grant': whole('define'),
  'sql.maintain': whole('write'),
  'sql.lock': whole('write'),
  'sql.explain': columns('read'),
  'sql.execute': plain('read', 'write'),
  'sql.declare': columns('read', 'session'),
  'sql.fetch': plain('read'),
  'sql.notify': plain('session'),
  'sql.do': plain('read', 'write', 'define', 'session'),
  /** A function or procedure, `schema.name`. */
  'sql.call': whole('write'),
  'sql.other': plain('read', 'write', 'define', 'session'),
  /** Preparing runs nothing: the statement is decided when it is executed. */
  'sql.prepare': session,
  'sql.deallocate': session,
  'sql.close': session,
  'sql.cancel': session,
  'sql.set': session,
  'sql.show': session,
  'sql.discard': session,
  'sql.transaction': session,
  'sql.listen': session,
}

/** What a condition reads as `sql.NAME`. */
export const sqlFacts: Readonly<Record<keyof SqlFacts, string>> = {
  operations: 'what its parts do, as a list: `sql.select`, `sql.delete` …',
  effects: 'list of `read`, `write`, `define`, `session`',
  relations: 'list of `schema.name`: all it touches',
  columns: 'list of `schema.table.column`: all it reads, writes or compares with; `*` where that is not known',
  protected: 'the relations among them that have a labelled column',
  labels: 'labels of the columns it touches',
  hasWhere: 'false where it changes or deletes rows that no condition chooses',
  statements: 'how many statements the text holds',
  fingerprint: 'the same for statements that differ in constants alone',
  estimatedRows: "the server's own estimate of the rows read; asked for only where a rule reads it",
}
