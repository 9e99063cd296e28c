// What the tests of this folder share: drafts as the gateway makes them, and small logs.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newId } from '../gateway/ids.ts'
import { type Masked, masked } from '../masking/masked.ts'
import type { Draft, EntryBody } from './entry.ts'
import type { Inbox } from './inbox.ts'

const findings = { 'phi.ssn': { count: 1, transform: 'redact', detector: 'shape' } }

const made: string[] = []
process.once('exit', () => {
  for (const dir of made) rmSync(dir, { recursive: true, force: true })
})

/** Removed when the test process ends. */
export function temporaryDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-recording-'))
  made.push(dir)
  return dir
}

export function draft(session: string | null, body: EntryBody): Draft {
  return { session, body, payload: null, released: null }
}

export function opening(subject = 'dana', connection = 'clinic'): EntryBody {
  return {
    kind: 'session.open',
    subject,
    provider: 'okta',
    subjectKind: 'human',
    person: 'dana@example.org',
    onBehalfOf: null,
    purpose: 'TREAT',
    connection,
    connectionKind: 'mcp',
    retention: 'phi',
  }
}

export function question(exchange: string, decision: 'allow' | 'hold' | 'block' = 'allow'): EntryBody {
  return {
    kind: 'question',
    exchange,
    parent: null,
    door: 'system',
    operation: 'tools/call',
    target: 'get_patient',
    decision,
    rules: ['read'],
    policy: 'p'.repeat(64),
    findings,
    approval: null,
  }
}

export function answer(exchange: string, part = 0, last = true): EntryBody {
  return { kind: 'answer', exchange, part, last, door: 'caller', findings }
}

export function payload(text: string): Masked {
  const raw = Buffer.from(`${text} 123-45-6789`)
  return masked(raw, Buffer.from(`${text} ***-**-6789`), Buffer.from(`${text} [phi.ssn]`), findings)
}

/** One whole call: question, answer and, unawaited, its end. */
export async function call(inbox: Inbox, session: string, text = 'chart'): Promise<string> {
  const exchange = newId('x')
  await inbox.clear('system', payload(`question ${text}`), draft(session, question(exchange)))
  await inbox.clear('caller', payload(`answer ${text}`), draft(session, answer(exchange)))
  inbox.lazy(draft(session, { kind: 'end', exchange, outcome: 'done', delivered: 20 }))
  return exchange
}

export async function openSession(inbox: Inbox, subject?: string, connection?: string): Promise<string> {
  const session = newId('s')
  await inbox.record(draft(session, opening(subject, connection)))
  return session
}
