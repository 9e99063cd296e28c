// Where a provider keeps a claim. Promise: only members the token itself has are found, never an inherited one.
import type { Claims } from './token.ts'

/** `claims.realm_access.roles`; a name that itself has dots (`claims.https://acme.example/groups`) is tried whole first. */
export function claimAt(claims: Claims, path: string): unknown {
  const name = claimName(path)
  if (Object.hasOwn(claims, name)) return claims[name]
  let value: unknown = claims
  for (const step of name.split('.')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, step))
      return undefined
    value = (value as Claims)[step]
  }
  return value
}

export function claimName(path: string): string {
  return path.startsWith('claims.') ? path.slice('claims.'.length) : path
}
