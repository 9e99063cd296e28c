// Why a decision came out as it did. Promise: every rule that concerns the connection is there, with the first part of it
// that did not match; the deciding rules are named, and all that gave points; no value of the request is repeated.
import type { ActionPart, Decision } from '../gateway/seam.ts'
import { builtIn } from './compile.ts'
import { type Asked, decide, partsOf, type Ruling, type TraceLine } from './decide.ts'
import type { Outcome } from './match.ts'
import type { RiskSum } from './risk.ts'
import type { Policy } from './rules.ts'

export interface Explanation {
  readonly decision: Decision
  readonly summary: string
  readonly rules: readonly ExplainedRule[]
  /** Left out where no risk rule matched. */
  readonly risk?: RiskSum
}

interface ExplainedRule {
  readonly rule: string
  readonly kind: string
  readonly decided: boolean
  readonly why: string
  /** Of the action, as `sql.select:public.visits`; left out where all parts came out the same. */
  readonly parts?: readonly string[]
  /** Of a risk rule that matched. */
  readonly points?: number
}

export function explain(policy: Policy, asked: Asked): Explanation {
  const ruling = decide(policy, asked, true)
  const { decision, risk } = ruling
  return {
    decision,
    summary: ruling.probe ? `${openIn(ruling)}; else ${summaryOf(ruling)}` : summaryOf(ruling),
    rules: explainTrace(ruling, partsOf(asked.action).map(nameOf)),
    ...(risk === null ? {} : { risk }),
  }
}

function openIn({ trace }: Ruling): string {
  const rules = [...new Set(trace.flatMap(({ rule, outcome }) => (outcome === 'probe' ? [rule] : [])))]
  const which = rules.length === 1 ? `rule ${rules[0]} depends` : `rules ${rules.join(', ')} depend`
  return `${which} on how much the system expects to read (sql.estimatedRows)`
}

function nameOf({ operation, target, subjectMatter }: ActionPart): string {
  return subjectMatter === '' ? operation : `${operation}:${target}`
}

/** One line for each way in which a rule came out. */
function explainTrace({ decision, trace, risk }: Ruling, parts: readonly string[]): ExplainedRule[] {
  const points = new Map(risk?.summands.map(each => [each.rule, each.points]))
  return [...Map.groupBy(trace, ({ rule, outcome }) => JSON.stringify([rule, outcome])).values()]
    .map(lines => [lines[0] as TraceLine, lines] as const)
    .sort(([left], [right]) => trace.findIndex(sameRule(left)) - trace.findIndex(sameRule(right)))
    .map(([{ rule, kind, outcome }, lines]) => {
      const all = trace.filter(line => line.rule === rule).length
      const given = outcome === 'matched' ? points.get(rule) : undefined
      return {
        rule,
        kind,
        decided: decision.rules.includes(rule) && (outcome === 'matched' || outcome === 'error'),
        why: given === undefined ? reasons[outcome] : `matches: ${given} points`,
        ...(lines.length === all ? {} : { parts: lines.map(line => parts[line.part] ?? '') }),
        ...(given === undefined ? {} : { points: given }),
      }
    })
}

function sameRule({ rule }: TraceLine): (line: TraceLine) => boolean {
  return line => line.rule === rule
}

const reasons: Readonly<Record<Outcome, string>> = {
  matched: 'matches',
  error: 'all but its condition matches, and the condition has no result: that blocks',
  probe: 'depends on what the system expects to read',
  who: 'is not for this subject',
  operation: 'is not about this operation or name',
  effects: 'is not about what this action does',
  columns: 'is not about the columns this touches',
  found: 'is about labels that were not found in the request',
  carries: 'is about labels the answer is not known to have',
  when: 'has a condition that is not met',
}

function summaryOf({ decision, trace, risk }: Ruling): string {
  const by = decision.rules.length === 1 ? `rule ${decision.rules[0]}` : `rules ${decision.rules.join(', ')}`
  const points = risk === null ? '' : ` (${risk.points} risk points)`
  switch (decision.kind) {
    case 'allow':
      if (decision.rules[0] === builtIn.session && decision.rules.length === 1) {
        return `allowed: housekeeping of a session, for whoever may use the connection${points}`
      }
      return `allowed by ${by}, ${revealed(decision.obligations.reveal)}${points}`
    case 'hold': {
      const need = decision.need.map(each => `${each.people} of ${each.from.join(' or ')}`)
      return `held by ${by} for ${need.join(' and ')}${points}; once approved, ${revealed(decision.obligations.reveal)}`
    }
    case 'block':
      if (decision.code === 'forbidden') return 'forbidden: no rule lets this subject use this connection'
      if (decision.rules.length === 0) return `blocked: no rule allows it${points}`
      return trace.some(line => line.outcome === 'error')
        ? `blocked by ${by}: a condition could not be evaluated, or a rule blocks`
        : `blocked by ${by}${points}`
  }
}

function revealed(labels: ReadonlySet<string>): string {
  return labels.size === 0 ? 'nothing in clear' : `in clear: ${[...labels].sort().join(', ')}`
}
