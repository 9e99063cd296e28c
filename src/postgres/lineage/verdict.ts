// What the conditions and orders of a plan are taken for. Promise: what reads a protected value bit by bit is stopped, and a
// comparison of the whole value with a constant is let through to be counted.
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

/** Of a plan that rests on names which may mean something else by then: what it compares could be compared in any way. */
export function doubted({ oracles, columns, touches }: Plan): Plan['oracles'] {
  const made = columns === null || columns.some(({ form }) => form === 'derived')
  const protects = touches === 'unknown' || touches.length > 0
  return oracles.length > 0 || (made && protects) ? [...oracles, { use: 'comparison', labels: touches }] : oracles
}
