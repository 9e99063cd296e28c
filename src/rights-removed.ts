// Whom a changed configuration must not carry on. Promise: what somebody may do was worked out from groups as the
// configuration called them when they signed in; where that could come out otherwise now, they sign in again.
import type { Config } from './config/config.ts'
import type { Ruling } from './gateway/ruling.ts'
import type { Subject } from './gateway/seam.ts'
import { usable } from './policy/decide.ts'

interface InForce {
  readonly config: Pick<Config, 'providers' | 'groups'>
  readonly ruling: Ruling
}

/** Whether this subject, signed in before the change, may go on using this connection without signing in again. */
export function rightsRemoved(before: InForce, after: InForce): (subject: Subject, connection: string) => boolean {
  const changed = new Map<string, boolean>()
  const providerChanged = (provider: string) => {
    const known = changed.get(provider)
    if (known !== undefined) return known
    const differs = identityOf(before.config, provider) !== identityOf(after.config, provider)
    changed.set(provider, differs)
    return differs
  }
  return (subject, connection) => {
    const ruled = after.ruling.connections.get(connection)
    return (
      ruled === undefined ||
      ruled.connection.kind !== before.ruling.connections.get(connection)?.connection.kind ||
      providerChanged(subject.provider) ||
      !(ruled.transparent || usable(after.ruling.policy, subject, connection))
    )
  }
}

/** All of the configuration that a subject of this provider is made from. */
function identityOf({ providers, groups }: InForce['config'], provider: string): string {
  const mapped = [...groups].flatMap(([group, by]) => (Object.hasOwn(by, provider) ? [[group, by[provider]]] : []))
  return JSON.stringify([providers.find(({ name }) => name === provider) ?? null, mapped])
}
