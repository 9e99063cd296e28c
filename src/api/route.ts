// One route of the API: what it takes, what it gives, how it can fail. Promise: the same description checks the request,
// runs the handler and writes the OpenAPI document, so that the three cannot differ.
import type { z } from 'zod'
import type { Subject } from '../gateway/seam.ts'
import type { ApiOptions } from './options.ts'
import { type Fault, Problem, type ProblemCode } from './problem.ts'
import type { Role } from './roles.ts'

/** Who is asking, resolved anew for each request. */
export interface Caller {
  readonly subject: Subject
  readonly roles: ReadonlySet<Role>
}

interface Call<P, Q, B> {
  readonly caller: Caller
  readonly api: ApiOptions
  readonly params: P
  readonly query: Q
  readonly body: B
}

interface Description {
  readonly id: string
  readonly method: 'get' | 'post'
  /** With `:name` for parameters. */
  readonly path: string
  readonly summary: string
  /** Who may, in one sentence. */
  readonly access: string
  readonly answerName: string
  readonly problems: readonly ProblemCode[]
}

export interface RouteOf<P, Q, B, A> extends Description {
  readonly params: z.ZodType<P>
  readonly query: z.ZodType<Q>
  readonly body: z.ZodType<B>
  readonly answer: z.ZodType<A>
  handle(call: Call<P, Q, B>): Promise<A>
}

interface RawCall {
  readonly caller: Caller
  readonly api: ApiOptions
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
}

/** A route whose types have been used up. */
export interface Route extends Description {
  readonly params: z.ZodType
  readonly query: z.ZodType
  readonly body: z.ZodType
  readonly answer: z.ZodType
  readonly run: (call: RawCall) => Promise<unknown>
}

export function route<P, Q, B, A>(of: RouteOf<P, Q, B, A>): Route {
  return {
    ...of,
    run: raw =>
      of.handle({
        caller: raw.caller,
        api: raw.api,
        params: checked('path', of.params, raw.params),
        query: checked('query', of.query, raw.query),
        body: checked('body', of.body, raw.body),
      }),
  }
}

function checked<T>(where: string, schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw new Problem('invalid', { faults: result.error.issues.slice(0, 20).map(issue => faultOf(where, issue)) })
}

/** Names of what the API knows and what it expects; never a name or a value that came. */
function faultOf(where: string, issue: z.core.$ZodIssue): Fault {
  const place = [where, ...issue.path.map(String)].join('.')
  if (issue.code === 'unrecognized_keys') return { where: place, expected: 'no other members than the documented ones' }
  const told = ['invalid_type', 'too_big', 'too_small', 'invalid_value', 'invalid_format'].includes(issue.code)
  return { where: place, expected: told ? issue.message : 'a value as documented' }
}
