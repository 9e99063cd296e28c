// One MCP connection as configured.
import type { Connection, Effect } from '../gateway/seam.ts'
import type { ServerDatabase } from './database.ts'
import type { StdioSystem } from './upstream.ts'
import type { HttpSystem } from './upstream-http.ts'

export interface McpConnectionConfig {
  readonly connection: Connection
  readonly system: HttpSystem | StdioSystem
  /** What a tool does, by its name and the system's own hint about it (undefined: none). */
  readonly effectsOf: (tool: string, readOnlyHint: boolean | undefined) => ReadonlySet<Effect>
  /** Methods this gateway does not know and yet passes on, inspected like any other. */
  readonly passesMethod: (method: string) => boolean
  /** Prefixes of client names, beside those known here, of clients that wait `limits.patientHoldMs`. */
  readonly patientClients?: readonly string[]
  /** The database its server asks as the caller; null or left out: none, or as itself. */
  readonly database?: ServerDatabase | null
}
