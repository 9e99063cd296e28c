// A caller and a server that speak different eras. Promise: noticed from how the server answers, and told plainly, with the
// versions it does speak, so that a client of both eras can fall back by itself.
import { type Own, rpc } from './answers.ts'
import type { Request, RpcError } from './envelope.ts'
import type { Link } from './link.ts'
import { UpstreamError } from './upstream.ts'
import { legacyVersions } from './versions.ts'

export interface EraMismatch {
  readonly sentence: string
  readonly own: Own
  readonly data: object
}

/** What servers that expect a session say to a request without one. */
const sessionCodes: ReadonlySet<number> = new Set([-32000, -32600])

const LEGACY_ONLY =
  'This server speaks only versions before 2026-07-28 and this client asked in 2026-07-28: open a session by initialize.'
const MODERN_ONLY =
  'This server speaks only 2026-07-28 and this client asked for an earlier version: use a newer client.'

/** Whether an error answer shows that the server is of the other era. */
export function mismatchIn(link: Link, request: Request, error: RpcError | null, status: number): EraMismatch | null {
  if (error === null || link.seen[link.era]) return null
  if (link.era === 'modern') return isClientError(status) && sessionCodes.has(error.code) ? legacyOnly(link) : null
  return request.method === 'initialize' && error.code === rpc.unsupportedVersion.code ? modernOnly : null
}

/** As mismatchIn, for an answer that was no JSON-RPC message at all. */
export function mismatchBehind(link: Link, error: unknown): EraMismatch | null {
  if (!(error instanceof UpstreamError) || link.seen[link.era] || link.era === 'legacy') return null
  return error.fault === 'status' && isClientError(error.status ?? 0) ? legacyOnly(link) : null
}

function isClientError(status: number): boolean {
  return status >= 400 && status < 500
}

function legacyOnly(link: Link): EraMismatch {
  return {
    sentence: LEGACY_ONLY,
    own: rpc.unsupportedVersion,
    data: { supported: legacyVersions, requested: link.version },
  }
}

const modernOnly: EraMismatch = { sentence: MODERN_ONLY, own: rpc.invalidRequest, data: {} }
