// What tells a client where to sign in: RFC 9728 documents and the challenges that name them. Promise: addresses are the
// same strings that `aud` is compared with; nothing of a token or an upstream is in them.
import { connectionAudience, gatewayAudience } from './audience.ts'
import { reasons, type Unauthenticated } from './unauthenticated.ts'

export interface ResourceMetadata {
  readonly resource: string
  readonly authorization_servers: readonly string[]
  /** Left out where none is asked for. */
  readonly scopes_supported?: readonly string[]
  readonly bearer_methods_supported: readonly ['header']
  readonly resource_name: string
}

const WELL_KNOWN = '/.well-known/oauth-protected-resource'

/** For the whole gateway when `connection` is null. */
export function resourceMetadata(
  publicUrl: string,
  connection: string | null,
  { issuers, scopes }: { readonly issuers: readonly string[]; readonly scopes: readonly string[] },
): ResourceMetadata {
  return {
    resource: resourceOf(publicUrl, connection),
    authorization_servers: issuers,
    ...(scopes.length > 0 && { scopes_supported: scopes }),
    bearer_methods_supported: ['header'],
    resource_name: connection === null ? 'Sallyport' : `Sallyport: ${connection}`,
  }
}

/** RFC 9728 §3.1: the well-known path stands between the origin and the resource's own path. */
export function metadataUrl(publicUrl: string, connection: string | null): string {
  const resource = resourceOf(publicUrl, connection)
  const { origin } = new URL(resource)
  return `${origin}${WELL_KNOWN}${resource.slice(origin.length).replace(/\/$/, '')}`
}

/** `WWW-Authenticate` of a 401, or of a 403 for `insufficient-scope`. */
export function challenge(
  { reason, scope }: Pick<Unauthenticated, 'reason' | 'scope'>,
  connection: string | null,
  publicUrl: string,
): string {
  const parameters: [string, string][] = [['resource_metadata', metadataUrl(publicUrl, connection)]]
  if (scope !== undefined) parameters.push(['scope', scope])
  if (reason === 'insufficient-scope') parameters.push(['error', 'insufficient_scope'])
  // RFC 6750 §3.1: one who sent no token made no error. Nor did one whose provider cannot be asked: an error would make
  // its client throw away a good token.
  else if (reason !== 'missing' && reason !== 'provider-unreachable') parameters.push(['error', 'invalid_token'])
  if (reason !== 'missing' && reason !== 'insufficient-scope') parameters.push(['error_description', reasons[reason]])
  return `Bearer ${parameters.map(([name, value]) => `${name}=${quoted(value)}`).join(', ')}`
}

function resourceOf(publicUrl: string, connection: string | null): string {
  return connection === null ? gatewayAudience(publicUrl) : connectionAudience(publicUrl, connection)
}

/** RFC 9110 quoted-string; what cannot stand in a header at all is left out. */
function quoted(value: string): string {
  return `"${value.replace(/[^\x20-\x7e]/g, '').replace(/["\\]/g, '\\$&')}"`
}
