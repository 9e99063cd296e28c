// Rows of a result. Promise: a cell of a hidden column leaves only as something of its own type that tells nothing of it;
// where no such thing is known it leaves as NULL; the transcript shows no labelled cell whatever this caller may see.
import type { Cell, ColumnOrigin, RowMasker, RowWalk } from '../gateway/seam.ts'
import { type Finding, type Findings, type Masked, masked } from './masked.ts'
import type { Transform } from './plan.ts'
import { marker, transformText } from './transforms.ts'

export interface RowRules {
  readonly hides: (label: string) => boolean
  /** Whether a column of unknown origin is hidden. */
  readonly hidesUnknown: boolean
  readonly transformOf: (label: string) => Transform
  /** Searches readable text, for the transcript. */
  readonly text: (told: Uint8Array) => Masked
}

/** Types whose values are plain characters in both formats: text, varchar, bpchar, name, unknown. */
const TEXTUAL = new Set([25, 1043, 1042, 19, 705])
const JSON_TYPE = 114
const JSONB_TYPE = 3802
const UNKNOWN = 'unknown'

interface Column {
  /** The label by which it is hidden or reported; null where it has none. */
  readonly label: string | null
  readonly hidden: boolean
  readonly transform: Transform
  readonly replace: (value: Uint8Array) => Uint8Array | null
}

export function createRowMasker(rules: RowRules, origins: readonly ColumnOrigin[]): RowMasker {
  const columns = origins.map(origin => columnOf(rules, origin))
  const touched = columns.flatMap(({ hidden }, index) => (hidden ? [index] : []))
  const labelled = columns.some(({ label }) => label !== null)
  return {
    touched,
    chunk(raw, walk) {
      const counts = new Map<Column, number>()
      const released = touched.length === 0 ? walk.release(asItIs) : walk.release(counting(columns, counts))
      return record(rules, columns, raw, released, walk, labelled, counts)
    },
  }
}

const asItIs: Cell = (_, value) => value

function counting(columns: readonly Column[], counts: Map<Column, number>): Cell {
  return (index, value) => {
    const column = columns[index]
    // A row wider than its description fits no plan.
    if (column === undefined) return null
    if (!column.hidden) return value
    counts.set(column, (counts.get(column) ?? 0) + 1)
    return column.replace(value)
  }
}

function record(
  rules: RowRules,
  columns: readonly Column[],
  raw: Uint8Array,
  released: Uint8Array,
  walk: RowWalk,
  labelled: boolean,
  counts: ReadonlyMap<Column, number>,
): Masked {
  const shown = new Map<string, number>()
  const told = walk.tell((index, value) => {
    const column = columns[index]
    if (!labelled || column === undefined || column.label === null) return value
    if (!column.hidden) shown.set(column.label, (shown.get(column.label) ?? 0) + 1)
    return Buffer.from(marker(column.label))
  })
  const { transcript, findings } = rules.text(told)
  if (counts.size === 0 && shown.size === 0) return masked(raw, released, transcript, findings)
  const all: Record<string, Finding> = { ...findings }
  for (const [label, count] of shown) all[label] = { count, transform: 'reveal', detector: 'column' }
  for (const [{ label, transform }, count] of counts) {
    const before = all[label as string]
    const sum = before?.detector === 'column' && before.transform !== 'reveal' ? before.count + count : count
    all[label as string] = { count: sum, transform, detector: 'column' }
  }
  return masked(raw, released, transcript, all satisfies Findings)
}

function columnOf(rules: RowRules, origin: ColumnOrigin): Column {
  if (origin.labels === 'unknown') {
    return {
      label: rules.hidesUnknown ? UNKNOWN : null,
      hidden: rules.hidesUnknown,
      transform: 'redact',
      replace: whole(origin, UNKNOWN),
    }
  }
  const hidden = [...origin.labels].filter(rules.hides)
  const label = hidden[0] ?? [...origin.labels][0] ?? null
  if (label === null || hidden.length === 0)
    return { label, hidden: false, transform: 'redact', replace: value => value }
  const partial = hidden.length === 1 && !origin.derived && rules.transformOf(label) === 'last-four'
  if (partial && TEXTUAL.has(origin.type)) {
    return {
      label,
      hidden: true,
      transform: 'last-four',
      replace: value => Buffer.from(transformText(Buffer.from(value).toString(), label, 'last-four')),
    }
  }
  if (rules.transformOf(label) === 'null') return { label, hidden: true, transform: 'null', replace: () => null }
  return { label, hidden: true, transform: 'redact', replace: whole(origin, label) }
}

/** The whole value is replaced, by the same bytes whatever it was. */
function whole({ type, format }: ColumnOrigin, label: string): (value: Uint8Array) => Uint8Array | null {
  const stand = standIn(type, format, label)
  return () => stand
}

function standIn(type: number, format: ColumnOrigin['format'], label: string): Uint8Array | null {
  if (TEXTUAL.has(type)) return Buffer.from(marker(label))
  const json = Buffer.from(JSON.stringify(marker(label)))
  if (type === JSON_TYPE || (type === JSONB_TYPE && format === 'text')) return json
  if (type === JSONB_TYPE) return Buffer.concat([Buffer.from([1]), json])
  return null
}
