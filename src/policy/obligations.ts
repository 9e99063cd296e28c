// What an action that may run is bound to. Promise: of several rules that allow, all that each reveals and the smallest
// limit of any; of several that hold, only what every one reveals.
import type { ApprovalNeed, Decision, Obligations, RowBudget } from '../gateway/seam.ts'
import type { Approvers, CompiledRule } from './rules.ts'

/** All holds must be met, and each grants only what it says: of several, what every one reveals. */
export function held(holds: readonly CompiledRule[], allows: readonly CompiledRule[]): Decision {
  const reveal = holds.map(rule => rule.reveal).reduce((one, other) => one.intersection(other))
  return {
    kind: 'hold',
    rules: ids(holds),
    need: holds.map(rule => needOf(rule.id, rule.approvers)),
    obligations: {
      reveal: without(reveal, [...holds, ...allows]),
      passBinary: holds.every(rule => rule.passBinary),
      ...budgetOf([...holds, ...allows]),
    },
  }
}

/** Of the one rule that most actions are allowed by. */
const ofOne = new WeakMap<CompiledRule, Obligations>()

export function allowed(allows: readonly CompiledRule[]): Obligations {
  const [one] = allows
  if (one === undefined || allows.length > 1) return allowedByAll(allows)
  const known = ofOne.get(one) ?? allowedByAll(allows)
  ofOne.set(one, known)
  return known
}

function allowedByAll(allows: readonly CompiledRule[]): Obligations {
  const reveal = allows.map(rule => rule.reveal).reduce((one, other) => one.union(other))
  return {
    reveal: without(reveal, allows),
    passBinary: allows.some(rule => rule.passBinary),
    ...budgetOf(allows),
  }
}

function without(reveal: ReadonlySet<string>, rules: readonly CompiledRule[]): ReadonlySet<string> {
  return rules.reduce((rest, rule) => rest.difference(rule.conceal), reveal as Set<string>)
}

function budgetOf(rules: readonly CompiledRule[]): { readonly rows?: RowBudget } {
  const budgets = rules.flatMap(({ id, rows, approvers }): RowBudget[] =>
    rows === null ? [] : [{ ...rows, need: rows.ask === null ? [] : [needOf(id, approvers)] }],
  )
  return smallest(budgets)
}

/** The smallest numbers of all; whoever one of them asks is asked. */
export function smallest(budgets: readonly RowBudget[]): { readonly rows?: RowBudget } {
  if (budgets.length === 0) return {}
  const least = (numbers: readonly (number | null)[]) => {
    const given = numbers.filter(number => number !== null)
    return given.length === 0 ? null : Math.min(...given)
  }
  return {
    rows: {
      ask: least(budgets.map(budget => budget.ask)),
      need: distinct(budgets.flatMap(budget => budget.need)),
      stop: least(budgets.map(budget => budget.stop)),
    },
  }
}

export function needOf(rule: string, approvers: Approvers | null): ApprovalNeed {
  if (approvers === null) throw new Error(`rule ${rule} holds and names no approver`)
  const { groups, people, withinMs, holdMs } = approvers
  return { rule, from: groups, people, withinMs, holdMs }
}

export function ids(rules: readonly CompiledRule[]): string[] {
  return rules.map(rule => rule.id)
}

export function distinct(needs: readonly ApprovalNeed[]): ApprovalNeed[] {
  return [...new Map(needs.map(need => [need.rule, need])).values()]
}
