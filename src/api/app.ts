// The control API at /api/v1. Promise: every request is checked for its address, then for who sends it, then for what it
// holds, before a handler sees it; every refusal is recorded before it is answered; answers are never cached.
import type { IncomingMessage, RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { subjectName } from '../access/approver.ts'
import { Refusal } from '../gateway/errors.ts'
import { newId } from '../gateway/ids.ts'
import { challenge } from '../identity/metadata.ts'
import type { Unauthenticated } from '../identity/unauthenticated.ts'
import { openApiDocument } from './openapi.ts'
import type { ApiOptions } from './options.ts'
import { Problem, problemBody, problems } from './problem.ts'
import { queryOf, readBody } from './request.ts'
import { rolesOf } from './roles.ts'
import type { Caller } from './route.ts'
import { routes } from './routes.ts'

const BASE = '/api/v1'

type Env = { Bindings: { incoming?: IncomingMessage }; Variables: { caller: Caller } }

export function createApi(options: ApiOptions): RequestListener {
  const app = createApp(options)
  const listener = getRequestListener((request, env) => app.fetch(request, env), {
    overrideGlobalObjects: false,
    // What cannot even be made a request, such as one without a host.
    errorHandler: () => problemResponse(new Problem('invalid'), newId('x')),
  })
  return (request, response) => void listener(request, response)
}

export function createApp(options: ApiOptions): Hono<Env> {
  const app = new Hono<Env>().basePath(BASE)
  app.use('*', async (context, next) => {
    await identify(context, options)
    await next()
  })
  app.get('/openapi.json', context => answer(context, JSON.stringify(openApiDocument(routes, BASE))))
  for (const route of routes) {
    app.on(route.method.toUpperCase(), route.path, async context => {
      const body = route.method === 'post' ? await readBody(context.req.raw) : {}
      const query = queryOf(context.req.url)
      const call = { caller: context.get('caller'), api: options, params: context.req.param(), query, body }
      return answer(context, JSON.stringify(await route.run(call)))
    })
  }
  for (const path of ['/openapi.json', ...routes.map(route => route.path)]) {
    app.all(path, () => {
      throw new Problem('method-not-allowed')
    })
  }
  app.notFound(context => refuse(context, new Problem('not-found'), options))
  app.onError((error, context) => refuse(context, asProblem(error), options))
  return app
}

/** Address first: a rebound name in a browser must not even learn whether a token is good. */
async function identify(context: Context<Env>, options: ApiOptions): Promise<void> {
  const host = context.req.header('host')
  const origin = context.req.header('origin')
  if (options.fromElsewhere({ host, origin }, context.env?.incoming?.socket.localPort)) {
    throw new Problem('elsewhere', { reference: await strange(context, options, 'elsewhere', 'elsewhere') })
  }
  const subject = await options.authenticate(context.req.header('authorization'))
  if (subject.kind === 'unauthenticated') {
    const { reason } = subject
    context.header('www-authenticate', challenge(subject, null, options.publicUrl))
    const code = reason === 'insufficient-scope' ? reason : 'unauthenticated'
    throw new Problem(code, { reference: await strange(context, options, code, reason) })
  }
  context.set('caller', { subject, roles: rolesOf(subject, options.roles()) })
}

async function strange(
  context: Context<Env>,
  options: ApiOptions,
  code: 'elsewhere' | Unauthenticated['kind'] | 'insufficient-scope',
  reason: Unauthenticated['reason'] | 'elsewhere',
): Promise<string> {
  const source = context.env?.incoming?.socket.remoteAddress ?? 'unknown'
  const refusal = await options.stranger(problems[code].recordedAs, source, reason)
  if (refusal.code === 'unrecorded') throw refusal
  return refusal.reference
}

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (!(error instanceof Refusal)) return new Problem('internal')
  return new Problem(error.code === 'unrecorded' ? 'unrecorded' : 'internal', { reference: error.reference })
}

async function refuse(context: Context<Env>, problem: Problem, options: ApiOptions): Promise<Response> {
  const told = problem.reference === null ? await recorded(context, problem, options) : problem
  return problemResponse(told, told.reference ?? newId('x'), context.res.headers.get('www-authenticate'))
}

function problemResponse(problem: Problem, reference: string, challenge: string | null = null): Response {
  const body = problemBody(problem, reference)
  const headers = { ...fixedHeaders, 'content-type': 'application/problem+json' }
  const all = challenge === null ? headers : { ...headers, 'www-authenticate': challenge }
  return new Response(JSON.stringify(body), { status: body.status, headers: all })
}

/** A refusal is in the record before anybody hears of it. */
async function recorded(context: Context<Env>, problem: Problem, options: ApiOptions): Promise<Problem> {
  const reference = newId('x')
  const { code, detail, faults } = problem
  const caller: Caller | undefined = context.get('caller')
  const source = caller ? subjectName(caller.subject) : 'unknown'
  const recordedAs = problems[code].recordedAs
  const body = {
    kind: 'refused',
    code: recordedAs,
    reference,
    source,
    connection: null,
    reason: code,
    count: 1,
  } as const
  try {
    await options.record({ session: null, body, payload: null, released: null })
    return new Problem(code, { reference, faults, ...(detail !== null && { detail }) })
  } catch {
    return new Problem('unrecorded', { reference })
  }
}

const fixedHeaders = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }

function answer(context: Context, text: string): Response {
  return context.body(text, 200, { ...fixedHeaders, 'content-type': 'application/json' })
}
