// What can be asked of a connection. Promise: an operation that no connection of this kind has is told from one that no
// rule allows, with what to write instead.
import { compileGlob } from './glob.ts'
import { nearest } from './nearest.ts'
import { operations, type System, systemOf } from './operations.ts'
import { compilePattern } from './pattern.ts'

export interface Reached {
  readonly kind: System
  readonly transparent: boolean
  /** Patterns of methods that it passes on beside those of the protocol. */
  readonly unknownMethods?: readonly string[]
}

export const kindNames: Readonly<Record<System, string>> = { mcp: 'MCP', postgres: 'PostgreSQL' }

/** Of an operation without what follows its colon; null where there is nothing wrong with it. */
export function operationFault(operation: string, { kind, transparent, unknownMethods = [] }: Reached): string | null {
  const own = [...operations.keys()].filter(name => systemOf(name) === kind)
  if (own.includes(operation)) return null
  if (operations.has(operation)) return `is about ${kindNames[systemOf(operation)]}, and this connection is not`
  const passes = transparent || unknownMethods.some(method => compileGlob(method, 'name').matches(operation))
  if (kind === 'mcp' && systemOf(operation) === 'mcp' && passes) return null
  const example = kind === 'mcp' ? 'tools/call:get_chart' : 'sql.select:public.visits'
  return `is not known${nearest(operation, own)}: write for example "${example}"`
}

/** Whether anything that can be asked of such a system is what a pattern is about. */
export function isAbout(source: string, system: System): boolean {
  const { operation } = compilePattern(source)
  const known = [...operations.keys()].filter(name => operation.matches(name))
  // A method of a connection's own, which can only be one of MCP.
  if (known.length === 0) return system === 'mcp'
  return known.some(name => systemOf(name) === system)
}
