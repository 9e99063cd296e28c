// When a token may be used. Promise: a token without an end, without a beginning or with a longer life than its
// provider is allowed is refused; clocks may differ by `limits.clockSkewMs` and no more.
import { limits } from '../gateway/limits.ts'
import type { Claims } from './token.ts'
import type { Reason } from './unauthenticated.ts'

/** Wall-clock ms of the last instant at which the token is accepted, or why it is not accepted at all. */
export function lifetime(claims: Claims, maxLifeMs: number, nowMs: number): number | Reason {
  const expires = numericDate(claims.exp)
  if (expires === null) return 'malformed'
  const notAfter = expires + limits.clockSkewMs
  if (nowMs >= notAfter) return 'expired'
  if (claims.nbf !== undefined) {
    const notBefore = numericDate(claims.nbf)
    if (notBefore === null) return 'malformed'
    if (notBefore > nowMs + limits.clockSkewMs) return 'not-yet-valid'
  }
  if (claims.iat === undefined) return 'too-long-lived'
  const issued = numericDate(claims.iat)
  if (issued === null) return 'malformed'
  if (issued > nowMs + limits.clockSkewMs) return 'not-yet-valid'
  if (expires - issued > maxLifeMs) return 'too-long-lived'
  return notAfter
}

/** RFC 7519 seconds, perhaps with a fraction, as ms. */
function numericDate(value: unknown): number | null {
  if (typeof value !== 'number' || !(value >= 0) || value > Number.MAX_SAFE_INTEGER / 1_000) return null
  return value * 1_000
}
