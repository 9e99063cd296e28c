// What a plan is not passed on for. Promise: a condition or an order that reads a protected value bit by bit is stopped, a
// comparison of the whole value with a constant is let through to be counted, and protected data never moves to a place
// that is less protected.
import type { OracleUse } from './context.ts'
import type { Plan } from './resolve.ts'

export type OracleVerdict = 'pass' | 'count' | 'stop'

const verdicts: Readonly<Record<OracleUse, OracleVerdict>> = {
  // Says no more than that two rows belong together, or how many do.
  join: 'pass',
  group: 'pass',
  // One guess of a whole value a statement: let through so that a patient can be looked up, counted so that nobody lists.
  equality: 'count',
  presence: 'count',
  comparison: 'stop',
  pattern: 'stop',
  order: 'stop',
  limit: 'stop',
}

export function judgeOracle(use: OracleUse): OracleVerdict {
  return verdicts[use]
}

/** The labels by which a statement is stopped; empty where it may pass. */
export function stoppedBy(
  plan: Pick<Plan, 'oracles' | 'flows'>,
  shown: (label: string) => boolean = () => false,
): readonly string[] {
  const stopping = plan.oracles.filter(({ use }) => judgeOracle(use) === 'stop')
  const labels = [...stopping, ...plan.flows].flatMap(({ labels: found }) =>
    found === 'unknown' ? ['unknown'] : found.filter(label => !shown(label)),
  )
  return [...new Set(labels)].sort()
}

/** Of a plan that rests on names which may mean something else by then: what it compares could be compared in any way. */
export function doubted({ oracles, columns, touches }: Plan): Plan['oracles'] {
  const made = columns === null || columns.some(({ form }) => form === 'derived')
  const protects = touches === 'unknown' || touches.length > 0
  return oracles.length > 0 || (made && protects) ? [...oracles, { use: 'comparison', labels: touches }] : oracles
}
