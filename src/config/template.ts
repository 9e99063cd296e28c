// The file that `sallyport init` writes. Promise: it validates as it is, and serves once issuer and connection are filled
// in; what it says it does is tested.

/** `schema` is the address of the published JSON Schema, for completion in editors. */
export function template(schema: string): string {
  return `# yaml-language-server: $schema=${schema}
# Configuration of Sallyport. Check it with: sallyport validate
# Lines marked FILL IN are placeholders. Secrets are never written here, only where they are:
# { env: NAME } or { file: path }.
version: 1

# Plain HTTP is for loopback only. To be reached from elsewhere:
#   listen: { publicUrl: https://gate.example.org, http: 0.0.0.0:7300,
#             tls: { cert: { file: tls/cert.pem }, key: { file: tls/key.pem } } }
listen:
  publicUrl: http://127.0.0.1:7300
  http: 127.0.0.1:7300

# Log, store and keys. Relative paths start at the folder of this file.
data: .sallyport/data

# Who may say who somebody is. Tokens are JWTs whose aud is publicUrl with a final slash, or what audience: says.
providers:
  idp:
    issuer: https://idp.example.org          # FILL IN: exactly as the tokens have it in iss
    groups: claims.groups                    # where the token has the groups
    person: claims.email                     # the same human across providers
    maxLife: 2h                              # a token with a longer life is refused

# The gateway's own groups, and what each provider calls them.
groups:
  clinical-read:      { idp: [clinical-read] }        # FILL IN: the provider's names or ids
  research-write:     { idp: [research-write] }
  compliance-officer: { idp: [compliance-officer] }

# What is protected. The gateway holds the credential; callers never see it. Reached at publicUrl/mcp/clinic.
connections:
  clinic:
    mcp: https://mcp.example.org/mcp         # FILL IN: or { command: [npx, some-server], env: { NAME: { env: NAME } } }
    credential: { bearer: { env: CLINIC_TOKEN } }
    purpose: TREAT                           # purpose of use where the token has none
    keep: phi                                # class of retention, below
    # A tool that is not named here writes.
    effects:
      read: ["get_*", "list_*", "search_*"]
      write: ["create_*", "update_*", "delete_*"]

  # A database is asked for by name at listen: { postgres: 127.0.0.1:7432 }. Its logins are the gateway's, by group.
  # clinic-db:
  #   postgres: postgres://db.example.org:5432/clinic
  #   logins: { default: { user: readonly, password: { env: CLINIC_DB } } }
  #   purpose: TREAT
  #   keep: phi

# Kinds of sensitive data and how each is found. Every answer is searched, whatever the tool calls it. Without this section
# every shape is looked for; with it, only those that it names. All are here but one: dates are found by the names of their
# fields, so that when something was made or changed can still be read. For every date, write shape: date beside them.
labels:
  phi.mrn:     { json: ["**.patient_id", "**.mrn"], csv: [patient_id, mrn], shape: mrn }   # any field patient_id
  phi.name:    { json: ["**.patient_name", "**.first_name", "**.last_name"], csv: [patient_name, first_name, last_name], shape: name }
  phi.date:    { json: ["**.birth_date", "**.dob"], csv: [birth_date, dob] }
  phi.geo:     { shape: address }
  phi.ssn:     { shape: ssn }
  phi.phone:   { shape: phone }
  phi.fax:     { shape: fax }
  phi.email:   { shape: email }
  phi.plan:    { shape: plan }
  phi.account: { shape: account }
  phi.license: { shape: license }
  phi.vehicle: { shape: vehicle }
  phi.device:  { shape: device }
  phi.url:     { shape: url }
  phi.ip:      { shape: ip }
  phi.other:   { shape: other }
  # A label has one shape; what more is found goes under labels of your own.
  own.zip:     { shape: zip }
  own.card:    { shape: card }

# Places that shapes leave alone. A label's own path wins.
clean: { json: ["**.createdAt", "**.updatedAt"] }

# What becomes of a label that the caller may not see in clear: redact, last-four or null.
masking:
  default: redact
  phi.ssn: last-four

# Nothing is allowed that no rule allows. Block beats hold beats allow.
# A pattern is an operation, and after a colon a name or an address: tools/call:get_*, resources/read:fhir://**
rules:
  # Clinicians read charts and see names; other identifiers are hidden from them.
  - id: read-charts
    allow: ["tools/call:get_*", "tools/call:list_*", "tools/call:search_*", "resources/read:**", "prompts/get:*"]
    who: [clinical-read]
    on: [clinic]
    effects: [read]
    reveal: [phi.name]

  # Researchers read small pages and write, with every identifier hidden.
  - id: research-reads
    allow: ["tools/call:search_*"]
    who: [research-write]
    on: [clinic]
    effects: [read]
    when: has(args.limit) && args.limit <= 50.0
  - id: research-writes
    allow: ["tools/call:create_*", "tools/call:update_*"]
    who: [research-write]
    on: [clinic]

  # A delete waits for a compliance officer, who is never the one who asked.
  - id: deletes
    hold: ["tools/call:delete_*"]
    who: [clinical-read, research-write]
    on: [clinic]
    approvers: { groups: [compliance-officer], people: 1, within: 15m, holdSeconds: 45 }

  # A request that itself holds protected health information waits too, unless it only reads: whoever asks for a chart names
  # its patient, and an officer who is asked for every chart looks at none. To hold those reads too, write
  # effects: [read, write, define].
  - id: phi-in-request
    hold: ["*"]
    found: ["phi.*", "own.*"]
    effects: [write, define]
    on: [clinic]
    approvers: { groups: [compliance-officer] }

  # Databases: connections with postgres: in the place of mcp:. Who reads what is for you to say, such as
  #   - id: read-visits
  #     allow: ["sql.select:public.visits"]
  #     who: [clinical-read]
  #     on: [clinic-db]
  #     columns: [id, patient_id, visit_date]                      # and no other column, not even in a WHERE
  #     limits: { rows: { ask: 1000, stop: 100000 } }
  #     approvers: { groups: [compliance-officer] }
  # What browsing tools read of the catalog:
  - id: sql-catalog
    allow: ["sql.select:pg_catalog.*", "sql.select:information_schema.*"]
    who: [clinical-read, research-write]
    on: ["*"]
  # Numbers for new rows, and words to other sessions, which a caller writes itself:
  - id: sql-sequences-and-notices
    allow: ["sql.call:pg_catalog.nextval", "sql.notify", "sql.call:pg_catalog.pg_notify"]
    who: [clinical-read, research-write]
    on: ["*"]

  # And whoever asks, this waits for a compliance officer: deleting from a table with a labelled column ...
  - id: sql-deletes
    hold: ["sql.delete:*", "sql.merge:*"]
    on: ["*"]
    when: size(sql.protected) > 0
    approvers: { groups: [compliance-officer] }
  # ... changing or deleting rows that no condition chooses ...
  - id: sql-without-where
    hold: ["sql.update:*", "sql.delete:*", "sql.merge:*"]
    on: ["*"]
    when: "!sql.hasWhere"
    approvers: { groups: [compliance-officer] }
  # ... emptying or dropping anything but tables that the session made for itself ...
  - id: sql-truncate-and-drop
    hold: ["sql.truncate:*", "sql.drop:*"]
    on: ["*"]
    when: sql.statements > 1 || size(sql.relations) == 0 || sql.relations.exists(r, !r.startsWith("pg_temp."))
    approvers: { groups: [compliance-officer] }
  # ... and reading more than a thousand rows at once, as the server estimates it. The catalog is left alone, and so is
  # what a session made for itself, of which the server knows no size.
  - id: sql-large-reads
    hold: ["sql.select:*", "sql.copy-out:*", "sql.declare:*"]
    on: ["*"]
    when: >-
      sql.relations.exists(r, !r.startsWith("pg_catalog.") && !r.startsWith("information_schema.")
      && !r.startsWith("pg_temp.")) && sql.estimatedRows > 1000
    approvers: { groups: [compliance-officer] }

# Who may answer requests for approval, read sessions, and administer. No role implies another.
roles:
  approver: [compliance-officer]
  auditor: [compliance-officer]
  # Has databases searched for columns to label (sallyport mask discover), and others' requests explained:
  # administrator: [compliance-officer]

# How long the record is kept.
retention:
  phi: { keep: 6y1mo }
`
}

/** Lines, from 1, that still have the address `init` wrote: nothing answers under this domain (RFC 2606). */
export function placeholders(text: string): number[] {
  return text.split('\n').flatMap((line, at) => (/^[^#]*\.example\.org\b.*# FILL IN/.test(line) ? [at + 1] : []))
}
