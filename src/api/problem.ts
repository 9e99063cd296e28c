// How the API says no: RFC 9457 problems from one closed table. Promise: a problem is a code, a reference and sentences of
// the gateway's own; nothing of a request, an answer or a record is ever part of one.
import type { Code } from '../gateway/errors.ts'

interface ProblemRow {
  readonly status: number
  readonly title: string
  /** What the reader does next. */
  readonly next: string
  /** Under which code of the refusal table it stands in the record. */
  readonly recordedAs: Code
}

export const problems = {
  unauthenticated: {
    status: 401,
    title: 'No valid access token',
    next: 'Sign in with a provider of this gateway and send its access token as `Authorization: Bearer …`.',
    recordedAs: 'unauthenticated',
  },
  forbidden: {
    status: 403,
    title: 'Your roles do not allow this',
    next: '`sallyport whoami` shows your roles. Which groups have which is in the configuration (`roles:`): ask an administrator.',
    recordedAs: 'forbidden',
  },
  'insufficient-scope': {
    status: 403,
    title: 'Your access token lacks a scope that is required here',
    next: 'Sign in again and ask for the scopes that `WWW-Authenticate` names.',
    recordedAs: 'forbidden',
  },
  elsewhere: {
    status: 403,
    title: 'This Host or Origin is not one of this gateway',
    next: 'Use the address in `listen.publicUrl`.',
    recordedAs: 'forbidden',
  },
  self: {
    status: 403,
    title: 'You asked for this, or an agent asked on your behalf',
    next: 'Ask another person who may approve; `approvers` names the groups.',
    recordedAs: 'forbidden',
  },
  'not-human': {
    status: 403,
    title: 'Only people approve, never an agent or a service',
    next: 'Let a person sign in and answer.',
    recordedAs: 'forbidden',
  },
  'no-person': {
    status: 403,
    title: 'Your token does not say which person you are',
    next: 'Have an administrator set `person:` of your identity provider, so that each approver counts once.',
    recordedAs: 'forbidden',
  },
  'unknown-requester': {
    status: 403,
    title: 'The token of the requester does not say which person asks, so it could be you',
    next: 'Let somebody of the same identity provider answer, or have an administrator set `person:` of that provider.',
    recordedAs: 'forbidden',
  },
  'not-in-group': {
    status: 403,
    title: 'None of your groups may answer this',
    next: 'Ask someone in one of the groups that `approvers` names.',
    recordedAs: 'forbidden',
  },
  'not-found': {
    status: 404,
    title: 'There is nothing here that you may see',
    next: 'Check the reference. An auditor can see what you cannot.',
    recordedAs: 'forbidden',
  },
  'no-connection': {
    status: 404,
    title: 'No rule lets you use this connection, or there is none of this name',
    next: '`sallyport connections ls` lists yours.',
    recordedAs: 'forbidden',
  },
  'not-a-database': {
    status: 409,
    title: 'This connection is an MCP server and no database',
    next: '`sallyport connections ls` says how its clients connect, and which of yours are databases.',
    recordedAs: 'forbidden',
  },
  'no-listener': {
    status: 409,
    title: 'You may use this database, and the gateway does not listen for its clients',
    next: 'Have an administrator set `listen.postgres` in the configuration and restart the gateway: it opens listeners only when it starts.',
    recordedAs: 'forbidden',
  },
  'method-not-allowed': {
    status: 405,
    title: 'This path has no such method',
    next: 'See /api/v1/openapi.json for what it has.',
    recordedAs: 'unreadable',
  },
  closed: {
    status: 409,
    title: 'This request for approval has already been answered',
    next: 'Nothing to do. `sallyport approvals show` says how it ended.',
    recordedAs: 'forbidden',
  },
  outdated: {
    status: 409,
    title: 'The rules of this connection changed since; ask them to call again',
    next: 'A new call opens a request under the rules in force, and this one runs for nobody.',
    recordedAs: 'forbidden',
  },
  'already-voted': {
    status: 409,
    title: 'You have already answered this',
    next: 'Each person counts once. Someone else must give the missing approval.',
    recordedAs: 'forbidden',
  },
  expired: {
    status: 410,
    title: 'The deadline of this request for approval has passed, so it is denied',
    next: 'Let the requester call again with the same arguments: that opens a new request.',
    recordedAs: 'expired',
  },
  'too-large': {
    status: 413,
    title: 'The body is larger than the API accepts',
    next: 'Send less.',
    recordedAs: 'too-large',
  },
  invalid: {
    status: 400,
    title: 'The request is not as the API describes it',
    next: 'See `errors`, and /api/v1/openapi.json.',
    recordedAs: 'unreadable',
  },
  limit: {
    status: 429,
    title: 'A limit of this gateway was reached',
    next: 'Retry later.',
    recordedAs: 'limit',
  },
  upstream: {
    status: 502,
    title: 'The protected system could not be reached or did not answer as it should',
    next: 'Retry later. An operator should look at its address and at the login of the gateway in the configuration.',
    recordedAs: 'upstream',
  },
  unrecorded: {
    status: 503,
    title: 'The record could not be written, so nothing was shown or done',
    next: 'Retry later. An operator should look at the disk and the data directory of the gateway.',
    recordedAs: 'unrecorded',
  },
  internal: {
    status: 500,
    title: 'The gateway failed',
    next: 'Retry later, and give the reference to an operator.',
    recordedAs: 'internal',
  },
} as const satisfies Record<string, ProblemRow>

export type ProblemCode = keyof typeof problems

/** One place in the request that is not as it should be, and what belongs there. */
export interface Fault {
  readonly where: string
  readonly expected: string
}

export class Problem extends Error {
  readonly code: ProblemCode
  /** A fixed sentence of the gateway's own. */
  readonly detail: string | null
  /** An id under which the refusal is already recorded; null lets the API record it. */
  readonly reference: string | null
  readonly faults: readonly Fault[]

  constructor(
    code: ProblemCode,
    more: { readonly detail?: string; readonly reference?: string; readonly faults?: readonly Fault[] } = {},
  ) {
    super(code)
    this.name = 'Problem'
    this.code = code
    this.detail = more.detail ?? null
    this.reference = more.reference ?? null
    this.faults = more.faults ?? []
  }
}

export interface ProblemBody {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: ProblemCode
  readonly detail?: string
  readonly next: string
  readonly reference: string
  readonly errors?: readonly Fault[]
}

export function problemBody(problem: Problem, reference: string): ProblemBody {
  const { status, title, next } = problems[problem.code]
  return {
    type: `urn:sallyport:problem:${problem.code}`,
    title,
    status,
    code: problem.code,
    ...(problem.detail !== null && { detail: problem.detail }),
    next,
    reference,
    ...(problem.faults.length > 0 && { errors: problem.faults }),
  }
}
