// One PostgreSQL connection as configured, and which login of the gateway a caller gets there.
import type { Connection, Subject } from '../gateway/seam.ts'

export interface PostgresLogin {
  readonly user: string
  readonly password: string
}

export interface PostgresConnectionConfig {
  readonly connection: Connection
  readonly host: string
  readonly port: number
  readonly database: string
  /** Null: plain, for a system on this machine or on a network that is trusted. */
  readonly tls: {
    /** PEM; null trusts the well-known authorities. */
    readonly ca: string | null
    readonly servername: string
  } | null
  /** Whether the gateway proves itself to a system that asks for MD5. Left out: no. */
  readonly md5?: boolean
  /** The gateway's own credential for this subject; null where none is for it. */
  readonly login: (subject: Subject) => PostgresLogin | null
  /** For questions of the gateway's own: the default login, else the first. */
  readonly ownLogin?: PostgresLogin | null
  /** Statements are not read and nothing is masked: for interoperability tests, never with PHI. */
  readonly transparent: boolean
  /** Whether the caller is told in a notice what was hidden. Left out: yes. */
  readonly notices?: boolean
  /** Callers sign in with OAUTHBEARER; those without a token are sent to this document. Null or left out: a token is a password. */
  readonly oauth?: { readonly discoveryUrl: string } | null
}

export interface GroupLogin extends PostgresLogin {
  /** Null: for those in none of the other groups. */
  readonly group: string | null
}

/** The first login whose group the subject is in, in the order given, else the default, else none. */
export function loginByGroup(logins: readonly GroupLogin[]): PostgresConnectionConfig['login'] {
  const byDefault = logins.find(({ group }) => group === null) ?? null
  return ({ groups }) => logins.find(({ group }) => group !== null && groups.has(group)) ?? byDefault
}
