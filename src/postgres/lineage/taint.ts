// What a value derives from. Promise: joining two never loses a source, and what is not known stays unknown.

export interface Taint {
  readonly labels: ReadonlySet<string>
  /** Something took part whose origin is not known. */
  readonly unknown: boolean
  /** The stored column this value is, unchanged; null for anything computed. */
  readonly column: StoredColumn | null
  /** Of a row: its parts by name; null where they are not known one by one. */
  readonly fields: ReadonlyMap<string, Taint> | null
  /** How many times as long as what is stored it may be; 0 where nothing hidden or made long takes part. */
  readonly growth: number
}

export interface StoredColumn {
  /** Where the value is stored and protected. */
  readonly relation: number
  readonly attribute: number
}

const none: ReadonlySet<string> = new Set()

export const clean: Taint = { labels: none, unknown: false, column: null, fields: null, growth: 0 }
export const unknown: Taint = { labels: none, unknown: true, column: null, fields: null, growth: 1 }

export function isClean(taint: Taint): boolean {
  return !taint.unknown && taint.labels.size === 0
}

/** Anything computed from these values. */
export function derive(...parts: readonly Taint[]): Taint {
  let labels: ReadonlySet<string> = none
  let isUnknown = false
  let growth = 0
  for (const part of parts) {
    if (part.unknown) isUnknown = true
    growth = Math.max(growth, part.growth)
    if (part.labels.size === 0) continue
    labels = labels.size === 0 ? part.labels : new Set([...labels, ...part.labels])
  }
  if (labels.size === 0 && growth === (isUnknown ? 1 : 0)) return isUnknown ? unknown : clean
  return { labels, unknown: isUnknown, column: null, fields: null, growth }
}

/** A value that is one or the other: rows of a union, a merged column. */
export function either(a: Taint, b: Taint): Taint {
  if (a.column !== null && b.column !== null && !a.unknown && !b.unknown && sameLabels(a, b)) return a
  return { ...derive(a, b), fields: mergeFields(a.fields, b.fields) }
}

function mergeFields(a: Taint['fields'], b: Taint['fields']): Taint['fields'] {
  if (a === null || b === null || a.size !== b.size) return null
  const merged = new Map<string, Taint>()
  for (const [name, taint] of a) {
    const other = b.get(name)
    if (other === undefined) return null
    merged.set(name, either(taint, other))
  }
  return merged
}

function sameLabels(a: Taint, b: Taint): boolean {
  return a.labels.size === b.labels.size && [...a.labels].every(label => b.labels.has(label))
}

/** A row made of named parts. */
export function row(parts: readonly { readonly name: string; readonly taint: Taint }[]): Taint {
  const whole = derive(...parts.map(({ taint }) => taint))
  const growth = parts.reduce((sum, { taint }) => sum + taint.growth, 0)
  return { ...whole, growth, fields: new Map(parts.map(({ name, taint }) => [name, taint])) }
}

/** Stays the same text for the same taint: fixpoints compare by it. */
export function mark(taint: Taint): string {
  return `${taint.unknown ? '?' : ''}${[...taint.labels].sort().join()}${taint.column === null ? '' : '='}`
}

export function ofLabels(labels: readonly string[]): Taint {
  return labels.length === 0 ? clean : { ...clean, labels: new Set(labels), growth: 1 }
}
