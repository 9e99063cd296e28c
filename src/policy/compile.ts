// Rules made ready to decide. Promise: pure; the digests depend on what the rules say and not on their order or layout.
import { createHash } from 'node:crypto'
import { compileCondition } from './condition.ts'
import { compileGlob } from './glob.ts'
import { compilePattern } from './pattern.ts'
import type { Approvers, CompiledRule, Policy, PolicySource, RiskThresholds, Rule } from './rules.ts'

/** Ids of rules that no file can write, since `:` is not allowed there. */
export const builtIn = {
  session: 'builtin:session',
  transparent: 'builtin:transparent',
  /** Asked by the gateway itself. */
  gateway: 'builtin:gateway',
  /** The points of the risk rules that match reach a threshold. */
  risk: 'builtin:risk',
} as const

/** Throws where a condition is at fault: the configuration is checked before it comes here. */
export function compilePolicy(source: PolicySource): Policy {
  const { labels, risk = null, timeZone = 'UTC' } = source
  const compiled = source.rules.map(rule => compileRule(rule, labels, timeZone))
  const byConnection = new Map<string, { rules: readonly CompiledRule[]; digest: string }>()
  for (const connection of source.connections) {
    const concerned = source.rules.flatMap((rule, at) => (concerns(rule, connection.name) ? [at] : []))
    const rules = concerned.map(at => compiled[at] as CompiledRule)
    const forms = concerned.map(at => canonical(source.rules[at] as Rule, compiled[at] as CompiledRule))
    if (connection.transparent) forms.push(builtIn.transparent)
    if (rules.length > 0) forms.push(...surroundings(risk, timeZone))
    byConnection.set(connection.name, {
      rules: connection.transparent ? [transparent(labels), ...rules] : rules,
      digest: digestOf(forms),
    })
  }
  const none = digestOf([])
  return {
    digest: digestOf([
      ...source.rules.map((rule, at) => canonical(rule, compiled[at] as CompiledRule)),
      ...source.connections.map(({ name, transparent: open }) => JSON.stringify([name, open])),
      ...surroundings(risk, timeZone),
    ]),
    rulesOf: connection => byConnection.get(connection)?.rules ?? [],
    connectionDigest: connection => byConnection.get(connection)?.digest ?? none,
    risk,
  }
}

/** What all rules are read with. */
function surroundings(risk: RiskThresholds | null, timeZone: string): string[] {
  return [
    ...(risk === null ? [] : [JSON.stringify(['risk', risk.hold, risk.block, canonicalApprovers(risk.approvers)])]),
    ...(timeZone === 'UTC' ? [] : [JSON.stringify(['timeZone', timeZone])]),
  ]
}

export function concerns(rule: Pick<Rule, 'on'>, connection: string): boolean {
  return rule.on.includes('*') || rule.on.includes(connection)
}

function compileRule(rule: Rule, labels: readonly string[], timeZone: string): CompiledRule {
  const globs = (patterns: readonly string[] | null) => patterns?.map(pattern => compileGlob(pattern, 'name')) ?? null
  const named = (patterns: readonly string[]) => {
    const wanted = patterns.map(pattern => compileGlob(pattern, 'name'))
    return new Set(labels.filter(label => wanted.some(glob => glob.matches(label))))
  }
  const when = rule.when === null ? null : compileCondition(rule.when, timeZone)
  if (when?.kind === 'fault') throw new Error(`rule ${rule.id}: ${when.message}`)
  return {
    id: rule.id,
    kind: rule.kind,
    patterns: rule.patterns.map(compilePattern),
    who: rule.who === null ? null : new Set(rule.who),
    everyone: rule.who?.includes('*') ?? false,
    effects: rule.effects === null ? null : new Set(rule.effects),
    found: globs(rule.found),
    carries: globs(rule.carries),
    columns: globs(rule.columns ?? null),
    when: when?.condition ?? null,
    reveal: named(rule.reveal),
    conceal: named(rule.conceal),
    passBinary: rule.passBinary,
    approvers: rule.approvers,
    rows: rule.rows ?? null,
    points: rule.points ?? 0,
  }
}

/** Everything passes and nothing is masked, for interoperability tests; rules that block or hold still stand above it. */
function transparent(labels: readonly string[]): CompiledRule {
  const rule: Rule = {
    id: builtIn.transparent,
    kind: 'allow',
    patterns: ['*', 'elicitation/*', 'sampling/*', 'roots/*'],
    who: ['*'],
    on: ['*'],
    effects: null,
    found: null,
    carries: null,
    when: null,
    reveal: ['*'],
    conceal: [],
    passBinary: true,
    approvers: null,
  }
  return compileRule(rule, labels, 'UTC')
}

function canonical(rule: Rule, compiled: CompiledRule): string {
  const sorted = (list: Iterable<string> | null) => (list === null ? null : [...list].sort())
  const { columns = null, rows = null, points = 0 } = rule
  return JSON.stringify([
    rule.id,
    rule.kind,
    sorted(rule.patterns),
    sorted(rule.who),
    sorted(rule.on),
    sorted(rule.effects),
    sorted(rule.found),
    sorted(rule.carries),
    rule.when,
    sorted(compiled.reveal),
    sorted(compiled.conceal),
    rule.passBinary,
    canonicalApprovers(rule.approvers),
    sorted(columns),
    rows && [rows.ask, rows.stop],
    points,
  ])
}

function canonicalApprovers(approvers: Approvers | null): unknown {
  return approvers && [[...approvers.groups].sort(), approvers.people, approvers.withinMs, approvers.holdMs]
}

function digestOf(forms: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify([...forms].sort()))
    .digest('hex')
}
