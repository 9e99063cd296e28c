// One exchange by its reference, the one a refusal carries. Promise: the requester learns which rules decided and what to
// do; approvers learn the same, since people bring them references; steps are for those who may read its session, entries
// for auditors; the reading is recorded first.
import { z } from 'zod'
import { subjectName } from '../../access/approver.ts'
import type { Entry } from '../../recording/entry.ts'
import type { SessionSummary } from '../../recording/read.ts'
import { recordAccess } from '../access-entry.ts'
import { Problem } from '../problem.ts'
import { isOwnSession, ownerOf, time } from '../record-view.ts'
import { replayStepOf } from '../replay-step.ts'
import { type Caller, route } from '../route.ts'
import { exchange, none, reference } from '../schemas.ts'
import { entryOf } from './sessions.ts'

type Of<K extends Entry['kind']> = Extract<Entry, { kind: K }>

export const getExchange = route({
  id: 'getExchange',
  method: 'get',
  path: '/exchanges/:reference',
  summary: 'What became of one exchange, and the rules that decided',
  access:
    'The requester and approvers; the requester and auditors also see its steps, auditors its entries. The reading is recorded.',
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
    const own = session === null ? isOwnRefusal(caller, entries) : isOwnSession(caller.subject, session)
    const readable = auditor || own || caller.roles.has('approver')
    if (entries.length === 0 || !readable) throw new Problem('not-found')
    await recordAccess(api, caller, 'exchange.read', params.reference)
    const steps = auditor || own ? await api.recorded.steps(params.reference) : null
    const began = session?.openedAt ?? (entries[0] as Entry).at
    return {
      ...summaryOf(params.reference, entries, session),
      steps: steps?.map(step => replayStepOf(step, began)) ?? null,
      entries: auditor ? recorded.map(entryOf) : null,
    }
  },
})

/** Of an agent such an entry does not say for whom it acted. */
function isOwnRefusal({ subject }: Caller, entries: readonly Entry[]): boolean {
  return subject.onBehalfOf === null && last(entries, 'refused')?.source === subjectName(subject)
}

function summaryOf(id: string, entries: readonly Entry[], session: SessionSummary | null) {
  const question = last(entries, 'question')
  const decided = last(entries, 'decided')
  const held = question?.decision === 'hold' || entries.some(({ kind }) => kind === 'hold')
  const verdict = last(entries, 'verdict')
  const unasked = last(entries, 'refused')
  const refusal = last(entries, 'answer.refused')?.code ?? unasked?.code ?? null
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
    subject: session === null ? (unasked?.source ?? null) : ownerOf(session),
    connection: session?.connection ?? unasked?.connection ?? null,
    operation: question?.operation ?? null,
    target: question?.target ?? null,
    decision,
    refused: refusal ?? stopped ?? (decision === 'block' ? 'blocked' : null),
    rules,
    approval: decided?.approval ?? question?.approval ?? last(entries, 'hold')?.approval ?? null,
    explanation: unasked
      ? [refusedBefore(unasked)]
      : explain(question ?? null, held, decision, rules, verdict?.outcome ?? null, refusal),
  }
}

function refusedBefore({ code, reason }: Of<'refused'>): string {
  return `Refused before anything was asked or decided: ${reason === null || reason === code ? code : `${code} (${reason})`}.`
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
  if (verdict === 'withdrawn') lines.push('It was not wanted any more before anybody answered.')
  if (decision === 'allow') lines.push(`Allowed${by}.`)
  if (refusal !== null) lines.push(`Then refused: ${refusal}.`)
  return lines
}

function last<K extends Entry['kind']>(entries: readonly Entry[], kind: K): Of<K> | null {
  return (entries.findLast(entry => entry.kind === kind) as Of<K> | undefined) ?? null
}
