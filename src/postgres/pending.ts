// A run between being asked of the gateway and being passed on.
import type { Refusal } from '../gateway/errors.ts'
import { limits } from '../gateway/limits.ts'
import type { Admission } from '../gateway/seam.ts'
import type { Asked, Turn } from './asked.ts'
import type { Changes, Names, Portal } from './names.ts'
import type { Wanted } from './question.ts'
import type { StatementReading } from './reading.ts'
import type { Refused } from './readings.ts'
import type { Run } from './runs.ts'

/** Decided together at the most. */
export const PENDING_RUNS = limits.runsTogether

export interface Pending {
  readonly run: Run
  readonly wanted: Wanted | null
  readonly changes: Changes
  readonly asking: Promise<Answer> | Admission<'system'> | Refused
  /** Nothing that is to leave with it is before it. */
  readonly first: boolean
  readonly withdrawn: AbortSignal | null
  /** Of a portal that is resumed. */
  readonly resumed: Asked | null
}

export type Answer = Admission<'system'> | Refusal | Refused

export function runs({ query, executes, call }: Run): boolean {
  return query !== null || executes !== null || call
}

export function changesOf({ run, wanted }: Pick<Pending, 'run' | 'wanted'>): StatementReading['changes'] {
  return wanted !== null && runs(run) ? wanted.reading.changes : 'nothing'
}

export function turnOf(run: Run, asked: Asked, wanted: Wanted | null, changes: Changes): Turn {
  const described = run.describes.map(({ kind }) => (kind === 'statement' ? (wanted?.prepared ?? null) : null))
  return { asked, expects: run.expects, at: 0, changes, described, refusal: null }
}

/** The portal that a run executes and does not bind. */
export function boundBefore({ executes, bind }: Run, names: Names): Portal | null {
  return executes === null || bind !== null ? null : (names.portal(executes) ?? null)
}

/** What a run does no more than go on with. */
export function resumedBy(run: Run, names: Names): Asked | null {
  if (run.parse !== null || run.describes.length > 0 || run.closes.length > 0) return null
  return boundBefore(run, names)?.asked ?? null
}
