// Where the columns of an answer come from, kept for the answers of the same statement that follow. Promise: used again only
// for columns described in the same words, under the same labels.
import type { ColumnOrigin } from '../gateway/seam.ts'
import type { MaskingPlan } from '../masking/plan.ts'
import { originsOf } from './lineage/origins.ts'
import type { Protection } from './lineage/protection.ts'
import type { Plan } from './lineage/resolve.ts'
import type { Field } from './reading.ts'

export interface Traced {
  readonly origins: readonly ColumnOrigin[]
  /** The description is what was expected of it. */
  readonly sure: boolean
}

interface Known extends Traced {
  readonly fields: readonly Field[]
  readonly result: number
  readonly masking: MaskingPlan | undefined
}

export class TracedColumns {
  #last: Known | null = null

  of(
    fields: readonly Field[],
    result: number,
    masking: MaskingPlan | undefined,
    trace: () => Traced,
  ): readonly ColumnOrigin[] {
    const last = this.#last
    if (last !== null && last.result === result && last.masking === masking && areSame(last.fields, fields))
      return last.origins
    const traced = trace()
    this.#last = traced.sure ? { ...traced, fields, result, masking } : null
    return traced.origins
  }
}

/** Compared with what the system says the columns are. */
export function trace(plan: Plan, protection: Protection, fields: readonly Field[]): Traced {
  const found = originsOf(plan, protection, fields)
  const planned = plan.columns
  const differs =
    planned !== null && found.some(({ labels }, at) => labels === 'unknown' && planned[at]?.labels !== 'unknown')
  const origins = fields.map(({ name, type, format }, at) => ({
    name,
    type,
    format,
    labels: found[at]?.labels ?? 'unknown',
    derived: found[at]?.derived ?? true,
    group: found[at]?.group,
  }))
  return { origins, sure: !differs }
}

function areSame(left: readonly Field[], right: readonly Field[]): boolean {
  if (left === right) return true
  return left.length === right.length && left.every((field, at) => isSame(field, right[at] as Field))
}

function isSame(left: Field, right: Field): boolean {
  return (
    left.name === right.name &&
    left.table === right.table &&
    left.attribute === right.attribute &&
    left.type === right.type &&
    left.format === right.format
  )
}
