// The rows of the store. Promise: no payload and no free text lives here; what was asked and why is in the record.

export interface Tables {
  approval: ApprovalRow
  vote: VoteRow
}

export type ApprovalState = 'open' | 'approved' | 'denied' | 'expired' | 'used' | 'withdrawn'

export interface ApprovalRow {
  /** The id of the exchange that opened it. */
  id: string
  session: string
  /** HMAC over what is asked, by whom, where and under which rules; hex. */
  digest: string
  /** SHA-256 of the rules and the address it is bound to, hex; null in rows of earlier versions. */
  rules: string | null
  connection: string
  operation: string
  target: string
  requester: string
  /** JSON array: every name by which the requester, and the human an agent acts for, could come back as an approver. */
  requesters: string
  /** JSON: ApprovalNeed[]. */
  needs: string
  /** JSON: HoldGrounds. */
  grounds: string
  /** JSON: the labels found in the question, with counts. */
  found: string
  state: ApprovalState
  /** Wall clock, ms. */
  opened: number
  until: number
  decided: number | null
}

interface VoteRow {
  approval: string
  person: string
  /** `provider|id` of the subject that voted. */
  subject: string
  /** JSON array of the gateway groups the voter had at the time. */
  groups: string
  outcome: 'approve' | 'deny'
  at: number
}
