// How long a client waits for an answer, as far as is known. Promise: a client that is not named here is told to come back
// before the 60 seconds after which most give up.
import { limits } from '../gateway/limits.ts'
import type { McpConnectionConfig } from './connection-config.ts'

/** Prefixes of `clientInfo.name`, lower case, of clients that wait for minutes. */
const patient = ['claude-code', 'codex', 'visual studio code', 'vscode', 'cursor']

export function patienceOf(
  clientInfo: unknown,
  { patientClients = [] }: Pick<McpConnectionConfig, 'patientClients'>,
): number {
  const name = typeof clientInfo === 'object' && clientInfo !== null && 'name' in clientInfo ? clientInfo.name : null
  if (typeof name !== 'string') return limits.holdMs
  const lower = name.toLowerCase()
  const waits = [...patient, ...patientClients].some(prefix => lower.startsWith(prefix.toLowerCase()))
  return waits ? limits.patientHoldMs : limits.holdMs
}
