// One PostgreSQL connection as configured.
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
  /** The gateway's own credential for this subject; null where none is for it. */
  readonly login: (subject: Subject) => PostgresLogin | null
  /** Statements are not read and nothing is masked: for interoperability tests, never with PHI. */
  readonly transparent: boolean
}
