// Small rules, people, calls and statements for the tests of decisions.
import type { Action, ActionPart, Decision, Effect, SqlFacts, Subject } from '../gateway/seam.ts'
import { compilePolicy } from './compile.ts'
import { decide } from './decide.ts'
import type { Policy, PolicySource, Rule } from './rules.ts'

export const labels = ['phi.name', 'phi.ssn', 'phi.mrn', 'acme.badge']
export const approvers = { groups: ['compliance'], people: 1, withinMs: 900_000, holdMs: 45_000 }

export function rule(kind: Rule['kind'], id: string, patterns: string[], more: Partial<Rule> = {}): Rule {
  return {
    id,
    kind,
    patterns,
    who: kind === 'allow' ? ['nurse'] : null,
    on: ['*'],
    effects: null,
    found: null,
    carries: null,
    when: null,
    reveal: [],
    conceal: [],
    passBinary: false,
    approvers: kind === 'hold' ? approvers : null,
    ...more,
  }
}

export function policyOf(rules: Rule[], transparent = false, more: Partial<PolicySource> = {}): Policy {
  return compilePolicy({
    ...more,
    rules,
    connections: [
      { name: 'clinic', transparent },
      { name: 'files', transparent: false },
    ],
    labels,
  })
}

export function person(...groups: string[]): Subject {
  return {
    provider: 'idp',
    id: 'u1',
    kind: 'human',
    person: null,
    onBehalfOf: null,
    groups: new Set(groups),
    purpose: null,
    notAfter: 0,
    tokenFamily: 't',
  }
}

export function call(name: string, more: Partial<Action> = {}): Action {
  return {
    operation: 'tools/call',
    target: name,
    subjectMatter: name,
    effects: new Set(['read']),
    facts: { args: {} },
    found: new Set(),
    carries: 'unknown',
    exact: () => new Uint8Array(),
    ...more,
  }
}

/** `select public.visits` is one part; of several, a statement that does all of it. */
export function statement(parts: readonly string[], sql: Partial<SqlFacts> = {}, more: Partial<Action> = {}): Action {
  const read = parts.map((text): ActionPart => {
    const [does = '', to = ''] = text.split(' ')
    const effect = effects[does] ?? 'write'
    return {
      operation: `sql.${does}`,
      target: to || 'unlisted',
      subjectMatter: to,
      effects: new Set([effect]),
    }
  })
  const facts: SqlFacts = {
    operations: read.map(part => part.operation),
    effects: read.flatMap(part => [...part.effects]),
    relations: read.map(part => part.subjectMatter).filter(name => name !== ''),
    columns: [],
    protected: [],
    labels: [],
    hasWhere: true,
    statements: 1,
    fingerprint: 'f',
    ...sql,
  }
  const [first] = read
  return {
    ...(first ?? { operation: 'sql.other', target: 'unlisted', subjectMatter: '', effects: new Set() }),
    facts: { sql: facts },
    found: new Set(),
    carries: new Set(),
    parts: read,
    exact: () => new Uint8Array(),
    ...more,
  }
}

const effects: Readonly<Record<string, Effect>> = {
  select: 'read',
  'copy-out': 'read',
  drop: 'define',
  transaction: 'session',
  set: 'session',
}

export function ruled(rules: Rule[], action: Action, subject = person('nurse'), connection = 'clinic'): Decision {
  return decide(policyOf(rules), { subject, connection, action, atMs: 0 }).decision
}
