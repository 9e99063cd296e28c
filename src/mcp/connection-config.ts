// One MCP connection as configured.
import type { Connection } from '../gateway/seam.ts'
import type { StdioSystem } from './upstream.ts'
import type { HttpSystem } from './upstream-http.ts'

export interface McpConnectionConfig {
  readonly connection: Connection
  readonly system: HttpSystem | StdioSystem
  /** Patterns of tool names, `*` for any run of characters. A tool in both lists writes, and so does one in neither. */
  readonly effects: { readonly read: readonly string[]; readonly write: readonly string[] }
  /** Believe `readOnlyHint` of tools that no pattern names. */
  readonly trustAnnotations: boolean
  /** Patterns of methods this gateway does not know and yet passes on, inspected like any other. */
  readonly unknownMethods: readonly string[]
}

const compiled = new Map<string, RegExp>()

/** Whether a text is matched by one of the patterns. */
export function matchesAny(patterns: readonly string[], text: string): boolean {
  return patterns.some(pattern => pattern === text || (pattern.includes('*') && toRegExp(pattern).test(text)))
}

function toRegExp(pattern: string): RegExp {
  const known = compiled.get(pattern)
  if (known) return known
  // Runs of stars are one star, so that matching stays linear in practice.
  const source = pattern.split(/\*+/).map(part => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
  const made = new RegExp(`^${source.join('[\\s\\S]*')}$`)
  compiled.set(pattern, made)
  return made
}
