// Queries. Promise: each output column covers everything it could derive from; clauses that show nothing (WHERE, ORDER
// BY, GROUP BY, LIMIT) are noted as oracles.
import {
  as,
  children,
  constant,
  flag,
  list,
  strings,
  sub,
  type Tagged,
  type Tree,
  tagged,
  text,
} from '../statement/tree.ts'
import { aggregates } from './aggregates.ts'
import { changeRows } from './change.ts'
import { columnName } from './column-name.ts'
import { type Context, noteGroup, noteOracle, type OracleUse, type Output, type Rows } from './context.ts'
import { evaluate, evaluateAll } from './expression.ts'
import { readFrom } from './from.ts'
import { noteWindow } from './function-call.ts'
import { afterLoop, looped } from './growth.ts'
import { isOfFew, isSorted } from './own-types.ts'
import { guessed, predicates, single, tieSorted } from './predicate.ts'
import { itemNamed, lookUp, type Scope, within } from './scope.ts'
import { clean, derive, either, isClean, mark, type Taint, unknown } from './taint.ts'

const unknownRows: Rows = { columns: [], rest: unknown }
const mostRounds = 12
/** MaxTupleAttributeNumber; without it, stars upon stars would double without end. */
const mostColumns = 1_664

/** The rows of a SELECT, VALUES, set operation, or a change with RETURNING. */
export function queryRows({ tag, body }: Tagged, outer: Scope, ctx: Context): Rows {
  const scope = withClause(body, outer, ctx)
  switch (tag) {
    case 'SelectStmt':
      return selectRows(body, scope, ctx)
    case 'InsertStmt':
    case 'UpdateStmt':
    case 'DeleteStmt':
    case 'MergeStmt':
      return changeRows(tag, body, scope, ctx)
    default:
      return unknownRows
  }
}

function withClause(body: Tree, outer: Scope, ctx: Context): Scope {
  const clause = sub(body, 'withClause')
  if (clause === null) return outer
  const ctes = new Map(outer.ctes)
  const all = list(clause, 'ctes').map(item => as(item, 'CommonTableExpr') ?? {})
  const recursive = flag(clause, 'recursive')
  // Forward references are possible among recursive ones: all start as knowing nothing and grow together.
  if (recursive) for (const cte of all) ctes.set(text(cte, 'ctename'), { columns: [], rest: clean })
  for (let round = 0; ; round++) {
    let changed = false
    for (const cte of all) {
      const name = text(cte, 'ctename')
      const query = tagged(cte.ctequery)
      const before = ctes.get(name)
      const rows = query === null ? unknownRows : queryRows(query, within(outer, ctes), ctx)
      const made = grown(named(rows, cte), recursive ? before : undefined)
      ctes.set(name, made)
      if (before === undefined || print(before) !== print(made)) changed = true
    }
    if (!recursive || !changed) break
    if (round > mostRounds) {
      for (const cte of all) ctes.set(text(cte, 'ctename'), unknownRows)
      break
    }
  }
  if (recursive)
    for (const cte of all) {
      const { columns, rest } = ctes.get(text(cte, 'ctename')) ?? unknownRows
      const after = columns.map(column => ({ ...column, taint: afterLoop(column.taint) }))
      ctes.set(text(cte, 'ctename'), { columns: after, rest })
    }
  return { ...outer, ctes }
}

/** A round never takes back what an earlier one found. */
function grown(rows: Rows, before: Rows | undefined): Rows {
  if (before === undefined || before.columns.length !== rows.columns.length) return rows
  return {
    columns: rows.columns.map((column, at) => {
      const old = before.columns[at]
      return old === undefined ? column : { ...column, taint: looped(either(column.taint, old.taint), old.taint) }
    }),
    rest: rows.rest,
  }
}

function print(rows: Rows): string {
  return `${rows.columns.map(({ name, taint }) => `${name}:${mark(taint)}${taint.growth}`).join('|')}/${rows.rest === null ? '' : mark(rows.rest)}`
}

function named(rows: Rows, cte: Tree): Rows {
  const names = strings(list(cte, 'aliascolnames'))
  const all = derive(rows.rest ?? clean, ...rows.columns.map(({ taint }) => taint))
  const blurred = rows.rest !== null && names.length > 0
  const columns = rows.columns.map((column, at): Output => {
    const name = names[at] ?? column.name
    return blurred ? { name, taint: all, stored: false } : { ...column, name }
  })
  for (const name of names.slice(columns.length)) columns.push({ name, taint: all, stored: false })
  const search = sub(cte, 'search_clause')
  const cycle = sub(cte, 'cycle_clause')
  if (search !== null) columns.push({ name: text(search, 'search_seq_column'), taint: all, stored: false })
  if (cycle !== null)
    for (const name of [text(cycle, 'cycle_mark_column'), text(cycle, 'cycle_path_column')])
      columns.push({ name, taint: all, stored: false })
  return { columns, rest: blurred ? all : rows.rest }
}

function selectRows(body: Tree, outer: Scope, ctx: Context): Rows {
  const [left, right] = [sub(body, 'larg'), sub(body, 'rarg')]
  if (left !== null && right !== null) return setOperation(body, left, right, outer, ctx)
  if (list(body, 'valuesLists').length > 0) return valuesRows(body, outer, ctx)
  const scope = readFrom(list(body, 'fromClause'), within(outer), ctx)
  predicates([body.whereClause, body.havingClause], scope, ctx)
  for (const item of list(body, 'windowClause')) noteWindow(as(item, 'WindowDef') ?? {}, scope, ctx)
  const targets = list(body, 'targetList')
  for (const node of sortNodes(body, targets)) tieSorted(node, scope, ctx)
  const before = ctx.notes.ties
  const first = targetRows(targets, scope, ctx)
  const rows = ctx.notes.ties === before ? first : targetRows(targets, scope, ctx)
  const made = { ...rows, columns: aggregates(body, targets, rows, scope, ctx) }
  const groups = list(body, 'groupClause')
  grouped(sortTaints(groups, made, scope, ctx), ctx)
  // Several groupings at once leave in the order of their columns.
  const sets = groups.filter(node => as(node, 'GroupingSet') !== null)
  noteOracle(ctx.notes, 'order', derive(...sortTaints(sets, made, scope, ctx)))
  const distinct = list(body, 'distinctClause')
  if (distinct.length > 0) {
    const all = made.columns.map(({ taint }) => taint)
    const first = distinct.some(isNode) ? sortTaints(distinct, made, scope, ctx) : []
    grouped(first.length > 0 ? first : all, ctx)
    noteOracle(ctx.notes, 'order', derive(...first))
  }
  tail(body, made, scope, ctx)
  return made
}

function isNode(value: unknown): boolean {
  return tagged(value) !== null
}

/** Of a column of yes and no, groups are as good as its values. */
function grouped(taints: readonly Taint[], ctx: Context): void {
  noteGroup(ctx.notes, taints)
  noteOracle(ctx.notes, 'comparison', derive(...taints.filter(taint => isOfFew(taint, ctx))))
  noteOracle(ctx.notes, 'order', derive(...taints.filter(taint => isSorted([taint], ctx))))
}

/** ORDER BY, LIMIT and OFFSET. */
function tail(body: Tree, rows: Rows, scope: Scope, ctx: Context): void {
  const sorts = list(body, 'sortClause').map(item => as(item, 'SortBy')?.node)
  noteOracle(ctx.notes, 'order', derive(...sortTaints(sorts, rows, scope, ctx)))
  noteOracle(ctx.notes, 'limit', evaluateAll([body.limitCount, body.limitOffset], scope, ctx))
}

/** What ORDER BY and DISTINCT ON sort by, with the target a name or number stands for in its place. */
function sortNodes(body: Tree, targets: readonly unknown[]): readonly unknown[] {
  const sorts = list(body, 'sortClause').map(item => as(item, 'SortBy')?.node)
  return [...sorts, ...list(body, 'distinctClause')].map(node => {
    const position = constant(node)
    const name = strings(list(as(node, 'ColumnRef') ?? {}, 'fields'))
    const target =
      typeof position === 'string'
        ? targets[Number(position) - 1]
        : targets.find(item => name.length === 1 && text(as(item, 'ResTarget') ?? {}, 'name') === name[0])
    return target === undefined ? node : as(target, 'ResTarget')?.val
  })
}

/** A bare name or number in ORDER BY and GROUP BY may mean an output column. */
function sortTaints(nodes: readonly unknown[], rows: Rows, scope: Scope, ctx: Context): readonly Taint[] {
  return nodes.flatMap((node): readonly Taint[] => {
    const position = constant(node)
    if (as(node, 'A_Const') !== null && typeof position === 'string')
      return [rows.rest ?? rows.columns[Number(position) - 1]?.taint ?? clean]
    const name = strings(list(as(node, 'ColumnRef') ?? {}, 'fields'))
    const output = name.length === 1 ? rows.columns.find(column => column.name === name[0]) : undefined
    if (output !== undefined) return [output.taint]
    const set = as(node, 'GroupingSet')
    return set === null ? [evaluate(node, scope, ctx)] : sortTaints(list(set, 'content'), rows, scope, ctx)
  })
}

export function targetRows(targets: readonly unknown[], scope: Scope, ctx: Context): Rows {
  const columns: Output[] = []
  let rest = null as Rows['rest']
  for (const node of targets) {
    const target = as(node, 'ResTarget')
    if (target === null) return unknownRows
    const expanded = expand(target, scope, ctx)
    columns.push(...expanded.columns)
    if (columns.length > mostColumns) throw new Error('more columns than PostgreSQL gives')
    if (expanded.rest !== null) rest = rest === null ? expanded.rest : derive(rest, expanded.rest)
  }
  return { columns, rest }
}

function expand(target: Tree, scope: Scope, ctx: Context): Rows {
  const reference = as(target.val, 'ColumnRef')
  const fields = reference === null ? [] : list(reference, 'fields')
  if (reference !== null && as(fields.at(-1), 'A_Star') !== null) {
    evaluate(target.val, scope, ctx) // notes what it touches
    if (fields.length === 1) return { columns: scope.columns.map(column => ({ ...column })), rest: scope.rest }
    const names = strings(fields.slice(0, -1))
    const item = itemNamed(scope, names.length > 1 ? (names.at(-2) ?? null) : null, names.at(-1) ?? '')
    return item === null ? unknownRows : { columns: item.columns.map(column => ({ ...column })), rest: item.rest }
  }
  const indirection = as(target.val, 'A_Indirection')
  if (indirection !== null && as(list(indirection, 'indirection').at(-1), 'A_Star') !== null) {
    const whole = evaluate(target.val, scope, ctx)
    if (whole.fields === null) return { columns: [], rest: derive(whole) }
    return { columns: [...whole.fields].map(([name, taint]) => ({ name, taint, stored: false })), rest: null }
  }
  const taint = evaluate(target.val, scope, ctx)
  const name = text(target, 'name') || columnName(target.val)
  const columns = reference === null ? [] : lookUp(scope, strings(fields), ctx.parameters).columns
  const temporary = columns.length > 0 && columns.every(column => column.temporary === true)
  const stored = reference !== null && columns.every(column => column.stored)
  const unnamed = reference === null && text(target, 'name') === ''
  // A column whose name is not sure could be meant by any name that is asked for.
  return {
    columns: [{ name: name ?? '', taint, stored, temporary, unnamed }],
    rest: name === null ? taint : null,
  }
}

function setOperation(body: Tree, left: Tree, right: Tree, outer: Scope, ctx: Context): Rows {
  const a = queryRows({ tag: 'SelectStmt', body: left }, within(outer), ctx)
  const b = queryRows({ tag: 'SelectStmt', body: right }, within(outer), ctx)
  const made = a.rest === null ? unite(a, b) : open(a, b)
  noteMatched(body, [left, right], [a, b], outer, ctx)
  const scope: Scope = { ...within(outer), columns: made.columns.map(column => ({ ...column })), rest: made.rest }
  tail(body, made, scope, ctx)
  return made
}

/** Rows of both arms are compared: with what stands written in one of them, those are so many guesses. */
function noteMatched(
  body: Tree,
  arms: readonly Tree[],
  [a, b]: readonly [Rows, Rows],
  outer: Scope,
  ctx: Context,
): void {
  const union = text(body, 'op') === 'SETOP_UNION'
  if (union && flag(body, 'all')) return
  grouped(
    [...a.columns, ...b.columns].map(({ taint }) => taint),
    ctx,
  )
  for (const [at, one] of a.columns.entries()) {
    const other = b.columns[at]
    if (other === undefined || isClean(one.taint) === isClean(other.taint)) continue
    const [arm, rows] = isClean(one.taint) ? [arms[0], a] : [arms[1], b]
    const use = union && arm !== undefined ? ofArm(arm, rows, at, outer, ctx) : 'comparison'
    noteOracle(ctx.notes, use, derive(one.taint, other.taint))
  }
}

/** Each value is one guess, however often its query is read. */
function ofArm(arm: Tree, { columns, rest }: Rows, at: number, outer: Scope, ctx: Context): OracleUse {
  const [targets, values] = [list(arm, 'targetList'), list(arm, 'valuesLists')]
  const row = values.length > 0 ? list(as(values[0], 'List') ?? {}, 'items') : targets
  const node = tagged(row[at])
  if (node === null || rest !== null || row.length !== columns.length || list(arm, 'fromClause').length > 0)
    return 'comparison'
  const known = ctx.notes.uses.get(node.body)
  if (known !== undefined) return known
  const made = node.tag === 'ResTarget' && !several(node.body.val) && single(node.body.val, within(outer), ctx)
  const use = guessed(columns[at]?.written ?? (made ? 1 : 0), ctx, [node.body.val])
  ctx.notes.uses.set(node.body, use)
  return use
}

/** A function may give many rows. */
function several(node: unknown): boolean {
  const found = tagged(node)
  return (
    found !== null && (found.tag === 'FuncCall' || children(found.body).some(one => several({ [one.tag]: one.body })))
  )
}

/** Both arms have as many columns as the counted one. */
function unite(a: Rows, b: Rows): Rows {
  const blurred = b.rest === null ? null : derive(b.rest, ...b.columns.map(({ taint }) => taint))
  const columns = a.columns.map((column, at): Output => {
    const other = blurred === null ? b.columns[at] : undefined
    const taint = other === undefined ? derive(column.taint, blurred ?? unknown) : either(column.taint, other.taint)
    return { name: column.name, taint, stored: column.stored && other?.stored === true }
  })
  return { columns, rest: null }
}

function open(a: Rows, b: Rows): Rows {
  const all = derive(...[...a.columns, ...b.columns].map(({ taint }) => taint), a.rest ?? clean, b.rest ?? clean)
  return { columns: a.columns.map(({ name }) => ({ name, taint: all, stored: false })), rest: all }
}

function valuesRows(body: Tree, outer: Scope, ctx: Context): Rows {
  const scope = within(outer)
  const columns: Output[] = []
  let open: Taint | null = null
  const rows = list(body, 'valuesLists')
  const written = rows.every(item =>
    list(as(item, 'List') ?? {}, 'items').every(value => constant(value) !== undefined),
  )
  for (const item of rows) {
    const values = list(as(item, 'List') ?? {}, 'items').flatMap(value => {
      const starred = as(list(as(value, 'ColumnRef') ?? {}, 'fields').at(-1), 'A_Star') !== null
      if (!starred) return [evaluate(value, scope, ctx)]
      const expanded = expand({ val: value }, scope, ctx)
      if (expanded.rest !== null) open = derive(open ?? clean, expanded.rest)
      return expanded.columns.map(({ taint }) => taint)
    })
    values.forEach((taint, at) => {
      const before = columns[at]
      columns[at] = {
        name: `column${at + 1}`,
        taint: before === undefined ? taint : either(before.taint, taint),
        stored: false,
        written: written ? rows.length : undefined,
      }
    })
  }
  if (open !== null) return { columns: [], rest: derive(open, ...columns.map(({ taint }) => taint)) }
  const made: Rows = { columns, rest: null }
  tail(body, made, { ...scope, columns: columns.map(column => ({ ...column })) }, ctx)
  return made
}
