// The catalog as the reader of statements needs it. Promise: a function that people defined counts as harmless only where
// PostgreSQL itself keeps it from writing, or where its body is read and does not.
import { parseSql } from '../statement/parser.ts'
import { isTree, list, type Tagged, tagged } from '../statement/tree.ts'
import { type Names, usesOf } from '../statement/uses.ts'
import { type Catalog, type CatalogFunction, findFunctions, findRelation } from './catalog.ts'
import { readBody } from './plpgsql.ts'
import type { SessionNames } from './resolve.ts'

const deepest = 4

export function namesOf(catalog: Catalog, path: readonly string[], depth = 0): Names {
  return {
    schemaOf: relation => findRelation(catalog, path, null, relation)?.schema ?? null,
    creates: path[0] ?? null,
    functionReach: (schema, name) => {
      const found = findFunctions(catalog, path, schema, name)
      if (found.length === 0) return null
      return found.every(each => calm(each, catalog, path, depth)) ? 'pure' : 'write'
    },
  }
}

/** With the tables that a session has made for itself. */
export function sessionNames(catalog: Catalog, { path, temporary }: Pick<SessionNames, 'path' | 'temporary'>): Names {
  const names = namesOf(catalog, path)
  const own = (relation: string) => (temporary?.has(relation) === true ? 'pg_temp' : null)
  return { ...names, schemaOf: relation => names.schemaOf(relation) ?? own(relation) }
}

function calm(found: CatalogFunction, catalog: Catalog, path: readonly string[], depth: number): boolean {
  if (found.trusted) return true
  if (found.language !== 'sql' && found.language !== 'plpgsql') return false
  if (found.volatility !== 'v') return true
  if (depth > deepest || found.kind !== 'f' || found.definition !== null) return false
  const statements = statementsOf(found)
  const names = namesOf(catalog, path, depth + 1)
  return statements?.every(statement => reads(statement, names)) === true
}

function reads(statement: Tagged, names: Names): boolean {
  if (statement.tag !== 'SelectStmt' || JSON.stringify(statement.body).includes('"intoClause"')) return false
  const uses = usesOf(statement, names)
  return !uses.writes && !uses.locks && uses.functions.every(({ reach }) => reach === 'pure')
}

/** Null where they cannot all be read. */
function statementsOf(found: CatalogFunction): readonly Tagged[] | null {
  try {
    if (found.language === 'plpgsql') return readBody(found)?.queries ?? null
    const parsed: unknown = parseSql(found.source)
    const statements = isTree(parsed) ? list(parsed, 'stmts') : []
    const all = statements.map(item => (isTree(item) ? tagged(item.stmt) : null))
    return all.some(item => item === null) ? null : all.filter(item => item !== null)
  } catch {
    return null
  }
}
