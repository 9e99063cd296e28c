// What is in force at one moment: rules, masking and connections of one configuration. Promise: swapped whole, so that no
// question is decided half by an old configuration and half by a new one.
import type { MaskingPlan } from '../masking/plan.ts'
import type { Policy } from '../policy/rules.ts'
import type { Connection } from './seam.ts'

export interface Ruling {
  readonly policy: Policy
  readonly connections: ReadonlyMap<string, Ruled>
}

/** One connection as it is ruled. */
export interface Ruled {
  readonly connection: Connection
  readonly masking: MaskingPlan
  /** Allow all, masking off, binary and unknown methods passed: for interoperability tests, never with PHI. */
  readonly transparent: boolean
  /** Purpose of use where the token names none. */
  readonly purpose: string | null
  /** Where its system is, as one text: what was approved was approved for that one. */
  readonly place: string
}

/** What approvals are bound to beside the question: the rules of its connection, and where its system is. */
export function bindingOf({ policy, connections }: Ruling, connection: string): string {
  return `${policy.connectionDigest(connection)} ${connections.get(connection)?.place}`
}
