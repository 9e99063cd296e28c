// Requests for approval over the API. Promise: seen only by those who asked, who may answer, and auditors; to all others
// they do not exist. Reading what is asked is itself in the record; a vote goes through Approvals, which records it first.
import { z } from 'zod'
import type { Approval, Vote, VoteRefusal } from '../../access/approvals.ts'
import { countedAs, mayApprove } from '../../access/approver.ts'
import { limits } from '../../gateway/limits.ts'
import { recordAccess } from '../access-entry.ts'
import type { ApiOptions } from '../options.ts'
import { Problem } from '../problem.ts'
import { show, time } from '../record-view.ts'
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
  query: z.strictObject({ state: z.enum([...approvalStates, 'all']).default('open'), limit }),
  body: none,
  answerName: 'Approvals',
  answer: approvals,
  problems: [],
  async handle({ caller, api, query }) {
    const found = await api.approvals.list(query.state, limits.holds)
    const readable = found.filter(each => mayRead(caller, each, api)).slice(0, query.limit)
    return { approvals: await Promise.all(readable.map(each => describeWithVotes(caller, each, api))) }
  },
})

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
  problems: ['not-found'],
  async handle({ caller, api, params }) {
    const found = await visible(caller, params.reference, api)
    await recordAccess(api, caller, 'approval.read', found.id)
    const question = api.recorded.exchange(found.id).find(({ entry }) => entry.kind === 'question')
    const { shown: asked, unreadable } = question ? show(api.recorded, question) : { shown: null, unreadable: true }
    return {
      ...describe(caller, found, found.votes, api),
      session: found.session,
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
    summary: outcome === 'approve' ? 'Approve one request' : 'Deny one request',
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
      'not-in-group',
      'forbidden',
      'not-found',
      'closed',
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
  // One whose person claim is missing is told so, where a group of theirs may answer.
  return why === null || (why === 'no-person' && mayApprove(caller.subject, approval, 1) === null)
}

function whyNot(caller: Caller, approval: Approval, votes: readonly Vote[], api: ApiOptions): ApprovalAnswer['whyNot'] {
  const notApprover = mayApprove(caller.subject, approval, api.providers())
  if (notApprover) return notApprover
  if (approval.state === 'expired') return 'expired'
  if (approval.state !== 'open') return 'closed'
  return votes.some(vote => vote.person === countedAs(caller.subject)) ? 'already-voted' : null
}

/** Only where several people are needed can an open request have votes. */
async function describeWithVotes(caller: Caller, approval: Approval, api: ApiOptions): Promise<ApprovalAnswer> {
  const several = approval.needs.length > 1 || approval.needs.some(need => need.people > 1)
  const votes = several && approval.state === 'open' ? (await api.approvals.show(approval.id))?.votes : []
  return describe(caller, approval, votes ?? [], api)
}

function describe(caller: Caller, of: Approval, votes: readonly Vote[], api: ApiOptions): ApprovalAnswer {
  const why = whyNot(caller, of, votes, api)
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
    needs: of.needs.map(need => ({ rule: need.rule, approvers: [...need.from], people: need.people })),
    found: { ...of.found },
    yours: askedFor(caller.subject, of),
    mayAnswer: why === null,
    whyNot: why,
  }
}
