// What becomes of an action. Promise: block beats hold beats allow; nothing matched is blocked; a condition without a
// result blocks and its rule is named; no rule that is added to block makes anything more permitted.
import type { Code } from '../gateway/errors.ts'
import type { Action, ApprovalNeed, Decision, Obligations, Subject } from '../gateway/seam.ts'
import { builtIn } from './compile.ts'
import type { Bindings, Identifier } from './condition.ts'
import { matchesWho, matchRule, type Outcome, type Question } from './match.ts'
import { type Nature, natureOf, readAs } from './operations.ts'
import { matterOf } from './pattern.ts'
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
}

export interface Ruling {
  readonly decision: Decision
  readonly trace: readonly TraceLine[]
}

export function decide(policy: Policy, asked: Asked): Ruling {
  const { action } = asked
  const uris = Object.hasOwn(action.facts, 'uris') ? action.facts.uris : undefined
  if (action.operation !== 'subscriptions/listen' || !Array.isArray(uris)) return decideOne(policy, asked)
  if (uris.length === 0) return decideOne(policy, asked, 'session')
  return allOf(uris.map(uri => decideOne(policy, { ...asked, action: { ...action, subjectMatter: String(uri) } })))
}

/** Whether any rule lets this subject use the connection at all; where none does the refusal is `forbidden`. */
export function usable(policy: Policy, subject: Subject, connection: string): boolean {
  return policy.rulesOf(connection).some(rule => rule.kind !== 'block' && matchesWho(rule, subject, false))
}

/** As far as it is known before the call: for filtering lists. What is not known yet counts as met. */
export function foresee(
  policy: Policy,
  asked: {
    readonly subject: Subject
    readonly connection: string
    readonly atMs?: number
  } & Pick<Action, 'operation' | 'target' | 'effects' | 'facts'> & { readonly carries?: Action['carries'] },
): Decision['kind'] {
  const { subject, connection, atMs, ...known } = asked
  const action: Action = {
    ...known,
    subjectMatter: known.target,
    found: new Set(),
    carries: known.carries ?? 'unknown',
    exact: new Uint8Array(),
  }
  const question = questionOf({ subject, connection, action, ...(atMs === undefined ? {} : { atMs }) }, true)
  return ruleOn(policy, subject, connection, question).decision.kind
}

function decideOne(policy: Policy, asked: Asked, nature?: Nature): Ruling {
  return ruleOn(policy, asked.subject, asked.connection, questionOf(asked, false, nature))
}

function ruleOn(policy: Policy, subject: Subject, connection: string, question: Question): Ruling {
  const rules = policy.rulesOf(connection)
  const used = rules.some(rule => rule.kind === 'allow' && matchesWho(rule, subject, false))
  const trace = rules.map(rule => ({ rule: rule.id, kind: rule.kind, outcome: matchRule(rule, question, used) }))
  const hit = (kind: RuleKind) => rules.filter((rule, at) => rule.kind === kind && trace[at]?.outcome === 'matched')

  const stopped = trace.filter(
    ({ kind, outcome }) => outcome === 'error' || (kind === 'block' && outcome === 'matched'),
  )
  const allows = hit('allow')
  const holds = hit('hold')
  let decision: Decision
  if (!usable(policy, subject, connection)) decision = blocked([], 'forbidden')
  else if (stopped.length > 0) decision = blocked(stopped.map(({ rule }) => rule))
  else if (holds.length > 0) decision = held(holds, allows)
  else if (allows.length > 0) decision = { kind: 'allow', rules: ids(allows), obligations: allowed(allows) }
  else if (question.nature === 'session') {
    decision = { kind: 'allow', rules: [builtIn.session], obligations: { reveal: new Set(), passBinary: false } }
  } else decision = blocked([])
  return { decision, trace }
}

function blocked(rules: readonly string[], code: Code = 'blocked'): Decision {
  return { kind: 'block', rules, code }
}

/** All holds must be met, and each grants only what it says: of several, what every one reveals. */
function held(holds: readonly CompiledRule[], allows: readonly CompiledRule[]): Decision {
  const reveal = holds.map(rule => rule.reveal).reduce((one, other) => one.intersection(other))
  return {
    kind: 'hold',
    rules: ids(holds),
    need: holds.map(needOf),
    obligations: {
      reveal: without(reveal, [...holds, ...allows]),
      passBinary: holds.every(rule => rule.passBinary),
    },
  }
}

function allowed(allows: readonly CompiledRule[]): Obligations {
  const reveal = allows.map(rule => rule.reveal).reduce((one, other) => one.union(other))
  return { reveal: without(reveal, allows), passBinary: allows.some(rule => rule.passBinary) }
}

function without(reveal: ReadonlySet<string>, rules: readonly CompiledRule[]): ReadonlySet<string> {
  return rules.reduce((rest, rule) => rest.difference(rule.conceal), reveal as Set<string>)
}

function needOf(rule: CompiledRule): ApprovalNeed {
  if (rule.approvers === null) throw new Error(`rule ${rule.id} holds and names no approver`)
  const { groups, people, withinMs, holdMs } = rule.approvers
  return { rule: rule.id, from: groups, people, withinMs, holdMs }
}

function ids(rules: readonly CompiledRule[]): string[] {
  return rules.map(rule => rule.id)
}

/** One question about several things: the strictest answer to any of them. */
function allOf(rulings: readonly Ruling[]): Ruling {
  const trace = rulings.flatMap(ruling => ruling.trace)
  const decisions = rulings.map(ruling => ruling.decision)
  const block = decisions.find(decision => decision.kind === 'block')
  if (block) return { decision: block, trace }
  const passed = decisions.filter(decision => decision.kind !== 'block')
  const holds = passed.filter(decision => decision.kind === 'hold')
  const rules = [...new Set((holds.length > 0 ? holds : passed).flatMap(decision => decision.rules))]
  const obligations: Obligations = {
    reveal: passed.map(decision => decision.obligations.reveal).reduce((one, other) => one.intersection(other)),
    passBinary: passed.every(decision => decision.obligations.passBinary),
  }
  if (holds.length === 0) return { decision: { kind: 'allow', rules, obligations }, trace }
  const need = new Map(holds.flatMap(hold => hold.need).map(each => [each.rule, each]))
  return { decision: { kind: 'hold', rules, need: [...need.values()], obligations }, trace }
}

/** What is not there yet when a list is filtered. */
const fromArguments: readonly Identifier[] = ['args', 'uri', 'found']

function questionOf(asked: Asked, forecast: boolean, nature?: Nature): Question {
  const { subject, action } = asked
  const kind = nature ?? natureOf(action.operation)
  let bindings: Bindings | null = null
  return {
    subject,
    nature: kind,
    matters: readAs(action.operation, action.facts).map(operation => matterOf(operation, action.subjectMatter)),
    effects: kind === 'use' ? action.effects : new Set([...action.effects, kind]),
    found: forecast ? 'later' : action.found,
    carries: action.carries,
    truth: condition => {
      if (forecast && fromArguments.some(name => condition.uses.has(name))) return 'later'
      bindings ??= bindingsOf(asked)
      return condition.evaluate(bindings)
    },
  }
}

function bindingsOf({ subject, connection, action, atMs }: Asked): Bindings {
  const fact = (name: string) => (Object.hasOwn(action.facts, name) ? action.facts[name] : undefined)
  return {
    args: fact('args') ?? {},
    uri: fact('uri') ?? null,
    subject: personOf(subject),
    connection,
    operation: action.operation,
    target: action.target,
    tool: action.operation === 'tools/call' ? action.subjectMatter : null,
    found: action.found,
    purpose: subject.purpose,
    now: atMs ?? Date.now(),
  }
}

function personOf(subject: Subject): Record<string, unknown> {
  const { id, provider, kind, groups, person, purpose, onBehalfOf } = subject
  return { id, provider, kind, groups, person, purpose, onBehalfOf: onBehalfOf && personOf(onBehalfOf) }
}
