// Rules as the configuration states them, and as they are evaluated. Promise: plain data; who, what, where and when of a
// rule each stand in one field, so that a rule can be explained clause by clause.
import type { Effect } from '../gateway/seam.ts'
import type { Condition } from './condition.ts'
import type { Glob } from './glob.ts'
import type { Pattern } from './pattern.ts'

/** A `risk` rule gives points and decides nothing alone. */
export type RuleKind = 'allow' | 'hold' | 'block' | 'risk'

export interface Approvers {
  /** Gateway groups any of which may approve. */
  readonly groups: readonly string[]
  /** Distinct people. */
  readonly people: number
  readonly withinMs: number
  /** How long the call is kept on the wire; null leaves it to what the caller's client can wait. */
  readonly holdMs: number | null
}

export interface Rule {
  readonly id: string
  readonly kind: RuleKind
  readonly patterns: readonly string[]
  /** Gateway groups, `*` for everyone; null where the rule does not say. */
  readonly who: readonly string[] | null
  /** Connections, `*` for all. */
  readonly on: readonly string[]
  readonly effects: readonly Effect[] | null
  /** Label patterns; any label in the question. */
  readonly found: readonly string[] | null
  /** Label patterns; any label the answer would have. */
  readonly carries: readonly string[] | null
  /** Patterns of column names; of the relation that the action touches. */
  readonly columns?: readonly string[] | null
  readonly when: string | null
  readonly reveal: readonly string[]
  readonly conceal: readonly string[]
  readonly passBinary: boolean
  /** Of a hold, and of `rows.ask`. */
  readonly approvers: Approvers | null
  readonly rows?: RowLimits | null
  /** Of a risk rule. */
  readonly points?: number
}

/** Rows of one answer. */
interface RowLimits {
  /** Beyond it people are asked. */
  readonly ask: number | null
  /** Beyond it the answer ends. */
  readonly stop: number | null
}

/** What the sum of all points of an action does. */
export interface RiskThresholds {
  readonly hold: number | null
  readonly block: number | null
  /** Of `hold`. */
  readonly approvers: Approvers | null
}

/** Everything that decisions depend on. */
export interface PolicySource {
  readonly rules: readonly Rule[]
  readonly connections: readonly { readonly name: string; readonly transparent: boolean }[]
  /** Every label there is: the built-in ones and the user's own. */
  readonly labels: readonly string[]
  readonly risk?: RiskThresholds | null
  /** IANA name of the zone whose clock `now.hour` and `now.weekday` tell; UTC where it is left out. */
  readonly timeZone?: string
}

export interface CompiledRule {
  readonly id: string
  readonly kind: RuleKind
  readonly patterns: readonly Pattern[]
  /** Null: everyone, or for a hold those whom some allow rule lets use the connection. */
  readonly who: ReadonlySet<string> | null
  readonly everyone: boolean
  readonly effects: ReadonlySet<Effect> | null
  readonly found: readonly Glob[] | null
  readonly carries: readonly Glob[] | null
  readonly columns: readonly Glob[] | null
  readonly when: Condition | null
  readonly reveal: ReadonlySet<string>
  readonly conceal: ReadonlySet<string>
  readonly passBinary: boolean
  readonly approvers: Approvers | null
  readonly rows: RowLimits | null
  readonly points: number
}

export interface Policy {
  /** SHA-256 over the canonical rules, hex. */
  readonly digest: string
  /** The rules that concern a connection, in the order of the file; nothing for a connection that is not configured. */
  readonly rulesOf: (connection: string) => readonly CompiledRule[]
  /** SHA-256 over those rules, hex: what an approval is bound to. */
  readonly connectionDigest: (connection: string) => string
  readonly risk: RiskThresholds | null
}
