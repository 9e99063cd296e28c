// What labels a text touches beside its columns. Promise: what words of the system could quote, what conditions could tell
// one by one, and what is compared with single values; where that is not known it is `unknown`.
import { argumentsIn, type Lists, triedWith } from './guesses.ts'
import type { Plan } from './lineage/resolve.ts'
import { judgeOracle, type OracleVerdict } from './lineage/verdict.ts'
import type { Planned } from './statement-action.ts'

type Labels = ReadonlySet<string> | 'unknown'

/** Kinds of statements in which what people wrote runs or is checked against every row; blocks and procedures are read. */
const speaking = new Set(['define', 'maintain', 'grant', 'other'])

/** As in StatementReading. */
export interface Shown {
  readonly quotes: Labels
  readonly probes: Labels
  readonly guesses: Labels
  readonly guessed: (lists: Lists) => number
  readonly missing: boolean
}

export function shownBy(planned: readonly Planned[]): Shown {
  // To prepare tries nothing.
  const guessing = planned
    .filter(
      ({ statement: { kind }, plan: { oracles } }) =>
        kind !== 'prepare' && oracles.some(({ use }) => judgeOracle(use) === 'count'),
    )
    .map(({ statement, plan }) => ({ plan, given: argumentsIn(statement) }))
  return {
    quotes: united(planned.map(({ plan, statement }) => (speaking.has(statement.kind) ? 'unknown' : of(plan.touches)))),
    probes: united(planned.map(({ plan }) => used(plan, 'stop'))),
    guesses: united(planned.map(({ plan }) => used(plan, 'count'))),
    guessed: lists =>
      guessing.reduce((sum, { plan, given }) => sum + triedWith(plan, given.size > 0 ? given : lists), 0),
    missing: planned.some(({ plan }) => plan.missing),
  }
}

function used({ oracles }: Plan, verdict: OracleVerdict): Labels {
  return united(oracles.filter(({ use }) => judgeOracle(use) === verdict).map(({ labels }) => of(labels)))
}

function of(labels: readonly string[] | 'unknown'): Labels {
  return labels === 'unknown' ? labels : new Set(labels)
}

function united(all: readonly Labels[]): Labels {
  const found = new Set<string>()
  for (const labels of all) {
    if (labels === 'unknown') return labels
    for (const label of labels) found.add(label)
  }
  return found
}

/** Labels that statements of one transaction touched. */
export class SpokenLabels {
  #labels: Labels = new Set()

  add(labels: Labels): void {
    if (labels === 'unknown' || labels.size > 0) this.#labels = united([this.#labels, labels])
  }

  with(labels: Labels): Labels {
    return united([this.#labels, labels])
  }

  clear(): void {
    if (this.#labels === 'unknown' || this.#labels.size > 0) this.#labels = new Set()
  }
}
