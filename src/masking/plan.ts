// Masking rules made ready to run. Promise: what compiles runs; a rule that cannot be carried out exactly as written is
// refused here, with the label it belongs to.
import { RE2JS } from 're2js'
import { type Digits, featuresOf, fewestDigits } from './features.ts'
import { fieldOf } from './fields.ts'
import { indexKeys, type KeyIndex } from './key-names.ts'
import type { LeafLabel } from './patches.ts'
import { below, isAnchored, leafName, PathAutomaton, parsePath, type Step } from './paths.ts'
import type { Columns } from './row-arrays.ts'
import { builtInShapes, Shape } from './shapes.ts'

export type Transform = 'redact' | 'last-four' | 'null'

export interface LabelRule {
  readonly json?: readonly string[]
  readonly csv?: readonly string[]
  readonly shape?: string
  readonly pattern?: string
  /** `schema.table.column`, for answers of a database; not used on messages. */
  readonly sql?: readonly string[]
}

export interface MaskingRules {
  /** Null: every built-in shape with its own label. */
  readonly labels: Readonly<Record<string, LabelRule>> | null
  readonly clean: { readonly json?: readonly string[] }
  readonly transforms: { readonly default: Transform; readonly byLabel: Readonly<Record<string, Transform>> }
}

export type MaskingFault = 'unknown-shape' | 'bad-path' | 'bad-pattern' | 'bad-label' | 'bad-transform' | 'bad-column'

export class MaskingError extends Error {
  /** Null for `clean` and the default transform. */
  readonly label: string | null
  readonly what: MaskingFault
  /** Position of the path or column in its list; 0 elsewhere. */
  readonly index: number
  constructor(label: string | null, what: MaskingFault, index = 0) {
    super(`${what} in ${label ?? 'clean'} at ${index}`)
    this.name = 'MaskingError'
    this.label = label
    this.what = what
    this.index = index
  }
}

export interface PlanLabel {
  readonly name: string
  readonly transform: Transform
}

export interface MaskingPlan {
  /** `unreadable` is 0. */
  readonly labels: readonly PlanLabel[]
  readonly paths: PathAutomaton
  /** Last names of the paths of more than a name, which only whole JSON can follow; empty where that is any. */
  readonly deep: readonly string[]
  /** Label of a path of the automaton; CLEAN for a `clean` path. */
  readonly pathLabel: readonly number[]
  readonly columns: ReadonlyMap<string, readonly number[]>
  /** One bit for the first letter of each of their names in either case. */
  readonly columnInitials: number
  /** The same, with labels of shapes that the name of a column tells alone. */
  readonly headings: Columns
  /** Length of the longest of their names. */
  readonly longestColumn: number
  readonly keys: KeyIndex
  readonly keyLabels: ReadonlyMap<string, readonly number[]>
  /** Bits of the shapes that are looked for. */
  readonly active: number
  /** A text without any of these features holds none of them. */
  readonly searchable: number
  /** With fewer digits no shape that has any is there. */
  readonly fewestDigits: Digits
  /** Labels by shape. */
  readonly shapeLabels: readonly (readonly number[])[]
  /** The same, of shapes that the name of a member tells alone. */
  readonly fieldLabels: readonly (readonly LeafLabel[])[]
  readonly patterns: readonly { readonly label: number; readonly pattern: RE2JS }[]
  /** Columns of a database that labels name. */
  readonly sql: readonly SqlColumn[]
}

/** Each part a name or `*`. */
interface SqlColumn {
  readonly schema: string
  readonly relation: string
  readonly column: string
  readonly label: string
}

export const CLEAN = -1
const PATTERN_CHARS = 1024

/** Members below which a server or caller puts its own data: an anchored path is tried there too. */
const DATA_ROOTS = ['structuredContent', 'arguments', 'data', 'content', 'result', 'params']

export function compileMasking(rules: MaskingRules): MaskingPlan {
  const given = rules.labels ?? defaultLabels()
  const labels: PlanLabel[] = [{ name: 'unreadable', transform: 'redact' }]
  const paths: (readonly Step[])[] = []
  const pathLabel: number[] = []
  const columns = new Map<string, number[]>()
  const keyLabels = new Map<string, number[]>()
  const shapeLabels: number[][] = builtInShapes.map(() => [])
  const patterns: { label: number; pattern: RE2JS }[] = []
  const sql: SqlColumn[] = []
  const deep: string[] = []
  const addPath = (path: string, owner: string | null, index: number, label: number): void => {
    const steps = parsePath(path)
    if (!steps) throw new MaskingError(owner, 'bad-path', index)
    paths.push(steps)
    pathLabel.push(label)
    if (isAnchored(steps)) {
      for (const root of DATA_ROOTS) {
        paths.push(below(root, steps))
        pathLabel.push(label)
      }
    }
    const name = leafName(steps)
    if (label === CLEAN) return
    if (name === null) {
      const last = steps[steps.length - 1]
      deep.push(typeof last === 'string' ? last : '')
      return
    }
    push(columns, name.toLowerCase(), label)
    push(keyLabels, name.toLowerCase(), label)
  }
  checkTransform(null, rules.transforms.default)
  for (const [name, rule] of Object.entries(given)) {
    if (!/^[A-Za-z][\w.-]{0,63}$/.test(name) || name === 'unreadable') throw new MaskingError(name, 'bad-label')
    const label = labels.length
    const transform = Object.hasOwn(rules.transforms.byLabel, name)
      ? rules.transforms.byLabel[name]
      : rules.transforms.default
    checkTransform(name, transform)
    labels.push({ name, transform: transform as Transform })
    for (const [index, path] of (rule.json ?? []).entries()) addPath(path, name, index, label)
    for (const [index, column] of (rule.csv ?? []).entries()) {
      if (column.trim() === '' || /[\n\r]/.test(column)) throw new MaskingError(name, 'bad-column', index)
      push(columns, column.trim().toLowerCase(), label)
      push(keyLabels, column.trim().toLowerCase(), label)
    }
    for (const [index, text] of (rule.sql ?? []).entries()) {
      const [schema = '', relation = '', column = '', ...more] = text.split('.')
      if (more.length > 0 || [schema, relation, column].includes('')) throw new MaskingError(name, 'bad-column', index)
      sql.push({ schema, relation, column, label: name })
    }
    for (const shape of shapesOf(name, rule)) (shapeLabels[shape] as number[]).push(label)
    if (rule.pattern !== undefined) patterns.push({ label, pattern: compilePattern(name, rule.pattern) })
  }
  if (rules.labels === null) {
    for (const [shape, row] of builtInShapes.entries()) {
      const label = labels.findIndex(one => one.name === row.label)
      ;(shapeLabels[shape] as number[]).push(label)
    }
  }
  for (const [name, transform] of Object.entries(rules.transforms.byLabel)) checkTransform(name, transform)
  const active = shapeLabels.reduce((bits, list, shape) => (list.length > 0 ? bits | (1 << shape) : bits), 0)
  for (const [index, path] of (rules.clean.json ?? []).entries()) addPath(path, null, index, CLEAN)
  const fieldLabels = shapeLabels.map(list => list.map(label => ({ label, detector: 'key' as const })))
  return {
    labels,
    paths: new PathAutomaton(paths),
    deep,
    pathLabel,
    columns,
    headings: {
      get: name => {
        const own = columns.get(name)
        const told = fieldLabels[fieldOf(name)] ?? []
        return told.length === 0 ? own : [...(own ?? []), ...told.map(({ label }) => label)]
      },
    },
    columnInitials: [...columns.keys()].reduce((bits, name) => bits | (1 << (name.charCodeAt(0) & 31)), 0),
    longestColumn: Math.max(0, ...[...columns.keys()].map(name => name.length)),
    keys: indexKeys(keyLabels.keys()),
    keyLabels,
    active,
    searchable: featuresOf(active),
    fewestDigits: fewestDigits(active),
    shapeLabels,
    fieldLabels,
    patterns,
    sql,
  }
}

function push(map: Map<string, number[]>, key: string, label: number): void {
  const list = map.get(key)
  if (!list) map.set(key, [label])
  else if (!list.includes(label)) list.push(label)
}

function checkTransform(label: string | null, transform: unknown): void {
  if (transform !== 'redact' && transform !== 'last-four' && transform !== 'null') {
    throw new MaskingError(label, 'bad-transform')
  }
}

function shapesOf(label: string, rule: LabelRule): number[] {
  if (rule.shape === undefined) return []
  if (!Object.hasOwn(Shape, rule.shape)) throw new MaskingError(label, 'unknown-shape')
  return [Shape[rule.shape as keyof typeof Shape]]
}

function compilePattern(label: string, source: string): RE2JS {
  if (source === '' || source.length > PATTERN_CHARS) throw new MaskingError(label, 'bad-pattern')
  let pattern: RE2JS
  try {
    pattern = RE2JS.compile(source)
  } catch {
    throw new MaskingError(label, 'bad-pattern')
  }
  // A pattern that matches nothing at all would mark every place.
  if (pattern.matches('')) throw new MaskingError(label, 'bad-pattern')
  return pattern
}

/** The labels of the built-in shapes; which shapes each has is in their table. */
function defaultLabels(): Record<string, LabelRule> {
  return Object.fromEntries(builtInShapes.map(row => [row.label, {}]))
}
