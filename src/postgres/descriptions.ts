// Columns of rows the system did not describe where they came. Promise: taken from the description of the prepared statement
// in the formats of this Bind; where nobody asked for one, nothing is known but how many columns there are.
import type { Portal } from './names.ts'
import type { Field } from './reading.ts'

/** As the statement was described when it was prepared, in the formats of this Bind. */
export function described(portal: Portal | null): readonly Field[] | null {
  if (!portal?.prepared.fields) return null
  const { resultFormats } = portal
  return portal.prepared.fields.map((field, at) => {
    const format = resultFormats.length === 1 ? resultFormats[0] : (resultFormats[at] ?? 0)
    return { ...field, format: format === 1 ? 'binary' : 'text' }
  })
}

/** Rows of a statement that nobody described. */
export function undescribed(columns: number): Field[] {
  const field: Field = { name: '', table: 0, attribute: 0, type: 0, format: 'text' }
  return Array.from({ length: columns }, () => field)
}
