// What the rules in force say of one operation. Promise: anyone may ask about themselves, others only where a role allows;
// arguments come in a body, since a URL is no place for them, and are neither kept nor repeated.
import { z } from 'zod'
import type { Subject } from '../../gateway/seam.ts'
import type { ApiOptions } from '../options.ts'
import { Problem } from '../problem.ts'
import { type Caller, route } from '../route.ts'
import { explanation, name, none } from '../schemas.ts'

const asked = {
  connection: name,
  operation: z
    .string()
    .regex(/^[a-z]+(?:\/[a-z_]+|\.[a-z-]+)*(?::.{1,256})?$/)
    .meta({
      description: 'As a rule writes it, without patterns: `tools/call:get_patient`, `sql.delete:public.visits`.',
    }),
  subject: name.optional().meta({ description: 'Their id, where rules name it; for auditors and administrators.' }),
}

const hasWhere = 'Of a statement: whether a condition chooses the rows it changes; without, none does.'
const rows = 'Of a statement: how many rows the system expects to read.'

const query = z.strictObject({
  ...asked,
  hasWhere: z
    .stringbool({ truthy: ['true'], falsy: ['false'], case: 'sensitive' })
    .optional()
    .meta({ description: hasWhere }),
  rows: z.coerce.number().int().min(0).optional().meta({ description: rows }),
  groups: z
    .string()
    .regex(/^[^,\s]+(?:,[^,\s]+){0,49}$/)
    .optional()
    .meta({ description: 'Gateway groups of somebody else, separated by commas; for auditors and administrators.' }),
})

const labels = z.array(name).max(50)

const body = z.strictObject({
  ...asked,
  groups: labels.optional().meta({ description: 'Gateway groups of somebody else; for auditors and administrators.' }),
  args: z.record(z.string(), z.unknown()).optional().meta({ description: 'Arguments of the call. Kept nowhere.' }),
  found: labels.optional().meta({ description: 'Labels found in the request.' }),
  carries: labels.optional().meta({ description: 'Labels the answer would have; left out: unknown.' }),
  hasWhere: z.boolean().optional().meta({ description: hasWhere }),
  rows: z.int().min(0).optional().meta({ description: rows }),
})

const described = {
  path: '/policy/explain',
  access: 'Anyone for themselves; auditors and administrators for others, by subject and groups.',
  params: none,
  answerName: 'Explanation',
  answer: explanation,
  problems: ['forbidden', 'no-connection'],
} as const

export const explainPolicy = route({
  ...described,
  id: 'explainPolicy',
  method: 'get',
  summary: 'Which rules decide one operation on one connection, and why',
  query,
  body: none,
  handle: async call => explained(call, { ...call.query, groups: call.query.groups?.split(',') }),
})

/** Arguments may hold what no URL should. */
export const explainCall = route({
  ...described,
  id: 'explainCall',
  method: 'post',
  summary: 'As above, for a call with its arguments and labels',
  query: none,
  body,
  handle: async call => explained(call, call.body),
})

function explained(
  { caller, api }: { readonly caller: Caller; readonly api: ApiOptions },
  question: z.infer<typeof body>,
): z.infer<typeof explanation> {
  const { connection, args, found, carries, hasWhere, rows } = question
  const own = question.groups === undefined && question.subject === undefined
  const subject = own ? caller.subject : other(caller, question)
  // Names of connections the caller may not use are no concern of theirs.
  const usable = api.connections(subject).some(each => each.name === connection)
  if (own && !usable && !reviews(caller)) throw new Problem('no-connection')
  const at = question.operation.indexOf(':')
  const operation = at < 0 ? question.operation : question.operation.slice(0, at)
  const about = at < 0 ? '' : question.operation.slice(at + 1)
  const sql = {
    ...(hasWhere === undefined ? {} : { hasWhere }),
    ...(rows === undefined ? {} : { estimatedRows: rows }),
  }
  const asked = { subject, connection, operation, about, args, found, carries, sql }
  const { decision, summary, rules, risk } = api.explain(asked)
  return {
    decision: decision.kind,
    summary,
    rules: rules.map(({ parts, ...rule }) => ({ ...rule, ...(parts ? { parts: [...parts] } : {}) })),
    risk: risk ? { ...risk, summands: [...risk.summands] } : null,
  }
}

function reviews({ roles }: Caller): boolean {
  return roles.has('auditor') || roles.has('administrator')
}

function other(
  caller: Caller,
  { groups, subject }: { readonly groups?: readonly string[] | undefined; readonly subject?: string | undefined },
): Subject {
  if (!reviews(caller)) throw new Problem('forbidden')
  return {
    provider: caller.subject.provider,
    id: subject ?? 'unnamed',
    kind: 'human',
    person: null,
    onBehalfOf: null,
    groups: new Set(groups),
    purpose: null,
    notAfter: caller.subject.notAfter,
    tokenFamily: '',
  }
}
