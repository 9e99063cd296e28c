// From verified claims to a Subject. Promise: a delegation that cannot be read is refused and never taken for the human
// alone; nothing of the token itself is kept.
import { hash } from 'node:crypto'
import type { Subject } from '../gateway/seam.ts'
import { claimAt, claimName } from './claim-path.ts'
import { gatewayGroups, type ProviderGroups, unmappedGroups } from './groups.ts'
import type { Provider } from './provider.ts'
import { purposeOf } from './purpose.ts'
import type { Claims } from './token.ts'
import type { Reason } from './unauthenticated.ts'

export function subjectOf(
  claims: Claims,
  provider: Provider,
  mapping: ProviderGroups,
  notAfter: number,
): Subject | Reason {
  const id = identifier(claims.sub)
  if (id === null) return 'no-subject'
  const actor = actorOf(claims, provider)
  if (actor === 'no-subject') return actor
  const groups = gatewayGroups(claims, provider.groupsClaim, mapping)
  if (typeof groups === 'string') return groups
  const purpose = purposeOf(claimAt(claims, provider.purposeClaim))
  const unmapped = unmappedGroups(claims, provider.groupsClaim, mapping)
  const common = {
    provider: provider.name,
    groups,
    ...(unmapped > 0 && { unmapped }),
    purpose,
    ...(typeof claims.iat === 'number' && { issuedAt: claims.iat * 1_000 }),
    notAfter,
    tokenFamily: tokenFamily(claims, id, actor, purpose),
  }
  const kind = isService(claims, id) ? 'service' : 'human'
  const person = kind === 'human' ? personOf(claims, provider) : null
  const principal: Subject = Object.freeze({ ...common, id, kind, person, onBehalfOf: null })
  if (actor === null) return principal
  return Object.freeze({ ...common, id: actor, kind: 'agent', person: null, onBehalfOf: principal })
}

/** RFC 8693 §4.1: the outermost actor is the one that calls; those inside it are history. */
function actorOf(claims: Claims, provider: Provider): string | null | 'no-subject' {
  if (!Object.hasOwn(claims, 'act')) return null
  const { act } = claims
  if (typeof act !== 'object' || act === null || Array.isArray(act)) return 'no-subject'
  const { sub, iss } = act as Claims
  // An actor of another issuer could have the id of one of this issuer.
  if (iss !== undefined && iss !== provider.issuer) return 'no-subject'
  return identifier(sub) ?? 'no-subject'
}

/** A client that speaks for itself: its `sub` is its client id, or its provider says so in its own way. */
function isService(claims: Claims, id: string): boolean {
  const clients = [claims.client_id, claims.azp, claims.cid]
  if (clients.includes(id)) return true
  // Entra; Auth0; Keycloak.
  if (claims.idtyp === 'app' || claims.gty === 'client-credentials') return true
  const name = claims.preferred_username
  // Keycloak writes it in lower case, whatever the client is called.
  const accounts = clients.flatMap(client => (typeof client === 'string' ? `service-account-${client}` : []))
  return typeof name === 'string' && accounts.some(account => account.toLowerCase() === name.toLowerCase())
}

/** Null where the provider says that nobody checked the address: anyone could have typed it. */
function personOf(claims: Claims, provider: Provider): string | null {
  const person = identifier(claimAt(claims, provider.personClaim))
  const says = claims.email_verified
  const checked = says === undefined || says === true || says === 1 || /^(?:true|1)$/i.test(textOf(says))
  if (claimName(provider.personClaim) === 'email' && !checked) return null
  return person?.normalize('NFKC').trim().toLowerCase() || null
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** OpenID Connect allows 255 characters; control characters would break lines wherever the id is shown. */
function identifier(value: unknown): string | null {
  return typeof value === 'string' && /^[^\p{C}]{1,255}$/u.test(value) ? value : null
}

/** Refreshed tokens share it. Another client, actor or purpose of the same sign-in is another family. */
function tokenFamily(claims: Claims, id: string, actor: string | null, purpose: string | null): string {
  const grant = [claims.sid, claims.grant, claims.origin_jti].find(value => typeof value === 'string') ?? null
  const client = [claims.client_id, claims.azp, claims.cid].find(value => typeof value === 'string') ?? null
  const descent = JSON.stringify([claims.iss, grant, id, client, actor, purpose])
  return hash('sha256', descent, 'base64url').slice(0, 22)
}
