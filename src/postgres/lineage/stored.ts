// Columns of relations in the catalog. Promise: a view has the lineage of its query, a generated column that of its
// expression, a composite column that of the table whose row it holds; what cannot be read is unknown.
import { parseSql } from '../statement/parser.ts'
import { as, isTree, list, sub, type Tagged, tagged } from '../statement/tree.ts'
import { type CatalogRelation, rowOf } from './catalog.ts'
import { type Context, newNotes, type Output, type Rows } from './context.ts'
import { evaluate } from './expression.ts'
import { labelsAt } from './protection.ts'
import { itemFrom, outermost } from './scope.ts'
import { queryRows } from './select.ts'
import { isSystem, tells } from './system-relations.ts'
import { clean, derive, row, type Taint, unknown } from './taint.ts'

const deepest = 24

/** The columns of a relation; computed once per snapshot. */
export function relationRows(relation: CatalogRelation, ctx: Context): Rows {
  const { known, doubted } = ctx.protection
  const said = rowsIn(known, relation, { ...ctx, settingsSaid: true })
  return ctx.settingsSaid ? said : rowsIn(doubted, relation, ctx)
}

function rowsIn(all: Map<number, Rows | null>, relation: CatalogRelation, ctx: Context): Rows {
  const known = all.get(relation.oid)
  if (known !== undefined && known !== null) return known
  if (known === null || ctx.depth > deepest) return { columns: [], rest: unknown } // refers to itself
  all.set(relation.oid, null)
  try {
    const rows = isSystem(relation) ? systemRows(relation, ctx) : ownRows(relation, ctx)
    all.set(relation.oid, rows)
    return rows
  } catch {
    all.delete(relation.oid)
    return { columns: [], rest: unknown }
  }
}

function systemRows(relation: CatalogRelation, { settingsSaid }: Context): Rows {
  const doubted = relation.name === 'pg_settings' && !settingsSaid
  const columns = relation.columns.map(({ name }) => ({
    name,
    taint: tells(relation, name) || (doubted && name === 'setting') ? unknown : clean,
    stored: true,
  }))
  return { columns, rest: null }
}

function ownRows(relation: CatalogRelation, ctx: Context): Rows {
  const inner: Context = {
    ...ctx,
    path: [],
    notes: newNotes(),
    parameters: new Map(),
    temporary: undefined,
    depth: ctx.depth + 1,
  }
  const below = relation.definition === null ? null : definedRows(relation.definition, inner)
  const plain = relation.columns.map((column, at): Output => {
    const own = declared(relation, column.attribute, ctx)
    if (below === null) return { name: column.name, taint: composite(column.type, own, inner), stored: true }
    const source = below.columns[at]
    const from = source === undefined || below.rest !== null ? unknown : source.taint
    // Labels declared on the view itself come on top; the stored column stays the one whose transform applies.
    const taint = own.labels.size === 0 ? from : from.labels.size === 0 ? derive(from, own) : withLabels(from, own)
    return { name: column.name, taint, stored: source?.stored === true && below.rest === null }
  })
  const scope = {
    ...outermost,
    items: [itemFrom(relation.name, { columns: plain, rest: null })],
    columns: plain.map(c => ({ ...c })),
  }
  const columns = plain.map((column, at): Output => {
    const held = relation.columns[at]
    const expression = held?.generated ?? held?.preset ?? null
    if (expression === null) return column
    const parsed = expressionOf(expression)
    const made = parsed === null ? unknown : derive(evaluate({ [parsed.tag]: parsed.body }, scope, inner))
    return { ...column, taint: derive(column.taint, made) }
  })
  return { columns, rest: null }
}

function withLabels(from: Taint, own: Taint): Taint {
  return { ...from, labels: new Set([...from.labels, ...own.labels]) }
}

function declared(relation: CatalogRelation, attribute: number, ctx: Context): Taint {
  const labels = labelsAt(ctx.protection, relation.oid, attribute)
  return labels.size === 0
    ? clean
    : { labels, unknown: false, column: { relation: relation.oid, attribute }, fields: null, growth: 1 }
}

/** A column that holds rows of a table holds what that table protects. */
function composite(type: number, own: Taint, ctx: Context): Taint {
  const held = rowOf(ctx.catalog, type)
  if (held === null) return own
  const inside = relationRows(held, { ...ctx, depth: ctx.depth + 1 })
  if (inside.rest !== null) return derive(own, inside.rest)
  const whole = row(inside.columns)
  return own.labels.size === 0 ? whole : { ...derive(whole, own), fields: null }
}

function definedRows(definition: string, ctx: Context): Rows {
  const statement = firstStatement(definition)
  return statement === null ? { columns: [], rest: unknown } : queryRows(statement, outermost, ctx)
}

function firstStatement(sql: string): Tagged | null {
  const parsed: unknown = parseSql(sql)
  if (!isTree(parsed)) return null
  const first = list(parsed, 'stmts')[0]
  return isTree(first) ? tagged(first.stmt) : null
}

function expressionOf(expression: string): Tagged | null {
  const statement = firstStatement(`SELECT ${expression}`)
  const target = statement === null ? null : as(list(statement.body, 'targetList')[0], 'ResTarget')
  return target === null ? null : tagged(sub(target, 'val'))
}
