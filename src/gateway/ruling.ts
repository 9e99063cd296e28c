// What is in force at one moment: rules, masking and connections of one configuration. Promise: swapped whole, so that no
// question is decided half by an old configuration and half by a new one.
import type { MaskingPlan } from '../masking/plan.ts'
import type { Policy } from '../policy/compile.ts'
import type { Connection } from './seam.ts'

export interface Ruling {
  /** SHA-256 of the configuration file, hex. */
  readonly digest: string
  readonly policy: Policy
  readonly masking: MaskingPlan
  readonly connections: ReadonlyMap<string, RuledConnection>
}

export interface RuledConnection extends Connection {
  /** Allow all, masking off, binary and unknown methods passed: for interoperability tests, never with PHI. */
  readonly transparent: boolean
  /** Purpose of use where the token names none. */
  readonly purpose: string | null
}
