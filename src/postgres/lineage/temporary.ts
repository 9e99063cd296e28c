// Tables of this session alone, which no snapshot holds. Promise: a name that could mean such a table or a stored one means
// both, so that making one never changes what another statement was read as.
import { as, list, strings, type Tree, tagged, text } from '../statement/tree.ts'
import { findRelation } from './catalog.ts'
import type { Context, Output, Rows } from './context.ts'
import { clean, unknown } from './taint.ts'

const unknownRows: Rows = { columns: [], rest: unknown }

/** Null where no such table was made. */
export function temporaryRows(range: Tree, ctx: Context): Rows | null {
  const schema = text(range, 'schemaname')
  if (schema !== '' && schema !== 'pg_temp') return null
  const name = text(range, 'relname')
  const rows = ctx.temporary?.get(name)
  if (rows === undefined) return null
  const found = findRelation(ctx.catalog, ctx.path, schema || null, name)
  // A snapshot of the session itself holds it.
  if (found?.schema.startsWith('pg_temp') === true) return null
  return found === null ? rows : unknownRows
}

export function isTemporary(range: Tree, path: readonly string[]): boolean {
  const schema = text(range, 'schemaname')
  if (schema !== '') return schema === 'pg_temp' || schema.startsWith('pg_temp_')
  return text(range, 'relpersistence') === 't' || path[0] === 'pg_temp'
}

/** The columns of CREATE TABLE: new ones hold nothing yet. */
export function createdRows(body: Tree): Rows {
  const plain = ['inhRelations', 'ofTypename', 'partspec', 'partbound'].every(part => body[part] === undefined)
  const elements = list(body, 'tableElts').map(item => tagged(item))
  if (!plain || elements.some(item => item?.tag !== 'ColumnDef' && item?.tag !== 'Constraint')) return unknownRows
  const columns = elements.flatMap((item): readonly Output[] => {
    if (item?.tag !== 'ColumnDef') return []
    const made = list(item.body, 'constraints').some(part => {
      const kind = text(as(part, 'Constraint') ?? {}, 'contype')
      return kind === 'CONSTR_GENERATED' || (kind === 'CONSTR_DEFAULT' && callsAnything(as(part, 'Constraint')))
    })
    return [{ name: text(item.body, 'colname'), taint: made ? unknown : clean, stored: true, temporary: true }]
  })
  return { columns, rest: null }
}

function callsAnything(node: unknown): boolean {
  return JSON.stringify(node).includes('"FuncCall"')
}

/** The columns of CREATE TABLE AS and SELECT INTO. */
export function copiedRows(rows: Rows, into: Tree): Rows {
  const names = strings(list(into, 'colNames'))
  if (rows.rest !== null) return unknownRows
  return {
    columns: rows.columns.map((column, at) => ({
      name: names[at] ?? column.name,
      taint: { ...column.taint, column: null },
      stored: true,
      temporary: true,
    })),
    rest: null,
  }
}

/** Every relation a statement names, wherever. */
export function namesIn(tree: Tree): ReadonlySet<string> {
  const found = new Set<string>()
  JSON.stringify(tree, (name, value) => {
    if ((name === 'relname' || name === 'sval') && typeof value === 'string') found.add(value)
    return value
  })
  return found
}
