// What an access token may be used for, as its provider says. Promise: a scope is compared whole and as it is written; a
// claim that cannot be read gives none.
import type { Claims } from './token.ts'

/** As `scope:` of a provider is written, and the claim of that name: RFC 6749 §3.3. */
export function scopesIn(text: string): readonly string[] {
  return text.split(' ').filter(scope => scope !== '')
}

/** Whether a token has every one of them, in `scope` (RFC 9068) or `scp` (a list, or a text like the other). */
export function hasScopes(claims: Claims, wanted: readonly string[]): boolean {
  if (wanted.length === 0) return true
  const has = new Set([...carried(claims, 'scope'), ...carried(claims, 'scp')])
  return wanted.every(scope => has.has(scope))
}

function carried(claims: Claims, name: 'scope' | 'scp'): readonly string[] {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined
  if (typeof value === 'string') return scopesIn(value)
  return Array.isArray(value) ? value.filter(scope => typeof scope === 'string') : []
}
