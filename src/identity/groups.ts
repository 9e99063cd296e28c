// From a provider's groups to the gateway's own. Promise: what cannot be read in full is refused, since a missing group
// could hide a rule that blocks; a group nobody mapped gives nothing.
import { claimAt, claimName } from './claim-path.ts'
import type { GroupMapping } from './provider.ts'
import type { Claims } from './token.ts'

/** One provider's names and object ids → gateway groups. */
export type ProviderGroups = ReadonlyMap<string, readonly string[]>

export function groupsOfProvider(groups: GroupMapping, provider: string): ProviderGroups {
  const theirs = new Map<string, string[]>()
  for (const [gatewayGroup, byProvider] of groups) {
    const names = Object.hasOwn(byProvider, provider) ? (byProvider[provider] ?? []) : []
    for (const name of names) theirs.set(name, [...(theirs.get(name) ?? []), gatewayGroup])
  }
  return theirs
}

export function gatewayGroups(
  claims: Claims,
  path: string,
  mapping: ProviderGroups,
): ReadonlySet<string> | 'groups-malformed' | 'groups-overage' {
  if (isOverage(claims, claimName(path))) return 'groups-overage'
  const names = listed(claimAt(claims, path))
  if (names === null) return 'groups-malformed'
  return new Set(names.flatMap(name => mapping.get(name) ?? []))
}

/** How many groups of the token are nothing to this gateway: for their holder to be told. */
export function unmappedGroups(claims: Claims, path: string, mapping: ProviderGroups): number {
  return new Set(listed(claimAt(claims, path))?.filter(name => !mapping.has(name))).size
}

/** Entra leaves the groups out of a token that would hold more than 200 and says so in one of two ways. */
function isOverage(claims: Claims, name: string): boolean {
  const elsewhere = claims._claim_names
  if (typeof elsewhere === 'object' && elsewhere !== null && Object.hasOwn(elsewhere, name)) return true
  return (
    name === 'groups' &&
    Object.hasOwn(claims, 'hasgroups') &&
    claims.hasgroups !== false &&
    claims.hasgroups !== 'false'
  )
}

/** An array of strings, or one string with commas or else spaces between. */
function listed(claim: unknown): readonly string[] | null {
  if (claim === undefined || claim === null) return []
  if (typeof claim === 'string') {
    const parts = claim.includes(',') ? claim.split(',') : claim.split(' ')
    return parts.map(part => part.trim()).filter(part => part !== '')
  }
  return Array.isArray(claim) && claim.every(item => typeof item === 'string') ? (claim as string[]) : null
}
