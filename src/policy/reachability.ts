// Rules that can never fire. Promise: a rule that names something undeclared, is wholly covered by an unconditional block
// or does not depend on the request is reported where it stands, with what to write instead.
import { concerns } from './compile.ts'
import { compileCondition } from './condition.ts'
import { compileGlob } from './glob.ts'
import { nearest } from './nearest.ts'
import { operations } from './operations.ts'
import { compilePattern, coversPattern, type Pattern } from './pattern.ts'
import type { Rule } from './rules.ts'

export interface RuleFault {
  /** From the root of the configuration. */
  readonly path: readonly (string | number)[]
  readonly message: string
  readonly level: 'error' | 'warning'
}

export interface Declared {
  readonly groups: ReadonlySet<string>
  readonly connections: ReadonlySet<string>
  readonly labels: readonly string[]
  /** Labels that some entry of `labels:` finds; null where the built-in profile is on. */
  readonly detected: readonly string[] | null
  /** Methods that connections permit beside those of the protocol. */
  readonly methods: readonly string[]
}

/** `at` is the rule's place in the file. */
export interface PlacedRule {
  readonly at: number
  readonly rule: Rule
}

export function checkRules(rules: readonly PlacedRule[], declared: Declared): RuleFault[] {
  return rules.flatMap(({ at, rule }, index) => {
    const place = (...rest: (string | number)[]) => ['rules', at, ...rest]
    return [
      ...checkId(rules, index, place),
      ...checkNames(rule, declared, place),
      ...checkPatterns(rule, declared, place),
      ...checkWhen(rule, place),
      ...checkCovered(rules, index, place),
    ]
  })
}

/**
 * Patterns that match none of the names a server lists: a warning, since a server's list is not known when the
 * configuration is read, and changes.
 */
export function unknownTargets(
  rules: readonly Rule[],
  connection: string,
  operation: 'tools/call' | 'prompts/get',
  names: readonly string[],
): { readonly rule: string; readonly pattern: string }[] {
  return rules
    .filter(rule => concerns(rule, connection))
    .flatMap(rule =>
      rule.patterns.map(source => ({ rule: rule.id, pattern: source, compiled: compilePattern(source) })),
    )
    .filter(({ compiled }) => compiled.name !== null && onlyAbout(compiled, operation))
    .filter(({ compiled }) => !names.some(name => compiled.name?.matches(name)))
    .map(({ rule, pattern }) => ({ rule, pattern }))
}

function onlyAbout(pattern: Pattern, operation: string): boolean {
  const about = [...operations].filter(([name, { about }]) => about !== null && pattern.operation.matches(name))
  return about.length > 0 && about.every(([name, { follows }]) => name === operation || follows.includes(operation))
}

type Place = (...rest: (string | number)[]) => (string | number)[]

function fault(path: (string | number)[], message: string, level: RuleFault['level'] = 'error'): RuleFault {
  return { path, message, level }
}

function checkId(rules: readonly PlacedRule[], index: number, place: Place): RuleFault[] {
  const id = rules[index]?.rule.id
  const first = rules.findIndex(other => other.rule.id === id)
  return first < index ? [fault(place('id'), `the id "${id}" is used twice: give each rule its own`)] : []
}

function checkNames(rule: Rule, declared: Declared, place: Place): RuleFault[] {
  const groups = [...declared.groups]
  const unknown = (clause: string[], names: readonly string[], known: readonly string[], kind: string) =>
    names.flatMap((name, at) =>
      name === '*' || known.includes(name)
        ? []
        : [fault(place(...clause, at), `unknown ${kind} "${name}"${nearest(name, known)}: declare it under ${kind}s:`)],
    )
  return [
    ...unknown(['who'], rule.who ?? [], groups, 'group'),
    ...unknown(['approvers', 'groups'], rule.approvers?.groups ?? [], groups, 'group'),
    ...unknown(['on'], rule.on, [...declared.connections], 'connection'),
    ...(['found', 'carries', 'reveal', 'conceal'] as const).flatMap(clause =>
      (rule[clause] ?? []).flatMap((pattern, at) => checkLabel(pattern, declared, clause, place(clause, at))),
    ),
  ]
}

function checkLabel(pattern: string, declared: Declared, clause: string, path: (string | number)[]): RuleFault[] {
  const glob = compileGlob(pattern, 'name')
  if (!declared.labels.some(glob.matches)) {
    return [fault(path, `unknown label "${pattern}"${nearest(pattern, declared.labels)}: declare it under labels:`)]
  }
  if (clause !== 'found' || declared.detected === null || declared.detected.some(glob.matches)) return []
  return [fault(path, `nothing under labels: finds "${pattern}", so this rule never fires: add an entry`, 'warning')]
}

function checkPatterns(rule: Rule, declared: Declared, place: Place): RuleFault[] {
  const known = [...operations.keys(), ...declared.methods]
  return rule.patterns.flatMap((source, at) => {
    const pattern = compilePattern(source)
    const path = place(rule.kind, at)
    const hit = known.filter(name => pattern.operation.matches(name))
    if (hit.length === 0) {
      const name = pattern.operation.source
      return [fault(path, `unknown operation "${name}"${nearest(name, known)}: write for example "tools/call:get_*"`)]
    }
    if (pattern.name !== null && hit.every(name => operations.get(name)?.about === null)) {
      return [fault(path, `"${pattern.operation.source}" has no name to match: leave out what follows the colon`)]
    }
    if (pattern.name?.source === '') return [fault(path, 'nothing follows the colon: write a name, or leave it out')]
    return []
  })
}

function checkWhen(rule: Rule, place: Place): RuleFault[] {
  if (rule.when === null) return []
  const compiled = compileCondition(rule.when)
  return compiled.kind === 'fault' ? [fault(place('when'), compiled.message)] : []
}

function checkCovered(rules: readonly PlacedRule[], index: number, place: Place): RuleFault[] {
  const { rule } = rules[index] as PlacedRule
  const by = rules.find(
    ({ rule: other }, at) => at !== index && (rule.kind !== 'block' || at < index) && blocksAllOf(other, rule),
  )
  if (by === undefined) return []
  return [fault(place(rule.kind), `never fires: rule "${by.rule.id}" blocks all of it. Remove one of them`)]
}

/** An unconditional block over everyone, everywhere and everything that `rule` is about. */
function blocksAllOf(block: Rule, rule: Rule): boolean {
  if (block.kind !== 'block') return false
  const { found, carries, when, effects } = block
  if (found !== null || carries !== null || when !== null || effects !== null) return false
  const wide = block.patterns.map(compilePattern)
  return (
    within(rule.who ?? ['*'], block.who ?? ['*']) &&
    within(rule.on, block.on) &&
    rule.patterns.every(narrow => wide.some(pattern => coversPattern(pattern, compilePattern(narrow))))
  )
}

function within(narrow: readonly string[], wide: readonly string[]): boolean {
  return wide.includes('*') || narrow.every(name => wide.includes(name))
}
