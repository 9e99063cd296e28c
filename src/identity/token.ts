// Reads a bearer token without believing it. Promise: what comes out is strictly parsed and bounded, and says only where
// to look for the key and what is claimed; a key offered by the token itself is never read.
import { limits } from '../gateway/limits.ts'
import { readJson } from '../json/document.ts'
import type { Reason } from './unauthenticated.ts'

export type Claims = Readonly<Record<string, unknown>>

export interface ReadToken {
  readonly kind: 'token'
  readonly token: string
  readonly algorithm: string
  readonly keyId: string | undefined
  /** RFC 9068: the header says that this is an access token and nothing else. */
  readonly declared: boolean
  readonly issuer: string
  readonly claims: Claims
}

/** The token of an `Authorization: Bearer` header, still opaque. */
export function bearer(authorization: string | undefined): { readonly token: string } | Reason {
  if (authorization === undefined || authorization === '') return 'missing'
  if (authorization.length > limits.tokenChars + 'Bearer '.length) return 'too-large'
  if (authorization.slice(0, 7).toLowerCase() !== 'bearer ') return 'malformed'
  const token = authorization.slice(7)
  return token === '' ? 'malformed' : { token }
}

const COMPACT = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/

/** Header and claims of a compact JWS. No step here proves anything: the signature is checked afterwards. */
export function readToken(token: string): ReadToken | Reason {
  const parts = COMPACT.exec(token)
  if (!parts) return 'malformed'
  const header = jsonObject(parts[1] as string)
  const claims = jsonObject(parts[2] as string)
  if (!header || !claims) return 'malformed'
  // A critical extension that we do not know must be refused, and we know none.
  if (Object.hasOwn(header, 'crit') || Object.hasOwn(header, 'b64')) return 'malformed'
  const { alg, kid, typ } = header
  if (typeof alg !== 'string') return 'malformed'
  if (kid !== undefined && typeof kid !== 'string') return 'malformed'
  const declared = mediaType(typ) === 'at+jwt'
  if (!declared && typ !== undefined && mediaType(typ) !== 'jwt') return 'type'
  if (!declared && isOtherToken(claims)) return 'type'
  // Bound to a key whose possession is proved elsewhere: whoever sends it as a plain bearer token may have stolen it.
  if (Object.hasOwn(claims, 'cnf')) return 'type'
  const issuer = claims.iss
  if (typeof issuer !== 'string') return 'unknown-issuer'
  return { kind: 'token', token, algorithm: alg, keyId: kid, declared, issuer, claims }
}

/**
 * An ID, refresh or logout token of the same issuer has the same keys and often the same `typ`. Those we can tell are
 * refused here; the audience, which for an ID token is the client, refuses the rest.
 */
function isOtherToken(claims: Claims): boolean {
  if ('at_hash' in claims || 'c_hash' in claims || 's_hash' in claims || 'events' in claims) return true
  if ('nonce' in claims && !('scope' in claims) && !('scp' in claims)) return true
  return typeof claims.typ === 'string' && /^(id|refresh|offline|logout)$/i.test(claims.typ)
}

function mediaType(typ: unknown): string | null {
  return typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : null
}

function jsonObject(part: string): Claims | null {
  try {
    const { value } = readJson(Buffer.from(part, 'base64url'), { depth: limits.jsonDepth, values: limits.tokenChars })
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Claims) : null
  } catch {
    return null
  }
}
