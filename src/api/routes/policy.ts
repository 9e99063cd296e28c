// What the rules in force say of one operation. Promise: anyone may ask about themselves, others only where a role allows;
// conditions on arguments are evaluated without arguments, since a URL is no place for them.
import { z } from 'zod'
import type { Subject } from '../../gateway/seam.ts'
import { Problem } from '../problem.ts'
import { type Caller, route } from '../route.ts'
import { explanation, name, none } from '../schemas.ts'

const query = z.strictObject({
  connection: name,
  operation: z
    .string()
    .regex(/^[a-z]+(?:\/[a-z_]+)*(?::.{1,256})?$/)
    .meta({ description: 'As a rule writes it, without patterns: `tools/call:get_patient`.' }),
  groups: z
    .string()
    .regex(/^[^,\s]+(?:,[^,\s]+){0,49}$/)
    .optional()
    .meta({ description: 'Gateway groups of somebody else, separated by commas; for auditors and administrators.' }),
  subject: name.optional().meta({ description: 'Their id, where rules name it; for auditors and administrators.' }),
})

export const explainPolicy = route({
  id: 'explainPolicy',
  method: 'get',
  path: '/policy/explain',
  summary: 'Which rules decide one operation on one connection, and why',
  access: 'Anyone for themselves; auditors and administrators for others, by subject and groups.',
  params: none,
  query,
  body: none,
  answerName: 'Explanation',
  answer: explanation,
  problems: ['forbidden', 'not-found'],
  async handle({ caller, api, query }) {
    const subject = query.groups === undefined && query.subject === undefined ? caller.subject : other(caller, query)
    const own = subject === caller.subject
    // Names of connections the caller may not use are no concern of theirs.
    const usable = api.connections(subject).some(connection => connection.name === query.connection)
    if (own && !usable && !reviews(caller)) throw new Problem('not-found')
    const at = query.operation.indexOf(':')
    const operation = at < 0 ? query.operation : query.operation.slice(0, at)
    const about = at < 0 ? '' : query.operation.slice(at + 1)
    const { decision, summary, rules } = api.explain({ subject, connection: query.connection, operation, about })
    return { decision: decision.kind, summary, rules: rules.map(rule => ({ ...rule })) }
  },
})

function reviews({ roles }: Caller): boolean {
  return roles.has('auditor') || roles.has('administrator')
}

function other(
  caller: Caller,
  query: { readonly groups?: string | undefined; readonly subject?: string | undefined },
): Subject {
  if (!reviews(caller)) throw new Problem('forbidden')
  return {
    provider: caller.subject.provider,
    id: query.subject ?? 'unnamed',
    kind: 'human',
    person: null,
    onBehalfOf: null,
    groups: new Set(query.groups?.split(',')),
    purpose: null,
    notAfter: caller.subject.notAfter,
    tokenFamily: '',
  }
}
