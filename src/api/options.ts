// What the API needs of the gateway. Promise: everything is given, nothing is reached for; what may change with the
// configuration is a function and is asked on each request.
import type { Approvals } from '../access/approvals.ts'
import type { Code, Refusal } from '../gateway/errors.ts'
import type { SqlFacts, Subject } from '../gateway/seam.ts'
import type { Unauthenticated } from '../identity/unauthenticated.ts'
import type { Explanation } from '../policy/explain.ts'
import type { Draft } from '../recording/entry.ts'
import type { RecordView } from './record-view.ts'
import type { Roles } from './roles.ts'

export interface ApiOptions {
  readonly publicUrl: string
  /** Of the `Authorization` header, for the audience of the whole gateway. */
  readonly authenticate: (authorization: string | undefined) => Promise<Subject | Unauthenticated>
  /** Whether Host or Origin are not this gateway's; the data path's own check. */
  readonly fromElsewhere: (
    headers: { readonly host?: string | undefined; readonly origin?: string | undefined },
    port: number | undefined,
  ) => boolean
  /** A refusal of somebody not identified: recorded and counted per source and reason, an enumerated word. */
  readonly stranger: (code: Code, source: string, reason?: Unauthenticated['reason'] | 'elsewhere') => Promise<Refusal>
  /** Resolves when the entry is durable. */
  readonly record: (draft: Draft) => Promise<unknown>
  readonly roles: () => Roles
  /** How many identity providers are configured. */
  readonly providers: () => number
  readonly approvals: Approvals
  readonly recorded: RecordView
  /** The connections some rule lets this subject use, databases that nobody can reach among them. */
  readonly connections: (subject: Subject) => readonly UsableConnection[]
  /** Under the rules in force now. */
  readonly explain: (question: ExplainQuestion) => Explanation
  readonly log: () => Promise<LogStanding>
  readonly credentials: CredentialDesk
  /** Searches a database for columns that may need a label; null where none has this name. Rejects where it cannot be read. */
  readonly discover: (by: string, connection: string) => (() => Promise<Discovery>) | null
}

/** Short-lived credentials of databases. */
interface CredentialDesk {
  /** Null where too many are valid. Nobody is told before it is in the record. */
  mint(subject: Subject, connection: string): IssuedCredential | null
  revoke(user: string): void
}

interface IssuedCredential {
  readonly user: string
  readonly password: string
  /** Wall clock, ms. */
  readonly expiresAt: number
}

/** Names and counts, never values. */
export interface Discovery {
  readonly tables: number
  /** False where the time ran out first. */
  readonly complete: boolean
  readonly columns: readonly DiscoveredColumn[]
}

interface DiscoveredColumn {
  readonly schema: string
  readonly table: string
  readonly column: string
  readonly label: string
  /** What speaks for it: its name, what its values look like, or both. */
  readonly by: 'name' | 'values' | 'both'
  readonly sampled: number
  readonly hits: number
  /** Under `labels:` already. */
  readonly declared: boolean
}

export interface UsableConnection {
  readonly name: string
  readonly kind: 'mcp' | 'postgres'
  /** Where a client connects; null for a database while nothing listens for its clients. */
  readonly url: string | null
  readonly postgres?: PostgresAddress
}

export interface PostgresAddress {
  readonly host: string
  readonly port: number
  readonly tls: boolean
}

export interface ExplainQuestion {
  readonly subject: Subject
  readonly connection: string
  /** `tools/call`. */
  readonly operation: string
  /** What a rule's pattern is about: a tool's name, a URI. */
  readonly about: string
  readonly sql?: Pick<Partial<SqlFacts>, 'hasWhere' | 'estimatedRows'>
  /** What `when:` sees; without, there are none. */
  readonly args?: Readonly<Record<string, unknown>> | undefined
  /** Labels in the request. */
  readonly found?: readonly string[] | undefined
  /** Labels the answer would have; without, that is not known. */
  readonly carries?: readonly string[] | undefined
}

export interface LogHealth {
  readonly origin: string
  readonly size: number
  /** RFC 6962 root over `size` leaves, hex. */
  readonly root: string
  readonly checkpoint: { readonly size: number; readonly note: string } | null
}

export interface LogStanding extends LogHealth {
  /** When the newest entry under the checkpoint was made, wall-clock ms; null without one. */
  readonly until: number | null
}
