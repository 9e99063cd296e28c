// Why a statement that could be read is not passed on. Promise: what is recorded of it are fixed sentences, never a part of it.
import type { SessionNames } from './lineage/resolve.ts'
import type { SqlRefusal } from './reading.ts'
import { makesInSystem } from './statement/places.ts'
import type { Said, Statement } from './statement/statement.ts'
import { tagged, text } from './statement/tree.ts'

export const FLOW = refusal('blocked', '42501', 'Protected data may not be written to where it is not protected.')
export const UNKNOWN_COPY = refusal(
  'blocked',
  '42501',
  'The origin or form of these copied rows is not known: use SELECT.',
)
export const UNKNOWN_FLOW = refusal(
  'blocked',
  '42501',
  'This would write data whose origin the gateway cannot tell, so it was not passed on.',
)
export const CONTESTED = refusal(
  'blocked',
  '55P03',
  'Another session defines anew what this uses, or uses what this defines anew. Try again.',
)
export const NO_CONNECTION = refusal('forbidden', '42501', 'This connection is no longer there.')
export const FOREIGN = refusal(
  'unreadable',
  '0A000',
  'This database is not in UTF8: write what is not ASCII as a parameter.',
)
export const NO_TYPE = refusal('unreadable', '42704', 'The gateway does not know the type that a parameter is given.')
export const NO_PATH = refusal(
  'unreadable',
  '42501',
  'What the search path is at this place of the text is not known: name the schema, or send the statements one by one.',
)
const SETTINGS = refusal('blocked', '42501', 'Settings of the gateway cannot be changed.')
const SYSTEM = refusal('blocked', '42501', "Nothing is made or moved into PostgreSQL's own schemas.")
const NOT_PREPARED = refusal(
  'unreadable',
  '26000',
  'The gateway knows no prepared statement of this name: prepare it again.',
)
const NO_CURSOR = refusal('unreadable', '34000', 'The gateway knows no cursor of this name: declare it in a statement.')

export const NO_COLUMN = refusal('unreadable', '42703', 'The statement names a column that the gateway does not know.')

/** Whatever it would read or write. */
export function refusedBy(statement: Statement, names: SessionNames): SqlRefusal | null {
  if (statement.refusal !== null) return statement.refusal
  const { kind } = statement
  if (kind === 'do' || kind === 'define' || kind === 'call') {
    if (/sallyport/i.test(statement.written())) return SETTINGS
  }
  if (makesInSystem(statement, names.path[0] ?? '')) return SYSTEM
  const root = tagged(statement.tree)
  const held = root?.tag === 'ExplainStmt' ? tagged(root.body.query) : root
  if (held?.tag === 'ExecuteStmt' && !names.prepared.has(text(held.body, 'name')))
    return { ...NOT_PREPARED, said: noPrepared(text(held.body, 'name')) }
  if (held?.tag === 'FetchStmt' && !names.cursors.has(text(held.body, 'portalname'))) {
    const message = `cursor "${text(held.body, 'portalname')}" does not exist`
    return { ...NO_CURSOR, said: { message, file: 'portalcmds.c', routine: 'PerformPortalFetch' } }
  }
  return null
}

export function noPrepared(name: string): Said {
  const message = `prepared statement "${name}" does not exist`
  return { message, file: 'prepare.c', routine: 'FetchPreparedStatement' }
}

function refusal(code: SqlRefusal['code'], sqlState: string, detail: string): SqlRefusal {
  return { kind: 'refused', code, sqlState, detail, position: null }
}
