// Sessions and their replay. Promise: auditors see all, anyone sees their own, to others they do not exist; a transcript
// is shown only after the reading is in the record.
import { z } from 'zod'
import { recordAccess } from '../access-entry.ts'
import type { ApiOptions } from '../options.ts'
import { Problem } from '../problem.ts'
import { type SessionSummary, time } from '../record-view.ts'
import { replayStepOf } from '../replay-step.ts'
import { isOwn } from '../roles.ts'
import { type Caller, route } from '../route.ts'
import { limit, name, none, replay, sessionDetail, sessionId, sessions } from '../schemas.ts'

const params = z.strictObject({ id: sessionId })
const page = z.strictObject({ from: z.coerce.number().int().min(0).default(0), limit })

export const listSessions = route({
  id: 'listSessions',
  method: 'get',
  path: '/sessions',
  summary: 'Sessions, newest first',
  access: 'Own sessions for anyone, those of agents acting for them included; all for auditors.',
  params: none,
  query: z.strictObject({
    limit,
    before: sessionId.optional().meta({ description: '`next` of the page before.' }),
    subject: name.optional().meta({ description: '`provider|id`.' }),
    connection: name.optional(),
  }),
  body: none,
  answerName: 'Sessions',
  answer: sessions,
  problems: [],
  async handle({ caller, api, query }) {
    const found = await api.recorded.sessions({
      before: query.before ?? null,
      limit: query.limit + 1,
      wanted: each =>
        mayRead(caller, each) &&
        (query.subject === undefined || each.subject === query.subject) &&
        (query.connection === undefined || each.connection === query.connection),
    })
    const shown = found.slice(0, query.limit)
    return { sessions: shown.map(describe), next: found.length > shown.length ? (shown.at(-1)?.id ?? null) : null }
  },
})

export const getSession = route({
  id: 'getSession',
  method: 'get',
  path: '/sessions/:id',
  summary: 'One session and its entries as they stand in the log',
  access: 'The subject of the session, the human its agent acts for, and auditors.',
  params,
  query: page,
  body: none,
  answerName: 'SessionDetail',
  answer: sessionDetail,
  problems: ['not-found'],
  async handle({ caller, api, params, query }) {
    const session = await visible(caller, params.id, api)
    const found = await api.recorded.entries(session.id, query.from, query.limit + 1)
    const entries = found.slice(0, query.limit)
    return { session: describe(session), entries: entries.map(entry => ({ ...entry })), next: nextOf(found, entries) }
  },
})

export const replaySession = route({
  id: 'replaySession',
  method: 'get',
  path: '/sessions/:id/replay',
  summary: 'What was asked and answered in a session, masked, step by step',
  access: 'The subject of the session, the human its agent acts for, and auditors. The reading is recorded.',
  params,
  query: page,
  body: none,
  answerName: 'Replay',
  answer: replay,
  problems: ['not-found'],
  async handle({ caller, api, params, query }) {
    const session = await visible(caller, params.id, api)
    await recordAccess(api, caller, 'session.read', session.id)
    const found = await api.recorded.entries(session.id, query.from, query.limit + 1)
    const entries = found.slice(0, query.limit)
    const steps = []
    for (const entry of entries) steps.push(replayStepOf(entry, session.opened, await api.recorded.transcript(entry)))
    return { session: describe(session), steps, next: nextOf(found, entries) }
  },
})

function mayRead(caller: Caller, session: SessionSummary): boolean {
  return caller.roles.has('auditor') || isOwn(caller.subject, session)
}

async function visible(caller: Caller, id: string, api: ApiOptions): Promise<SessionSummary> {
  const session = await api.recorded.session(id)
  if (!session || !mayRead(caller, session)) throw new Problem('not-found')
  return session
}

function describe(session: SessionSummary) {
  return { ...session, opened: time(session.opened), closed: session.closed === null ? null : time(session.closed) }
}

function nextOf(found: readonly { n: number }[], shown: readonly { n: number }[]): number | null {
  return found.length > shown.length ? (found[shown.length]?.n ?? null) : null
}
