// Why a decision came out as it did. Promise: every rule that concerns the connection is there, with the first part of it
// that did not match; the deciding rules are named; no value of the request is repeated.
import type { Decision } from '../gateway/seam.ts'
import { builtIn } from './compile.ts'
import { type Asked, decide, type TraceLine } from './decide.ts'
import type { Outcome } from './match.ts'
import type { Policy } from './rules.ts'

export interface Explanation {
  readonly decision: Decision
  readonly summary: string
  readonly rules: readonly {
    readonly rule: string
    readonly kind: string
    readonly decided: boolean
    readonly why: string
  }[]
}

export function explain(policy: Policy, asked: Asked): Explanation {
  const { decision, trace } = decide(policy, asked)
  return { decision, summary: summaryOf(decision, trace), rules: explainTrace(decision, trace) }
}

function explainTrace(decision: Decision, trace: readonly TraceLine[]): Explanation['rules'] {
  return trace.map(({ rule, kind, outcome }) => ({
    rule,
    kind,
    decided: decision.rules.includes(rule) && (outcome === 'matched' || outcome === 'error'),
    why: reasons[outcome],
  }))
}

const reasons: Readonly<Record<Outcome, string>> = {
  matched: 'matches',
  error: 'all but its condition matches, and the condition has no result: that blocks',
  who: 'is not for this subject',
  operation: 'is not about this operation or name',
  effects: 'is not about what this action does',
  found: 'is about labels that were not found in the request',
  carries: 'is about labels the answer is not known to have',
  when: 'has a condition that is not met',
}

function summaryOf(decision: Decision, trace: readonly TraceLine[]): string {
  const by = decision.rules.length === 1 ? `rule ${decision.rules[0]}` : `rules ${decision.rules.join(', ')}`
  switch (decision.kind) {
    case 'allow':
      if (decision.rules[0] === builtIn.session) {
        return 'allowed: housekeeping of a session, for whoever may use the connection'
      }
      return `allowed by ${by}, ${revealed(decision.obligations.reveal)}`
    case 'hold': {
      const need = decision.need.map(each => `${each.people} of ${each.from.join(' or ')}`)
      return `held by ${by} for ${need.join(' and ')}; once approved, ${revealed(decision.obligations.reveal)}`
    }
    case 'block':
      if (decision.code === 'forbidden') return 'forbidden: no rule lets this subject use this connection'
      if (decision.rules.length === 0) return 'blocked: no rule allows it'
      return trace.some(line => line.outcome === 'error')
        ? `blocked by ${by}: a condition could not be evaluated, or a rule blocks`
        : `blocked by ${by}`
  }
}

function revealed(labels: ReadonlySet<string>): string {
  return labels.size === 0 ? 'nothing in clear' : `in clear: ${[...labels].sort().join(', ')}`
}
