// How the log of this instance stands.
import { Problem } from '../problem.ts'
import { time } from '../record-view.ts'
import { route } from '../route.ts'
import { log, none } from '../schemas.ts'

export const getLog = route({
  id: 'getLog',
  method: 'get',
  path: '/log',
  summary: 'Size and root of the log, and its last signed checkpoint',
  access: 'Auditors and administrators.',
  params: none,
  query: none,
  body: none,
  answerName: 'Log',
  answer: log,
  problems: ['forbidden', 'limit'],
  async handle({ caller, api }) {
    if (!caller.roles.has('auditor') && !caller.roles.has('administrator')) throw new Problem('forbidden')
    const { origin, size, root, checkpoint, until } = await api.log()
    return {
      origin,
      size,
      root,
      checkpoint: checkpoint && { ...checkpoint, until: until === null ? null : time(until) },
    }
  },
})
