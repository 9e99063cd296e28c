// The configuration file as a schema, from which the published JSON Schema is made. Promise: strict everywhere; whatever
// can be wrong in one place alone is found here, and what depends on several places in check.ts.
import { z } from 'zod'
import { signatureAlgorithms } from '../identity/provider.ts'
import {
  asSecret,
  duration,
  either,
  groupOrAll,
  name,
  secretRef,
  section,
  text,
  variable,
  words,
} from './schema-parts.ts'

const url = (says: string) => text(says, /^[a-z]+:\/\/\S+$/)
const file = section({ file: text('the path of a file', /\S/) })
const path = text('a path', /\S/)
const labelName = text('a label such as phi.mrn or acme.badge', /^[a-z][a-z0-9]*(?:\.[a-z][a-z0-9_-]*)+$/)
const labelGlob = text('labels such as phi.mrn, or phi.* for a family', /^[a-z*][a-z0-9._*-]*$/)
const claim = text('where in the token it stands, such as claims.groups', /^claims\.\S+$/)
const effect = z.enum(['read', 'write', 'define', 'session', 'ask'], {
  error: 'write read, write, define, session or ask',
})
const flag = z.boolean({ error: 'write true or false' })

const listen = section({
  publicUrl: url('the address callers use, such as https://gate.example.org').optional(),
  http: text('an address and port such as 127.0.0.1:7300', /^\S+:\d{1,5}$/).optional(),
  postgres: text('an address and port such as 127.0.0.1:7432', /^\S+:\d{1,5}$/).optional(),
  tls: section({ cert: file, key: file }).optional(),
})

const provider = section({
  issuer: url('the issuer of the tokens, such as https://idp.example.org'),
  audience: text('what the tokens carry in aud', /\S/).optional(),
  groups: claim.optional(),
  person: claim.optional(),
  purpose: claim.optional(),
  maxLife: duration.optional(),
  algorithms: z
    .array(z.enum(signatureAlgorithms as [string, ...string[]], { error: `write ${signatureAlgorithms.join(', ')}` }))
    .min(1)
    .optional(),
})

const command = section({
  command: words('npx, some-server'),
  args: z.array(z.string({ error: 'write text, in quotes where it is a number' })).optional(),
  env: z.record(variable, either('write text, { env: NAME } or { file: path }', [z.string(), secretRef])).optional(),
})

const credential = either('write { bearer: { env: NAME } } or { header: { name: X-Key, value: { env: NAME } } }', [
  section({ bearer: secretRef }),
  section({ header: section({ name: text('the name of a header', /^[A-Za-z0-9-]+$/), value: secretRef }) }),
])

const globs = words('"get_*"')
const connection = section({
  mcp: either('write a URL such as https://mcp.example.org/mcp, or { command: [npx, some-server] }', [
    url('a URL such as https://mcp.example.org/mcp'),
    command,
  ]).optional(),
  postgres: url('a URL such as postgres://db.example.org/clinic').optional(),
  logins: z.record(name('login'), section({ user: text('a user name', /\S/), password: secretRef })).optional(),
  credential: credential.optional(),
  purpose: text('an HL7 purpose of use such as TREAT', /^[A-Z][A-Z0-9_]{0,31}$/).optional(),
  keep: name('class of retention').optional(),
  effects: section({ read: globs.optional(), write: globs.optional(), define: globs.optional() }).optional(),
  trustAnnotations: flag.optional(),
  transparent: flag.optional(),
  unknownMethods: words('acme/method', /^[A-Za-z$][A-Za-z0-9_$/.-]*$/).optional(),
  patientClients: words('name-of-client').optional(),
})

export const shapes = ['ssn', 'phone', 'email', 'date', 'mrn', 'ip', 'url', 'card'] as const
const label = section({
  json: words('"**.mrn"').optional(),
  csv: words('mrn').optional(),
  sql: words('"*.*.mrn"').optional(),
  shape: z.enum(shapes, { error: `write one of ${shapes.join(', ')}` }).optional(),
  pattern: text("a pattern of RE2, such as 'BDG-[0-9]{6}'", /[\s\S]/).optional(),
  on: words('connection').optional(),
}).refine(({ on: _, ...finders }) => Object.keys(finders).length > 0, {
  error: 'say how it is found: json, csv, sql, shape or pattern',
})

/** YAML reads a bare null as no value, and it is the name of a transform. */
const transform = z
  .enum(['redact', 'last-four', 'null'], { error: 'write redact, last-four or null' })
  .nullable()
  .transform(value => value ?? 'null')

const patterns = words('"tools/call:get_*"', /^\S+(?::[\s\S]+)?$|^\S+$/)
const approvers = section({
  groups: z
    .array(name('group'), { error: 'write a list of groups' })
    .min(1, { error: 'name the groups that may approve: a hold nobody can approve is a block' }),
  people: z
    .int({ error: 'write how many distinct people, such as 1' })
    .min(1, { error: 'write at least 1' })
    .max(20)
    .optional(),
  within: duration.optional(),
  holdSeconds: z.int({ error: 'write seconds, such as 45' }).min(0, { error: 'write 0 or more' }).max(3_600).optional(),
})

export const ruleSchema = section({
  id: name('id'),
  allow: patterns.optional(),
  hold: patterns.optional(),
  block: patterns.optional(),
  who: z
    .array(groupOrAll, { error: 'write a list of groups' })
    .min(1, { error: 'name a group, or "*" for everyone' })
    .optional(),
  on: z
    .array(groupOrAll, { error: 'write a list of connections' })
    .min(1, { error: 'name a connection, or "*" for all' })
    .optional(),
  effects: z.array(effect, { error: 'write a list, such as [write]' }).min(1).optional(),
  found: z.array(labelGlob).min(1).optional(),
  carries: z.array(labelGlob).min(1).optional(),
  when: z.string({ error: 'write a condition in CEL, such as "args.limit <= 50.0"' }).optional(),
  reveal: z.array(labelGlob).min(1).optional(),
  conceal: z.array(labelGlob).min(1).optional(),
  binary: z.literal('pass', { error: 'write pass, or leave it out' }).optional(),
  approvers: approvers.optional(),
  limits: z
    .never({ error: 'limits are not enforced in this version, so a rule may not promise them: remove it' })
    .optional(),
})

const entry = (kind: string) => name(kind)

export const configSchema = section({
  version: z.literal(1, { error: 'write version: 1' }),
  listen: listen.optional(),
  data: path.optional(),
  providers: z.record(entry('provider'), provider, { error: 'name at least one identity provider' }),
  groups: z.record(entry('group'), z.record(entry('provider'), words('group-of-the-provider'))).optional(),
  connections: z.record(entry('connection'), connection, { error: 'name at least one connection' }),
  labels: z.record(labelName, label).optional(),
  clean: section({ json: words('"**.createdAt"').optional() }).optional(),
  masking: z
    .record(text('default or a label', /^(?:default|[a-z][a-z0-9]*(?:\.[a-z][a-z0-9_-]*)+)$/), transform)
    .optional(),
  rules: z.array(ruleSchema, { error: 'write a list of rules' }).optional(),
  roles: section({
    approver: z.array(name('group')).optional(),
    auditor: z.array(name('group')).optional(),
    administrator: z.array(name('group')).optional(),
  }).optional(),
  retention: z.record(entry('class'), section({ keep: duration })).optional(),
  seal: section({ keys: section({ dir: path }) }).optional(),
})

export type ConfigText = z.infer<typeof configSchema>
export type RuleText = z.infer<typeof ruleSchema>
export type ConnectionText = z.infer<typeof connection>
export { asSecret }
