// The configuration as the rest of the gateway reads it. Promise: plain data, durations in ms, paths absolute, names
// resolved; no secret is in it, only where each one is.
import type { Effect } from '../gateway/seam.ts'
import type { GroupMapping, Provider } from '../identity/provider.ts'
import type { PolicySource, RiskThresholds, Rule } from '../policy/rules.ts'
import { knownLabels } from './labels.ts'
import type { SecretRef } from './schema-parts.ts'

export type { SecretRef }

export interface Config {
  /** Absolute path of the file; relative paths in it start at its folder. */
  readonly file: string
  readonly listen: Listen
  readonly data: string
  readonly providers: readonly Provider[]
  readonly groups: GroupMapping
  readonly connections: ReadonlyMap<string, ConnectionConfig>
  /** Null where the file has no `labels:`, and the built-in shapes are on. */
  readonly labels: ReadonlyMap<string, LabelConfig> | null
  readonly clean: { readonly json: readonly string[] }
  readonly masking: { readonly default: Transform; readonly byLabel: Readonly<Record<string, Transform>> }
  readonly rules: readonly Rule[]
  /** Null where the file has no `risk:`. */
  readonly risk: RiskThresholds | null
  readonly timeZone: string
  readonly roles: Roles
  /** Class of retention → how long, ms. */
  readonly retention: ReadonlyMap<string, number>
  readonly sealKeys: string
}

export interface Listen {
  /** An origin, without a slash at its end. */
  readonly publicUrl: string
  readonly host: string
  readonly port: number
  readonly tls: { readonly cert: string; readonly key: string } | null
  /** Where PostgreSQL clients connect; null: nowhere. */
  readonly postgres: { readonly host: string; readonly port: number } | null
}

interface Roles {
  readonly approver: readonly string[]
  readonly auditor: readonly string[]
  readonly administrator: readonly string[]
}

export type ConnectionConfig = McpConnection | PostgresConnection

interface AnyConnection {
  readonly name: string
  readonly purpose: string | null
  /** Class of retention. */
  readonly retention: string
  readonly transparent: boolean
  /** Of tools, by name; none for a database. */
  readonly effects: Readonly<Partial<Record<Effect, readonly string[]>>>
  readonly trustAnnotations: boolean
}

export interface McpConnection extends AnyConnection {
  readonly kind: 'mcp'
  readonly target:
    | { readonly kind: 'http'; readonly url: string }
    | {
        readonly kind: 'stdio'
        /** Program and arguments; no shell. */
        readonly command: readonly string[]
        /** All of its environment. */
        readonly env: Readonly<Record<string, string | SecretRef>>
      }
  readonly credential:
    | { readonly kind: 'bearer'; readonly secret: SecretRef }
    | { readonly kind: 'header'; readonly name: string; readonly secret: SecretRef }
    | null
  readonly unknownMethods: readonly string[]
  /** Names of clients known to wait `limits.patientHoldMs`. */
  readonly patientClients: readonly string[]
  /** The database its server asks as the caller; null where it asks none, or as itself. */
  readonly database: ServerDatabase | null
}

export interface ServerDatabase {
  /** Name of the PostgreSQL connection. */
  readonly connection: string
  readonly caller:
    | { readonly kind: 'env' }
    | { readonly kind: 'header'; readonly name: string }
    /** `provider|id`. */
    | { readonly kind: 'traceparent'; readonly service: string }
}

export interface PostgresConnection extends AnyConnection {
  readonly kind: 'postgres'
  readonly host: string
  readonly port: number
  readonly database: string
  /** Null: plain. */
  readonly tls: {
    /** Path of a PEM file; null trusts the well-known authorities. */
    readonly ca: string | null
    readonly serverName: string
  } | null
  /** In the order of the file. */
  readonly logins: readonly Login[]
  readonly notices: boolean
  /** Whether MD5 is enough for a database that asks for it. */
  readonly md5: boolean
  /** Issuer that a client without a token is sent to; null where clients send a token as password. */
  readonly oauth: string | null
}

interface Login {
  /** Null: for those in none of the other groups. */
  readonly group: string | null
  readonly user: string
  readonly password: SecretRef
}

type Transform = 'redact' | 'last-four' | 'null'

interface LabelConfig {
  readonly json?: readonly string[]
  readonly csv?: readonly string[]
  readonly sql?: readonly string[]
  readonly shape?: string
  readonly pattern?: string
  /** Connections it is looked for on; null for all. */
  readonly on: readonly string[] | null
}

/** What masking is told of one connection. */
export interface MaskingRules {
  readonly labels: Readonly<Record<string, Omit<LabelConfig, 'on'>>> | null
  readonly clean: { readonly json: readonly string[] }
  readonly transforms: { readonly default: Transform; readonly byLabel: Readonly<Record<string, Transform>> }
}

export function maskingRules(config: Config, connection: string): MaskingRules {
  const labels =
    config.labels &&
    Object.fromEntries(
      [...config.labels]
        .filter(([, { on }]) => on === null || on.includes(connection))
        .map(([label, { on: _, ...finders }]) => [label, finders]),
    )
  return { labels, clean: config.clean, transforms: config.masking }
}

export function policySource(config: Config): PolicySource {
  return {
    rules: config.rules,
    connections: [...config.connections.values()].map(({ name, transparent }) => ({ name, transparent })),
    labels: knownLabels(config.labels?.keys() ?? []),
    risk: config.risk,
    timeZone: config.timeZone,
  }
}

/** Every place a secret of this configuration is in. */
export function secretsOf(config: Config): readonly SecretRef[] {
  return placedSecrets(config).map(({ ref }) => ref)
}

/** With where the file names it. */
export function placedSecrets(config: Config): { readonly path: readonly string[]; readonly ref: SecretRef }[] {
  return [...config.connections.values()].flatMap(connection => {
    const at = ['connections', connection.name]
    if (connection.kind === 'postgres') {
      return connection.logins.map(({ group, password }) => ({
        path: [...at, 'logins', group ?? 'default', 'password'],
        ref: password,
      }))
    }
    const { credential, target } = connection
    const member = credential?.kind === 'header' ? ['header', 'value'] : ['bearer']
    const env = target.kind === 'stdio' ? Object.entries(target.env) : []
    return [
      ...(credential ? [{ path: [...at, 'credential', ...member], ref: credential.secret }] : []),
      ...env.flatMap(([variable, value]) =>
        typeof value === 'string' ? [] : [{ path: [...at, 'mcp', 'env', variable], ref: value }],
      ),
    ]
  })
}
