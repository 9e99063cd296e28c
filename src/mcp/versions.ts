// The protocol versions this gateway can inspect. Promise: a version that is not in these lists is never passed on.
// Legacy versions open a session by `initialize`; modern ones carry their version in each request.

export type Era = 'legacy' | 'modern'

/** What carries messages to a protected system. */
export type Carrier = 'http' | 'stdio'

const FIRST = '2024-11-05'
export const legacyVersions: readonly string[] = ['2025-03-26', '2025-06-18', '2025-11-25']
export const modernVersions: readonly string[] = ['2026-07-28']

/** What a request without a version header speaks, by the specification. */
export const assumedVersion = '2025-03-26'
/** The one version that has batches. */
export const batchVersion = '2025-03-26'

export const versionKey = 'io.modelcontextprotocol/protocolVersion'
export const clientInfoKey = 'io.modelcontextprotocol/clientInfo'
export const serverInfoKey = 'io.modelcontextprotocol/serverInfo'

/** The first version had another transport over HTTP: only its messages to a process are the same. */
export function isLegacyVersion(version: unknown, over: Carrier): version is string {
  return (typeof version === 'string' && legacyVersions.includes(version)) || (version === FIRST && over === 'stdio')
}

/** Whether it is the name of a version, whatever carries it. */
export function isKnownVersion(version: unknown): version is string {
  return isModernVersion(version) || isLegacyVersion(version, 'stdio')
}

export function isModernVersion(version: unknown): version is string {
  return typeof version === 'string' && modernVersions.includes(version)
}

/** Whether a version names the modern era, known or not: versions are dates and sort as text. */
export function namesModern(version: string): boolean {
  return version >= '2026-07-28'
}
