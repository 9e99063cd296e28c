// How many rows a plan expects to touch, from what EXPLAIN says. Promise: of changes, the rows they change and not what they
// return; a plan that cannot be read counts as all rows there could be.

export function plannedRows(answer: readonly (readonly (string | null)[])[]): number {
  try {
    const told: unknown = JSON.parse(answer.map(([line]) => line ?? '').join('\n'))
    const top = Array.isArray(told) ? told[0] : null
    return isPlan(top) ? most(top.Plan, true) : Number.MAX_SAFE_INTEGER
  } catch {
    return Number.MAX_SAFE_INTEGER
  }
}

interface Plan {
  readonly 'Node Type'?: unknown
  readonly 'Plan Rows'?: unknown
  readonly Plans?: unknown
}

function isPlan(value: unknown): value is { readonly Plan: Plan } {
  return typeof value === 'object' && value !== null && 'Plan' in value && typeof value.Plan === 'object'
}

/** What comes out at the top, or more where a change stands below. */
function most(plan: Plan, counts: boolean): number {
  const own = counts && typeof plan['Plan Rows'] === 'number' ? plan['Plan Rows'] : 0
  const below = Array.isArray(plan.Plans) ? (plan.Plans as Plan[]) : []
  const changes = plan['Node Type'] === 'ModifyTable'
  return below.reduce((rows, one) => Math.max(rows, most(one, changes)), own)
}
