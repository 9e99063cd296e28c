// The gateway's configuration for the demo. Promise: it holds no secret, only references, and shows one rule of each kind.
import type { ClinicDatabase } from './database.ts'
import { gatewayGroups } from './people.ts'

export interface DemoAddresses {
  readonly publicUrl: string
  readonly issuer: string
  readonly clinicUrl: string
  /** Host and port for clients of the database. */
  readonly listensPostgres: string
  readonly database: ClinicDatabase
  /** The folder of the demo's files, an absolute path. */
  readonly dir: string
}

export function demoConfig(addresses: DemoAddresses): string {
  const { publicUrl, issuer, clinicUrl, listensPostgres, database, dir } = addresses
  const path = (name: string) => JSON.stringify(`${dir}/${name}`)
  const groups = Object.entries(gatewayGroups)
    .map(([theirs, ours]) => `  ${ours}: { demo: [${theirs}] }`)
    .join('\n')
  return `# Written by the demo at each start; changes made while it runs take effect within two seconds.
version: 1
listen: { publicUrl: "${publicUrl}", http: "${new URL(publicUrl).host}", postgres: "${listensPostgres}" }
data: ${path('data')}

providers:
  demo:
    issuer: "${issuer}"
    audience: "${publicUrl}/"
    groups: claims.groups
    person: claims.email
    purpose: claims.purpose_of_use
    maxLife: 12h

# The gateway's own groups, and what the identity provider calls them.
groups:
${groups}

connections:
  clinic:
    mcp: "${clinicUrl}"
    credential: { bearer: { file: ${path('clinic-credential')} } }
    purpose: TREAT
    keep: phi
    effects:
      read: ["search_*", "get_*", "run_sql"]
      write: ["update_*", "delete_*"]
    # The server has no access to the database of its own: with each call comes a credential of the caller.
    database: { connection: clinic-db, caller: { header: x-database-url } }

  # The database behind it, which accepts the gateway alone.
  clinic-db:
    postgres: "${addressOf(database.reader)}"
    logins:
      clinicians: { user: ${userOf(database.writer)}, password: { file: ${path('clinic-db-writer')} } }
      default: { user: ${userOf(database.reader)}, password: { file: ${path('clinic-db-reader')} } }
    purpose: TREAT
    keep: phi

# Where sensitive data is. Shapes are found anywhere, paths only where they say.
labels:
  phi.name: { json: ["**.full_name", "**.given", "**.family"], sql: ["*.patients.full_name"] }
  phi.mrn: { json: ["**.mrn"], sql: ["*.patients.mrn"], shape: mrn }
  phi.ssn: { json: ["**.ssn"], sql: ["*.patients.ssn"], shape: ssn }
  phi.phone: { json: ["**.phone"], sql: ["*.patients.phone"], shape: phone }
  phi.email: { json: ["**.email"], sql: ["*.patients.email"], shape: email }
  phi.date:
    json: ["**.dob", "**.birthDate", "**.date", "**.starts_at", "**.started_on", "**.taken_on", "**.issued_on"]
    sql:
      ["*.patients.dob", "*.encounters.date", "*.notes.date", "*.appointments.starts_at", "*.medications.started_on",
       "*.labs.taken_on", "*.invoices.issued_on"]
    shape: date
  phi.geo:
    json: ["**.address", "**.line", "**.city", "**.zip", "**.postalCode"]
    sql: ["*.patients.address", "*.patients.city", "*.patients.zip"]
  # A note is prose: anything can be in it, so all of it is sensitive.
  phi.other: { json: ["**.note"], sql: ["*.notes.note"] }

clean: { json: ["**.invoice_no"] }

masking: { default: redact, phi.ssn: last-four }

rules:
  - id: clinicians-read
    allow: ["tools/call:search_*", "tools/call:get_*", "resources/read:fhir://**", "prompts/get:*", "elicitation/create"]
    who: [clinicians]
    on: [clinic]
    reveal: [phi.name, phi.mrn, phi.date, phi.geo, phi.phone, phi.email, phi.other]

  # An agent gets what the task needs: whom it is about, and nothing to reach them by.
  - id: agents-read
    allow: ["tools/call:search_*", "tools/call:get_chart"]
    who: [clinical-agents]
    on: [clinic]
    reveal: [phi.name, phi.mrn, phi.date]

  - id: developers-read-masked
    allow: ["tools/call:search_*", "tools/call:get_*"]
    who: [developers]
    on: [clinic]

  # A limited data set (45 CFR 164.514(e)) keeps dates and places, and nothing that names a person.
  - id: researchers-read-limited
    allow: ["tools/call:search_*", "tools/call:get_*"]
    who: [researchers]
    on: [clinic]
    reveal: [phi.date, phi.geo]

  - id: no-notes-for-research
    block: ["tools/call:get_notes"]
    who: [researchers]
    on: [clinic]

  - id: writes-wait
    hold: ["*"]
    effects: [write]
    on: [clinic]
    reveal: [phi.mrn]
    approvers: { groups: [compliance-officer], people: 1, within: 15m, holdSeconds: 45 }

  - id: deletes-wait-for-two
    hold: ["tools/call:delete_*"]
    on: [clinic]
    reveal: [phi.mrn]
    approvers: { groups: [compliance-officer], people: 2, within: 15m, holdSeconds: 45 }

  # An alias in free SQL can hide which column a value came from: a person reads each statement first.
  - id: sql-waits
    hold: ["tools/call:run_sql"]
    who: [developers, researchers]
    on: [clinic]
    approvers: { groups: [compliance-officer], people: 1, within: 15m, holdSeconds: 45 }

  - id: no-sql-that-writes
    block: ["tools/call:run_sql"]
    who: [developers, researchers]
    on: [clinic]
    when: args.sql.matches(r'(?i)\\b(insert|update|delete|merge|truncate|drop|alter|create|grant|copy|call|do)\\b')

  # The database, for people with a client of their own and for the clinic's server alike.
  - id: db-clinicians
    allow: ["sql.select:public.*", "sql.update:public.patients", "sql.delete:public.patients"]
    who: [clinicians]
    on: [clinic-db]
    reveal: [phi.name, phi.mrn, phi.date, phi.geo, phi.phone, phi.email, phi.other]
  - id: db-agents
    allow: ["sql.select:public.*"]
    who: [clinical-agents]
    on: [clinic-db]
    reveal: [phi.name, phi.mrn, phi.date]
  - id: db-developers-masked
    allow: ["sql.select:public.*"]
    who: [developers]
    on: [clinic-db]
  - id: db-researchers-limited
    allow: ["sql.select:public.*"]
    who: [researchers]
    on: [clinic-db]
    reveal: [phi.date, phi.geo]
  - id: db-no-notes-for-research
    block: ["sql.*:public.notes"]
    who: [researchers]
    on: [clinic-db]

  # The server looks patients up by name and number whoever calls; the rules of its tools hide both again on the way out.
  - id: db-server-looks-up
    allow: ["sql.select:public.*"]
    who: [developers, researchers]
    on: [clinic-db]
    when: via == "clinic"
    reveal: [phi.name, phi.mrn]

  # What \\d of psql and its like read.
  - id: sql-catalog
    allow: ["sql.select:pg_catalog.*", "sql.select:information_schema.*"]
    who: [clinicians, clinical-agents, developers, researchers]
    on: [clinic-db]

  # Words to other sessions, which a caller writes itself.
  - id: sql-notices
    allow: ["sql.notify", "sql.call:pg_catalog.pg_notify"]
    who: [clinicians, clinical-agents, developers, researchers]
    on: [clinic-db]

  # As in every new configuration: deletes from protected tables, changes without a condition, TRUNCATE, DROP and large
  # reads wait. What the clinic's server asks was decided, and held where needed, as the tool call it is for.
  - id: sql-deletes
    hold: ["sql.delete:*", "sql.merge:*"]
    on: [clinic-db]
    when: via == null && size(sql.protected) > 0
    approvers: { groups: [compliance-officer] }
  - id: sql-without-where
    hold: ["sql.update:*", "sql.delete:*", "sql.merge:*"]
    on: [clinic-db]
    when: "!sql.hasWhere"
    approvers: { groups: [compliance-officer] }
  - id: sql-truncate-and-drop
    hold: ["sql.truncate:*", "sql.drop:*"]
    on: [clinic-db]
    when: sql.statements > 1 || size(sql.relations) == 0 || sql.relations.exists(r, !r.startsWith("pg_temp."))
    approvers: { groups: [compliance-officer] }
  - id: sql-large-reads
    hold: ["sql.select:*", "sql.copy-out:*", "sql.declare:*"]
    on: [clinic-db]
    when: >-
      via == null && sql.relations.exists(r, !r.startsWith("pg_catalog.") && !r.startsWith("information_schema.")
      && !r.startsWith("pg_temp.")) && sql.estimatedRows > 1000
    approvers: { groups: [compliance-officer] }

# Who looks up and reads what others did, and who may have a database searched for columns to label.
roles: { approver: [compliance-officer], auditor: [compliance-officer], administrator: [administrators] }
retention: { phi: { keep: 6y1mo } }
seal: { keys: { dir: ${path('seal-keys')} } }
`
}

/** Without the credential. A database of yours is reached as its URL says, which for most clients is without TLS. */
function addressOf(database: string): string {
  const { host, pathname, searchParams } = new URL(database)
  const mode = searchParams.get('sslmode') === 'verify-full' ? 'verify-full' : 'disable'
  return `postgres://${host}${pathname}?sslmode=${mode}`
}

function userOf(database: string): string {
  return decodeURIComponent(new URL(database).username)
}
