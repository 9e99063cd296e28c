// Looks for columns of a database that may need a label, by their names and by what a sample of their values looks like.
// Promise: what comes out are names and counts; a value is looked at here and forgotten.
import type { Discovery } from '../api/options.ts'
import { limits } from '../gateway/limits.ts'
import { createMasker, defaultPlan } from '../masking/masker.ts'
import { isHousekeeping, labelByName, namesProse } from './column-names.ts'

type Found = Discovery['columns'][number]
type Row = readonly (string | null)[]

export interface Search {
  /** One read-only question at a time. Rejects where the database refuses it. */
  readonly rows: (sql: string) => Promise<readonly Row[]>
  /** Labels a column has in the configuration. */
  readonly declared: (schema: string, table: string, column: string) => ReadonlySet<string>
  /** Monotonic, ms. */
  readonly now?: () => number
}

/** A column is taken for what this share of its values looks like. */
const SHARE = 0.3
const PROSE_WORDS = 8

const tablesSql = `select n.nspname, c.relname, a.attname, t.typcategory, t.typname
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  join pg_catalog.pg_type t on t.oid = a.atttypid
  where c.relkind in ('r', 'p', 'm', 'f') and not c.relispartition
    and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_(toast|temp)'
    and pg_catalog.has_column_privilege(c.oid, a.attnum, 'select')
  order by n.nspname, c.relname, a.attnum`

interface Column {
  readonly name: string
  /** As pg_type has it: S string, D date and time, N number, B boolean, … */
  readonly category: string
  readonly type: string
}

export async function discoverColumns(search: Search): Promise<Discovery> {
  const now = search.now ?? (() => performance.now())
  const until = now() + limits.discoverMs
  const tables = grouped(await search.rows(tablesSql))
  const columns: Found[] = []
  let looked = 0
  for (const { schema, table, columns: all } of tables) {
    if (looked >= limits.discoverTables || now() > until) break
    const wanted = all.filter(({ category, type }) => category !== 'B' && type !== 'bytea')
    columns.push(...(await inTable(search, schema, table, wanted)))
    looked++
  }
  return { tables: looked, complete: looked === tables.length, columns }
}

async function inTable(search: Search, schema: string, table: string, columns: readonly Column[]): Promise<Found[]> {
  if (columns.length === 0) return []
  const list = columns.map(({ name }) => `pg_catalog.left(${quoted(name)}::pg_catalog.text, ${limits.discoverChars})`)
  const from = `${quoted(schema)}.${quoted(table)}`
  // A table that cannot be read (a foreign server that is down, a row policy that fails) is judged by its names.
  const rows = await search.rows(`select ${list.join(', ')} from ${from} limit ${limits.discoverRows}`).catch(() => [])
  return columns.flatMap((column, at): Found[] => {
    const values = rows.flatMap(row => row[at] || [])
    const found = judge(table, column, values)
    if (found === null) return []
    const declared = search.declared(schema, table, column.name).has(found.label)
    return [{ schema, table, column: column.name, sampled: values.length, declared, ...found }]
  })
}

/** What one column looks like; null where nothing speaks for a label. */
function judge(
  table: string,
  { name, category }: Column,
  values: readonly string[],
): Pick<Found, 'label' | 'by' | 'hits'> | null {
  const [told = null] = category === 'S' ? toldByName(name) : []
  const named = labelByName(table, name) ?? told
  if (category === 'D' && (named === null || named === 'phi.date')) {
    if (isHousekeeping(name)) return null
    return { label: 'phi.date', by: named === null ? 'values' : 'both', hits: values.length }
  }
  const hits = countLabels(name, category, values)
  if (named !== null) {
    const own = hits.get(named) ?? 0
    return { label: named, by: own > 0 ? 'both' : 'name', hits: own }
  }
  const prose = category !== 'N' && (namesProse(name) || isProse(values))
  const any = hits.get('any') ?? 0
  if (prose) {
    if (any === 0 && !namesProse(name)) return null
    return { label: 'phi.other', by: namesProse(name) ? (any > 0 ? 'both' : 'name') : 'values', hits: any }
  }
  hits.delete('any')
  const [best] = [...hits].sort((left, right) => right[1] - left[1])
  if (best === undefined || best[1] < values.length * SHARE) return null
  return { label: best[0], by: 'values', hits: best[1] }
}

const detector = createMasker(defaultPlan, new Set())

/** Labels that any word has beside such a name. */
function toldByName(name: string): readonly string[] {
  return Object.keys(detector.text(Buffer.from(`${name}: Word`)).findings)
}

/** Label → how many values look like it, and under `any` how many look like anything. */
function countLabels(name: string, category: string, values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  const told = toldByName(name)
  for (const value of values) {
    // Beside its name a value is found that is nothing by itself; a bare number is one of too many things.
    const shown = category === 'N' ? `${name}: ${value}` : `${name}: ${value}\n${value}`
    const labels = Object.keys(detector.text(Buffer.from(shown)).findings).filter(label => !told.includes(label))
    for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1)
    if (labels.length > 0) counts.set('any', (counts.get('any') ?? 0) + 1)
  }
  return counts
}

function isProse(values: readonly string[]): boolean {
  const words = values.reduce((sum, value) => sum + value.split(/\s+/).length, 0)
  return values.length > 0 && words / values.length >= PROSE_WORDS
}

function grouped(rows: readonly Row[]): { schema: string; table: string; columns: Column[] }[] {
  const found: { schema: string; table: string; columns: Column[] }[] = []
  for (const [schema, table, name, category, type] of rows) {
    if (!schema || !table || !name) continue
    const last = found.at(-1)
    const column = { name, category: category ?? '', type: type ?? '' }
    if (last?.schema === schema && last.table === table) last.columns.push(column)
    else found.push({ schema, table, columns: [column] })
  }
  return found
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
