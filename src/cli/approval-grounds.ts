// What a request for approval says beside its rules: points, rows, and what its caller would see.
import type { z } from 'zod'
import type { approvalDetail } from '../api/schemas.ts'
import { plural } from './text.ts'

type Detail = Pick<z.infer<typeof approvalDetail>, 'risk' | 'rows' | 'reveal'>

const ANEW = 'decided anew when it runs, by the rules of that moment'

export function groundsOf({ risk, rows, reveal }: Detail): [string, string][] {
  const clear =
    reveal === null ? '' : `; by those of now ${reveal.length === 0 ? 'nothing' : reveal.join(', ')} in clear`
  return [
    ...(risk === null ? [] : [points(risk)]),
    ...(rows === null ? [] : [passed(rows)]),
    ['will see', rows === null ? `${ANEW}${clear}` : `${ANEW}; the rest is masked as what has passed`],
  ]
}

function points({ points, hold, summands }: NonNullable<Detail['risk']>): [string, string] {
  const each = summands.map(summand => `${summand.rule} ${summand.points}`).join(', ')
  return ['risk', `${plural(points, 'point')}${hold === null ? '' : `, held from ${hold}`}: ${each}`]
}

function passed({ out, stop }: NonNullable<Detail['rows']>): [string, string] {
  const end = stop === null ? 'and no rule ends it' : `and it ends beyond ${stop} in any case`
  return ['rows', `${plural(out, 'row')} of the answer ${out === 1 ? 'has' : 'have'} passed, ${end}`]
}
