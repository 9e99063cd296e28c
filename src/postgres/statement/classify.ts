// What one statement would do. Promise: a statement inside another (EXPLAIN ANALYZE, PREPARE, COPY, a WITH clause) counts
// with all its effects; a function that is not known to be harmless writes.
import type { Effect } from '../../gateway/seam.ts'
import { kindOf, runsInside } from './kinds.ts'
import { refuseStatement } from './refuse.ts'
import { sessionChanges } from './session.ts'
import type { RelationUse, Statement, StatementKind } from './statement.ts'
import { as, count, list, strings, sub, type Tagged, type Tree, tagged, text } from './tree.ts'
import { type Names, noNames, type Uses, use, usesOf } from './uses.ts'
import { guards } from './where.ts'

export type Classified = Omit<Statement, 'start' | 'end' | 'written' | 'fingerprint'>

export function classify(tree: Tree, names: Names = noNames): Classified | null {
  const root = tagged(tree)
  if (root === null) return null
  const kind = kindOf(root)
  const uses = usesOf(root, names)
  const held = heldIn(root)
  const session = sessionChanges(root, uses)
  return {
    kind,
    inner: held === null ? null : kindOf(held),
    effects: effectsOf(root, kind, held, uses),
    relations: [...uses.relations, ...defined(root, names)],
    functions: uses.functions,
    columns: uses.columns,
    hasWhere: hasWhere(root, held, uses),
    session,
    parameters: uses.parameters,
    refusal: refuseStatement(root, kind, uses, session),
    tree,
  }
}

const holding = new Set(['ExplainStmt', 'PrepareStmt', 'DeclareCursorStmt', 'CopyStmt', 'CreateTableAsStmt'])

function heldIn({ tag, body }: Tagged): Tagged | null {
  return holding.has(tag) ? tagged(body.query) : null
}

function effectsOf(root: Tagged, kind: StatementKind, held: Tagged | null, uses: Uses): ReadonlySet<Effect> {
  const effects = new Set<Effect>()
  const data = () => {
    if (uses.reads) effects.add('read')
    if (uses.writes || uses.locks) effects.add('write')
    for (const { reach } of uses.functions) {
      if (reach === 'write' || reach === 'outside') effects.add('write')
      if (reach === 'session') effects.add('session')
    }
  }
  switch (kind) {
    case 'select':
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      data()
      if (kind === 'select') effects.add('read')
      break
    case 'explain':
      effects.add('read')
      // Without ANALYZE nothing runs, but planning evaluates stable functions: what writes by name still counts.
      if (runsInside(root.body) || uses.functions.some(({ reach }) => reach === 'outside')) data()
      if (runsInside(root.body) && held !== null && kindOf(held) === 'execute') effects.add('write')
      if (held !== null && kindOf(held) === 'create-table-as' && runsInside(root.body))
        effects.add('define').add('write')
      break
    case 'prepare':
    case 'declare':
      // What runs later is decided when it does; a cursor reads from now on.
      effects.add('session')
      if (kind === 'declare') {
        effects.add('read')
        data()
      }
      break
    case 'execute':
    case 'fetch':
      effects.add('read') // the statement it names adds its own effects where the session knows it
      data()
      break
    case 'copy-out':
      effects.add('read')
      data()
      break
    case 'copy-in':
      effects.add('write')
      break
    case 'create-table-as':
      effects.add('define').add('write')
      data()
      break
    case 'truncate':
    case 'maintain':
      effects.add('write')
      break
    case 'lock':
      effects.add(count(root.body, 'mode') === 1 ? 'read' : 'write')
      break
    case 'show':
      effects.add('read')
      break
    case 'set':
    case 'discard':
    case 'deallocate':
    case 'close':
    case 'transaction':
    case 'listen':
    case 'notify':
      effects.add('session')
      break
    case 'drop':
    case 'define':
    case 'grant':
      effects.add('define')
      if (uses.writes || kind === 'drop') effects.add('write')
      break
    default:
      for (const effect of ['read', 'write', 'define', 'session'] as const) effects.add(effect)
  }
  return effects
}

const making = new Set(['CreateStmt', 'ViewStmt', 'CreateSeqStmt'])

/** Relations named elsewhere than where data comes from or goes to. */
function defined({ tag, body }: Tagged, names: Names): readonly RelationUse[] {
  const found = new Map<string, RelationUse>()
  const into = sub(body, 'into') ?? sub(body, 'intoClause')
  const target = into === null ? null : sub(into, 'rel')
  if (target !== null) use(target, 'define', new Set(), { relations: found }, names, true)
  const writes = tag === 'TruncateStmt' || (tag === 'CopyStmt' && body.is_from === true)
  const direct = [sub(body, 'relation'), sub(body, 'view'), sub(body, 'sequence'), ...list(body, 'relations')]
  for (const item of direct) {
    const range = as(item, 'RangeVar') ?? (item as Tree | null)
    if (range === null || !('relname' in range) || /^(Insert|Update|Delete|Merge)Stmt$/.test(tag)) continue
    const how = writes ? 'write' : tag === 'CopyStmt' ? 'read' : 'define'
    use(range, how, new Set(), { relations: found }, names, making.has(tag))
  }
  if (tag === 'DropStmt')
    for (const item of list(body, 'objects')) {
      const parts = strings(list(as(item, 'List') ?? {}, 'items'))
      const range = { relname: parts.at(-1) ?? '', schemaname: parts.length > 1 ? (parts.at(-2) ?? '') : '' }
      use(range, 'define', new Set(), { relations: found }, names)
    }
  return [...found.values()]
}

/** For changes: whether each of them is guarded. For a query: whether it is. */
function hasWhere(root: Tagged, held: Tagged | null, uses: Uses): boolean | null {
  if (root.tag === 'TruncateStmt' || root.tag === 'DropStmt') return false
  if (uses.guarded.length > 0) return uses.guarded.every(guardedChange)
  // EXPLAIN of CREATE TABLE AS holds one that holds the query.
  const query = (held === null ? root : heldIn(held)) ?? held ?? root
  if (query.tag !== 'SelectStmt') return root.tag === 'CopyStmt' && sub(root.body, 'relation') !== null ? false : null
  return guardedQuery(query.body)
}

function guardedQuery(body: Tree): boolean | null {
  const [left, right] = [sub(body, 'larg'), sub(body, 'rarg')]
  if (left !== null && right !== null) {
    const parts = [guardedQuery(left), guardedQuery(right)].filter(part => part !== null)
    return parts.length === 0 ? null : parts.every(part => part)
  }
  return list(body, 'fromClause').length === 0 ? null : guards(body.whereClause, null)
}

function guardedChange({ tag, body }: Tagged): boolean {
  const relation = sub(body, 'relation') ?? {}
  const alias = text(sub(relation, 'alias') ?? {}, 'aliasname')
  const targets = new Map<string, 'target' | 'twin'>()
  for (const item of [...list(body, 'fromClause'), ...list(body, 'usingClause')]) {
    const range = as(item, 'RangeVar')
    if (range === null || text(range, 'relname') !== text(relation, 'relname')) continue
    targets.set(text(sub(range, 'alias') ?? {}, 'aliasname') || text(range, 'relname'), 'twin')
  }
  targets.set(alias || text(relation, 'relname'), 'target')
  if (tag !== 'MergeStmt') return guards(body.whereClause, targets)
  const source = as(body.sourceRelation, 'RangeVar')
  const changing = list(body, 'mergeWhenClauses')
    .map(item => as(item, 'MergeWhenClause') ?? {})
    .filter(clause => /UPDATE|DELETE/.test(text(clause, 'commandType')))
  if (changing.length === 0) return true
  const conditioned = changing.every(clause => guards(clause.condition, null))
  const itself = source !== null && text(source, 'relname') === text(relation, 'relname')
  const bySource = changing.some(clause => text(clause, 'matchKind') === 'MERGE_WHEN_NOT_MATCHED_BY_SOURCE')
  return conditioned || (!itself && !bySource && guards(body.joinCondition, targets))
}
