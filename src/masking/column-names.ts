// What the names of columns say of the cells of a table in text. Promise: a name says the same in every text of one plan.
import { toldBy } from './names.ts'
import type { MaskingPlan } from './plan.ts'
import { NO_SHAPE } from './shapes.ts'
import type { Columns } from './tables.ts'

const names = { telling: new WeakMap<MaskingPlan, Columns>(), untelling: new WeakMap<MaskingPlan, Columns>() }

/** `telling`: whether names say something by themselves, too. */
export function namesOf(plan: MaskingPlan, telling: boolean): Columns {
  const kept = telling ? names.telling : names.untelling
  const known = kept.get(plan)
  if (known !== undefined) return known
  const initials = plan.columnInitials
  const made: Columns = {
    labelled: name => plan.columns.has(name),
    telling: name => telling && SPEAKS.test(name) && tells(plan, name),
    begins: code => code >= 0x80 || code <= 0x20 || (initials & (1 << (code & 31))) !== 0,
    longest: plan.longestColumn,
    plain: new Set(),
  }
  kept.set(plan, made)
  return made
}

/** A name without a letter says nothing of itself. */
const SPEAKS = /[a-z\u0080-\uffff]/i

/** What the name of a column says of its cells. */
export interface ColumnName {
  readonly labels: readonly number[]
  readonly context: number
}

export function columnOf(plan: MaskingPlan, name: string, telling: boolean): ColumnName {
  const own = plan.columns.get(name) ?? []
  if (!telling) return { labels: own, context: NO_SHAPE }
  const { context, field } = toldBy(name)
  return { labels: [...own, ...(plan.fieldLabels[field] ?? []).map(({ label }) => label)], context }
}

function tells(plan: MaskingPlan, name: string): boolean {
  const { context, field } = toldBy(name)
  return context !== NO_SHAPE || (plan.fieldLabels[field]?.length ?? 0) > 0
}
