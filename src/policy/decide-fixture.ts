// Small rules, people and calls for the tests of decisions.
import type { Action, Decision, Subject } from '../gateway/seam.ts'
import { compilePolicy } from './compile.ts'
import { decide } from './decide.ts'
import type { Policy, Rule } from './rules.ts'

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

export function policyOf(rules: Rule[], transparent = false): Policy {
  return compilePolicy({
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
    exact: new Uint8Array(),
    ...more,
  }
}

export function ruled(rules: Rule[], action: Action, subject = person('nurse'), connection = 'clinic'): Decision {
  return decide(policyOf(rules), { subject, connection, action, atMs: 0 }).decision
}
