// The gateway's configuration for the demo. Promise: it holds no secret, only references, and shows one rule of each kind.
import { gatewayGroups } from './people.ts'

export interface DemoAddresses {
  readonly publicUrl: string
  readonly issuer: string
  readonly clinicUrl: string
  /** The folder of the demo's files, an absolute path. */
  readonly dir: string
}

export function demoConfig({ publicUrl, issuer, clinicUrl, dir }: DemoAddresses): string {
  const path = (name: string) => JSON.stringify(`${dir}/${name}`)
  const groups = Object.entries(gatewayGroups)
    .map(([theirs, ours]) => `  ${ours}: { demo: [${theirs}] }`)
    .join('\n')
  return `# Written by the demo at each start; changes made while it runs take effect within two seconds.
version: 1
listen: { publicUrl: "${publicUrl}", http: "${new URL(publicUrl).host}" }
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

# Where sensitive data is. Shapes are found anywhere, paths only where they say.
labels:
  phi.name: { json: ["**.full_name", "**.given", "**.family"], sql: ["*.patients.full_name"] }
  phi.mrn: { json: ["**.mrn"], sql: ["*.patients.mrn"], shape: mrn }
  phi.ssn: { json: ["**.ssn"], sql: ["*.patients.ssn"], shape: ssn }
  phi.phone: { json: ["**.phone"], sql: ["*.patients.phone"], shape: phone }
  phi.email: { json: ["**.email"], sql: ["*.patients.email"], shape: email }
  phi.date:
    json: ["**.dob", "**.birthDate", "**.date", "**.starts_at", "**.started_on", "**.taken_on", "**.issued_on"]
    sql: ["*.patients.dob"]
    shape: date
  phi.geo: { json: ["**.address", "**.line", "**.city", "**.zip", "**.postalCode"], sql: ["*.patients.address"] }
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

roles: { approver: [compliance-officer], auditor: [compliance-officer] }
retention: { phi: { keep: 6y1mo } }
seal: { keys: { dir: ${path('seal-keys')} } }
`
}
