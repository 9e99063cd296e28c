// The headers of a caller that go up. Promise: only those named here, each compared with the body first; credentials,
// cookies, forwarding and identity headers of the caller never do.
import type { IncomingHttpHeaders } from 'node:http'

export interface CheckedHeaders {
  /** To be sent with every message of this HTTP request. */
  readonly base: Readonly<Record<string, string>>
  /** As received, for comparing parameter headers. */
  readonly received: IncomingHttpHeaders
}

export function modernHeaders(received: IncomingHttpHeaders): CheckedHeaders {
  const base: Record<string, string> = {}
  for (const name of ['mcp-protocol-version', 'mcp-method', 'mcp-name']) {
    const value = received[name]
    if (typeof value === 'string') base[name] = value
  }
  return { base, received }
}

export function legacyHeaders(received: IncomingHttpHeaders): CheckedHeaders {
  const version = received['mcp-protocol-version']
  return { base: typeof version === 'string' ? { 'mcp-protocol-version': version } : {}, received }
}
