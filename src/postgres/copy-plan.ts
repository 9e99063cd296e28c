// How rows that are copied out are written and where their columns come from. Promise: null where an option is not known,
// so that such rows pass only where nothing is hidden.
import type { Catalog } from './lineage/catalog.ts'
import { findRelation } from './lineage/catalog.ts'
import type { Plan } from './lineage/resolve.ts'
import type { CopyOut } from './reading.ts'
import { as, constant, list, sub, type Tree, tagged, text } from './statement/tree.ts'

const harmless = new Set(['freeze', 'oids', 'force_quote', 'force_null', 'force_not_null'])

export function copyOutOf(tree: Tree, plan: Plan, catalog: Catalog): CopyOut | null {
  const body = as(tree, 'CopyStmt')
  if (body === null || plan.columns === null) return null
  const options = new Map<string, string>()
  for (const item of list(body, 'options')) {
    const option = as(item, 'DefElem') ?? {}
    const name = text(option, 'defname')
    const value = optionValue(option.arg)
    if (harmless.has(name)) continue
    if (value === null || options.has(name)) return null
    options.set(name, value)
  }
  const format = (options.get('format') ?? 'text').toLowerCase()
  if (format !== 'text' && format !== 'csv' && format !== 'binary') return null
  const encoding = options.get('encoding')
  if (encoding !== undefined && !/^(utf-?8|unicode)$/i.test(encoding)) return null
  const csv = format === 'csv'
  const quote = options.get('quote') ?? '"'
  const header = options.get('header')
  const known = new Set(['format', 'delimiter', 'null', 'quote', 'escape', 'header', 'encoding'])
  if ([...options.keys()].some(name => !known.has(name))) return null
  const range = sub(body, 'relation')
  const columns = plan.columns.map(column => ({
    name: column.name,
    type: column.column === null ? 0 : typeAt(catalog, column.column.relation, column.column.attribute),
    format: format === 'binary' ? ('binary' as const) : ('text' as const),
    labels: column.labels === 'unknown' ? column.labels : new Set(column.labels),
    derived: column.form !== 'identity',
  }))
  return {
    format,
    delimiter: options.get('delimiter') ?? (csv ? ',' : '\t'),
    null: options.get('null') ?? (csv ? '' : '\\N'),
    quote,
    escape: options.get('escape') ?? quote,
    header: header !== undefined && !/^(off|false|0)$/i.test(header),
    columns:
      range === null ? columns : columns.map(one => ({ ...one, type: one.type || typeIn(catalog, range, one.name) })),
  }
}

/** An option without a value is switched on. */
function optionValue(node: unknown): string | null {
  if (node === undefined) return 'true'
  const value = constant(node)
  if (typeof value === 'string') return value
  const found = tagged(node)
  if (found?.tag === 'String') return text(found.body, 'sval')
  if (found?.tag === 'Integer') return String(found.body.ival ?? 0)
  if (found?.tag === 'Boolean') return found.body.boolval === true ? 'true' : 'false'
  return null
}

function typeAt(catalog: Catalog, relation: number, attribute: number): number {
  return catalog.relations.get(relation)?.columns.find(column => column.attribute === attribute)?.type ?? 0
}

function typeIn(catalog: Catalog, range: Tree, name: string): number {
  const schema = text(range, 'schemaname')
  if (schema === '') return 0
  return findRelation(catalog, [], schema, text(range, 'relname'))?.columns.find(one => one.name === name)?.type ?? 0
}
