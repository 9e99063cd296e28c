// Whether one rule is about one question. Promise: what is not known never helps: not an allow rule to match, nor a rule
// that blocks or holds to be passed by. Only a forecast without arguments is lenient, since the call is decided again.
import type { Effect, Subject } from '../gateway/seam.ts'
import type { Condition, Truth } from './condition.ts'
import type { Nature } from './operations.ts'
import { type Matter, matches, type Pattern } from './pattern.ts'
import type { CompiledRule } from './rules.ts'

/** The parts of a rule in the order they are tried. */
type Clause = 'who' | 'operation' | 'effects' | 'columns' | 'found' | 'carries' | 'when'

/** Matched, or the first clause that did not, a condition without a result, or one that a probe must answer first. */
export type Outcome = 'matched' | 'error' | 'probe' | Clause

/** Of the relation that is touched; `none` where there is no such thing as a column. */
export type Columns = readonly string[] | 'unknown' | 'none'

export interface Question {
  readonly subject: Subject
  readonly nature: Nature
  /** The action as itself and as the operation it follows. */
  readonly matters: readonly Matter[]
  readonly effects: ReadonlySet<Effect>
  readonly columns: () => Columns
  /** `later`: a forecast, made before the arguments are there. */
  readonly found: ReadonlySet<string> | 'later'
  readonly carries: ReadonlySet<string> | 'unknown'
  readonly truth: (condition: Condition) => Truth | 'later' | 'probe'
}

/** `used`: some allow rule lets this subject use the connection, which is whom a hold without `who` is for. */
export function matchRule(rule: CompiledRule, question: Question, used: boolean): Outcome {
  if (!matchesWho(rule, question.subject, used)) return 'who'
  if (!matchesOperation(rule, question)) return 'operation'
  if (!matchesEffects(rule, question.effects)) return 'effects'
  if (!matchesColumns(rule, question.columns)) return 'columns'
  if (!matchesFound(rule, question.found)) return 'found'
  if (!matchesCarries(rule, question)) return 'carries'
  if (rule.when === null) return 'matched'
  const truth = question.truth(rule.when)
  if (truth === 'later') return restricts(rule) ? 'when' : 'matched'
  return truth === 'error' || truth === 'probe' ? truth : truth === 'true' ? 'matched' : 'when'
}

export function matchesWho(rule: CompiledRule, subject: Subject, used: boolean): boolean {
  if (rule.everyone) return true
  if (rule.who !== null) return !rule.who.isDisjointFrom(subject.groups)
  return restricts(rule) || (rule.kind === 'hold' && used)
}

/** In a forecast such a rule counts only where all of it is known, since it may take something out of a list. */
function restricts(rule: CompiledRule): boolean {
  return rule.kind === 'block' || rule.kind === 'risk'
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
 * or says `effects: [ask]`; to hold a session's housekeeping or give it points, a rule names it, says `effects: [session]`, or is about
 * labels that were found in it.
 */
function reaches(rule: CompiledRule, pattern: Pattern, nature: Nature): boolean {
  if (pattern.operation.tokens[0]?.kind === 'char') return true
  if (rule.kind === 'allow' && nature === 'ask') return rule.effects?.has('ask') ?? false
  if ((rule.kind === 'hold' || rule.kind === 'risk') && nature === 'session')
    return rule.found !== null || (rule.effects?.has('session') ?? false)
  return true
}

/** An allow rule must name every effect of the action; a rule that blocks or holds, any of them. */
function matchesEffects(rule: CompiledRule, effects: ReadonlySet<Effect>): boolean {
  if (rule.effects === null) return true
  if (rule.kind === 'allow') return effects.size > 0 && effects.isSubsetOf(rule.effects)
  return effects.size === 0 || !effects.isDisjointFrom(rule.effects)
}

/** An allow rule must name every column that is touched; any other rule, one of them. */
function matchesColumns(rule: CompiledRule, columnsOf: Question['columns']): boolean {
  const named = rule.columns
  if (named === null) return true
  const columns = columnsOf()
  if (columns === 'none') return false
  if (columns === 'unknown') return rule.kind !== 'allow'
  const has = (column: string) => named.some(glob => glob.matches(column))
  if (rule.kind === 'allow') return columns.every(has)
  return columns.some(column => column === '*' || has(column))
}

function matchesFound(rule: CompiledRule, found: Question['found']): boolean {
  if (rule.found === null) return true
  if (found === 'later') return !restricts(rule)
  return rule.found.some(glob => [...found].some(glob.matches))
}

function matchesCarries(rule: CompiledRule, question: Question): boolean {
  const { carries } = question
  if (rule.carries === null) return true
  if (carries === 'unknown') return rule.kind !== 'allow' && question.nature !== 'session'
  return rule.carries.some(glob => [...carries].some(glob.matches))
}
