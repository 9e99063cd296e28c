// What the configuration says about identity providers. Promise: plain data; nothing here is a secret.
import { limits } from '../gateway/limits.ts'

export interface Provider {
  readonly name: string
  /** Compared character by character with the token's `iss` and with what discovery says. */
  readonly issuer: string
  /** What this provider's tokens carry in `aud`, beside the gateway's own addresses. */
  readonly audience: string
  /** Dotted paths into the claims, such as `claims.realm_access.roles`. */
  readonly groupsClaim: string
  readonly personClaim: string
  readonly purposeClaim: string
  /** The longest accepted `exp` minus `iat`. */
  readonly maxLifeMs: number
  /** All of which a token must have; left out: none. */
  readonly scopes?: readonly string[]
  /** Narrows `signatureAlgorithms`; names outside of it are never accepted. */
  readonly algorithms?: readonly string[]
}

/** Gateway group → provider name → the provider's own names or object ids for it. */
export type GroupMapping = ReadonlyMap<string, Readonly<Record<string, readonly string[]>>>

export const providerDefaults = {
  groupsClaim: 'claims.groups',
  personClaim: 'claims.email',
  purposeClaim: 'claims.purpose_of_use',
  maxLifeMs: limits.tokenLifeMs,
} as const

/** Signatures by a private key alone: no `none`, and no HMAC, whose key the verifier would share. */
export const signatureAlgorithms: readonly string[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]

/** Why an issuer's address cannot be used; null when it can. Keys fetched without TLS prove nothing, except on loopback. */
export function issuerFault(issuer: string): string | null {
  if (!URL.canParse(issuer)) return 'not a URL'
  const url = new URL(issuer)
  if (url.search !== '' || url.hash !== '' || issuer.includes('?') || issuer.includes('#'))
    return 'has a query or fragment'
  if (url.username !== '' || url.password !== '') return 'holds a credential'
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))) return null
  return 'not https'
}

export function isLoopback(url: URL): boolean {
  return url.hostname === 'localhost' || url.hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(url.hostname)
}
