// Who the caller is to this gateway, and what it may connect to.
import { subjectName } from '../../access/approver.ts'
import type { UsableConnection } from '../options.ts'
import { time } from '../record-view.ts'
import { route } from '../route.ts'
import { connections, me, none } from '../schemas.ts'

export const getMe = route({
  id: 'getMe',
  method: 'get',
  path: '/me',
  summary: 'The caller: subject, groups, roles and usable connections',
  access: 'Anyone who is signed in.',
  params: none,
  query: none,
  body: none,
  answerName: 'Me',
  answer: me,
  problems: [],
  handle: async ({ caller: { subject, roles }, api }) => ({
    subject: subjectName(subject),
    kind: subject.kind,
    person: subject.person,
    onBehalfOf: subject.onBehalfOf ? subjectName(subject.onBehalfOf) : null,
    groups: [...subject.groups].sort(),
    unmappedGroups: subject.unmapped ?? 0,
    roles: [...roles],
    purpose: subject.purpose,
    tokenEnds: time(subject.notAfter),
    connections: api.connections(subject).flatMap(shown),
  }),
})

export const getConnections = route({
  id: 'listConnections',
  method: 'get',
  path: '/connections',
  summary: 'The connections the caller may use, with their addresses',
  access: 'Anyone who is signed in.',
  params: none,
  query: none,
  body: none,
  answerName: 'Connections',
  answer: connections,
  problems: [],
  handle: async ({ caller, api }) => ({ connections: api.connections(caller.subject).flatMap(shown) }),
})

/** What nobody can connect to is left out. */
function shown({ name, kind, url }: UsableConnection) {
  return url === null ? [] : [{ name, kind, url }]
}
