// What becomes of an action. Promise: block beats hold beats allow; nothing matched is blocked; a condition without a
// result blocks and its rule is named; of several parts the strictest decision counts; no rule that is added to block, hold
// or give points makes anything more permitted.
import type { Code } from '../gateway/errors.ts'
import type { Action, ActionPart, Decision, Obligations, Subject } from '../gateway/seam.ts'
import { builtIn } from './compile.ts'
import { matchesWho, matchRule, type Outcome, type Question } from './match.ts'
import { allowed, distinct, held, ids, smallest } from './obligations.ts'
import { questionOf, type Stage } from './question.ts'
import { type RiskSum, withRisk } from './risk.ts'
import type { CompiledRule, Policy, RuleKind } from './rules.ts'

export interface Asked {
  readonly subject: Subject
  readonly connection: string
  readonly action: Action
  /** Wall clock, ms. */
  readonly atMs?: number
}

export interface TraceLine {
  readonly rule: string
  readonly kind: RuleKind
  readonly outcome: Outcome
  /** Number of the part of the action. */
  readonly part: number
}

export interface Ruling {
  readonly decision: Decision
  readonly trace: readonly TraceLine[]
  /** Null where no risk rule matched. */
  readonly risk: RiskSum | null
  /** The decision depends on facts that only a probe tells, and is none yet. */
  readonly probe: boolean
}

/** Of one part: without risk, which is summed over all of them. */
export type Judged = Omit<Ruling, 'risk'>

/** `canProbe`: what a probe would tell may still be learnt; without it an unknown fact is an error, which blocks. */
export function decide(policy: Policy, asked: Asked, canProbe = false): Ruling {
  const stage = canProbe ? 'probe' : 'ask'
  const { action } = asked
  const uris = Object.hasOwn(action.facts, 'uris') ? action.facts.uris : undefined
  if (action.operation !== 'subscriptions/listen' || !Array.isArray(uris))
    return ruleOn(policy, asked, partsOf(action), stage)
  if (uris.length > 0) {
    const each = uris.map(uri => ({ ...partOf(action), subjectMatter: String(uri) }))
    return ruleOn(policy, asked, each, stage)
  }
  const question = questionOf(asked, partOf(action), stage, 'session')
  return withRisk(policy, asked.connection, judge(policy, asked, question, 0))
}

/** Whether any rule lets this subject use the connection at all; where none does the refusal is `forbidden`. */
export function usable(policy: Policy, subject: Subject, connection: string): boolean {
  return policy
    .rulesOf(connection)
    .some(rule => (rule.kind === 'allow' || rule.kind === 'hold') && matchesWho(rule, subject, false))
}

/** As far as it is known before the call: for filtering lists. What is not known yet counts as met. */
export function foresee(
  policy: Policy,
  asked: {
    readonly subject: Subject
    readonly connection: string
    readonly atMs?: number
  } & Pick<Action, 'operation' | 'target' | 'effects' | 'facts' | 'parts'> & { readonly carries?: Action['carries'] },
): Decision['kind'] {
  const { subject, connection, atMs, ...known } = asked
  const action: Action = {
    ...known,
    subjectMatter: known.target,
    found: new Set(),
    carries: known.carries ?? 'unknown',
    exact: () => new Uint8Array(),
  }
  const all: Asked = { subject, connection, action, ...(atMs === undefined ? {} : { atMs }) }
  return ruleOn(policy, all, partsOf(action), 'list').decision.kind
}

export function partsOf(action: Action): readonly ActionPart[] {
  return action.parts === undefined || action.parts.length === 0 ? [partOf(action)] : action.parts
}

function partOf({ operation, target, subjectMatter, effects }: Action): ActionPart {
  return { operation, target, subjectMatter, effects }
}

function ruleOn(policy: Policy, asked: Asked, parts: readonly ActionPart[], stage: Stage): Ruling {
  const judged = parts.map((part, at) => judge(policy, asked, questionOf(asked, part, stage), at))
  return withRisk(policy, asked.connection, judged.length === 1 ? (judged[0] as Judged) : allOf(judged))
}

function judge(policy: Policy, { subject, connection }: Asked, question: Question, part: number): Judged {
  const rules = policy.rulesOf(connection)
  const used = rules.some(rule => rule.kind === 'allow' && matchesWho(rule, subject, false))
  const trace: TraceLine[] = []
  const allows: CompiledRule[] = []
  const holds: CompiledRule[] = []
  const stopped: TraceLine[] = []
  const open: TraceLine[] = []
  for (const rule of rules) {
    const { id, kind } = rule
    const outcome = matchRule(rule, question, used)
    const line = { rule: id, kind, outcome, part }
    trace.push(line)
    if (outcome === 'probe') open.push(line)
    else if (outcome === 'error' || (outcome === 'matched' && kind === 'block')) stopped.push(line)
    else if (outcome === 'matched' && kind === 'allow') allows.push(rule)
    else if (outcome === 'matched' && kind === 'hold') holds.push(rule)
  }
  const ruling = (decision: Decision, probe = open.length > 0) => ({ decision, trace, probe })
  if (!used && !usable(policy, subject, connection)) return ruling(blocked([], 'forbidden'), false)
  if (stopped.length > 0) {
    const unresolved = stopped.filter(({ outcome }) => outcome === 'error')
    return ruling(blocked(rulesIn(stopped), 'blocked', rulesIn(unresolved)), false)
  }
  if (holds.length > 0) return ruling(held(holds, allows))
  if (allows.length > 0) return ruling({ kind: 'allow', rules: ids(allows), obligations: allowed(allows) })
  if (question.nature === 'session')
    return ruling({ kind: 'allow', rules: [builtIn.session], obligations: NOTHING_REVEALED })
  return ruling(
    blocked([]),
    open.some(({ kind }) => kind === 'allow' || kind === 'hold'),
  )
}

const NOTHING_REVEALED: Obligations = { reveal: new Set(), passBinary: false }

function rulesIn(lines: readonly TraceLine[]): string[] {
  return lines.map(({ rule }) => rule)
}

function blocked(rules: readonly string[], code: Code = 'blocked', unresolved: readonly string[] = []): Decision {
  return { kind: 'block', rules, code, ...(unresolved.length > 0 && { unresolved }) }
}

/** One question about several things: the strictest answer to any of them. */
function allOf(judged: readonly Judged[]): Judged {
  const trace = judged.flatMap(each => each.trace)
  const final = judged.flatMap(({ decision, probe }) => (decision.kind === 'block' && !probe ? [decision] : []))
  const probe = final.length === 0 && judged.some(each => each.probe)
  const decisions = judged.map(each => each.decision)
  const blocks = final.length > 0 ? final : decisions.filter(decision => decision.kind === 'block')
  const rules = (of: readonly Decision[]) => [...new Set(of.flatMap(decision => decision.rules))]
  const [block] = blocks
  if (block !== undefined) {
    const unresolved = new Set(blocks.flatMap(each => each.unresolved ?? []))
    return { decision: blocked(rules(blocks), block.code, [...unresolved]), trace, probe }
  }
  const passed = decisions.filter(decision => decision.kind !== 'block')
  const holds = passed.filter(decision => decision.kind === 'hold')
  // Housekeeping beside a query has no answer that anything could be hidden in.
  const telling = passed.filter(decision => decision.kind === 'hold' || decision.rules[0] !== builtIn.session)
  const all = (telling.length > 0 ? telling : passed).map(decision => decision.obligations)
  const obligations: Obligations = {
    reveal: all.map(each => each.reveal).reduce((one, other) => one.intersection(other)),
    passBinary: all.every(each => each.passBinary),
    ...smallest(all.flatMap(each => each.rows ?? [])),
  }
  if (holds.length === 0) return { decision: { kind: 'allow', rules: rules(passed), obligations }, trace, probe }
  const need = distinct(holds.flatMap(hold => hold.need))
  return { decision: { kind: 'hold', rules: rules(holds), need, obligations }, trace, probe }
}
