// What one resolution carries with it. Promise: `Notes` alone is written to; all else is read.
import type { Tree } from '../statement/tree.ts'
import type { Catalog } from './catalog.ts'
import type { Protection } from './protection.ts'
import { clean, derive, type Taint } from './taint.ts'

/** An output column of a query, or a column of something in FROM. */
export interface Output {
  readonly name: string
  readonly taint: Taint
  /** A plain reference to a stored column: no caller could have made the value up. */
  readonly stored: boolean
  /** Of a table of this session alone. */
  readonly temporary?: boolean | undefined
  /** Of a list of constants: how many. */
  readonly written?: number | undefined
  /** Its name is the server's choice, which differs between versions. */
  readonly unnamed?: boolean | undefined
  readonly aggregate?: Aggregate | undefined
}

/** sum or avg of one column of one stored table: may be shown for large groups. */
export interface Aggregate {
  readonly function: 'sum' | 'avg'
  /** Which output column counts the same values in the same group; null where none does. */
  readonly countColumn: number | null
}

/** Groups below this are not told apart from a person: the cell size of the CMS suppression policy. */
export const smallestGroup = 11

export interface Rows {
  readonly columns: readonly Output[]
  /** Where more columns may exist than are known: what those hold. */
  readonly rest: Taint | null
}

export type OracleUse = 'equality' | 'join' | 'comparison' | 'pattern' | 'order' | 'group' | 'presence' | 'limit'

/** A protected column that shapes which rows come, or in which order, without being shown. */
export interface Oracle {
  readonly use: OracleUse
  readonly labels: readonly string[] | 'unknown'
}

/** Protected data on its way to where fewer people's eyes are kept off it. */
export interface Flow {
  readonly to: 'column' | 'table' | 'view' | 'function' | 'cursor-text'
  readonly target: string
  readonly labels: readonly string[] | 'unknown'
}

export type Matched = readonly [readonly Taint[], readonly Taint[]]

export interface Notes {
  readonly oracles: Map<string, Oracle>
  readonly flows: Map<string, Flow>
  readonly relations: Set<number>
  /** Everything protected that takes part anywhere. */
  touched: Taint
  /** Everything protected that something is made of. */
  computed: Taint
  /** Results of functions that people defined: planning may work them out and quote them. */
  called: Taint
  /** Nodes evaluated so far: a statement may ask for only so much. */
  steps: number
  /** Values that protected columns are compared with. */
  guesses: number
  /** In how many of them each parameter of the statement stands. */
  readonly compared: Map<number, number>
  /** Those in functions, which may be given any parameter. */
  passed: number
  /** It names a column that nothing in it has. */
  missing: boolean
  /** Counts columns that conditions tied to protected values: what was read before must be read again. */
  ties: number
  /** Rows of a table that the statement makes. */
  made: Rows | null
  /** Columns that are to hold what is protected, of tables that the statement makes or gives them to. */
  readonly filled: Map<string, readonly Output[]>
  /** What probing conditions of the query being read compare with. */
  probed: Taint
  /** How a condition uses what is protected, as it was judged first: later rounds see columns that it tied itself. */
  readonly uses: Map<object, OracleUse>
  /** Both sides of an equality, as they were read first: each reads its own subqueries again, and these theirs. */
  readonly matched: Map<object, Matched>
  /** Triggers that were read, each with what it fired on and how deep. */
  readonly triggered: Map<string, { readonly probed: Taint; readonly guesses: number; readonly passed: number }>
}

export interface Context {
  readonly catalog: Catalog
  readonly protection: Protection
  readonly path: readonly string[]
  readonly notes: Notes
  /** Arguments of the function whose body is read: by name, and by `$1` …. */
  readonly parameters: ReadonlyMap<string, Taint>
  /** Of EXECUTE: those that are given to it, each by itself. */
  readonly given?: ReadonlyMap<string, Taint>
  readonly prepared: ReadonlyMap<string, Tree>
  readonly cursors: ReadonlyMap<string, Rows>
  /** Tables that this session made for itself. */
  readonly temporary?: ReadonlyMap<string, Rows> | undefined
  /** Of tables that statements of this session made or changed: such columns that no snapshot may hold yet. */
  readonly filled?: ReadonlyMap<string, readonly Output[]> | undefined
  /** What a setting holds is no more than what statements of this session were allowed to put there. */
  readonly settingsSaid: boolean
  /** In the text of a function, which finds names when it runs, by the path there is then, or keeps what it found before. */
  readonly late?: 'on any path' | 'on this path' | undefined
  /** Functions and views being read, against recursion. */
  readonly depth: number
  /** The arguments are different ones for each row: what is compared with them is compared with any number of values. */
  readonly many?: boolean
  /** Functions being read, each with what it is taken to give where it calls itself. */
  readonly reading?: ReadonlyMap<number, { readonly taint: Taint; met: boolean }>
  /** Rows that a trigger knows by names of its own. */
  readonly transitions?: ReadonlyMap<string, Rows>
}

export function newNotes(): Notes {
  return {
    oracles: new Map(),
    flows: new Map(),
    relations: new Set(),
    touched: clean,
    computed: clean,
    called: clean,
    steps: 0,
    ties: 0,
    guesses: 0,
    compared: new Map(),
    passed: 0,
    missing: false,
    probed: clean,
    uses: new Map(),
    matched: new Map(),
    triggered: new Map(),
    made: null,
    filled: new Map(),
  }
}

export function touch(notes: Notes, taint: Taint): Taint {
  if (taint.unknown || taint.labels.size > 0) notes.touched = derive(notes.touched, taint)
  return taint
}

export function labelsOf(taint: Taint): readonly string[] | 'unknown' {
  return taint.unknown ? 'unknown' : [...taint.labels].sort()
}

export function noteOracle(notes: Notes, use: OracleUse, taint: Taint): void {
  if (!taint.unknown && taint.labels.size === 0) return
  const labels = labelsOf(taint)
  notes.oracles.set(`${use} ${labels}`, { use, labels })
  if (use !== 'join' && use !== 'order' && use !== 'group') notes.probed = derive(notes.probed, taint)
}

/** What is compared where its result is hidden: an error that depends on it could still tell. */
export function noteShown(notes: Notes, use: OracleUse, taint: Taint): void {
  const before = notes.probed
  noteOracle(notes, use, taint)
  notes.probed = before
}

/** Rows told apart by whole stored values tell how many there are; by parts of values, what they begin with. */
export function noteGroup(notes: Notes, taints: readonly Taint[]): void {
  for (const taint of taints) noteOracle(notes, taint.column !== null || taint.unknown ? 'group' : 'comparison', taint)
}

export function noteFlow(notes: Notes, to: Flow['to'], target: string, taint: Taint): void {
  if (!taint.unknown && taint.labels.size === 0) return
  const labels = labelsOf(taint)
  notes.flows.set(`${to} ${target} ${labels}`, { to, target, labels })
}

/** Runs `inside` and gives what it probed apart. */
export function probedBy<T>(notes: Notes, inside: () => T): readonly [T, Taint] {
  const before = notes.probed
  notes.probed = clean
  const result = inside()
  const probed = notes.probed
  notes.probed = derive(before, probed)
  return [result, probed]
}
