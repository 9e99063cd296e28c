// Who may answer a request for approval. Promise: never the requester under any name, never the human an agent acts for,
// never an agent or a service; one person counts once, in however many groups.
import type { ApprovalNeed, Subject } from '../gateway/seam.ts'

export type NotApprover = 'self' | 'not-human' | 'no-person' | 'unknown-requester' | 'not-in-group'

/** What is kept of who asks, to compare approvers with. */
export function requestersOf(subject: Subject): string[] {
  return [...requesterNames(subject), ...unknownAt(subject)]
}

/** Every name under which a subject, or the human it acts for, could come back as an approver. */
export function requesterNames(subject: Subject): string[] {
  const names = [subjectName(subject)]
  if (subject.person !== null) names.push(personName(subject.person))
  return subject.onBehalfOf ? [...names, ...requesterNames(subject.onBehalfOf)] : names
}

/** `provider|id`, unique over all providers. */
export function subjectName(subject: Subject): string {
  return `${subject.provider}|${subject.id}`
}

/** The name by which an approver is counted. */
export function countedAs(approver: Subject): string {
  return approver.person === null ? subjectName(approver) : personName(approver.person)
}

/** However it is written: two spellings of one name must not be two people. */
function personName(person: string): string {
  return `person|${person.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC').trim()}`
}

/** Marks each provider whose token does not say which person asks: at another provider it could be anyone. */
function unknownAt(subject: Subject): string[] {
  const own = subject.kind === 'human' && subject.person === null ? [unknownName(subject.provider)] : []
  return subject.onBehalfOf ? [...own, ...unknownAt(subject.onBehalfOf)] : own
}

const UNKNOWN = 'unknown|'

function unknownName(provider: string): string {
  return `${UNKNOWN}${provider}`
}

/**
 * Whether `approver` may answer. With more than one provider both sides must be known by the person claim, since two
 * subjects without it may be one human; at one and the same provider two accounts are two people.
 */
export function mayApprove(
  approver: Subject,
  request: { readonly requesters: readonly string[]; readonly needs: readonly ApprovalNeed[] },
  providers: number,
): NotApprover | null {
  if (approver.kind !== 'human' || approver.onBehalfOf !== null) return 'not-human'
  if (requesterNames(approver).some(name => request.requesters.includes(name))) return 'self'
  if (approver.person === null && providers > 1) return 'no-person'
  const unknown = request.requesters.filter(name => name.startsWith(UNKNOWN))
  if (providers > 1 && unknown.some(name => name !== unknownName(approver.provider))) return 'unknown-requester'
  return request.needs.some(need => need.from.some(group => approver.groups.has(group))) ? null : 'not-in-group'
}

/** Under either name: a person's tokens do not all say who the person is. */
export function hasVoted(approver: Subject, votes: readonly { readonly person: string; readonly subject: string }[]) {
  return votes.some(vote => vote.person === countedAs(approver) || vote.subject === subjectName(approver))
}

export interface CountedVote {
  readonly person: string
  readonly groups: readonly string[]
  readonly outcome: 'approve' | 'deny'
}

/** For each need, how many distinct people must still approve. */
export function missingOf(
  needs: readonly Pick<ApprovalNeed, 'from' | 'people'>[],
  votes: readonly CountedVote[],
): number[] {
  return needs.map(({ from, people }) => {
    const counted = votes.filter(
      ({ outcome, groups }) => outcome === 'approve' && groups.some(group => from.includes(group)),
    )
    return Math.max(0, people - new Set(counted.map(({ person }) => person)).size)
  })
}
