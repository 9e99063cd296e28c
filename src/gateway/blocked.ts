// What a blocked question is told. Promise: a rule that simply blocks stays unnamed; one whose condition has no result is
// named by its id, a word of the configuration, so that somebody can mend it.
import { Refusal } from './errors.ts'
import type { Decision } from './seam.ts'

export function refusalOf({ code, unresolved = [] }: Decision & { kind: 'block' }, reference: string): Refusal {
  return new Refusal(code, reference, unresolved.length === 0 ? null : withoutResult(unresolved))
}

function withoutResult(rules: readonly string[]): string {
  const named = rules.map(rule => `"${rule}"`).join(', ')
  const which = rules.length === 1 ? `The condition of rule ${named} has` : `The conditions of rules ${named} have`
  return `${which} no result for this request, so it is refused.`
}
