// What the rules in force say, for the API. Promise: asked on each request with what is live then; a connection with
// masking off is usable by everyone, as it is on the data path.
import type { Action, Effect, Subject } from '../gateway/seam.ts'
import { connectionAudience } from '../identity/audience.ts'
import { usable } from '../policy/decide.ts'
import { type DeclaredEffects, effectsOf } from '../policy/effects.ts'
import { type Explanation, explain } from '../policy/explain.ts'
import { natureOf } from '../policy/operations.ts'
import type { Policy } from '../policy/rules.ts'
import type { ExplainQuestion, UsableConnection } from './options.ts'

export interface InForce {
  readonly policy: Policy
  readonly connections: ReadonlyMap<
    string,
    DeclaredEffects & { readonly transparent: boolean; readonly purpose: string | null }
  >
}

export function usableConnections(inForce: InForce, subject: Subject, publicUrl: string): UsableConnection[] {
  return [...inForce.connections]
    .filter(([name, { transparent }]) => transparent || usable(inForce.policy, subject, name))
    .map(([name]) => ({ name, kind: 'mcp', url: connectionAudience(publicUrl, name) }))
}

/** Without annotations: what is not declared writes. */
export function explainQuestion(
  inForce: InForce,
  { subject, connection, operation, about, args, found, carries }: ExplainQuestion,
): Explanation {
  const declared = inForce.connections.get(connection)
  const purposeful = { ...subject, purpose: subject.purpose ?? declared?.purpose ?? null }
  const nature = natureOf(operation)
  const other: ReadonlySet<Effect> = new Set([nature === 'use' ? 'read' : nature])
  const effects = operation === 'tools/call' && declared ? effectsOf(declared)(about, undefined) : other
  const action: Action = {
    operation,
    target: about === '' ? 'unlisted' : about,
    subjectMatter: about,
    effects,
    facts: { args: args ?? {}, ...(operation.startsWith('resources/') && { uri: about }) },
    found: new Set(found),
    carries: carries ? new Set(carries) : 'unknown',
    exact: new Uint8Array(),
  }
  return explain(inForce.policy, { subject: purposeful, connection, action })
}
