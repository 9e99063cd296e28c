// The configuration file as a schema, from which the published JSON Schema is made. Promise: strict everywhere; whatever
// can be wrong in one place alone is found here, and what depends on several places in check.ts.
import { z } from 'zod'
import { signatureAlgorithms } from '../identity/provider.ts'
import { builtInShapes } from '../masking/shapes.ts'
import {
  asSecret,
  connectionName,
  duration,
  either,
  groupOrAll,
  may,
  must,
  name,
  secretRef,
  section,
  text,
  variable,
  words,
} from './schema-parts.ts'
import { postgresKeys } from './schema-postgres.ts'
import { serverDatabase } from './server-database.ts'

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
  publicUrl: may(
    url('the address callers use, such as https://gate.example.org'),
    'The origin callers use: no path. Tokens are meant for it.',
    { example: 'https://gate.example.org' },
  ),
  http: may(
    text('an address and port such as 127.0.0.1:7300', /^\S+:\d{1,5}$/),
    'Where MCP and the API listen. Without `tls` it must be a loopback address.',
    { default: '127.0.0.1:7300', example: '0.0.0.0:7300' },
  ),
  postgres: may(
    text('an address and port such as 127.0.0.1:7432', /^\S+:\d{1,5}$/),
    'Where PostgreSQL clients connect. Left out: nowhere. Without `tls` it must be a loopback address.',
    { example: '0.0.0.0:7432' },
  ),
  tls: may(
    section({
      cert: must(file, 'Certificate chain, PEM.', { example: { file: 'tls/cert.pem' } }),
      key: must(file, 'Private key, PEM.', { example: { file: 'tls/key.pem' } }),
    }),
    'Serve HTTPS, and TLS to PostgreSQL clients.',
  ),
})

const provider = section({
  issuer: must(
    url('the issuer of the tokens, such as https://idp.example.org'),
    'Exactly as tokens have it in `iss`. HTTPS, or plain HTTP on loopback.',
    { example: 'https://login.example.org' },
  ),
  audience: may(
    text('what the tokens carry in aud', /\S/),
    'What tokens carry in `aud`, beside the addresses of the gateway itself. Left out: `publicUrl` with a final slash.',
    { example: 'api://sallyport' },
  ),
  groups: may(claim, 'Where a token has the groups.', {
    default: 'claims.groups',
    example: 'claims.realm_access.roles',
  }),
  person: may(claim, 'The same human across providers: approvers are counted by it.', {
    default: 'claims.email',
    example: 'claims.employee_id',
  }),
  purpose: may(claim, 'Where a token has the purpose of use.', { default: 'claims.purpose_of_use' }),
  scope: may(
    text('scopes with single blanks between, such as mcp:use', /^[!#-[\]-~]+(?: [!#-[\]-~]+)*$/),
    'Scopes a token must have, all of them, in its `scope` or `scp`; without one it is refused with 403. Left out: none.',
    { example: 'mcp:use' },
  ),
  maxLife: may(duration, 'A token with a longer life is refused.', { default: '2h', example: '1h' }),
  algorithms: may(
    z
      .array(z.enum(signatureAlgorithms as [string, ...string[]], { error: `write ${signatureAlgorithms.join(', ')}` }))
      .min(1)
      .meta({ title: 'list of algorithms' }),
    'Accept these signatures only. Left out: all that are made with a private key.',
    { example: ['ES256'] },
  ),
})

const command = section({
  command: must(words('npx, some-server'), 'Program and arguments; no shell reads them.', {
    example: ['npx', 'some-server'],
  }),
  args: may(
    z.array(z.string({ error: 'write text, in quotes where it is a number' })),
    'More arguments, after those of `command`.',
    { example: ['--read-only'] },
  ),
  env: may(
    z.record(variable, either('write text, { env: NAME } or { file: path }', [z.string(), secretRef])),
    'All of its environment: nothing else is passed on but `PATH`.',
    { example: { LOG_LEVEL: 'info', API_TOKEN: { env: 'CLINIC_TOKEN' } } },
  ),
})

const credential = either('write { bearer: { env: NAME } } or { header: { name: X-Key, value: { env: NAME } } }', [
  section({ bearer: must(secretRef, 'Sent as `Authorization: Bearer`.', { example: { env: 'CLINIC_TOKEN' } }) }),
  section({
    header: must(
      section({ name: text('the name of a header', /^[A-Za-z0-9-]+$/), value: secretRef }),
      'Sent as a header of this name.',
      { example: { name: 'X-Api-Key', value: { file: 'clinic.key' } } },
    ),
  }),
])

const globs = words('"get_*"')
const connection = section({
  mcp: may(
    either('write a URL such as https://mcp.example.org/mcp, or { command: [npx, some-server] }', [
      url('a URL such as https://mcp.example.org/mcp'),
      command,
    ]),
    'The MCP server: its URL, or the program to start for each session.',
    { example: 'https://mcp.example.org/mcp' },
  ),
  ...postgresKeys,
  credential: may(credential, 'What the gateway shows the server at a URL. Callers never see it.', {
    example: { bearer: { env: 'CLINIC_TOKEN' } },
  }),
  purpose: may(
    text('an HL7 purpose of use such as TREAT', /^[A-Z][A-Z0-9_]{0,31}$/),
    'HL7 purpose of use where the token names none.',
    { example: 'TREAT' },
  ),
  keep: may(name('class of retention'), 'Class of retention, one of `retention`.', { default: 'phi' }),
  effects: may(
    section({
      read: may(globs, 'Tools that only read.', { example: ['get_*', 'search_*'] }),
      write: may(globs, 'Tools that change something.', { example: ['delete_*'] }),
      define: may(globs, 'Tools that change what the system is made of.', { example: ['create_table'] }),
    }),
    'What tools do, by name. A tool that is not named writes.',
  ),
  trustAnnotations: may(flag, 'Believe `readOnlyHint` of tools that `effects` does not name.', { default: false }),
  transparent: may(
    flag,
    'For interoperability tests: everything is allowed and nothing is masked; still recorded. Refused where `keep` is `phi` or a `phi.*` label applies.',
    { default: false },
  ),
  unknownMethods: may(
    words('acme/method', /^[A-Za-z$][A-Za-z0-9_$/.-]*$/),
    'Methods outside the specification that pass all the same, inspected and decided like any other. They write.',
    { example: ['acme/method'] },
  ),
  patientClients: may(words('name-of-client'), 'Names of clients known to wait four minutes for an answer.', {
    example: ['our-agent'],
  }),
  database: may(
    serverDatabase,
    'The database that this MCP server uses, itself a connection of the gateway, and how the server tells it for whom it asks.',
    { example: { connection: 'clinic-db', caller: 'env' } },
  ),
})

const shapes = builtInShapes.map(({ shape }) => shape)
const label = section({
  json: may(words('"**.mrn"'), 'Paths in JSON: `*` any one step, `**` any number.', { example: ['**.patient_id'] }),
  csv: may(words('mrn'), 'Columns of CSV, TSV and Markdown tables, in any case.', { example: ['patient_id'] }),
  sql: may(
    words('"*.*.mrn"'),
    'Columns of a database, `schema.table.column`, each part a name or `*`. Without effect on MCP.',
    {
      example: ['*.*.mrn'],
    },
  ),
  shape: may(z.enum(shapes, { error: `write one of ${shapes.join(', ')}` }), 'A built-in detector.', {
    example: 'mrn',
  }),
  pattern: may(
    text("a pattern of RE2, such as 'BDG-[0-9]{6}'", /[\s\S]/),
    'A pattern in RE2 syntax: no look-arounds, no back-references.',
    { example: 'BDG-[0-9]{6}' },
  ),
  on: may(words('connection'), 'Look for it on these connections only.', { example: ['clinic'] }),
}).refine(({ on: _, ...finders }) => Object.keys(finders).length > 0, {
  error: 'say how it is found: json, csv, sql, shape or pattern',
})

/** YAML reads a bare null as no value, and it is the name of a transform. */
const transform = z
  .enum(['redact', 'last-four', 'null'], { error: 'write redact, last-four or null' })
  .nullable()
  .transform(value => value ?? 'null')

const rowCount = z.int({ error: 'write a number of rows, such as 1000' }).min(1, { error: 'write at least 1' })
const points = z.int({ error: 'write points, such as 50' }).min(1, { error: 'write at least 1' }).max(100_000)

const patterns = words('"tools/call:get_*"', /^\S+(?::[\s\S]+)?$|^\S+$/)
const approvers = section({
  groups: must(
    z
      .array(name('group'), { error: 'write a list of groups' })
      .min(1, { error: 'name the groups that may approve: a hold nobody can approve is a block' }),
    'Who may approve: people of any of these groups.',
    { example: ['compliance-officer'] },
  ),
  people: may(
    z.int({ error: 'write how many distinct people, such as 1' }).min(1, { error: 'write at least 1' }).max(20),
    'How many distinct people.',
    { default: 1 },
  ),
  within: may(duration, 'Approved and used within this time, or it is denied.', { default: '15m' }),
  holdSeconds: may(
    z.int({ error: 'write seconds, such as 45' }).min(0, { error: 'write 0 or more' }).max(3_600),
    'How long the call is kept waiting before its caller is told to come back. Left out: 45 s, or 240 s for clients known to wait.',
    { example: 45 },
  ),
})

const ruleSchema = section({
  id: must(name('id'), 'Its name in decisions and in the record.', { example: 'deletes' }),
  allow: may(patterns, 'Allow what these patterns match.', { example: ['tools/call:get_*'] }),
  hold: may(patterns, 'Hold it for people.', { example: ['tools/call:delete_*'] }),
  block: may(patterns, 'Refuse it.', { example: ['tools/call:export_*'] }),
  risk: may(patterns, 'Give it points, which count towards the thresholds under `risk`.', { example: ['*'] }),
  points: may(
    z.int({ error: 'write a number such as 20' }).min(1, { error: 'write at least 1' }).max(1_000),
    'Of a risk rule, which must say it.',
    { example: 20 },
  ),
  who: may(
    z.array(groupOrAll, { error: 'write a list of groups' }).min(1, { error: 'name a group, or "*" for everyone' }),
    'Groups it is for, `"*"` for everyone. An allow must say it; a hold without it is for all whom an allow lets use the connection, a block without it for everyone.',
    { example: ['clinical-read'] },
  ),
  on: may(
    z
      .array(groupOrAll, { error: 'write a list of connections' })
      .min(1, { error: 'name a connection, or "*" for all' }),
    'Connections it is about, `"*"` for all. A block may leave it out and is then about all.',
    { example: ['clinic'] },
  ),
  effects: may(
    z.array(effect, { error: 'write a list, such as [write]' }).min(1),
    'Only for actions that do this. An allow must name every effect of the action, a hold or block any.',
    { example: ['write'] },
  ),
  columns: may(
    words('visit_date', /^[^.\s][^.]*$/),
    'Columns of the relation, on PostgreSQL. An allow must name every column the statement reads, writes or compares with; any other rule is about a statement that touches one of them.',
    { example: ['id', 'visit_date'] },
  ),
  found: may(z.array(labelGlob).min(1), 'Only where one of these labels is in the question.', { example: ['phi.*'] }),
  carries: may(
    z.array(labelGlob).min(1),
    'Only where the answer would have one of these labels. Not known for MCP, so such an allow never matches and any other such rule always does.',
    { example: ['phi.*'] },
  ),
  when: may(
    z.string({ error: 'write a condition in CEL, such as "args.limit <= 50.0"' }),
    'Only where this CEL condition is true. An error denies.',
    { example: 'args.limit <= 50.0' },
  ),
  reveal: may(z.array(labelGlob).min(1), 'Labels its callers see in clear.', { example: ['phi.name'] }),
  conceal: may(z.array(labelGlob).min(1), 'Labels hidden whatever other rules reveal.', { example: ['phi.ssn'] }),
  binary: may(
    z.literal('pass', { error: 'write pass, or leave it out' }),
    'Let images, audio, blobs and unknown content types through, unmasked.',
    { example: 'pass' },
  ),
  approvers: may(approvers, 'Of a hold or of `limits.rows.ask`, which must say it: who answers.'),
  limits: may(
    section({
      rows: may(
        section({
          ask: may(
            rowCount,
            'An answer that goes beyond this many rows waits for `approvers` of this rule before more of it passes.',
            { example: 1_000 },
          ),
          stop: may(rowCount, 'An answer that goes beyond this many rows ends there.', { example: 100_000 }),
        }),
        'Rows of one answer on a PostgreSQL connection. Of several rules the smallest number counts.',
        { example: { ask: 1_000, stop: 100_000 } },
      ),
    }),
    'Of an allow or a hold: how much of an answer passes.',
  ),
})

const entry = (kind: string) => name(kind)
const roleOf = (description: string) => may(z.array(name('group')), description, { example: ['compliance-officer'] })

export const configSchema = section({
  version: must(z.literal(1, { error: 'write version: 1' }), 'Of the format of this file.', { example: 1 }),
  listen: may(listen, 'Where the gateway listens and how callers reach it.'),
  data: may(path, 'Folder of log, store and keys. Relative paths start at the folder of this file.', {
    default: '.sallyport/data',
    example: '/var/lib/sallyport',
  }),
  providers: must(
    z.record(entry('provider'), provider, { error: 'name at least one identity provider' }),
    'Identity providers, by a name of your own.',
  ),
  groups: may(
    z.record(entry('group'), z.record(entry('provider'), words('group-of-the-provider'))),
    "The gateway's own groups, and what each provider calls them: names or object ids.",
    { example: { 'clinical-read': { idp: ['EHR Clinicians'] } } },
  ),
  connections: must(
    z.record(connectionName, connection, { error: 'name at least one connection' }),
    'Protected systems, by the name in their address `/mcp/NAME`, or the name of the database that clients ask for: lower-case letters, digits, `_`, `-`.',
  ),
  labels: may(
    z.record(labelName, label),
    'Kinds of sensitive data and how each is found. Left out, every built-in shape is looked for. `phi.` is for the 18 identifiers; name your own family for others.',
  ),
  clean: may(
    section({ json: may(words('"**.createdAt"'), 'Paths, as in labels.', { example: ['**.createdAt'] }) }),
    "Places that shapes and patterns leave alone. A label's own path wins.",
  ),
  masking: may(
    z.record(text('default or a label', /^(?:default|[a-z][a-z0-9]*(?:\.[a-z][a-z0-9_-]*)+)$/), transform),
    'What becomes of a hidden value, by label and for `default`: `redact`, `last-four` or `null`.',
    { default: { default: 'redact' }, example: { default: 'redact', 'phi.ssn': 'last-four' } },
  ),
  rules: may(z.array(ruleSchema, { error: 'write a list of rules' }), 'The policy. Without rules all is blocked.'),
  risk: may(
    section({
      hold: may(points, 'An action whose points reach this waits for `approvers`.', { example: 50 }),
      block: may(points, 'An action whose points reach this is refused.', { example: 100 }),
      approvers: may(approvers, 'Who answers what `hold` holds, which must say it.', {
        example: { groups: ['compliance-officer'] },
      }),
    }),
    'What the points of all risk rules that match do together. What no other rule lets through stays blocked.',
  ),
  timeZone: may(
    text('a time zone such as Europe/Berlin', /^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/),
    'Zone of `now.hour` and `now.weekday` in conditions.',
    { default: 'UTC', example: 'Europe/Berlin' },
  ),
  roles: may(
    section({
      approver: roleOf('May look up any exchange by its reference. Who may approve is said by the rule that holds.'),
      auditor: roleOf("May read other people's sessions and the log."),
      administrator: roleOf(
        'May ask how a request of somebody else would be decided, as an auditor may, and have a database searched for columns to label.',
      ),
    }),
    'Who may do what in the API and on the command line, by group. No role implies another.',
  ),
  retention: may(
    z.record(entry('class'), section({ keep: must(duration, 'How long the record is kept.', { example: '6y1mo' }) })),
    'Classes of retention. Nothing is deleted in this version.',
    { default: { phi: { keep: '6y1mo' } } },
  ),
  seal: may(
    section({
      keys: must(
        section({ dir: must(path, 'Folder.', { example: '/mnt/vault/seal-keys' }) }),
        'Where the private half of the seal key is put when it is made. The gateway never needs it again.',
      ),
    }),
    'The key that opens raw payloads. Left out: `seal-keys` in the folder `data`.',
  ),
})

export type ConfigText = z.infer<typeof configSchema>
export type RuleText = z.infer<typeof ruleSchema>
export type ConnectionText = z.infer<typeof connection>
export { asSecret }
