// Who may do what over the API. Promise: roles come from the live configuration's groups alone; none implies another.
import { requesterNames, subjectName } from '../access/approver.ts'
import type { Subject } from '../gateway/seam.ts'

export const roleNames = ['approver', 'auditor', 'administrator'] as const
export type Role = (typeof roleNames)[number]

/** Role → the gateway groups that have it. */
export type Roles = { readonly [role in Role]: readonly string[] }

export function rolesOf(subject: Subject, roles: Roles): ReadonlySet<Role> {
  return new Set(roleNames.filter(role => roles[role].some(group => subject.groups.has(group))))
}

/** One line of who somebody is, as sessions and approvals keep it. */
export interface Party {
  /** `provider|id`. */
  readonly subject: string
  /** `provider|id` of the human an agent acts for. */
  readonly onBehalfOf: string | null
}

/**
 * Whether what `party` did is `subject`'s own: a human owns what agents do on their behalf, an agent only what it did
 * itself for the same human.
 */
export function isOwn(subject: Subject, party: Party): boolean {
  const name = subjectName(subject)
  if (subject.onBehalfOf) return party.subject === name && party.onBehalfOf === subjectName(subject.onBehalfOf)
  return (party.subject === name && party.onBehalfOf === null) || party.onBehalfOf === name
}

/** As isOwn, for a request for approval, which also knows its requester by person. */
export function askedFor(
  subject: Subject,
  request: { readonly requester: string; readonly requesters: readonly string[] },
): boolean {
  const names = requesterNames(subject)
  if (!subject.onBehalfOf) return names.some(name => request.requesters.includes(name))
  return request.requester === names[0] && names.every(name => request.requesters.includes(name))
}
