// What stands in FROM. Promise: what is not known gives columns of unknown number and unknown origin.

import { builtinReach } from '../statement/builtin-functions.ts'
import { isSystemSchema } from '../statement/places.ts'
import { as, constant, flag, list, strings, sub, type Tree, tagged, text } from '../statement/tree.ts'
import { type CatalogRelation, findRelation, isCovering } from './catalog.ts'
import { columnName } from './column-name.ts'
import { type Context, noteOracle, type Output, type Rows } from './context.ts'
import { noteExpansion, noteTableExpansion } from './expansion.ts'
import { evaluate, evaluateAll } from './expression.ts'
import { isOwn, takesAll } from './fallible.ts'
import { evaluateCall } from './function-call.ts'
import { noteMatched, predicates, tie } from './predicate.ts'
import { quiet } from './quiet.ts'
import { type Column, type Item, itemFrom, joinRest, outermost, type Scope, within } from './scope.ts'
import { queryRows } from './select.ts'
import { relationRows } from './stored.ts'
import { clean, derive, either, isClean, type Taint, unknown } from './taint.ts'
import { temporaryRows } from './temporary.ts'

/** One entry of FROM: how its parts are called, and what an unqualified name or `*` means. */
interface Source {
  readonly items: readonly Item[]
  readonly columns: readonly Column[]
  readonly rest: Taint | null
}

export function readFrom(nodes: readonly unknown[], scope: Scope, ctx: Context): Scope {
  let made = scope
  for (const node of nodes) {
    const source = readSource(node, made, ctx)
    made = beside(made, source)
  }
  return made
}

function beside(scope: Scope, source: Source): Scope {
  return {
    ...scope,
    items: [...scope.items, ...source.items],
    columns: [...scope.columns, ...source.columns],
    rest: joinRest(scope.rest, source.rest),
  }
}

function single(item: Item): Source {
  return { items: [item], columns: item.columns, rest: item.rest }
}

function readSource(node: unknown, scope: Scope, ctx: Context): Source {
  const found = tagged(node)
  switch (found?.tag) {
    case 'RangeVar':
      return single(readRelation(found.body, scope, ctx))
    case 'RangeSubselect':
      return single(readSubselect(found.body, scope, ctx))
    case 'RangeFunction':
      return single(readFunctions(found.body, scope, ctx))
    case 'RangeTableSample': {
      noteOracle(ctx.notes, 'limit', evaluateAll([...list(found.body, 'args'), found.body.repeatable], scope, ctx))
      return readSource(found.body.relation, scope, ctx)
    }
    case 'RangeTableFunc':
      return single(readTableFunction(found.body, list(found.body, 'columns'), scope, ctx))
    case 'JsonTable':
      return single(readTableFunction(found.body, list(found.body, 'columns'), scope, ctx))
    case 'JoinExpr':
      return readJoin(found.body, scope, ctx)
    default:
      return { items: [], columns: [], rest: unknown }
  }
}

export function readRelation(range: Tree, scope: Scope, ctx: Context): Item {
  const name = text(range, 'relname')
  const schema = text(range, 'schemaname') || null
  const alias = sub(range, 'alias')
  const cte = schema === null ? scope.ctes.get(name) : undefined
  if (cte !== undefined) return renamed(itemFrom(name, cte), alias)
  if (schema === null && meansSeveral(name, ctx))
    return renamed({ alias: name, schema, columns: [], rest: unknown }, alias)
  const temporary = temporaryRows(range, ctx)
  if (temporary !== null) return renamed(itemFrom(name, temporary), alias)
  const relation = findRelation(ctx.catalog, ctx.path, schema, name)
  if (relation === null) return renamed({ alias: name, schema, columns: filledOf(name, ctx), rest: unknown }, alias)
  ctx.notes.relations.add(relation.oid)
  return renamed(itemFrom(name, relationRows(relation, ctx), relation.schema), alias)
}

/** As definitions see it: with columns of that name that no snapshot may hold yet, or not any more. */
export function readDefined(range: Tree, ctx: Context): Item {
  const item = readRelation(range, outermost, ctx)
  const more = filledOf(text(range, 'relname'), ctx)
  const unseen = more.filter(column => item.columns.every(held => held.name !== column.name))
  return unseen.length === 0 ? item : { ...item, columns: [...item.columns, ...unseen] }
}

function filledOf(name: string, { filled }: Context): Item['columns'] {
  return (filled?.get(name) ?? []).map(column => ({ ...column }))
}

/** Whether a name could come to mean another relation than it does now, and that makes a difference. */
function meansSeveral(name: string, ctx: Context): boolean {
  if (ctx.late === undefined) return false
  const own = ctx.temporary?.has(name) === true
  if (ctx.late === 'on this path') return isCovering(ctx.catalog, ctx.path, name, own)
  const all = [...ctx.catalog.relations.values()].filter(one => one.name === name && !isSystemSchema(one.schema))
  if (all.length + (own ? 1 : 0) < 2) return false
  const plain = (one: CatalogRelation) => {
    const { columns, rest } = relationRows(one, ctx)
    return rest === null && columns.every(({ taint }) => isClean(taint))
  }
  return own || !all.every(plain)
}

/** `AS t(a, b)`: an alias hides the name below it, and its columns rename the first ones. */
function renamed(item: Item, alias: Tree | null): Item {
  if (alias === null) return item
  const names = strings(list(alias, 'colnames'))
  const all = item.rest === null ? null : derive(item.rest, ...item.columns.map(({ taint }) => taint))
  const columns = item.columns.map((column, at): Column => {
    const name = names[at] ?? column.name
    // Where some columns are not counted, a name given by place could be any of them.
    return all === null || names.length === 0 ? { ...column, name } : { name, taint: all, stored: false }
  })
  for (const name of names.slice(columns.length)) columns.push({ name, taint: all ?? unknown, stored: false })
  return { alias: text(alias, 'aliasname'), schema: null, columns, rest: names.length === 0 ? item.rest : all }
}

function readSubselect(body: Tree, scope: Scope, ctx: Context): Item {
  const query = tagged(body.subquery)
  // Without LATERAL, what stands beside it is out of its sight, and a name reaches past to the query around.
  const inSight = flag(body, 'lateral') ? scope : { ...scope, items: [], columns: [], rest: null }
  const rows = query === null ? { columns: [], rest: unknown } : queryRows(query, within(inSight), ctx)
  const alias = sub(body, 'alias')
  return renamed(itemFrom('', rows), alias)
}

/** Functions whose result may be rows of a type known only from their arguments. */
const shapeless = new Set(
  `unnest json_populate_record json_populate_recordset jsonb_populate_record jsonb_populate_recordset json_to_record
  json_to_recordset jsonb_to_record jsonb_to_recordset any_value coalesce`.split(/\s+/),
)

function readFunctions(body: Tree, scope: Scope, ctx: Context): Item {
  const alias = sub(body, 'alias')
  const columns: Output[] = []
  let rest: Taint | null = null
  let firstName = ''
  const functions = list(body, 'functions')
  for (const item of functions) {
    const [call, definitions] = list(as(item, 'List') ?? {}, 'items')
    const rows = readFunction(
      call,
      list(as(definitions, 'List') ?? {}, 'items'),
      alias,
      functions.length === 1,
      scope,
      ctx,
    )
    if (firstName === '') firstName = columnName(call) ?? ''
    columns.push(...rows.columns)
    rest = joinRest(rest, rows.rest)
  }
  const given = list(body, 'coldeflist')
  if (given.length > 0) {
    const all = derive(rest ?? clean, ...columns.map(({ taint }) => taint))
    asDefined(given, all, ctx)
    const defined = given.map(item => ({
      name: text(as(item, 'ColumnDef') ?? {}, 'colname'),
      taint: all,
      stored: false,
    }))
    return renamed(itemFrom(firstName, { columns: defined, rest: null }), withoutNames(alias))
  }
  if (flag(body, 'ordinality')) columns.push({ name: 'ordinality', taint: clean, stored: false })
  return renamed(itemFrom(firstName, { columns, rest }), alias)
}

/** Members of JSON become values of these types, where they can. */
function asDefined(definitions: readonly unknown[], taint: Taint, ctx: Context): void {
  const types = definitions.map(item => sub(as(item, 'ColumnDef') ?? {}, 'typeName') ?? {})
  if (!isClean(taint) && !types.every(type => takesAll(type, ctx))) noteOracle(ctx.notes, 'comparison', taint)
}

function withoutNames(alias: Tree | null): Tree | null {
  return alias === null ? null : { aliasname: text(alias, 'aliasname') }
}

function readFunction(
  node: unknown,
  definitions: readonly unknown[],
  alias: Tree | null,
  alone: boolean,
  scope: Scope,
  ctx: Context,
): Rows {
  const body = as(node, 'FuncCall')
  if (body === null) {
    const taint = derive(evaluate(node, scope, ctx))
    return { columns: [{ name: columnName(node) ?? '', taint, stored: false }], rest: taint }
  }
  const call = evaluateCall(body, scope, ctx)
  const taint = derive(call.taint)
  noteExpansion(body, scope, ctx)
  asDefined(definitions, taint, ctx)
  if (definitions.length > 0)
    return {
      columns: definitions.map(item => ({ name: text(as(item, 'ColumnDef') ?? {}, 'colname'), taint, stored: false })),
      rest: null,
    }
  if (call.rows !== null) return call.rows
  const name = strings(list(body, 'funcname')).at(-1) ?? ''
  const known = ctx.catalog.builtinColumns.get(name)
  if (builtinReach(name) === 'unlisted' || (known?.length === 0 && !shapeless.has(name)))
    return { columns: [], rest: taint }
  if (known !== undefined && known.length > 1)
    return { columns: known.map(column => ({ name: column, taint, stored: false })), rest: null }
  // A function of one plain result names its column as it says itself, else after the alias, else after itself.
  const column = known?.[0] ?? (alone && alias !== null ? text(alias, 'aliasname') : name)
  const open = shapeless.has(name) && !list(body, 'args').every(plainArray)
  const several = name === 'unnest' ? list(body, 'args').length : 1
  const array = as(as(list(body, 'args')[0], 'TypeCast')?.arg ?? list(body, 'args')[0], 'A_ArrayExpr')
  const plain = array !== null && list(array, 'elements').every(element => as(element, 'A_Const') !== null)
  const written = name === 'unnest' && several === 1 && plain ? list(array, 'elements').length : undefined
  const called = several > 1 ? name : column
  const columns = Array.from({ length: several }, () => ({ name: called, taint, stored: false, written }))
  return { columns, rest: open ? taint : null }
}

const plainTypes = new Set('bool date float4 float8 int2 int4 int8 numeric text timestamptz uuid varchar'.split(' '))

/** An array whose elements are no rows. */
function plainArray(node: unknown): boolean {
  const cast = as(node, 'TypeCast')
  if (cast !== null) {
    const type = sub(cast, 'typeName') ?? {}
    return list(type, 'arrayBounds').length > 0 && plainTypes.has(strings(list(type, 'names')).at(-1) ?? '')
  }
  const made = as(node, 'A_ArrayExpr')
  return made !== null && list(made, 'elements').every(element => as(element, 'A_Const') !== null)
}

/** XMLTABLE and JSON_TABLE: every column derives from the whole document. */
function readTableFunction(body: Tree, definitions: readonly unknown[], scope: Scope, ctx: Context): Item {
  const { alias, columns: _columns, ...given } = body
  const all = derive(evaluateAll(Object.values(given).flat().filter(isNode), scope, ctx), partsOf(body, scope, ctx))
  noteTableExpansion(body, all, scope, ctx)
  const columns: Output[] = []
  collect(definitions, all, columns, scope, ctx)
  return renamed(itemFrom(alias === undefined ? 'json_table' : '', { columns, rest: null }), sub(body, 'alias'))
}

function isNode(value: unknown): boolean {
  return tagged(value) !== null
}

/** The document of JSON_TABLE is written without a tag. */
function partsOf(body: Tree, scope: Scope, ctx: Context): Taint {
  const item = sub(body, 'context_item')
  const passing = list(body, 'passing')
  return derive(item === null ? clean : evaluate({ JsonValueExpr: item }, scope, ctx), evaluateAll(passing, scope, ctx))
}

function collect(nodes: readonly unknown[], all: Taint, found: Output[], scope: Scope, ctx: Context): void {
  for (const node of nodes) {
    const body = as(node, 'JsonTableColumn') ?? as(node, 'RangeTableFuncCol')
    if (body === null) {
      found.push({ name: '', taint: unknown, stored: false })
      continue
    }
    const name = text(body, 'name') || text(body, 'colname')
    const own = derive(all, evaluateAll([body.colexpr, body.coldefexpr], scope, ctx))
    const type = sub(body, 'typeName')
    const hard = 'colname' in body || JSON.stringify(body.on_error ?? '').includes('JSON_BEHAVIOR_ERROR')
    const checked = type !== null && (hard ? !takesAll(type, ctx) : isOwn(type, ctx))
    if (!isClean(all) && checked) noteOracle(ctx.notes, 'comparison', all)
    if (!isClean(all) && 'colname' in body && mayMissXml(body)) noteOracle(ctx.notes, 'comparison', all)
    // A default is worked out where there is nothing else.
    if (!isClean(all) && ![body.coldefexpr, body.on_empty, body.on_error].every(one => quiet(one, scope, ctx)))
      noteOracle(ctx.notes, 'comparison', all)
    if (name !== '' && text(body, 'coltype') !== 'JTC_NESTED') found.push({ name, taint: own, stored: false })
    collect(list(body, 'columns'), all, found, scope, ctx)
  }
}

/** XMLTABLE fails where a path is NULL or finds several, and where one that must be there is not. */
function mayMissXml(column: Tree): boolean {
  const path = column.colexpr === undefined ? '' : constant(column.colexpr)
  return flag(column, 'is_not_null') || typeof path !== 'string' || /[[(|]/.test(path.replaceAll('text()', ''))
}

function readJoin(body: Tree, scope: Scope, ctx: Context): Source {
  const left = readSource(body.larg, scope, ctx)
  const right = readSource(body.rarg, beside(scope, left), ctx)
  const open = left.rest !== null || right.rest !== null
  const natural = flag(body, 'isNatural')
  const shared = natural
    ? left.columns.map(({ name }) => name).filter(name => right.columns.some(column => column.name === name))
    : strings(list(body, 'usingClause'))
  const merged = [...new Set(shared)].map(name => mergeColumn(name, left, right, text(body, 'jointype'), scope, ctx))
  const others = (source: Source) => source.columns.filter(({ name }) => !shared.includes(name))
  let rest = joinRest(left.rest, right.rest)
  if (natural && open) rest = derive(rest ?? clean, unknown)
  const items = [...left.items, ...right.items]
  const usingAlias = sub(body, 'join_using_alias')
  if (usingAlias !== null)
    items.push({ alias: text(usingAlias, 'aliasname'), schema: null, columns: merged, rest: null })
  const joined: Source = { items, columns: [...merged, ...others(left), ...others(right)], rest }
  predicates([body.quals], beside(scope, joined), ctx)
  const alias = sub(body, 'alias')
  if (alias === null) return joined
  const whole: Item = { alias: '', schema: null, columns: joined.columns, rest }
  return single(renamed(whole, alias))
}

function mergeColumn(name: string, left: Source, right: Source, kind: string, scope: Scope, ctx: Context): Column {
  const from = (source: Source) => source.columns.filter(column => column.name === name)
  const [lefts, rights] = [from(left), from(right)]
  const a = lefts[0]?.taint ?? left.rest ?? unknown
  const b = rights[0]?.taint ?? right.rest ?? unknown
  if (!isClean(a) || !isClean(b)) {
    const stored = [...lefts, ...rights].every(column => column.stored)
    const wholly = [a, b].every(taint => isClean(taint) || taint.unknown || taint.column !== null)
    // A column that is shown may be a list of guesses.
    const both = !isClean(a) && !isClean(b)
    noteOracle(ctx.notes, wholly && both ? (stored ? 'join' : 'equality') : 'comparison', derive(a, b))
    noteMatched([a], [b], ctx)
    tie([...lefts, ...rights], derive(a, b), true, beside(beside(scope, left), right), ctx)
  }
  const [x, y] = kind === 'JOIN_RIGHT' ? [b, a] : [a, b]
  return { name, taint: either(x, y), stored: [...lefts, ...rights].every(column => column.stored) }
}
