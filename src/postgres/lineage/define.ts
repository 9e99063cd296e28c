// Statements that change what names mean. Promise: one that would take a protected column out of its declaration's reach, or
// have its values computed into another, is noted as a flow.
import { as, list, sub, type Tagged, type Tree, tagged, text } from '../statement/tree.ts'
import { type Context, noteFlow } from './context.ts'
import { evaluate } from './expression.ts'
import { readRelation } from './from.ts'
import { type Item, outermost, type Scope } from './scope.ts'
import { queryRows } from './select.ts'
import { relationRows } from './stored.ts'
import { clean, derive, type Taint, unknown } from './taint.ts'

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
    case 'CreateTrigStmt':
      flow('function', 'trigname', everything(itemOf(body, ctx)))
      break
    case 'RuleStmt':
      flow('function', 'rulename', derive(everything(itemOf(body, ctx)), actions(body, ctx)))
      break
    default:
  }
}

function itemOf(body: Tree, ctx: Context): Item | null {
  const range = sub(body, 'relation')
  return range === null ? null : readRelation(range, outermost, ctx)
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
    const column = as(command.def, 'ColumnDef')
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

const expressions = new Set(
  'A_Const A_Expr BoolExpr CaseExpr CoalesceExpr ColumnRef FuncCall MinMaxExpr RowExpr SubLink TypeCast A_ArrayExpr'.split(
    ' ',
  ),
)

function expression(node: unknown): boolean {
  const tag = tagged(node)?.tag
  return tag !== undefined && (expressions.has(tag) || /^(Json|Xml|A_|Collate|NullTest|BooleanTest|SQLValue)/.test(tag))
}

/** What a rule puts elsewhere is noted where it is put; what it shows would be anyone's. */
function actions(body: Tree, ctx: Context): Taint {
  const item = itemOf(body, ctx)
  const rows = ['new', 'old'].map(
    (alias): Item => ({
      alias,
      schema: null,
      columns: item?.columns.map(column => ({ ...column })) ?? [],
      rest: item === null ? unknown : item.rest,
    }),
  )
  const scope: Scope = { ...outermost, items: rows }
  return derive(
    ...list(body, 'actions').map(action => {
      const statement = tagged(action)
      if (statement === null || !/^(Select|Insert|Update|Delete)Stmt$/.test(statement.tag)) return clean
      return derive(...queryRows(statement, scope, ctx).columns.map(({ taint }) => taint))
    }),
  )
}
