// Whether one rule is about one question. Promise: what is not known never helps: not an allow rule to match, nor a rule
// that blocks or holds to be passed by. Only a forecast without arguments is lenient, since the call is decided again.
import type { Effect, Subject } from '../gateway/seam.ts'
import type { Condition, Truth } from './condition.ts'
import type { Nature } from './operations.ts'
import { type Matter, matches, type Pattern } from './pattern.ts'
import type { CompiledRule } from './rules.ts'

/** The parts of a rule in the order they are tried. */
type Clause = 'who' | 'operation' | 'effects' | 'found' | 'carries' | 'when'

/** Matched, or the first clause that did not, or a condition without a result. */
export type Outcome = 'matched' | 'error' | Clause

export interface Question {
  readonly subject: Subject
  readonly nature: Nature
  /** The action as itself and as the operation it follows. */
  readonly matters: readonly Matter[]
  readonly effects: ReadonlySet<Effect>
  /** `later`: a forecast, made before the arguments are there. */
  readonly found: ReadonlySet<string> | 'later'
  readonly carries: ReadonlySet<string> | 'unknown'
  readonly truth: (condition: Condition) => Truth | 'later'
}

/** `used`: some allow rule lets this subject use the connection, which is whom a hold without `who` is for. */
export function matchRule(rule: CompiledRule, question: Question, used: boolean): Outcome {
  if (!matchesWho(rule, question.subject, used)) return 'who'
  if (!matchesOperation(rule, question)) return 'operation'
  if (!matchesEffects(rule, question.effects)) return 'effects'
  if (!matchesFound(rule, question.found)) return 'found'
  if (!matchesCarries(rule, question)) return 'carries'
  if (rule.when === null) return 'matched'
  const truth = question.truth(rule.when)
  if (truth === 'later') return rule.kind === 'block' ? 'when' : 'matched'
  return truth === 'error' ? 'error' : truth === 'true' ? 'matched' : 'when'
}

export function matchesWho(rule: CompiledRule, subject: Subject, used: boolean): boolean {
  if (rule.everyone) return true
  if (rule.who !== null) return !rule.who.isDisjointFrom(subject.groups)
  return rule.kind === 'block' || (rule.kind === 'hold' && used)
}

function matchesOperation(rule: CompiledRule, question: Question): boolean {
  const quantity = rule.kind === 'allow' ? 'every' : 'some'
  return rule.patterns.some(
    pattern =>
      reaches(rule, pattern, question.nature) && question.matters.some(matter => matches(pattern, matter, quantity)),
  )
}

/**
 * A bare `*` is about what callers ask of the system. To allow a question of the system to the caller, a rule names it
 * or says `effects: [ask]`; to hold a session's housekeeping, a rule names it, says `effects: [session]`, or is about
 * labels that were found in it.
 */
function reaches(rule: CompiledRule, pattern: Pattern, nature: Nature): boolean {
  if (pattern.operation.tokens[0]?.kind === 'char') return true
  if (rule.kind === 'allow' && nature === 'ask') return rule.effects?.has('ask') ?? false
  if (rule.kind === 'hold' && nature === 'session')
    return rule.found !== null || (rule.effects?.has('session') ?? false)
  return true
}

/** An allow rule must name every effect of the action; a rule that blocks or holds, any of them. */
function matchesEffects(rule: CompiledRule, effects: ReadonlySet<Effect>): boolean {
  if (rule.effects === null) return true
  if (rule.kind === 'allow') return effects.size > 0 && effects.isSubsetOf(rule.effects)
  return effects.size === 0 || !effects.isDisjointFrom(rule.effects)
}

function matchesFound(rule: CompiledRule, found: Question['found']): boolean {
  if (rule.found === null) return true
  if (found === 'later') return rule.kind !== 'block'
  return rule.found.some(glob => [...found].some(glob.matches))
}

function matchesCarries(rule: CompiledRule, question: Question): boolean {
  const { carries } = question
  if (rule.carries === null) return true
  if (carries === 'unknown') return rule.kind !== 'allow' && question.nature !== 'session'
  return rule.carries.some(glob => [...carries].some(glob.matches))
}
