// Who may answer a request for approval. Promise: never the requester under any name, never the human an agent acts for,
// never an agent or a service; one person counts once, in however many groups.
import type { ApprovalNeed, Subject } from '../gateway/seam.ts'

export type NotApprover = 'self' | 'not-human' | 'no-person' | 'not-in-group'

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

function personName(person: string): string {
  return `person|${person.toLowerCase()}`
}

/**
 * Whether `approver` may answer. With more than one provider a person must be known by the person claim, since two
 * subjects without it may be one human.
 */
export function mayApprove(
  approver: Subject,
  request: { readonly requesters: readonly string[]; readonly needs: readonly ApprovalNeed[] },
  providers: number,
): NotApprover | null {
  if (approver.kind !== 'human' || approver.onBehalfOf !== null) return 'not-human'
  if (requesterNames(approver).some(name => request.requesters.includes(name))) return 'self'
  if (approver.person === null && providers > 1) return 'no-person'
  return request.needs.some(need => need.from.some(group => approver.groups.has(group))) ? null : 'not-in-group'
}

export interface CountedVote {
  readonly person: string
  readonly groups: readonly string[]
}

/** Whether each need has its number of distinct people. */
export function allMet(needs: readonly ApprovalNeed[], approvals: readonly CountedVote[]): boolean {
  return needs.every(need => {
    const people = new Set(
      approvals.filter(vote => vote.groups.some(group => need.from.includes(group))).map(vote => vote.person),
    )
    return people.size >= need.people
  })
}
