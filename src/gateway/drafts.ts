// What the pipeline writes down. Promise: a question is committed to as released only in the draft that lets it pass.
import type { Draft, EntryBody } from '../recording/entry.ts'
import type { Decision, Door, Exchange } from './seam.ts'
import type { LiveSession } from './sessions.ts'

export type Decided = Decision | { readonly kind: 'probe'; readonly rules: readonly string[] }

/** An entry that has no payload. */
export function bare(session: string | null, body: EntryBody): Draft {
  return { session, body, payload: null, released: null }
}

export function openingDraft({ id, subject, connection }: LiveSession, onBehalfOf: string | null): Draft {
  return bare(id, {
    kind: 'session.open',
    subject: subject.id,
    provider: subject.provider,
    subjectKind: subject.kind,
    person: subject.person,
    onBehalfOf,
    purpose: subject.purpose,
    connection: connection.name,
    connectionKind: connection.kind,
    retention: connection.retention,
  })
}

interface AskedQuestion {
  readonly session: LiveSession
  readonly exchange: Exchange<Door>
  readonly reference: string
  /** Digest of the rules that decided. */
  readonly policy: string
}

export function questionDraft(asked: AskedQuestion, { kind, rules }: Decided, approval: string | null): Draft {
  const { session, exchange, reference, policy } = asked
  const { action, parent, door, question } = exchange
  const { operation, target } = action
  return {
    session: session.id,
    body: {
      kind: 'question',
      exchange: reference,
      parent,
      door,
      operation,
      target,
      decision: kind,
      rules,
      policy,
      findings: question.findings,
      approval,
    },
    payload: question,
    released: kind === 'allow' ? question.released : null,
    followed: exchange.followed === true,
  }
}

export function decidedDraft(
  { session, reference }: Pick<AskedQuestion, 'session' | 'reference'>,
  { kind, rules }: Decision,
  approval: string | null,
): Draft {
  return bare(session.id, { kind: 'decided', exchange: reference, decision: kind, rules, approval })
}
