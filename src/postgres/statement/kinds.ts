// The kind of a statement by its tag. Promise: a tag that is not here is `other`, which defines and writes.
import type { StatementKind } from './statement.ts'
import { as, flag, list, type Tagged, text } from './tree.ts'

const byTag: Readonly<Record<string, StatementKind>> = {
  InsertStmt: 'insert',
  UpdateStmt: 'update',
  DeleteStmt: 'delete',
  MergeStmt: 'merge',
  TruncateStmt: 'truncate',
  DropStmt: 'drop',
  DropdbStmt: 'drop',
  DropRoleStmt: 'drop',
  DropTableSpaceStmt: 'drop',
  DropOwnedStmt: 'drop',
  DropSubscriptionStmt: 'drop',
  DropUserMappingStmt: 'drop',
  GrantStmt: 'grant',
  GrantRoleStmt: 'grant',
  AlterDefaultPrivilegesStmt: 'grant',
  CreateRoleStmt: 'grant',
  AlterRoleStmt: 'grant',
  AlterRoleSetStmt: 'grant',
  VacuumStmt: 'maintain',
  ClusterStmt: 'maintain',
  ReindexStmt: 'maintain',
  CheckPointStmt: 'maintain',
  RefreshMatViewStmt: 'maintain',
  LoadStmt: 'other',
  LockStmt: 'lock',
  ExplainStmt: 'explain',
  PrepareStmt: 'prepare',
  ExecuteStmt: 'execute',
  DeallocateStmt: 'deallocate',
  DeclareCursorStmt: 'declare',
  FetchStmt: 'fetch',
  ClosePortalStmt: 'close',
  VariableSetStmt: 'set',
  ConstraintsSetStmt: 'set',
  VariableShowStmt: 'show',
  DiscardStmt: 'discard',
  TransactionStmt: 'transaction',
  ListenStmt: 'listen',
  UnlistenStmt: 'listen',
  NotifyStmt: 'notify',
  DoStmt: 'do',
  CallStmt: 'call',
  CreateTableAsStmt: 'create-table-as',
}

const defining = /^(Create|Alter|Comment|Define|Index|Rule|View|Rename|Composite|SecLabel|Reassign|Import|Cre)/

export function kindOf({ tag, body }: Tagged): StatementKind {
  if (tag === 'SelectStmt') return intoOf(body) ? 'create-table-as' : 'select'
  if (tag === 'CopyStmt') return flag(body, 'is_from') ? 'copy-in' : 'copy-out'
  return byTag[tag] ?? (defining.test(tag) ? 'define' : 'other')
}

/** SELECT … INTO, also where the INTO stands in the first arm of a set operation. */
function intoOf(body: Tagged['body']): boolean {
  let at: unknown = body
  while (typeof at === 'object' && at !== null) {
    if ('intoClause' in at) return true
    at = 'larg' in at ? at.larg : null
  }
  return false
}

/** Of EXPLAIN: whether the statement inside really runs. */
export function runsInside(body: Tagged['body']): boolean {
  for (const item of list(body, 'options')) {
    const option = as(item, 'DefElem')
    if (option === null || text(option, 'defname') !== 'analyze') continue
    // `ANALYZE off` is the only way not to run; a value we cannot read counts as on.
    const value = JSON.stringify(option.arg ?? '').toLowerCase()
    if (!/"sval":"(off|false|no)"|"ival":\{\}|"ival":0|"boolval":\{\}/.test(value)) return true
  }
  return false
}
