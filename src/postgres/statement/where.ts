// Whether a condition really guards a statement. Promise: a condition counts only where some column of the rows at stake
// takes part and it is not true by its form; in doubt it does not count.
import { as, children, constant, list, print, strings, sub, type Tree, tagged, text } from './tree.ts'

type Truth = 'true' | 'false' | 'guards' | 'idle'

/** Names of the rows at stake: `target`, or `twin` for another use of the same relation; null where any column counts. */
export type Targets = ReadonlyMap<string, 'target' | 'twin'> | null

export function guards(condition: unknown, targets: Targets): boolean {
  const truth = judge(condition, targets)
  return truth === 'guards' || truth === 'false'
}

function judge(node: unknown, targets: Targets): Truth {
  const found = tagged(node)
  if (found === null) return 'idle'
  const { tag, body } = found
  switch (tag) {
    case 'A_Const':
      return constantTruth(node)
    case 'TypeCast': {
      const value = constantTruth(node)
      return value === 'idle' ? judge(body.arg, targets) : value
    }
    case 'BoolExpr':
      return judgeBool(body, targets)
    case 'A_Expr':
      return judgeComparison(body, targets)
    case 'NullTest':
      return text(body, 'nulltesttype') === 'IS_NULL' && named(body.arg, targets).size > 0 ? 'guards' : 'idle'
    case 'BooleanTest':
    case 'ColumnRef':
    case 'FuncCall':
      return named(node, targets).size > 0 ? 'guards' : 'idle'
    case 'CoalesceExpr':
      return judge(list(body, 'args')[0], targets)
    case 'CollateClause':
      return judge(body.arg, targets)
    case 'SubLink':
      return judgeSubLink(body, targets)
    case 'CurrentOfExpr':
      return 'guards'
    default:
      return 'idle'
  }
}

function constantTruth(node: unknown): Truth {
  const value = constant(node)
  if (value === undefined) return 'idle'
  if (value === null || /^(f|false|n|no|off|0)$/i.test(value.trim())) return 'false'
  return 'true'
}

function judgeBool(body: Tree, targets: Targets): Truth {
  const parts = list(body, 'args').map(part => judge(part, targets))
  switch (text(body, 'boolop')) {
    case 'AND_EXPR':
      if (parts.includes('false')) return 'false'
      return parts.includes('guards') ? 'guards' : parts.includes('idle') ? 'idle' : 'true'
    case 'OR_EXPR':
      if (parts.includes('true')) return 'true'
      if (parts.includes('idle')) return 'idle'
      if (complements(list(body, 'args'))) return 'true'
      return parts.includes('guards') ? 'guards' : 'false'
    default: {
      const part = parts[0] ?? 'idle'
      return part === 'true' ? 'false' : part === 'false' ? 'true' : part
    }
  }
}

/** `x or not x`, `a = 1 or a <> 1`, `a > 5 or a <= 5`; two ranges of one column count whether or not they leave a gap. */
function complements(parts: readonly unknown[]): boolean {
  const plain = new Set(parts.map(print))
  const sides = new Map<string, Set<string>>()
  for (const part of parts) {
    const negated = as(part, 'BoolExpr')
    if (negated !== null && text(negated, 'boolop') === 'NOT_EXPR' && plain.has(print(list(negated, 'args')[0])))
      return true
    const comparison = as(part, 'A_Expr')
    if (comparison === null) continue
    const operator = strings(list(comparison, 'name')).at(-1) ?? ''
    const left = print(comparison.lexpr)
    const seen = sides.get(left) ?? new Set()
    sides.set(left, seen)
    seen.add(operator).add(`${operator} ${print(comparison.rexpr)}`)
  }
  return [...sides.values()].some(complete)
}

function complete(seen: ReadonlySet<string>): boolean {
  const below = seen.has('<') || seen.has('<=')
  const above = seen.has('>') || seen.has('>=')
  if (below && above) return true
  if (seen.has('<>') && (below || above)) return true
  return [...seen].some(entry => entry.startsWith('= ') && seen.has(`<> ${entry.slice(2)}`))
}

function judgeComparison(body: Tree, targets: Targets): Truth {
  const [left, right] = [body.lexpr, body.rexpr]
  const [ofLeft, ofRight] = [named(left, targets), named(right, targets)]
  if (ofLeft.size === 0 && ofRight.size === 0) return constantComparison(body)
  const [l, r] = [bareNames(named(left, targets, true)), bareNames(named(right, targets, true))]
  if (l.size > 0 && r.size > 0) {
    if ([...l].some(name => r.has(name))) return 'idle' // `id = id`, `id <= id + 1`, and self-joins on the same column
  }
  const kind = text(body, 'kind')
  if ((kind === 'AEXPR_LIKE' || kind === 'AEXPR_ILIKE') && /^%*$/.test(constant(right) ?? 'x')) return 'idle'
  const operator = strings(list(body, 'name')).at(-1) ?? ''
  if (/^~\*?$/.test(operator) && /^[\^$]*(\.\*|\(\))?[$]?$/.test(constant(right) ?? 'x')) return 'idle'
  return 'guards'
}

function constantComparison(body: Tree): Truth {
  const [left, right] = [constant(body.lexpr), constant(body.rexpr)]
  if (typeof left !== 'string' || typeof right !== 'string') return 'idle'
  if (text(body, 'kind') !== 'AEXPR_OP') return 'idle'
  const operator = strings(list(body, 'name')).at(-1)
  if (operator === '=' && left !== right && !/[.eE+ ]/.test(left + right)) return 'false'
  return operator === '=' && left === right ? 'true' : 'idle'
}

function judgeSubLink(body: Tree, targets: Targets): Truth {
  const query = as(body.subselect, 'SelectStmt')
  if (query === null) return 'idle'
  const tested = named(body.testexpr, targets)
  if (tested.size > 0) {
    // `id in (select id from same)` is true of every row: only a guarded subquery, or one that names another column.
    const inner = sub(query, 'whereClause')
    const wanted = bareNames(named(query.targetList, null))
    if (inner === null && [...bareNames(tested)].some(name => wanted.has(name))) return 'idle'
    return inner === null || guards(inner, null) ? 'guards' : 'idle'
  }
  // Uncorrelated, it is true or false for all rows at once.
  if (targets === null || sub(query, 'whereClause') === null) return 'idle'
  const correlated = [...named(query.whereClause, null)].some(name => targets.has(name.split('.')[0] ?? ''))
  return correlated && guards(query.whereClause, null) ? 'guards' : 'idle'
}

function bareNames(names: ReadonlySet<string>): Set<string> {
  return new Set([...names].map(name => name.slice(name.lastIndexOf('.') + 1)))
}

const systemColumns = new Set(['tableoid', 'xmin', 'xmax', 'cmin', 'cmax'])

/** Columns of the rows at stake inside an expression, subqueries left out, as `name` or `relation.name`. */
function named(node: unknown, targets: Targets, twins = false, found = new Set<string>()): ReadonlySet<string> {
  if (Array.isArray(node)) {
    for (const item of node) named(item, targets, twins, found)
    return found
  }
  const at = tagged(node)
  if (at === null || at.tag === 'SubLink') return found
  if (at.tag === 'ColumnRef') {
    const parts = strings(list(at.body, 'fields'))
    const column = parts.at(-1) ?? ''
    const relation = parts.length > 1 ? (parts.at(-2) ?? '') : null
    if (!systemColumns.has(column) && (relation === null || targets === null || counts(targets.get(relation), twins)))
      found.add(relation === null ? column : `${relation}.${column}`)
    return found
  }
  for (const child of children(at.body)) named({ [child.tag]: child.body }, targets, twins, found)
  return found
}

function counts(place: 'target' | 'twin' | undefined, twins: boolean): boolean {
  return place === 'target' || (twins && place === 'twin')
}
