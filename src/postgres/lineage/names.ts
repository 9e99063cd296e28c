// The catalog as the reader of statements needs it. Promise: a function that people defined counts as harmless only where
// PostgreSQL itself keeps it from writing.
import type { Names } from '../statement/uses.ts'
import { type Catalog, findFunctions, findRelation } from './catalog.ts'

export function namesOf(catalog: Catalog, path: readonly string[]): Names {
  return {
    schemaOf: relation => findRelation(catalog, path, null, relation)?.schema ?? null,
    functionReach: (schema, name) => {
      const found = findFunctions(catalog, path, schema, name)
      if (found.length === 0) return null
      const calm = found.every(({ volatility, language, trusted }) => {
        return volatility !== 'v' && (trusted || language === 'sql' || language === 'plpgsql')
      })
      return calm ? 'pure' : 'write'
    },
  }
}
