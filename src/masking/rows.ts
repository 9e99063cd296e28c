// Rows of a result. Promise: a cell of a hidden column leaves only as something of its own type that tells nothing of it;
// where no such thing is known it leaves as NULL; the transcript shows no labelled cell whatever this caller may see.
import type { Cell, ColumnOrigin, RowMasker, RowWalk } from '../gateway/seam.ts'
import { standIn, TEXTUAL } from './cell-stand-ins.ts'
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
  /** Null where nothing is looked for or hidden in values. */
  readonly cell: {
    /** Searches one value, with the name of its column. */
    readonly search: (value: Uint8Array, name: string) => Masked
    /** Whether a search of bytes[start, end) could find anything. */
    readonly mayHold: (bytes: Uint8Array, start: number, end: number) => boolean
  } | null
}

const JSON_TYPE = 114
const JSONB_TYPE = 3802
/** Types without a label whose text is searched: characters, JSON, XML, arrays of characters, and what is not known. */
const SEARCHED = new Set([...TEXTUAL, JSON_TYPE, JSONB_TYPE, 142, 1009, 1014, 1015, 199, 3807, 2249, 0])
/** Of these, those that are the same characters in binary. */
const PLAIN = new Set([...TEXTUAL, JSON_TYPE, 142])
const UNKNOWN = 'unknown'

interface Column {
  /** The label by which it is hidden or reported; null where it has none. */
  readonly label: string | null
  readonly hidden: boolean
  readonly transform: Transform
  readonly replace: (value: Uint8Array) => Uint8Array | null
  /** A NULL here may tell what it was computed from: it is replaced like any value. */
  readonly computed: boolean
  /** Searches the value of a column without a label; null where that is not done. */
  readonly search: ((value: Uint8Array) => Masked) | null
  /** What is searched are the bytes as they stand. */
  readonly plain: boolean
  /** Of a sum or mean: where its rows say how many values it is made of. */
  readonly group?: ColumnOrigin['group']
}

export function createRowMasker(rules: RowRules, origins: readonly ColumnOrigin[]): RowMasker {
  const columns = origins.map(origin => columnOf(rules, origin))
  const touched = columns.flatMap(({ hidden, search }, index) => (hidden || search !== null ? [index] : []))
  const sizes = groupSizes(columns, origins)
  const labelled = columns.some(({ label }) => label !== null)
  return {
    touched,
    first: sizes.columns,
    stays: (index, bytes, start, end) => {
      const column = columns[index]
      if (column === undefined || column.search === null || !column.plain) return false
      return rules.cell?.mayHold(bytes, start, end) === false
    },
    chunk(raw, walk) {
      if (touched.length === 0) {
        const released = walk.release(asItIs, () => NONE_HIDDEN)
        return record(rules, columns, raw, released, walk, labelled, NONE_COUNTED, NONE_FOUND)
      }
      const counts = new Map<Column, number>()
      const found = new Map<string, Finding>()
      const released = walk.release(counting(columns, counts, found, sizes), () => hiddenBy(counts, found))
      return record(rules, columns, raw, released, walk, labelled, counts, found)
    },
  }
}

const NOTHING = new Uint8Array()
const NONE_HIDDEN: ReadonlyMap<string, number> = new Map()
const NONE_COUNTED: ReadonlyMap<Column, number> = new Map()
const NONE_FOUND: ReadonlyMap<string, Finding> = new Map()

const asItIs: Cell = (_, value) => value

function hiddenBy(counts: ReadonlyMap<Column, number>, found: ReadonlyMap<string, Finding>): Map<string, number> {
  const hidden = new Map<string, number>()
  for (const [label, { count, transform }] of found) if (transform !== 'reveal') hidden.set(label, count)
  for (const [{ label }, count] of counts) if (label !== null) hidden.set(label, (hidden.get(label) ?? 0) + count)
  return hidden
}

/** The columns that count groups, and what they said in the row that is walked. */
interface Sizes {
  readonly columns: readonly number[]
  read(column: number, value: Uint8Array): void
  reaches(group: NonNullable<ColumnOrigin['group']>): boolean
}

const INT8 = 20

function groupSizes(columns: readonly Column[], origins: readonly ColumnOrigin[]): Sizes {
  const counting = columns.flatMap(({ hidden, group }) => (hidden && group ? [group.countColumn] : []))
  const known = [...new Set(counting)].filter(at => origins[at]?.type === INT8 && columns[at]?.hidden === false)
  const said = new Map<number, number>()
  return {
    columns: known,
    read: (column, value) => {
      if (known.includes(column)) said.set(column, sizeIn(value, origins[column]?.format))
    },
    reaches: ({ countColumn, atLeast }) => (said.get(countColumn) ?? 0) >= atLeast,
  }
}

function sizeIn(value: Uint8Array, format: ColumnOrigin['format'] | undefined): number {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.length)
  if (format === 'binary') return bytes.length === 8 ? Number(bytes.readBigInt64BE()) : 0
  const size = Number(bytes.toString('latin1'))
  return Number.isSafeInteger(size) ? size : 0
}

function counting(
  columns: readonly Column[],
  counts: Map<Column, number>,
  found: Map<string, Finding>,
  sizes: Sizes,
): Cell {
  return (index, value) => {
    if (sizes.columns.length > 0 && value !== null) sizes.read(index, value)
    const column = columns[index]
    // A row wider than its description fits no plan.
    if (column === undefined) return null
    if (value === null) {
      if (!column.hidden || !column.computed) return null
      counts.set(column, (counts.get(column) ?? 0) + 1)
      return column.replace(NOTHING)
    }
    if (column.search !== null) {
      const searched = column.search(value)
      for (const [label, finding] of Object.entries(searched.findings)) {
        const before = found.get(label)
        found.set(label, before === undefined ? finding : { ...before, count: before.count + finding.count })
      }
      return searched.released
    }
    if (!column.hidden || (column.group && sizes.reaches(column.group))) return value
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
  found: ReadonlyMap<string, Finding>,
): Masked {
  const shown = labelled ? new Map<string, number>() : null
  const told = walk.tell((index, value) => {
    const column = columns[index]
    if (value === null) return column?.computed && column.label !== null ? Buffer.from(marker(column.label)) : null
    if (column?.search) {
      const searched = column.search(value)
      return searched.transcript === searched.raw ? value : searched.transcript
    }
    if (shown === null || column === undefined || column.label === null) return value
    if (!column.hidden) shown?.set(column.label, (shown.get(column.label) ?? 0) + 1)
    return Buffer.from(marker(column.label))
  })
  const { transcript, findings } = rules.text(told)
  if (counts.size === 0 && (shown?.size ?? 0) === 0 && found.size === 0)
    return masked(raw, released, transcript, findings)
  const all: Record<string, Finding> = { ...findings, ...Object.fromEntries(found) }
  for (const [label, count] of shown ?? NONE_HIDDEN) all[label] = { count, transform: 'reveal', detector: 'column' }
  for (const [{ label, transform }, count] of counts) {
    const before = all[label as string]
    const sum = before?.detector === 'column' && before.transform !== 'reveal' ? before.count + count : count
    all[label as string] = { count: sum, transform, detector: 'column' }
  }
  return masked(raw, released, transcript, all satisfies Findings)
}

function columnOf(rules: RowRules, origin: ColumnOrigin): Column {
  const computed = origin.labels === 'unknown' || origin.derived
  const plain = isPlain(origin.type, origin.format)
  if (origin.labels === 'unknown') {
    return {
      label: rules.hidesUnknown ? UNKNOWN : null,
      hidden: rules.hidesUnknown,
      transform: 'redact',
      replace: whole(origin, UNKNOWN),
      computed,
      search: rules.hidesUnknown ? null : searchOf(rules, origin),
      plain,
    }
  }
  const hidden = [...origin.labels].filter(rules.hides)
  const label = hidden[0] ?? [...origin.labels][0] ?? null
  if (label === null || hidden.length === 0) {
    const search = label === null ? searchOf(rules, origin) : null
    return { label, hidden: false, transform: 'redact', replace: value => value, computed, search, plain }
  }
  const partial = hidden.length === 1 && !origin.derived && rules.transformOf(label) === 'last-four'
  if (partial && TEXTUAL.has(origin.type)) {
    return {
      label,
      hidden: true,
      transform: 'last-four',
      search: null,
      plain,
      computed,
      replace: value => Buffer.from(transformText(Buffer.from(value).toString(), label, 'last-four')),
    }
  }
  if (rules.transformOf(label) === 'null')
    return {
      label,
      hidden: true,
      transform: 'null',
      replace: () => null,
      computed,
      search: null,
      plain,
      group: origin.group,
    }
  const replace = whole(origin, label)
  return { label, hidden: true, transform: 'redact', replace, computed, search: null, plain, group: origin.group }
}

function isPlain(type: number, format: ColumnOrigin['format']): boolean {
  return format === 'text' || PLAIN.has(type)
}

function searchOf({ cell }: RowRules, { name, type, format }: ColumnOrigin): Column['search'] {
  if (cell === null || !SEARCHED.has(type)) return null
  if (isPlain(type, format)) return value => cell.search(value, name)
  if (type !== JSONB_TYPE) return null
  return value => {
    const { raw, released, transcript, findings } = cell.search(value.subarray(1), name)
    const versioned = (bytes: Uint8Array) => (bytes === raw ? value : Buffer.concat([value.subarray(0, 1), bytes]))
    return masked(value, versioned(released), versioned(transcript), findings)
  }
}

/** The whole value is replaced, by the same bytes whatever it was. */
function whole({ type, format }: ColumnOrigin, label: string): (value: Uint8Array) => Uint8Array | null {
  const stand = standIn(type, format, label)
  return () => stand
}
