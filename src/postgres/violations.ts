// Constraints that a statement did not keep. Promise: which one it was is told, as their names are no data; what the row holds
// is told where nothing of that is protected.
import { wholeOf } from './laundering.ts'
import type { Catalog, CatalogRelation } from './lineage/catalog.ts'
import { findRelation } from './lineage/catalog.ts'
import type { Protection } from './lineage/protection.ts'
import { columnsOf, type SessionNames } from './lineage/resolve.ts'

/** Columns whose values an error quotes. */
export interface Quoted {
  readonly schema: string
  readonly relation: string
  /** Of a foreign key: the columns it refers to. */
  readonly referred: string | null
  /** Null for the whole row. */
  readonly columns: readonly string[] | null
}

/** Whether these columns hold nothing that is hidden. */
export type HoldsNothing = (quoted: Quoted) => boolean

const kept = new Set([...'SVCMPWstncdFLR'])
const key =
  /^Key \(([^()]+)\)=\(.*\) (?:already exists|is duplicated|is not present in table "[^"]+"|(is still referenced from table "[^"]+"))\.$/s
const partition = /^Partition key of the failing row contains \(([^()]+)\) = \(.*\)\.$/s
const plain = /^[\p{L}_][\p{L}\p{N}_$]*$/u

/** What of a report is told; null where it is none of a constraint. */
export function violationOf(
  fields: ReadonlyMap<string, string>,
  holdsNothing: HoldsNothing,
): readonly (readonly [string, string])[] | null {
  const field = (kind: string) => fields.get(kind) ?? ''
  if (!sentencesOf(field).some(one => one === field('M'))) return null
  return [...fields].filter(([kind]) => kept.has(kind) || (kind === 'D' && detailShows(field, holdsNothing)))
}

/** What PostgreSQL says of the relation, constraint and column that the other fields name. */
function sentencesOf(field: (kind: string) => string): readonly string[] {
  const [table, name, column, schema, type] = [...'tncsd'].map(field)
  switch (field('C')) {
    case '23502':
      return [
        `null value in column "${column}" of relation "${table}" violates not-null constraint`,
        `domain ${type} does not allow null values`,
        `domain ${schema}.${type} does not allow null values`,
      ]
    case '23503': {
      const [, on = ''] = /^update or delete on table ("[^"]+") /.exec(field('M')) ?? []
      return [
        `insert or update on table "${table}" violates foreign key constraint "${name}"`,
        `update or delete on table ${on} violates foreign key constraint "${name}" on table "${table}"`,
        `update or delete on table ${on} violates RESTRICT setting of foreign key constraint "${name}" on table "${table}"`,
      ]
    }
    case '23505':
      return [`duplicate key value violates unique constraint "${name}"`, `could not create unique index "${name}"`]
    case '23514':
      return [
        `new row for relation "${table}" violates check constraint "${name}"`,
        `no partition of relation "${table}" found for row`,
        `value for domain ${type} violates check constraint "${name}"`,
        `value for domain ${schema}.${type} violates check constraint "${name}"`,
      ]
    case '23P01':
      return [`conflicting key value violates exclusion constraint "${name}"`]
    default:
      return []
  }
}

function detailShows(field: (kind: string) => string, holdsNothing: HoldsNothing): boolean {
  const detail = field('D')
  if (/^Key is (?:not present in|still referenced from) table "[^"]+"\.$/.test(detail)) return true
  const row = { schema: field('s'), relation: field('t'), referred: null }
  if (detail.startsWith('Failing row contains (')) return holdsNothing({ ...row, columns: null })
  const [, names, referring] = key.exec(detail) ?? partition.exec(detail) ?? []
  if (names === undefined) return false
  const columns = names.split(', ')
  return holdsNothing({ ...row, referred: referring === undefined ? null : field('n'), columns })
}

export function holdsNothing(quoted: Quoted, protection: Protection, session: SessionNames): boolean {
  const { catalog } = protection
  const schema = /^pg_temp_\d+$/.test(quoted.schema) ? 'pg_temp' : quoted.schema
  const found = findRelation(catalog, [], schema, quoted.relation)
  if (quoted.referred === null) return areClean(schema, quoted.relation, found, quoted.columns, protection, session)
  const to = found === null ? null : referredBy(found, quoted.referred, catalog)
  return to !== null && areClean(to.schema, to.name, to, quoted.columns, protection, session)
}

function referredBy({ oid }: CatalogRelation, constraint: string, catalog: Catalog): CatalogRelation | null {
  const all = (catalog.references ?? []).filter(one => one.relation === oid && one.constraint === constraint)
  const [to, ...others] = new Set(all.map(({ toRelation }) => toRelation))
  return to === undefined || others.length > 0 ? null : (catalog.relations.get(to) ?? null)
}

function areClean(
  schemaname: string,
  relname: string,
  relation: CatalogRelation | null,
  names: readonly string[] | null,
  protection: Protection,
  session: SessionNames,
): boolean {
  // Names are told without quotes: one with a comma in it would look like two.
  if (relation?.columns.some(({ name }) => !plain.test(name)) !== false) return false
  const { columns } = columnsOf(wholeOf(schemaname, relname), protection, session)
  const clean = (name: string | null) =>
    columns?.some(one => name === null || one.name === name) === true &&
    columns.every(one => (name !== null && one.name !== name) || one.form === 'clean')
  return names === null ? clean(null) : names.every(clean)
}
