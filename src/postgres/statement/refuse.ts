// What the gateway never passes on, whatever policy says. Promise: these are statements whose answer or effect nobody
// could record or mask: files and programs of the server, SQL held in a string, another identity, another reading of SQL.
import { bindsSettings } from './bound-settings.ts'
import { ofSet } from './session.ts'
import { judgeSetting, refuseSetting, steers } from './settings.ts'
import {
  refused,
  type SessionChange,
  type SettingChange,
  type StatementKind,
  type StatementRefusal,
} from './statement.ts'
import { as, flag, list, sub, type Tagged, text } from './tree.ts'
import type { Uses } from './uses.ts'

export function refuseStatement(
  { tag, body }: Tagged,
  kind: StatementKind,
  uses: Uses,
  session: readonly SessionChange[],
): StatementRefusal | null {
  for (const change of session)
    if (change.kind === 'set' && judgeSetting(change.setting) === 'refused') return refuseSetting()
  // Sessions begin with it, and nobody sees them set it.
  if (tag === 'AlterRoleSetStmt' || tag === 'AlterDatabaseSetStmt')
    for (const change of ofSet(sub(body, 'setstmt') ?? {}))
      if (change.kind === 'set' && change.setting.value !== null && unseen(change.setting)) return refuseSetting()
  const bound = uses.setConfigs.some(one => one?.bound === true)
  if (uses.setConfigs.includes(null) || (bound && !bindsSettings({ tag, body }, uses))) return refuseComputed()
  if (uses.setConfigs.length > 0 && isDefinition({ tag, body }, session))
    return blocked('What is defined may not call set_config: nobody would see it change a setting.')
  if (uses.relations.some(({ schema, name, use }) => use === 'write' && name === 'pg_settings' && isSystem(schema)))
    return blocked('Settings are changed with SET: pg_settings is for reading alone.')
  if (uses.functions.some(({ reach }) => reach === 'outside'))
    return blocked('The statement calls a function that reaches past what the gateway can see.')
  if (tag === 'CopyStmt' && (flag(body, 'is_program') || text(body, 'filename') !== ''))
    return blocked("COPY to or from the server's files and programs is not passed on.")
  if (tag === 'LoadStmt' || tag === 'AlterSystemStmt') return blocked('This statement is not passed on.')
  if (tag === 'TransactionStmt' && /PREPARE|COMMIT_PREPARED|ROLLBACK_PREPARED/.test(text(body, 'kind')))
    return blocked('Two-phase transactions are not passed on.')
  if (kind === 'other') return refused('unreadable', '0A000', 'The gateway does not know this kind of statement.')
  if (tag === 'DoStmt' && untrusted({ options: body.args }))
    return blocked('Blocks in this language are not passed on.')
  if (tag === 'CreateFunctionStmt' && untrusted(body)) return blocked('Functions in this language are not passed on.')
  return null
}

export function refuseComputed(): StatementRefusal {
  return blocked('set_config takes constants alone through the gateway.')
}

/** Of what is there afterwards and runs again; a table made from a query runs it once. */
function isDefinition({ tag, body }: Tagged, session: readonly SessionChange[]): boolean {
  if (tag === 'CreateTableAsStmt') return text(body, 'objtype') === 'OBJECT_MATVIEW'
  const once = tag === 'SelectStmt' || tag === 'ExplainStmt'
  return !once && session.some(({ kind }) => kind === 'define')
}

const isSystem = (schema: string | null) => schema === null || schema === 'pg_catalog'

function unseen(setting: SettingChange): boolean {
  return judgeSetting(setting) === 'refused' || steers(setting.name)
}

function untrusted(body: Tagged['body']): boolean {
  return list(body, 'options').some(item => {
    const option = as(item, 'DefElem') ?? {}
    if (text(option, 'defname') !== 'language') return false
    return !/^(sql|plpgsql)$/i.test(text(as(option.arg, 'String') ?? {}, 'sval'))
  })
}

function blocked(detail: string): StatementRefusal {
  return refused('blocked', '42501', detail)
}
