// A portal that is bound and has not run. Promise: its values were read and it was planned, which may have run functions of it;
// whatever follows but its own Execute is read as if it had run.
import type { Flight } from './flight.ts'
import type { Portal } from './names.ts'
import { runs } from './pending.ts'
import type { Run } from './runs.ts'

export class PlannedPortal {
  readonly #flight: Flight
  #portal: Portal | null = null

  constructor(flight: Flight) {
    this.#flight = flight
  }

  passes(run: Run, portal: Portal | null): void {
    if (run.bind !== null && !runs(run)) this.#portal = portal
  }

  /** Before this run is read; `portal`: what it executes and does not bind. */
  precedes(run: Run, portal: Portal | null): void {
    const planned = this.#portal
    if (planned === null || (!runs(run) && run.parse === null && run.bind === null)) return
    this.#portal = null
    if (portal === planned || planned.reading.changes !== 'unknown') return
    this.#flight.changes('unknown')
    planned.reading.resumes()
  }
}
