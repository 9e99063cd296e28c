// One exchange by its reference, the one a refusal carries. Promise: the requester learns which rules decided and what to
// do; approvers learn the same, since people bring them references; entries are for auditors; the reading is recorded first.
import { z } from 'zod'
import type { Entry } from '../../recording/entry.ts'
import type { SessionSummary } from '../../recording/read.ts'
import { recordAccess } from '../access-entry.ts'
import { Problem } from '../problem.ts'
import { isOwnSession, time } from '../record-view.ts'
import { route } from '../route.ts'
import { exchange, none, reference } from '../schemas.ts'
import { entryOf } from './sessions.ts'

type Of<K extends Entry['kind']> = Extract<Entry, { kind: K }>

export const getExchange = route({
  id: 'getExchange',
  method: 'get',
  path: '/exchanges/:reference',
  summary: 'What became of one exchange, and the rules that decided',
  access: 'The requester and approvers; auditors also see its entries. The reading is recorded.',
  params: z.strictObject({ reference }),
  query: none,
  body: none,
  answerName: 'Exchange',
  answer: exchange,
  problems: ['not-found', 'limit'],
  async handle({ caller, api, params }) {
    const recorded = await api.recorded.exchange(params.reference)
    const entries = recorded.map(({ entry }) => entry)
    const id = entries.find(entry => entry.session !== null)?.session ?? null
    const session = id === null ? null : await api.recorded.summary(id)
    const auditor = caller.roles.has('auditor')
    const own = session !== null && isOwnSession(caller.subject, session)
    const readable = auditor || own || caller.roles.has('approver')
    if (entries.length === 0 || !readable) throw new Problem('not-found')
    await recordAccess(api, caller, 'exchange.read', params.reference)
    return { ...summaryOf(params.reference, entries, session), entries: auditor ? recorded.map(entryOf) : null }
  },
})

function summaryOf(id: string, entries: readonly Entry[], session: SessionSummary | null) {
  const question = last(entries, 'question')
  const decided = last(entries, 'decided')
  const held = question?.decision === 'hold' || entries.some(({ kind }) => kind === 'hold')
  const verdict = last(entries, 'verdict')
  const refusal = last(entries, 'answer.refused')?.code ?? last(entries, 'refused')?.code ?? null
  const decision = decided?.decision ?? question?.decision ?? null
  const rules = [...(decided?.rules ?? question?.rules ?? [])]
  // A denial that came too late stopped nothing.
  const stopped =
    verdict && decision !== 'allow' && (verdict.outcome === 'denied' || verdict.outcome === 'expired')
      ? verdict.outcome
      : null
  return {
    reference: id,
    session: session?.id ?? null,
    at: time((question ?? (entries[0] as Entry)).at),
    connection: session?.connection ?? null,
    operation: question?.operation ?? null,
    target: question?.target ?? null,
    decision,
    refused: refusal ?? stopped ?? (decision === 'block' ? 'blocked' : null),
    rules,
    approval: decided?.approval ?? question?.approval ?? last(entries, 'hold')?.approval ?? null,
    explanation: explain(question ?? null, held, decision, rules, verdict?.outcome ?? null, refusal),
  }
}

function explain(
  question: Of<'question'> | null,
  held: boolean,
  decision: string | null,
  rules: readonly string[],
  verdict: Of<'verdict'>['outcome'] | null,
  refusal: string | null,
): string[] {
  const by = rules.length === 0 ? '' : ` by ${rules.length === 1 ? 'rule' : 'rules'} ${rules.join(', ')}`
  const lines: string[] = []
  if (!question) lines.push('No question could be read, so nothing was decided.')
  if (decision === 'block') lines.push(rules.length === 0 ? 'Blocked: no rule allows it.' : `Blocked${by}.`)
  if (question?.decision === 'probe') lines.push('The system was asked what it would take.')
  if (held) lines.push(`Held for approval${by}.`)
  if (verdict === 'approved') lines.push('People approved it.')
  if (verdict === 'used') lines.push('People approved it, and the approval has been used.')
  if (verdict === 'denied') lines.push('An approver denied it.')
  if (verdict === 'expired') lines.push('Nobody answered before the deadline, so it was denied.')
  if (decision === 'allow') lines.push(`Allowed${by}.`)
  if (refusal !== null) lines.push(`Then refused: ${refusal}.`)
  return lines
}

function last<K extends Entry['kind']>(entries: readonly Entry[], kind: K): Of<K> | null {
  return (entries.findLast(entry => entry.kind === kind) as Of<K> | undefined) ?? null
}
