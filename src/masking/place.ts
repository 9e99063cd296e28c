// Where in a message a value stands. Promise: what holds for it there is handed down, and never taken back.
import type { Treatment } from '../gateway/seam.ts'
import type { LeafLabel } from './patches.ts'
import type { PathState } from './paths.ts'

export const noLabels: readonly LeafLabel[] = []

/** What holds for a value because of where it stands. */
export interface Place {
  readonly labelled: PathState
  readonly shaped: PathState | null
  readonly treatment: Treatment
  readonly labels: readonly LeafLabel[]
  readonly clean: boolean
  /** What the names above say a bare number is. */
  readonly context: number
}

export function describes({ treatment }: Place): boolean {
  return treatment === 'name' || treatment === 'words'
}

export function withLabels(place: Place, labels: readonly LeafLabel[]): Place {
  const more = labels.filter(({ label }) => !place.labels.some(one => one.label === label))
  return more.length === 0 ? place : { ...place, labels: [...place.labels, ...more] }
}
