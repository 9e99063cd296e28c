// Every way in which the gateway says no. Promise: one class, one table; a refusal carries a code, a reference and what
// the caller may do next, and never a part of what was asked or answered.

export type Code =
  | 'unauthenticated'
  | 'forbidden'
  | 'blocked'
  | 'denied'
  | 'expired'
  | 'pending'
  | 'unreadable'
  | 'too-large'
  | 'limit'
  | 'unmaskable'
  | 'unrecorded'
  | 'upstream'
  | 'internal'

type Retry = 'never' | 'same-request' | 'later'

export interface CodeRow {
  readonly http: number
  /** Own codes are positive. */
  readonly jsonRpc: number
  readonly sqlState: string
  readonly retry: Retry
  /** What the caller reads. */
  readonly says: string
}

/** The refusal table, as published in docs/refusals.md. */
export const refusals: Readonly<Record<Code, CodeRow>> = {
  unauthenticated: {
    http: 401,
    jsonRpc: 401001,
    sqlState: '28000',
    retry: 'later',
    says: 'No valid access token. Sign in again and retry.',
  },
  forbidden: {
    http: 403,
    jsonRpc: 403001,
    sqlState: '42501',
    retry: 'never',
    says: 'No rule lets you use this connection. Ask your administrator for access.',
  },
  blocked: {
    http: 403,
    jsonRpc: 403002,
    sqlState: '42501',
    retry: 'never',
    says: 'Policy does not allow this request.',
  },
  denied: {
    http: 403,
    jsonRpc: 403003,
    sqlState: '42501',
    retry: 'never',
    says: 'An approver denied this request.',
  },
  expired: {
    http: 403,
    jsonRpc: 403004,
    sqlState: '42501',
    retry: 'never',
    says: 'Nobody approved this request before its deadline, so it was denied.',
  },
  pending: {
    http: 403,
    jsonRpc: 403005,
    sqlState: '42501',
    retry: 'same-request',
    says: 'This request waits for approval: call again with the same arguments.',
  },
  unreadable: {
    http: 400,
    jsonRpc: -32600,
    sqlState: '08P01',
    retry: 'never',
    says: 'The message could not be read, so it was not passed on.',
  },
  'too-large': {
    http: 413,
    jsonRpc: -32600,
    sqlState: '54000',
    retry: 'never',
    says: 'The message is larger than this gateway accepts.',
  },
  limit: {
    http: 429,
    jsonRpc: 429001,
    sqlState: '53400',
    retry: 'later',
    says: 'A limit of this gateway was reached. Retry later.',
  },
  unmaskable: {
    http: 502,
    jsonRpc: 502002,
    sqlState: '42501',
    retry: 'never',
    says: 'The answer could not be masked, so it was withheld.',
  },
  unrecorded: {
    http: 503,
    jsonRpc: 503001,
    sqlState: '58030',
    retry: 'later',
    says: 'The record could not be written, so the request was refused.',
  },
  upstream: {
    http: 502,
    jsonRpc: 502001,
    sqlState: '08006',
    retry: 'later',
    says: 'The protected system could not be reached or did not answer as its protocol requires.',
  },
  internal: {
    http: 500,
    jsonRpc: -32603,
    sqlState: 'XX000',
    retry: 'later',
    says: 'The gateway failed and passed nothing on.',
  },
}

/** A refusal. `detail` is a sentence of the gateway's own: fixed words, numbers and ids, never text from a message. */
export class Refusal extends Error {
  readonly code: Code
  /** The exchange's id, or an id made for this refusal where no exchange exists. */
  readonly reference: string
  readonly detail: string | null

  constructor(code: Code, reference: string, detail: string | null = null) {
    super(`${code} ${reference}`)
    this.name = 'Refusal'
    this.code = code
    this.reference = reference
    this.detail = detail
  }

  get row(): CodeRow {
    return refusals[this.code]
  }

  /** One sentence for a person: what happened, what to do, and the reference. */
  get says(): string {
    return `${this.detail ?? this.row.says} Reference: ${this.reference}`
  }
}
