// What a statement leaves behind in its session. Promise: every way to change a setting is here, set_config included.
import type { SessionChange, SettingChange } from './statement.ts'
import { as, constant, count, flag, list, strings, type Tagged, tagged, text } from './tree.ts'
import type { Uses } from './uses.ts'

export function sessionChanges(root: Tagged, uses: Uses): readonly SessionChange[] {
  const found: SessionChange[] = [...ofTag(root)]
  const unsure = isSure(root, uses) ? {} : ({ unsure: true } as const)
  for (const config of uses.setConfigs) {
    if (config === null) continue
    found.push({ kind: 'set', setting: setting(config.name, [config.value ?? ''], config.local), ...unsure })
  }
  return found
}

/**
 * `SELECT set_config(…)` and nothing else, and PostgreSQL's own: a condition, a row that is not there, a second one, or
 * somebody's function of that name could make it another.
 */
function isSure({ tag, body }: Tagged, { setConfigs, functions }: Uses): boolean {
  const targets = list(body, 'targetList')
  const called = as(as(targets[0], 'ResTarget')?.val, 'FuncCall')
  const alone = Object.keys(body).every(part => /^(?:targetList|limitOption|op)$/.test(part))
  const bare = strings(list(called ?? {}, 'funcname')).at(-1) === 'set_config'
  const own = functions.some(({ name, reach }) => name === 'set_config' && reach !== 'session')
  return tag === 'SelectStmt' && alone && targets.length === 1 && setConfigs.length === 1 && bare && !own
}

function ofTag({ tag, body }: Tagged): readonly SessionChange[] {
  switch (tag) {
    case 'VariableSetStmt':
      return ofSet(body)
    case 'DiscardStmt':
      return [{ kind: 'discard', what: discarded[text(body, 'target')] ?? 'all' }]
    case 'TransactionStmt':
      return [{ kind: 'transaction', step: step(text(body, 'kind')) }]
    case 'PrepareStmt':
      return [{ kind: 'prepare', name: text(body, 'name'), tree: (body.query ?? {}) as Tagged['body'] }]
    case 'DeallocateStmt':
      return [{ kind: 'deallocate', name: text(body, 'name') || null }]
    case 'DeclareCursorStmt':
      return [{ kind: 'declare', name: text(body, 'portalname'), tree: (body.query ?? {}) as Tagged['body'] }]
    case 'ClosePortalStmt':
      return [{ kind: 'close', name: text(body, 'portalname') || null }]
    case 'ListenStmt':
      return [{ kind: 'listen', channel: text(body, 'conditionname') }]
    case 'UnlistenStmt':
      return [{ kind: 'listen', channel: null }]
    case 'SelectStmt':
    case 'InsertStmt':
    case 'UpdateStmt':
    case 'DeleteStmt':
    case 'MergeStmt':
    case 'CopyStmt':
    case 'TruncateStmt':
    case 'VariableShowStmt':
    case 'NotifyStmt':
    case 'LockStmt':
    case 'FetchStmt':
    case 'VacuumStmt':
    case 'CheckPointStmt':
    case 'ConstraintsSetStmt':
      return 'intoClause' in body ? [{ kind: 'define' }] : []
    case 'ExplainStmt':
      return as(body.query, 'CreateTableAsStmt') === null ? [] : [{ kind: 'define' }]
    default:
      return [{ kind: 'define' }]
  }
}

const discarded: Readonly<Record<string, 'all' | 'plans' | 'sequences' | 'temporary'>> = {
  DISCARD_ALL: 'all',
  DISCARD_PLANS: 'plans',
  DISCARD_SEQUENCES: 'sequences',
  DISCARD_TEMP: 'temporary',
}

function step(kind: string): 'begin' | 'commit' | 'rollback' | 'savepoint' | 'other' {
  if (kind === 'TRANS_STMT_BEGIN' || kind === 'TRANS_STMT_START') return 'begin'
  if (kind === 'TRANS_STMT_COMMIT') return 'commit'
  if (kind === 'TRANS_STMT_ROLLBACK') return 'rollback'
  return /SAVEPOINT|RELEASE|ROLLBACK_TO/.test(kind) ? 'savepoint' : 'other'
}

export function ofSet(body: Tagged['body']): readonly SessionChange[] {
  const name = text(body, 'name').toLowerCase()
  const local = flag(body, 'is_local')
  switch (text(body, 'kind')) {
    case 'VAR_SET_VALUE':
      return [{ kind: 'set', setting: setting(name, list(body, 'args').map(settingValue), local) }]
    case 'VAR_SET_DEFAULT':
    case 'VAR_RESET':
      return [{ kind: 'set', setting: setting(name, null, local) }]
    case 'VAR_RESET_ALL':
      return [{ kind: 'reset-all' }]
    case 'VAR_SET_MULTI':
      return ofMulti(name, list(body, 'args'))
    default:
      return [{ kind: 'set', setting: setting(name, ['?'], local) }] // SET … FROM CURRENT: no plain statement has it
  }
}

/** SET TRANSACTION …, SET SESSION CHARACTERISTICS … and SET TRANSACTION SNAPSHOT. */
function ofMulti(name: string, options: readonly unknown[]): readonly SessionChange[] {
  if (name === 'transaction snapshot') return [{ kind: 'transaction', step: 'other' }]
  return options.map(item => {
    const option = as(item, 'DefElem') ?? {}
    return {
      kind: 'set',
      setting: setting(text(option, 'defname'), [settingValue(option.arg)], name === 'transaction'),
    }
  })
}

function setting(name: string, value: readonly string[] | null, local: boolean): SettingChange {
  return { name: name.toLowerCase(), value, local }
}

function settingValue(node: unknown): string {
  const value = constant(node)
  if (typeof value === 'string') return value
  const found = tagged(node)
  if (found?.tag === 'String') return strings([node])[0] ?? ''
  return found?.tag === 'Integer' ? String(count(found.body, 'ival')) : '?'
}
