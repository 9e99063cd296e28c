// Rules that can never fire. Promise: a rule that names something undeclared, is wholly covered by an unconditional block
// or does not depend on the request is reported where it stands, with what to write instead.
import { concerns } from './compile.ts'
import { compileCondition } from './condition.ts'
import { compileGlob } from './glob.ts'
import { kindNames } from './known-operations.ts'
import { nearest } from './nearest.ts'
import { operations, type System, systemOf } from './operations.ts'
import { compilePattern, coversPattern, type Pattern } from './pattern.ts'
import type { Rule } from './rules.ts'
import { sqlOperations } from './sql-operations.ts'

export interface RuleFault {
  /** From the root of the configuration. */
  readonly path: readonly (string | number)[]
  readonly message: string
  readonly level: 'error' | 'warning'
}

export interface Declared {
  readonly groups: ReadonlySet<string>
  readonly connections: ReadonlySet<string>
  /** What is behind each connection, as far as the file says; any operation may be asked of one that is not here. */
  readonly systems?: ReadonlyMap<string, System>
  /** Whether the points of risk rules do anything. */
  readonly risk?: boolean
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
      ...checkSystems(rule, declared, place),
      ...checkWhen(rule, declared, place),
      ...checkRisk(rule, declared, place),
      ...checkCovered(rules, index, place),
    ]
  })
}

/**
 * Patterns that match none of the names a server lists: a warning of the running gateway, since a server's list is not
 * known when the configuration is read, and changes.
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
    if (pattern.name !== null && hit.every(name => operations.get(name)?.about === 'relation')) {
      const { source } = pattern.name
      if (!source.includes('.') && !source.includes('*'))
        return [fault(path, `write the schema too, such as "${pattern.operation.source}:public.${source}"`)]
    }
    if (pattern.name?.source === '') return [fault(path, 'nothing follows the colon: write a name, or leave it out')]
    return []
  })
}

/** What is behind the connections a rule is about, now. */
function systemsOf(rule: Rule, { connections, systems }: Declared): ReadonlySet<System> {
  const concerned = [...connections].filter(name => concerns(rule, name))
  return new Set(concerned.flatMap(name => systems?.get(name) ?? (['mcp', 'postgres'] as const)))
}

function operationsOf(source: string, { methods }: Declared): readonly string[] {
  const { operation } = compilePattern(source)
  return [...operations.keys(), ...methods].filter(name => operation.matches(name))
}

function checkSystems(rule: Rule, declared: Declared, place: Place): RuleFault[] {
  // A rule for all connections waits for those that may yet come.
  const systems = rule.on.includes('*') ? new Set<System>(['mcp', 'postgres']) : systemsOf(rule, declared)
  if (systems.size === 0) return []
  const faults = rule.patterns.flatMap((source, at) => {
    const hit = operationsOf(source, declared)
    if (hit.length === 0 || hit.some(name => systems.has(systemOf(name)))) return []
    const other = systems.has('mcp') ? 'postgres' : 'mcp'
    const message = `never fires: it is about ${kindNames[other]}, and no connection of this rule is. Correct on:`
    return [fault(place(rule.kind, at), message)]
  })
  const asked = rule.patterns
    .flatMap(source => operationsOf(source, declared))
    .filter(name => systems.has(systemOf(name)))
  const onlyPostgres = (clause: string) => fault(place(clause), `never counts: it is about statements of PostgreSQL`)
  if (faults.length > 0 || asked.length === 0) return faults
  if ((rule.rows ?? null) !== null && asked.every(name => systemOf(name) === 'mcp')) faults.push(onlyPostgres('limits'))
  if ((rule.columns ?? null) !== null) {
    if (asked.every(name => systemOf(name) === 'mcp')) faults.push(onlyPostgres('columns'))
    else if (rule.kind === 'allow' && !asked.some(name => sqlOperations[name]?.byColumn))
      faults.push(fault(place('columns'), 'never fires: what the rule is about touches whole rows. Remove columns'))
  }
  return faults
}

function checkWhen(rule: Rule, declared: Declared, place: Place): RuleFault[] {
  if (rule.when === null) return []
  const compiled = compileCondition(rule.when)
  if (compiled.kind === 'fault') return [fault(place('when'), compiled.message)]
  const { uses } = compiled.condition
  const ofMcp = rule.patterns.flatMap(source => operationsOf(source, declared)).some(name => systemOf(name) === 'mcp')
  if (!uses.has('sql') || !ofMcp || !systemsOf(rule, declared).has('mcp')) return []
  const message = 'MCP has no sql, and an error in a condition denies: write patterns such as sql.*, or on: PostgreSQL'
  return [fault(place('when'), message)]
}

function checkRisk(rule: Rule, declared: Declared, place: Place): RuleFault[] {
  if (rule.kind !== 'risk' || declared.risk !== false) return []
  return [fault(place('risk'), 'points do nothing without thresholds: write risk: { block: 100 } beside rules:')]
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
