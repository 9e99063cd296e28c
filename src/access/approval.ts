// One request for approval, as it is kept. Promise: a row holds ids, names, labels and counts; what was asked is in the
// record alone.
import type { ApprovalNeed, HoldGrounds, Subject } from '../gateway/seam.ts'
import type { ApprovalRow, ApprovalState } from '../store/tables.ts'
import { requestersOf, subjectName } from './approver.ts'
import { rulesDigest } from './digest.ts'

export interface ApprovalRequest {
  /** The id of the exchange that opens it. */
  readonly id: string
  readonly session: string
  readonly digest: string
  /** The rules it is bound to, as `digest` has them; without, it is never found outdated. */
  readonly rules?: string
  readonly connection: string
  readonly operation: string
  readonly target: string
  readonly subject: Subject
  readonly needs: readonly ApprovalNeed[]
  readonly grounds?: HoldGrounds
  readonly found: Readonly<Record<string, number>>
}

export interface Approval {
  readonly id: string
  readonly session: string
  readonly digest: string
  /** Digest of the rules it is bound to; null where that is not known. */
  readonly rules: string | null
  readonly connection: string
  readonly operation: string
  readonly target: string
  readonly requester: string
  readonly requesters: readonly string[]
  readonly needs: readonly ApprovalNeed[]
  readonly grounds: HoldGrounds
  readonly found: Readonly<Record<string, number>>
  readonly state: ApprovalState
  readonly opened: number
  readonly until: number
  readonly decided: number | null
}

export interface Vote {
  readonly person: string
  readonly subject: string
  /** Of the voter at the time. */
  readonly groups: readonly string[]
  readonly outcome: 'approve' | 'deny'
  readonly at: number
}

export function openedRow(asked: ApprovalRequest, opened: number, withinMs: number): ApprovalRow {
  return {
    id: asked.id,
    session: asked.session,
    digest: asked.digest,
    rules: asked.rules === undefined ? null : rulesDigest(asked.rules),
    connection: asked.connection,
    operation: asked.operation,
    target: asked.target,
    requester: subjectName(asked.subject),
    requesters: JSON.stringify(requestersOf(asked.subject)),
    needs: JSON.stringify(asked.needs),
    grounds: JSON.stringify(asked.grounds ?? {}),
    found: JSON.stringify(asked.found),
    state: 'open',
    opened,
    until: opened + withinMs,
    decided: null,
  }
}

export function readRow(row: ApprovalRow): Approval {
  return {
    ...row,
    requesters: JSON.parse(row.requesters) as string[],
    needs: JSON.parse(row.needs) as ApprovalNeed[],
    grounds: JSON.parse(row.grounds) as HoldGrounds,
    found: JSON.parse(row.found) as Record<string, number>,
  }
}
