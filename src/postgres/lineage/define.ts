// Statements that change what names mean. Promise: one that would take a protected column out of its declaration's reach, or
// have its values computed into another, is noted as a flow; one that checks or sorts stored rows, as an oracle.
import { parseSql } from '../statement/parser.ts'
import { as, isTree, list, strings, sub, type Tagged, type Tree, tagged, text } from '../statement/tree.ts'
import { findRelation } from './catalog.ts'
import { type Context, noteFlow, noteOracle } from './context.ts'
import { everyLabel, newBound, newCollation, newDomain, newTable, newTrigger, sparesAll } from './define-new.ts'
import { evaluate } from './expression.ts'
import { readDefined } from './from.ts'
import { noteFilled, noteJoined } from './made-relation.ts'
import { newColumns, sorted } from './new-columns.ts'
import { labelsAt } from './protection.ts'
import { type Column, type Item, outermost, type Scope } from './scope.ts'
import { queryRows } from './select.ts'
import { relationRows } from './stored.ts'
import { clean, derive, isClean, ofLabels, type Taint, unknown } from './taint.ts'

export function noteDefinition({ tag, body }: Tagged, ctx: Context): void {
  const flow = (to: 'table' | 'function', name: string, taint: Taint) => {
    noteFlow(ctx.notes, to, text(body, name), taint)
  }
  switch (tag) {
    case 'RenameStmt':
      flow('table', 'newname', renamed(body, ctx))
      break
    case 'AlterObjectSchemaStmt':
      flow('table', 'newschema', everything(itemOf(body, ctx)))
      break
    case 'AlterTableStmt':
      alter(body, ctx)
      break
    case 'CreateStmt':
      newTable(body, ctx)
      noteFilled(body, ctx)
      break
    case 'CreateSchemaStmt':
      newSchema(list(body, 'schemaElts'), ctx)
      break
    case 'CreateDomainStmt':
      newDomain(body, ctx)
      break
    case 'CreateFunctionStmt':
      replaced(list(body, 'funcname'), body, ctx)
      break
    case 'DefineStmt':
      replaced(list(body, 'defnames'), body, ctx)
      if (text(body, 'kind') === 'OBJECT_COLLATION') newCollation(body, ctx)
      break
    case 'CreateTrigStmt':
      if (!sparesAll(body, itemOf(body, ctx), ctx)) flow('function', 'trigname', everything(itemOf(body, ctx)))
      newTrigger(body, itemOf(body, ctx), ctx)
      break
    case 'RuleStmt':
      flow('function', 'rulename', derive(everything(itemOf(body, ctx)), ruleActions(body, itemOf(body, ctx), ctx)))
      break
    case 'IndexStmt':
      checked([body.whereClause, ...list(body, 'indexParams').map(part => as(part, 'IndexElem')?.expr)], body, ctx)
      sorted(
        [...list(body, 'indexParams'), ...list(body, 'indexIncludingParams')].map(part =>
          text(as(part, 'IndexElem') ?? {}, 'name'),
        ),
        itemOf(body, ctx)?.columns ?? [],
        body.unique === true,
        ctx,
      )
      break
    case 'CreateStatsStmt': {
      // Its samples are hidden; how wide its values are and how many are NULL is not.
      const relation = as(list(body, 'relations')[0], 'RangeVar')
      checked(
        list(body, 'exprs').map(part => as(part, 'StatsElem')?.expr),
        { relation },
        ctx,
      )
      break
    }
    case 'CreatePolicyStmt':
    case 'AlterPolicyStmt':
      checked([body.qual, body.with_check], { relation: body.table }, ctx)
      break
    case 'ClusterStmt':
      // Without a name: all that were told by which index.
      noteOracle(ctx.notes, 'order', body.relation === undefined ? everyLabel(ctx) : everything(itemOf(body, ctx)))
      break
    case 'AlterDomainStmt':
      noteOracle(ctx.notes, 'comparison', ofType(strings(list(body, 'typeName')).at(-1) ?? '', ctx))
      newDomain(body, ctx)
      break
    default:
      // What stands elsewhere may be this database again, under names that nobody declared.
      if (abroad.has(tag) && ctx.protection.labels.size > 0) noteFlow(ctx.notes, 'table', tag, unknown)
  }
}

/** What else is made with it is judged where it holds nothing that is hidden: nobody knows its tables yet. */
function newSchema(elements: readonly unknown[], ctx: Context): void {
  for (const node of elements) {
    const table = as(node, 'CreateStmt')
    if (table === null) continue
    newTable(table, ctx)
    noteFilled(table, ctx)
    if (elements.length === 1) continue
    noteOracle(ctx.notes, 'comparison', derive(...newColumns(table, ctx).columns.map(({ taint }) => taint)))
  }
}

const abroad = new Set(
  `CreateFdwStmt AlterFdwStmt CreateForeignServerStmt AlterForeignServerStmt CreateUserMappingStmt AlterUserMappingStmt
  CreateForeignTableStmt ImportForeignSchemaStmt CreateSubscriptionStmt AlterSubscriptionStmt AlterExtensionContentsStmt
  CreateEventTrigStmt AlterEventTrigStmt CreateOpClassStmt CreateOpFamilyStmt AlterOpFamilyStmt`.split(/\s+/),
)

/** It would go on being trusted as the extension's. */
function replaced(names: readonly unknown[], body: Tree, { catalog, notes, protection }: Context): void {
  const known = catalog.functions.get(strings(names).at(-1) ?? '') ?? []
  if (body.replace !== true || protection.labels.size === 0 || !known.some(({ trusted }) => trusted)) return
  noteFlow(notes, 'function', 'replaced', unknown)
}

/** Whether stored rows meet a condition, or differ, is told by whether the statement fails. */
function checked(expressions: readonly unknown[], body: Tree, ctx: Context, added = ''): void {
  const item = itemOf(body, ctx)
  if (item === null) return
  const more = added === '' || item.columns.some(({ name }) => name === added) ? [] : [empty(added)]
  const columns = [...item.columns, ...more]
  const scope: Scope = { ...outermost, items: [{ ...item, columns }], columns, rest: item.rest }
  const found = expressions.map(part => evaluate(part, scope, ctx))
  noteOracle(ctx.notes, 'comparison', derive(...found))
}

/** What it is to hold is judged where it is made. */
const empty = (name: string): Column => ({ name, taint: clean, stored: true })

/** Protected columns of a type. */
function ofType(name: string, ctx: Context): Taint {
  const { catalog, protection } = ctx
  const types = [...catalog.types.values()].filter(type => type.name === name).map(({ oid }) => oid)
  // Domains on domains, and rows and lists of them.
  for (const oid of types)
    for (const type of catalog.types.values()) if (type.inner === oid && !types.includes(type.oid)) types.push(type.oid)
  const labels = [...catalog.relations.values()].flatMap(({ oid, columns }) =>
    columns
      .filter(({ type }) => types.includes(type))
      .flatMap(({ attribute }) => [...labelsAt(protection, oid, attribute)]),
  )
  return ofLabels(labels)
}

function relationOf(body: Tree, ctx: Context) {
  const range = sub(body, 'relation') ?? {}
  return findRelation(ctx.catalog, ctx.path, text(range, 'schemaname') || null, text(range, 'relname'))
}

function itemOf(body: Tree, ctx: Context): Item | null {
  const range = sub(body, 'relation')
  if (range === null) return null
  const item = readDefined(range, ctx)
  // Columns that it adds hold what their defaults are.
  const added = list(body, 'cmds').flatMap(node => {
    const command = as(node, 'AlterTableCmd') ?? {}
    const name = text(as(command.def, 'ColumnDef') ?? {}, 'colname')
    const is = text(command, 'subtype') === 'AT_AddColumn' && !item.columns.some(column => column.name === name)
    return is ? [{ name, taint: clean, stored: true }] : []
  })
  return added.length === 0 ? item : { ...item, columns: [...item.columns, ...added] }
}

/** A relation that is not known is no concern: what becomes of it is not known either. */
function everything(item: Item | null): Taint {
  if (item === null) return clean
  const all = derive(...item.columns.map(({ taint }) => taint))
  return { ...all, unknown: false }
}

function renamed(body: Tree, ctx: Context): Taint {
  const kind = text(body, 'renameType')
  if (kind === 'OBJECT_SCHEMA') {
    const held = [...ctx.catalog.relations.values()].filter(({ schema }) => schema === text(body, 'subname'))
    return derive(...held.flatMap(relation => relationRows(relation, ctx).columns.map(({ taint }) => taint)))
  }
  const item = itemOf(body, ctx)
  if (kind !== 'OBJECT_COLUMN' && kind !== 'OBJECT_ATTRIBUTE') return everything(item)
  const column = item?.columns.find(({ name }) => name === text(body, 'subname'))
  return column?.taint ?? clean
}

function alter(body: Tree, ctx: Context): void {
  const item = itemOf(body, ctx)
  if (item === null) return
  const scope: Scope = { ...outermost, items: [item], columns: item.columns, rest: item.rest }
  for (const node of list(body, 'cmds')) {
    const command = as(node, 'AlterTableCmd') ?? {}
    moved(command, body, item, ctx)
    tested(command, body, item, ctx)
    const column = as(command.def, 'ColumnDef')
    if (text(command, 'subtype') === 'AT_AddColumn')
      newTable({ relation: body.relation, tableElts: [command.def] }, ctx)
    const expressions =
      column === null
        ? [tagged(command.def)?.tag === 'Constraint' ? null : command.def]
        : [
            column.raw_default,
            ...list(column, 'constraints').map(part => {
              const constraint = as(part, 'Constraint') ?? {}
              return text(constraint, 'contype') === 'CONSTR_CHECK' ? null : constraint.raw_expr
            }),
          ]
    const set = expressions.filter(part => expression(part)).map(part => evaluate(part, scope, ctx))
    const name = text(command, 'name') || text(column ?? {}, 'colname')
    const held = item.columns.find(found => found.name === name)?.taint ?? clean
    const taint = derive(...set)
    const kept = [...taint.labels].every(label => held.labels.has(label)) && (!taint.unknown || held.unknown)
    if (!kept) noteFlow(ctx.notes, 'column', name, taint)
  }
}

/** A partition or child that is one no more has the labels of its own declaration alone. */
function moved(command: Tree, body: Tree, item: Item, ctx: Context): void {
  noteJoined(command, sub(body, 'relation'), item, ctx)
  const kind = text(command, 'subtype')
  const partition = as(command.def, 'PartitionCmd') ?? {}
  newBound(sub(partition, 'bound'), ctx)
  const part = sub(partition, 'name')
  const other = part === null ? null : readDefined(part, ctx)
  const all = derive(everything(item), everything(other))
  if (/^AT_(DetachPartition|DetachPartitionFinalize|DropInherit)$/.test(kind)) noteFlow(ctx.notes, 'table', kind, all)
  if (kind === 'AT_AttachPartition') noteOracle(ctx.notes, 'comparison', all)
  const target = /^AT_Drop(Constraint|Column)$/.test(kind) ? relationOf(body, ctx) : null
  if (target !== null) noteReleased(target.oid, kind === 'AT_DropColumn' ? null : text(command, 'name'), command, ctx)
  // Of the parent alone: its children keep the column.
  const alone = sub(body, 'relation')?.inh !== true
  const column = item.columns.find(({ name }) => name === text(command, 'name'))
  if (kind === 'AT_DropColumn' && alone && column !== undefined) noteFlow(ctx.notes, 'table', kind, column.taint)
}

/** What refers to protected values is hidden as long as it says so. */
function noteReleased(oid: number, constraint: string | null, command: Tree, ctx: Context): void {
  const cascade = text(command, 'behavior') === 'DROP_CASCADE'
  for (const one of ctx.catalog.references ?? []) {
    const own = one.relation === oid && one.constraint === constraint
    if (!own && !(cascade && one.toRelation === oid)) continue
    const labels = labelsAt(ctx.protection, one.toRelation, one.toAttribute)
    noteFlow(ctx.notes, 'table', one.constraint ?? '', ofLabels([...labels]))
  }
}

/** Dropped with all that hangs on it, constraints of others go too: no foreign key hangs on a view. */
export function noteDropped(body: Tree, ctx: Context): void {
  if (text(body, 'behavior') !== 'DROP_CASCADE') return
  if (/^OBJECT_(MAT)?VIEW$/.test(text(body, 'removeType'))) return
  const named = new Set(
    JSON.stringify(list(body, 'objects'))
      .match(/"sval":"(?:[^"\\]|\\.)*"/g)
      ?.map(part => String(JSON.parse(part.slice(7)))),
  )
  const kind = text(body, 'removeType')
  for (const one of ctx.catalog.relations.values()) {
    const goes = kind === 'OBJECT_SCHEMA' ? named.has(one.schema) : kind === 'OBJECT_TABLE' ? named.has(one.name) : true
    if (goes && /[rp]/.test(one.kind)) noteReleased(one.oid, null, body, ctx)
  }
}

/** A constraint fails on rows that do not meet it, a type on values that it has no room for. */
function tested(command: Tree, body: Tree, item: Item, ctx: Context): void {
  const kind = text(command, 'subtype')
  const definition = as(command.def, 'ColumnDef')
  const constraints = [command.def, ...list(definition ?? {}, 'constraints')].map(part => as(part, 'Constraint') ?? {})
  const named = (names: readonly unknown[]) => {
    const held = strings(names).map(name => item.columns.find(column => column.name === name)?.taint ?? clean)
    noteOracle(ctx.notes, 'comparison', derive(...held))
  }
  for (const constraint of constraints) {
    if (text(constraint, 'contype') === 'CONSTR_CHECK')
      checked([constraint.raw_expr], body, ctx, text(definition ?? {}, 'colname'))
    if (text(constraint, 'contype') === 'CONSTR_FOREIGN') named(list(constraint, 'fk_attrs'))
    if (/^CONSTR_(UNIQUE|PRIMARY)$/.test(text(constraint, 'contype')))
      sorted(strings([...list(constraint, 'keys'), ...list(constraint, 'including')]), item.columns, true, ctx)
    if (text(constraint, 'contype') !== 'CONSTR_EXCLUSION') continue
    const elements = list(constraint, 'exclusions').map(pair =>
      as(list(as(pair, 'List') ?? {}, 'items')[0], 'IndexElem'),
    )
    checked([constraint.where_clause, ...elements.map(element => element?.expr)], body, ctx)
    noteOracle(
      ctx.notes,
      'comparison',
      derive(...elements.map(one => item.columns.find(({ name }) => name === text(one ?? {}, 'name'))?.taint ?? clean)),
    )
  }
  if (kind === 'AT_ClusterOn') noteOracle(ctx.notes, 'order', everything(item))
  if (kind === 'AT_ValidateConstraint') noteOracle(ctx.notes, 'comparison', everything(item))
  if (kind !== 'AT_AlterColumnType') return
  const type = sub(definition ?? {}, 'typeName') ?? {}
  const wide = /^(text|varchar)$/.test(strings(list(type, 'names')).at(-1) ?? '') && list(type, 'typmods').length === 0
  const held = item.columns.find(({ name }) => name === text(command, 'name'))?.taint ?? clean
  if (!wide && !isClean(held)) noteOracle(ctx.notes, 'comparison', held)
}

const expressions = new Set(
  'A_Const A_Expr BoolExpr CaseExpr CoalesceExpr ColumnRef FuncCall MinMaxExpr RowExpr SubLink TypeCast A_ArrayExpr'.split(
    ' ',
  ),
)

function expression(node: unknown): boolean {
  const tag = tagged(node)?.tag
  return tag !== undefined && (expressions.has(tag) || /^(Json|Xml|A_|Collate|NullTest|BooleanTest|SQLValue)/.test(tag))
}

/** A rule as the catalog prints it. */
export function ruleOf(definition: string): Tree | null {
  const parsed: unknown = parseSql(definition)
  const first = isTree(parsed) ? list(parsed, 'stmts')[0] : null
  return isTree(first) ? as(first.stmt, 'RuleStmt') : null
}

/** What a rule puts elsewhere is noted where it is put; what it shows would be anyone's. */
export function ruleActions(body: Tree, item: Item | null, ctx: Context): Taint {
  const rows = ['new', 'old'].map(
    (alias): Item => ({
      alias,
      schema: null,
      columns: item?.columns.map(column => ({ ...column })) ?? [],
      rest: item === null ? unknown : item.rest,
    }),
  )
  const scope: Scope = { ...outermost, items: rows }
  noteOracle(ctx.notes, 'comparison', evaluate(body.whereClause, scope, ctx))
  return derive(
    ...list(body, 'actions').map(action => {
      const statement = tagged(action)
      if (statement === null || !/^(Select|Insert|Update|Delete)Stmt$/.test(statement.tag)) return clean
      return derive(...queryRows(statement, scope, ctx).columns.map(({ taint }) => taint))
    }),
  )
}
