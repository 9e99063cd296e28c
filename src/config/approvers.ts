// Holds that nobody can end. Promise: what the file alone tells about who could approve; who is really in a group only the
// identity provider knows, so these are warnings.
import type { GroupMapping } from '../identity/provider.ts'
import type { Rule } from '../policy/rules.ts'
import type { Fault } from './problem.ts'

/** `at` is the rule's place in the file. */
export function warnApprovers(at: number, { approvers, who }: Rule, groups: GroupMapping): Fault[] {
  // Of a group that the file does not have more is said elsewhere.
  if (approvers === null || !approvers.groups.every(group => groups.has(group))) return []
  const path = ['rules', at, 'approvers', 'groups']
  const may = theirs(approvers.groups, groups)
  if (may.size === 0) {
    const which = approvers.groups.length === 1 ? `group ${approvers.groups[0]}` : 'any of these groups'
    return [{ path, message: `nobody is mapped to ${which}, so nobody can approve: map it under groups:` }]
  }
  const ask = who === null || who.includes('*') ? new Set<string>() : theirs(who, groups)
  if (!may.isSubsetOf(ask)) return []
  const people = approvers.people + 1
  const message = `whoever may approve is held by this rule too, and nobody approves what they asked: it takes ${people} people in these groups, or name another group`
  return [{ path, message }]
}

/** The providers' own groups behind those of the gateway. */
function theirs(names: readonly string[], groups: GroupMapping): ReadonlySet<string> {
  const mapped = names.flatMap(name => Object.entries(groups.get(name) ?? {}))
  return new Set(mapped.flatMap(([provider, all]) => all.map(each => JSON.stringify([provider, each]))))
}
