// What MCP servers are lent so that they ask databases as their callers. Promise: it leads to the gateway's own listener
// and nowhere else, and there is none where nothing listens.
import type { PostgresAddress } from './api/options.ts'
import type { Config } from './config/config.ts'
import type { Lender } from './mcp/database.ts'
import { dsnOf, variablesOf } from './postgres/client-settings.ts'
import type { Credentials } from './postgres/credentials.ts'
import type { Errands } from './postgres/errands.ts'

export interface LenderParts {
  readonly credentials: Credentials
  readonly errands: Errands
  /** Where PostgreSQL clients connect now; null: nowhere. */
  readonly address: () => PostgresAddress | null
}

export function createLender({ credentials, errands, address }: LenderParts): Lender {
  return {
    credential(errand, database) {
      const at = address()
      const lent = at && credentials.lend(errand, database)
      if (at === null || lent === null) return null
      const settings = { ...at, ...lent, database }
      return { url: dsnOf(settings), variables: variablesOf(settings), password: lent.password }
    },
    traceparent: (errand, database, service) => errands.issue(errand, database, service),
  }
}

/** Whether a server of this configuration signs in to this database as this service, and passes traces on. */
export function takesTraces({ connections }: Pick<Config, 'connections'>, service: string, database: string): boolean {
  for (const connection of connections.values()) {
    if (connection.kind !== 'mcp' || connection.database === null) continue
    const { caller } = connection.database
    if (connection.database.connection === database && caller.kind === 'traceparent' && caller.service === service)
      return true
  }
  return false
}
