// The points of an action and what their sum does. Promise: each risk rule counts once, however many parts of the action it
// is about; points never permit anything, and what is blocked stays blocked.
import type { Decision } from '../gateway/seam.ts'
import { builtIn } from './compile.ts'
import type { Judged, Ruling } from './decide.ts'
import { needOf } from './obligations.ts'
import type { Policy } from './rules.ts'

export interface RiskSum {
  readonly points: number
  readonly hold: number | null
  readonly block: number | null
  /** Every rule that gave points. */
  readonly summands: readonly { readonly rule: string; readonly points: number }[]
}

export function withRisk(policy: Policy, connection: string, judged: Judged): Ruling {
  if (policy.risk === null) return { ...judged, risk: null }
  const { decision, trace, probe } = judged
  const lines = trace.filter(({ kind }) => kind === 'risk')
  const matched = new Set(lines.filter(({ outcome }) => outcome === 'matched').map(({ rule }) => rule))
  if (matched.size === 0) return { ...judged, risk: null }
  const summands = policy
    .rulesOf(connection)
    .flatMap(({ id, kind, points }) => (kind === 'risk' && matched.has(id) ? [{ rule: id, points }] : []))
  const points = summands.reduce((sum, each) => sum + each.points, 0)
  const { hold, block } = policy.risk
  const risk: RiskSum = { points, hold, block, summands }
  const rules = summands.map(({ rule }) => rule)
  if (decision.kind === 'block' && !probe) return { ...judged, risk }
  if (block !== null && points >= block) {
    return { decision: { kind: 'block', rules, code: 'blocked' }, trace, risk, probe: false }
  }
  if (decision.kind === 'block' || hold === null || points < hold) return { ...judged, risk }
  return { decision: askedBecause(policy, decision, risk), trace, risk, probe }
}

/** What it reveals is left as it was: more people are asked. */
function askedBecause(
  policy: Policy,
  decision: Decision & { kind: 'allow' | 'hold' },
  { points, hold, summands }: RiskSum,
): Decision {
  const before = decision.kind === 'hold' ? decision : { rules: [], need: [] }
  return {
    kind: 'hold',
    rules: [...before.rules, ...summands.map(({ rule }) => rule)],
    need: [...before.need, needOf(builtIn.risk, policy.risk?.approvers ?? null)],
    obligations: decision.obligations,
    grounds: { risk: { points, hold, summands } },
  }
}
