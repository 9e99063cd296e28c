// Sessions and their replay. Promise: auditors see all, anyone sees their own, to others they do not exist; what is
// in one is shown only after the reading is in the record.
import { z } from 'zod'
import type { RecordedEntry, SessionSummary } from '../../recording/read.ts'
import { recordAccess } from '../access-entry.ts'
import type { ApiOptions } from '../options.ts'
import { Problem } from '../problem.ts'
import { isOwnSession, ownerOf, sessionPage, time } from '../record-view.ts'
import { replayStepOf } from '../replay-step.ts'
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
  problems: ['limit'],
  async handle({ caller, api, query }) {
    const { limit, before, subject, connection } = query
    const wanted = { limit, before, subject, connection }
    const { found, next } = await sessionPage(api.recorded, wanted, each => mayRead(caller, each))
    return { sessions: found.map(describe), next }
  },
})

export const getSession = route({
  id: 'getSession',
  method: 'get',
  path: '/sessions/:id',
  summary: 'One session and its entries as they stand in the log',
  access: 'The subject of the session, the human its agent acts for, and auditors. The reading is recorded.',
  params,
  query: page,
  body: none,
  answerName: 'SessionDetail',
  answer: sessionDetail,
  problems: ['not-found', 'limit'],
  async handle({ caller, api, params, query }) {
    const session = await visible(caller, params.id, api)
    await recordAccess(api, caller, 'session.entries.read', session.id)
    const { steps, next } = await api.recorded.story(session.id, query, false)
    return { session: describe(session), entries: steps.map(entryOf), next }
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
  problems: ['not-found', 'limit'],
  async handle({ caller, api, params, query }) {
    const session = await visible(caller, params.id, api)
    await recordAccess(api, caller, 'session.read', session.id)
    const { steps, next } = await api.recorded.story(session.id, query, true)
    return { session: describe(session), steps: steps.map(step => replayStepOf(step, session.openedAt)), next }
  },
})

function mayRead(caller: Caller, session: SessionSummary): boolean {
  return caller.roles.has('auditor') || isOwnSession(caller.subject, session)
}

async function visible(caller: Caller, id: string, api: ApiOptions): Promise<SessionSummary> {
  const session = await api.recorded.summary(id)
  if (!session || !mayRead(caller, session)) throw new Problem('not-found')
  return session
}

function describe(session: SessionSummary) {
  const { id, outcome, subjectKind, person, onBehalfOf, purpose, connection, connectionKind, entries } = session
  const { openedAt, closedAt, questions } = session
  return {
    id,
    opened: time(openedAt),
    closed: closedAt === null ? null : time(closedAt),
    subject: ownerOf(session),
    exchanges: questions,
    ...{ outcome, subjectKind, person, onBehalfOf, purpose, connection, connectionKind, entries },
  }
}

export function entryOf({ ref, entry }: RecordedEntry) {
  return { log: ref.log, seq: String(ref.seq), entry: { ...entry } }
}
