// Whom a token is meant for. Promise: strings are compared whole and never parsed, so that no spelling of an address can
// stand for another.
import type { Provider } from './provider.ts'

/** The resource that opens every connection and the API: the public address with one final slash. */
export function gatewayAudience(publicUrl: string): string {
  return publicUrl.endsWith('/') ? publicUrl : `${publicUrl}/`
}

/** The resource that opens one connection. */
export function connectionAudience(publicUrl: string, connection: string): string {
  return `${gatewayAudience(publicUrl)}mcp/${connection}`
}

/** What a caller of this connection (null: of the API) may carry in `aud`. */
export function audiencesOf(publicUrl: string, connection: string | null): readonly string[] {
  const whole = gatewayAudience(publicUrl)
  return connection === null ? [whole] : [whole, connectionAudience(publicUrl, connection)]
}

/**
 * `accepted` are the gateway's own addresses for what is asked; the provider's configured audience stands beside them,
 * unless it is itself an address below the gateway, which then opens only what it names.
 */
export function isForUs(
  carried: readonly string[],
  accepted: readonly string[],
  provider: Provider,
  publicUrl: string,
): boolean {
  const own = provider.audience.startsWith(gatewayAudience(publicUrl))
  return carried.some(audience => accepted.includes(audience) || (!own && audience === provider.audience))
}

/** `aud` as a list; null when it is neither a string nor strings. */
export function carriedAudiences(aud: unknown): readonly string[] | null {
  if (typeof aud === 'string') return [aud]
  if (!Array.isArray(aud) || !aud.every(item => typeof item === 'string')) return null
  return aud as string[]
}
