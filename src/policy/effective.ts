// The rules as people read them: per connection and group, who may do what and what waits for whom. Promise: made from the
// rules that decide, not from the file; a rule that cannot concern what is behind a connection is not said to be its.
import { builtIn, concerns } from './compile.ts'
import { isAbout } from './known-operations.ts'
import type { System } from './operations.ts'
import type { Rule } from './rules.ts'

export interface EffectiveRow {
  readonly connection: string
  readonly who: string
  readonly what: string
  readonly patterns: string
  readonly only: string
  readonly reveals: string
  readonly rule: string
}

export function effectiveRules(
  rules: readonly Rule[],
  connections: readonly { readonly name: string; readonly kind: System; readonly transparent: boolean }[],
): EffectiveRow[] {
  return connections.flatMap(({ name, kind, transparent }) => {
    const rows = rules
      .filter(rule => concerns(rule, name))
      .flatMap(rule => asTo(kind, rule))
      .flatMap(rule => whoOf(rule).map(who => rowOf(rule, name, who)))
      .sort((left, right) => order(left.who, right.who))
    const open = { connection: name, who: 'everyone', what: 'allow', patterns: '*', only: '', reveals: '*' }
    return transparent ? [{ ...open, rule: builtIn.transparent }, ...rows] : rows
  })
}

/** What of it counts at such a connection: nothing, where it names columns and there are none. */
function asTo(system: System, rule: Rule): Rule[] {
  const patterns = rule.patterns.filter(source => isAbout(source, system))
  if (patterns.length === 0 || (system === 'mcp' && (rule.columns ?? null) !== null)) return []
  return [{ ...rule, patterns, rows: system === 'mcp' ? null : (rule.rows ?? null) }]
}

function rowOf(rule: Rule, connection: string, who: string): EffectiveRow {
  return {
    connection,
    who,
    what: whatOf(rule),
    patterns: rule.patterns.join(' '),
    only: [
      rule.effects && `effects ${rule.effects.join(' ')}`,
      rule.columns && `columns ${rule.columns.join(' ')}`,
      rule.found && `found ${rule.found.join(' ')}`,
      rule.carries && `carries ${rule.carries.join(' ')}`,
      rule.when && `when ${rule.when}`,
      rule.rows?.ask && `beyond ${rule.rows.ask} rows ask ${peopleOf(rule)}`,
      rule.rows?.stop && `at most ${rule.rows.stop} rows`,
    ]
      .filter(part => typeof part === 'string')
      .join('; '),
    reveals: [...rule.reveal, ...rule.conceal.map(label => `not ${label}`)].join(' '),
    rule: rule.id,
  }
}

function whatOf(rule: Rule): string {
  if (rule.kind === 'risk') return `${rule.points} points`
  return rule.kind === 'hold' ? `hold for ${peopleOf(rule)}` : rule.kind
}

function peopleOf({ approvers }: Rule): string {
  return approvers ? `${approvers.people} of ${approvers.groups.join(', ')}` : 'nobody'
}

function whoOf(rule: Rule): string[] {
  if (rule.who === null) return [rule.kind === 'hold' ? 'everyone allowed here' : 'everyone']
  return rule.who.map(group => (group === '*' ? 'everyone' : group))
}

function order(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
