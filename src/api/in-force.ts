// What the rules in force say, for the API. Promise: asked on each request with what is live then; a connection with
// masking off is usable by everyone, as it is on the data path.
import type { Subject } from '../gateway/seam.ts'
import { connectionAudience } from '../identity/audience.ts'
import { assumedAction } from '../policy/assumed.ts'
import { usable } from '../policy/decide.ts'
import { type DeclaredEffects, effectsOf } from '../policy/effects.ts'
import { type Explanation, explain } from '../policy/explain.ts'
import { operationFault } from '../policy/known-operations.ts'
import type { Policy } from '../policy/rules.ts'
import type { ExplainQuestion, PostgresAddress, UsableConnection } from './options.ts'
import { Problem } from './problem.ts'

export interface InForce {
  readonly policy: Policy
  readonly connections: ReadonlyMap<
    string,
    DeclaredEffects & {
      readonly kind: UsableConnection['kind']
      readonly transparent: boolean
      readonly purpose: string | null
      readonly unknownMethods?: readonly string[]
    }
  >
  /** Where PostgreSQL clients connect; null: nowhere. */
  readonly postgres: PostgresAddress | null
}

export function usableConnections(inForce: InForce, subject: Subject, publicUrl: string): UsableConnection[] {
  return [...inForce.connections]
    .filter(([name, { transparent }]) => transparent || usable(inForce.policy, subject, name))
    .map(([name, { kind }]) => {
      if (kind === 'mcp') return { name, kind, url: connectionAudience(publicUrl, name) }
      const { postgres } = inForce
      return postgres === null ? { name, kind, url: null } : { name, kind, url: postgresUrl(postgres, name), postgres }
    })
}

/** Without a user and a password, which come from `sallyport credentials`. */
function postgresUrl({ host, port, tls }: PostgresAddress, name: string): string {
  const shown = host.includes(':') ? `[${host}]` : host
  return `postgresql://${shown}:${port}/${name}?sslmode=${tls ? 'verify-full' : 'disable'}`
}

/** On loopback under the address listened on, elsewhere under the public name. */
export function postgresAddress(
  listen: { readonly publicUrl: string; readonly tls: object | null },
  postgres: { readonly host: string; readonly port: number } | null,
): PostgresAddress | null {
  if (postgres === null) return null
  const { host, port } = postgres
  if (isLoopbackHost(host)) return { host, port, tls: false }
  return { host: new URL(listen.publicUrl).hostname.replace(/^\[(.*)\]$/, '$1'), port, tls: listen.tls !== null }
}

function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)
}

const WANTED = 'an operation of this connection'

/** Without annotations: what is not declared writes. What is not said of a statement is taken for the worst. */
export function explainQuestion(
  inForce: InForce,
  { subject, connection, operation, about, sql, args, found, carries }: ExplainQuestion,
): Explanation {
  const declared = inForce.connections.get(connection)
  const fault = declared ? operationFault(operation, declared) : null
  if (fault !== null)
    throw new Problem('invalid', { faults: [{ where: 'operation', expected: `${WANTED}: it ${fault}` }] })
  const purposeful = { ...subject, purpose: subject.purpose ?? declared?.purpose ?? null }
  const action = assumedAction({
    asked: [about === '' ? operation : `${operation}:${about}`],
    effectsOf: declared?.kind === 'mcp' ? effectsOf(declared) : () => new Set(),
    ...(sql === undefined ? {} : { sql }),
    ...(args === undefined ? {} : { args }),
    ...(found === undefined ? {} : { found }),
    ...(carries === undefined ? {} : { carries }),
  })
  return explain(inForce.policy, { subject: purposeful, connection, action })
}
