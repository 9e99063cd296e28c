// Names in reach of an expression. Promise: a name resolves where PostgreSQL would resolve it; where that is not sure,
// the answer covers every place it could be.
import type { Output, Rows } from './context.ts'
import { clean, derive, row, type Taint, unknown } from './taint.ts'

/** A column of FROM. Its taint grows when a condition equates it with a protected value. */
export interface Column {
  readonly name: string
  taint: Taint
  readonly stored: boolean
  readonly temporary?: boolean | undefined
  readonly written?: number | undefined
}

export interface Item {
  readonly alias: string
  /** Of a relation without alias: the schema it was found in. */
  readonly schema: string | null
  readonly columns: readonly Column[]
  readonly rest: Taint | null
  /** `old`, `new` and `excluded` are reached by their name alone. */
  readonly hidden?: boolean
}

export interface Scope {
  readonly items: readonly Item[]
  /** What an unqualified name or `*` means here; merged columns of USING stand once. */
  readonly columns: readonly Column[]
  readonly rest: Taint | null
  readonly ctes: ReadonlyMap<string, Rows>
  readonly parent: Scope | null
}

export const outermost: Scope = { items: [], columns: [], rest: null, ctes: new Map(), parent: null }

export function within(parent: Scope, ctes: ReadonlyMap<string, Rows> = parent.ctes): Scope {
  return { items: [], columns: [], rest: null, ctes, parent }
}

function columnsFrom(outputs: readonly Output[]): readonly Column[] {
  return outputs.map(({ name, taint, stored, temporary, written }) => ({ name, taint, stored, temporary, written }))
}

export function itemFrom(alias: string, rows: Rows, schema: string | null = null): Item {
  return { alias, schema, columns: columnsFrom(rows.columns), rest: rows.rest }
}

export function joinRest(a: Taint | null, b: Taint | null): Taint | null {
  return a === null ? b : b === null ? a : derive(a, b)
}

const systemColumns = new Set(['tableoid', 'ctid', 'xmin', 'xmax', 'cmin', 'cmax'])

export interface Found {
  readonly taint: Taint
  readonly columns: readonly Column[]
  /** One of several columns that are not known one by one. */
  readonly open?: boolean
  /** Nothing of that name is known. */
  readonly missing?: boolean
}

const notFound: Found = { taint: unknown, columns: [], missing: true }

export function lookUp(scope: Scope, parts: readonly string[], parameters: ReadonlyMap<string, Taint>): Found {
  const [first, second, third] = parts
  if (parts.length === 1 && first !== undefined) return lookUpName(scope, first, parameters)
  if (parts.length === 2 && first !== undefined && second !== undefined) {
    const item = itemNamed(scope, null, first)
    if (item !== null) return columnOf(item, second)
    return { taint: ofParameters(first, second, parameters), columns: [] }
  }
  if (parts.length < 3) return notFound
  // A database name may stand before the schema.
  const [schema, relation, column] = parts.length === 4 ? parts.slice(1) : [first, second, third]
  const item = itemNamed(scope, schema ?? '', relation ?? '')
  return item === null ? notFound : columnOf(item, column ?? '')
}

/** `f.x` is the parameter x of the function f, or the field x of the variable f. */
function ofParameters(first: string, second: string, parameters: ReadonlyMap<string, Taint>): Taint {
  const [row, own] = [parameters.get(first), parameters.get(second)]
  if (row === undefined) return own ?? unknown
  const field = row.fields?.get(second) ?? derive(row)
  return own === undefined ? field : derive(field, own)
}

function lookUpName(scope: Scope, name: string, parameters: ReadonlyMap<string, Taint>): Found {
  let rest: Taint | null = null
  for (let at: Scope | null = scope; at !== null; at = at.parent) {
    const found = at.columns.filter(column => column.name === name)
    const [only] = found
    if (only !== undefined) {
      const taint = found.length === 1 && rest === null ? only.taint : derive(...found.map(c => c.taint), rest ?? clean)
      return { taint, columns: found }
    }
    rest = joinRest(rest, at.rest)
  }
  const parameter = parameters.get(name)
  if (parameter !== undefined) return { taint: derive(parameter, rest ?? clean), columns: [] }
  const item = itemNamed(scope, null, name)
  if (item !== null) return { taint: withRest(wholeRow(item), rest), columns: item.columns }
  if (systemColumns.has(name)) return { taint: clean, columns: [] }
  return rest === null ? notFound : { taint: rest, columns: [], open: true }
}

function withRest(taint: Taint, rest: Taint | null): Taint {
  return rest === null ? taint : { ...derive(taint, rest), fields: null }
}

export function wholeRow(item: Item): Taint {
  return withRest(row(item.columns), item.rest)
}

export function itemNamed(scope: Scope, schema: string | null, name: string): Item | null {
  for (let at: Scope | null = scope; at !== null; at = at.parent)
    for (const item of at.items) if (item.alias === name && (schema === null || item.schema === schema)) return item
  return null
}

function columnOf(item: Item, name: string): Found {
  const found = item.columns.filter(column => column.name === name)
  const [only] = found
  if (only !== undefined)
    return { taint: found.length === 1 ? only.taint : derive(...found.map(c => c.taint)), columns: found }
  if (item.rest !== null) return { taint: item.rest, columns: [], open: true }
  if (systemColumns.has(name)) return { taint: clean, columns: [] }
  // `p.f` may be the function f applied to the row p.
  return { taint: derive(wholeRow(item), unknown), columns: item.columns, missing: true }
}
