// Every way in which a token is refused. Promise: a closed set of codes, each with one fixed sentence; nothing of the
// token is ever part of it.

/** Reason → what its holder may read. */
export const reasons = {
  missing: 'No access token was sent.',
  malformed: 'The access token is not a readable JWT.',
  'too-large': 'The access token is too large.',
  type: 'The token is not an access token.',
  algorithm: 'The access token is signed with an algorithm that is not accepted.',
  'unknown-issuer': 'The access token is from an issuer that is not configured here.',
  'unknown-key': 'The access token is signed with a key its issuer does not publish.',
  'bad-signature': 'The signature of the access token is wrong.',
  expired: 'The access token has expired.',
  'not-yet-valid': 'The access token is not valid yet.',
  'too-long-lived': 'The access token lives longer than is accepted, or does not say since when.',
  'wrong-audience':
    'The access token is meant for another service: it must name the address of this gateway, with a slash at its end, or what `audience:` says.',
  'no-subject': 'The access token does not say who its subject is.',
  'groups-malformed': 'The groups of the access token could not be read.',
  'groups-overage': 'The access token leaves out groups because there are too many; assign fewer to this application.',
  'provider-unreachable': 'The identity provider could not be reached.',
  'provider-invalid': 'The identity provider answered with something that cannot be trusted.',
} as const

export type Reason = keyof typeof reasons

/** A good token that is not enough. */
export const LACKS_SCOPE = 'The access token lacks a scope that is required here. Sign in again and ask for it.'

export interface Unauthenticated {
  readonly kind: 'unauthenticated'
  readonly reason: Reason | 'insufficient-scope'
  /** What a token must have that lacks some of it; left out for all other reasons. */
  readonly scope?: string
}

const made = new Map<Reason, Unauthenticated>()

export function unauthenticated(reason: Reason): Unauthenticated {
  const known = made.get(reason)
  if (known) return known
  const fresh: Unauthenticated = Object.freeze({ kind: 'unauthenticated', reason })
  made.set(reason, fresh)
  return fresh
}

export function insufficientScope(scopes: readonly string[]): Unauthenticated {
  return { kind: 'unauthenticated', reason: 'insufficient-scope', scope: scopes.join(' ') }
}
