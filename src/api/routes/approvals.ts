// Requests for approval over the API. Promise: seen only by those who asked, who may answer, and auditors; to all others
// they do not exist. Reading what is asked is itself in the record; a vote goes through Approvals, which records it first.
import { z } from 'zod'
import type { Approval, Vote } from '../../access/approval.ts'
import type { VoteRefusal } from '../../access/approvals.ts'
import { hasVoted, mayApprove, missingOf } from '../../access/approver.ts'
import { limits } from '../../gateway/limits.ts'
import { recordAccess } from '../access-entry.ts'
import type { ApiOptions } from '../options.ts'
import { Problem } from '../problem.ts'
import { time } from '../record-view.ts'
import { askedFor } from '../roles.ts'
import { type Caller, route } from '../route.ts'
import { approval, approvalDetail, approvalStates, approvals, limit, none, reason, reference } from '../schemas.ts'

type ApprovalAnswer = z.infer<typeof approval>

export const listApprovals = route({
  id: 'listApprovals',
  method: 'get',
  path: '/approvals',
  summary: 'Requests for approval, newest first',
  access: 'Own requests for anyone; what they may answer for approvers; all for auditors.',
  params: none,
  query: z.strictObject({
    state: z
      .enum([...approvalStates, 'waiting', 'all'])
      .default('open')
      .meta({ description: '`waiting`: open, or approved and not used yet.' }),
    limit,
    before: reference.optional().meta({ description: '`next` of the page before.' }),
  }),
  body: none,
  answerName: 'Approvals',
  answer: approvals,
  problems: [],
  async handle({ caller, api, query }) {
    const { found, next } = await pageOf(query, api, each => mayRead(caller, each, api))
    return { approvals: await Promise.all(found.map(each => describeWithVotes(caller, each, api))), next }
  },
})

/** A page of what `may` lets through. `next` continues it, also where a scan ended early and found less than `limit`. */
async function pageOf(
  query: {
    readonly state: Approval['state'] | 'waiting' | 'all'
    readonly limit: number
    readonly before?: string | undefined
  },
  api: ApiOptions,
  may: (approval: Approval) => boolean,
): Promise<{ readonly found: readonly Approval[]; readonly next: string | null }> {
  const found: Approval[] = []
  let before = query.before ?? null
  for (let scanned = 0; scanned < limits.apiScannedApprovals; scanned += limits.apiItems) {
    const page = await api.approvals.list(query.state, limits.apiItems, before)
    for (const each of page) {
      if (found.length === query.limit) return { found, next: before }
      before = each.id
      if (may(each)) found.push(each)
    }
    if (page.length < limits.apiItems) return { found, next: null }
  }
  return { found, next: before }
}

export const getApproval = route({
  id: 'getApproval',
  method: 'get',
  path: '/approvals/:reference',
  summary: 'One request for approval: what is asked as the record shows it, who may answer, who has',
  access: 'The requester, those who may answer, auditors. The reading is recorded.',
  params: z.strictObject({ reference }),
  query: none,
  body: none,
  answerName: 'ApprovalDetail',
  answer: approvalDetail,
  problems: ['not-found', 'limit'],
  async handle({ caller, api, params }) {
    const found = await visible(caller, params.reference, api)
    await recordAccess(api, caller, 'approval.read', found.id)
    const { shown: asked, unreadable } = await api.recorded.question(found.id)
    const session = await api.recorded.summary(found.session)
    return {
      ...describe(caller, found, found.votes, api),
      session: found.session,
      purpose: session?.purpose ?? null,
      ...groundsOf(found),
      votes: found.votes.map(vote => ({ by: vote.person, outcome: vote.outcome, at: time(vote.at) })),
      asked,
      unreadable,
    }
  },
})

export function answerApproval(outcome: 'approve' | 'deny') {
  return route({
    id: `${outcome}Approval`,
    method: 'post',
    path: `/approvals/:reference/${outcome}`,
    summary: outcome === 'approve' ? 'Approve one request' : 'Deny one request, or take back an approval not used yet',
    access: 'Approvers in a group the holding rule names; never the requester, an agent or a service.',
    params: z.strictObject({ reference }),
    query: none,
    body: reason,
    answerName: 'Approval',
    answer: approval,
    problems: [
      'self',
      'not-human',
      'no-person',
      'unknown-requester',
      'not-in-group',
      'forbidden',
      'not-found',
      'closed',
      'outdated',
      'already-voted',
      'expired',
    ],
    async handle({ caller, api, params, body }) {
      const found = await visible(caller, params.reference, api)
      const voted = await api.approvals.vote(found.id, caller.subject, outcome, body.reason).catch(() => {
        throw new Problem('unrecorded', { reference: found.id })
      })
      if (typeof voted === 'string') throw refused(voted, found.id)
      const after = await api.approvals.show(found.id)
      return describe(caller, voted, after?.votes ?? [], api)
    },
  })
}

/** The vote's own refusals are in the record already, under the approval's reference. */
function refused(why: VoteRefusal, reference: string): Problem {
  return why === 'unknown' ? new Problem('not-found') : new Problem(why, { reference })
}

async function visible(
  caller: Caller,
  id: string,
  api: ApiOptions,
): Promise<Approval & { readonly votes: readonly Vote[] }> {
  const found = await api.approvals.show(id)
  if (!found || !mayRead(caller, found, api)) throw new Problem('not-found')
  return found
}

/** The rule that holds names who may answer; the role `approver` reads references people bring, it adds no vote. */
function mayRead(caller: Caller, approval: Approval, api: ApiOptions): boolean {
  if (caller.roles.has('auditor') || askedFor(caller.subject, approval)) return true
  const why = mayApprove(caller.subject, approval, api.providers())
  // Where a person claim is missing they are told so, if a group of theirs may answer.
  const unnamed = why === 'no-person' || why === 'unknown-requester'
  return why === null || (unnamed && mayApprove(caller.subject, approval, 1) === null)
}

function whyNot(caller: Caller, approval: Approval, votes: readonly Vote[], api: ApiOptions): ApprovalAnswer['whyNot'] {
  const notApprover = mayApprove(caller.subject, approval, api.providers())
  if (notApprover) return notApprover
  if (approval.state === 'expired') return 'expired'
  if (approval.state !== 'open') return 'closed'
  if (api.approvals.outdated(approval)) return 'outdated'
  return hasVoted(caller.subject, votes) ? 'already-voted' : null
}

/** Only where several people are needed can an open request have votes. */
async function describeWithVotes(caller: Caller, approval: Approval, api: ApiOptions): Promise<ApprovalAnswer> {
  const several = approval.needs.length > 1 || approval.needs.some(need => need.people > 1)
  const votes = several && approval.state === 'open' ? (await api.approvals.show(approval.id))?.votes : []
  return describe(caller, approval, votes ?? [], api)
}

function describe(caller: Caller, of: Approval, votes: readonly Vote[], api: ApiOptions): ApprovalAnswer {
  const why = whyNot(caller, of, votes, api)
  const missing = of.state === 'open' ? missingOf(of.needs, votes) : []
  return {
    reference: of.id,
    state: of.state,
    connection: of.connection,
    operation: of.operation,
    target: of.target,
    requester: of.requester,
    opened: time(of.opened),
    until: time(of.until),
    decided: of.decided === null ? null : time(of.decided),
    outdated: (of.state === 'open' || of.state === 'approved') && api.approvals.outdated(of),
    needs: of.needs.map(({ rule, from, people }, at) => ({
      rule,
      approvers: [...from],
      people,
      missing: missing[at] ?? 0,
    })),
    found: { ...of.found },
    yours: askedFor(caller.subject, of),
    mayAnswer: why === null,
    mayTakeBack: of.state === 'approved' && mayApprove(caller.subject, of, api.providers()) === null,
    whyNot: why,
  }
}

function groundsOf({ grounds: { risk, rows, reveal } }: Approval) {
  return {
    risk: risk ? { ...risk, summands: risk.summands.map(each => ({ ...each })) } : null,
    rows: rows ? { ...rows } : null,
    reveal: reveal ? [...reveal] : null,
  }
}
