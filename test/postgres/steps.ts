// What the gateway makes of a line of statements, one text each. Promise: read, planned and judged by what is in use for
// every caller, without a system behind it.

import { Refusal } from '../../src/gateway/errors.ts'
import type { Admission, Masker } from '../../src/gateway/seam.ts'
import { createMasker } from '../../src/masking/masker.ts'
import type { MaskingPlan } from '../../src/masking/plan.ts'
import { protectionOf, type Snapshot } from '../../src/postgres/catalogs.ts'
import { Guard } from '../../src/postgres/guard.ts'
import { namesOf } from '../../src/postgres/lineage/names.ts'
import { columnsOf, type Plan } from '../../src/postgres/lineage/resolve.ts'
import { afterStatement, newSession } from '../../src/postgres/lineage/session.ts'
import { opaque } from '../../src/postgres/reading.ts'
import { readSql } from '../../src/postgres/statement/read-sql.ts'
import type { Statement } from '../../src/postgres/statement/statement.ts'
import { emptyAction } from '../../src/postgres/statement-action.ts'
import { shownBy } from '../../src/postgres/statement-labels.ts'
import { planOf, type TextPlan } from '../../src/postgres/text-plan.ts'

export interface Step {
  readonly statement: Statement
  readonly text: string
  readonly plan: Plan
  /** It does not reach the database. */
  readonly refused: boolean
}

/** Null where the line cannot be read. `reveal`: labels that its caller may see. */
export async function stepsOf(
  sql: string,
  snapshot: Snapshot,
  masking: MaskingPlan,
  reveal: ReadonlySet<string> = new Set(),
): Promise<readonly Step[] | null> {
  const user = { name: snapshot.user, path: ['public'] }
  const protection = protectionOf(snapshot, masking)
  const read = readSql(sql, { names: namesOf(snapshot.catalog, user.path) })
  if (read.kind !== 'read') return null
  const bytes = Buffer.from(sql)
  const steps: Step[] = []
  let names = newSession(user)
  for (const statement of read.statements) {
    const made = planOf([statement], snapshot, protection, { names, user, doubtful: false, defining: false })
    // Of what is refused the plan is wanted too.
    const plan = (made.kind === 'planned' && made.planned[0]?.plan) || columnsOf(statement.tree, protection, names)
    names = afterStatement(names, statement, plan, user)
    const text = bytes.subarray(statement.start, statement.end).toString()
    steps.push({
      statement,
      text,
      plan,
      refused: made.kind === 'refused' || (await stopped(made, createMasker(masking, reveal))),
    })
  }
  return steps
}

/** Asked of the guard that stands before every statement, as if the rules had allowed all. */
async function stopped({ planned, launders }: TextPlan, mask: Masker): Promise<boolean> {
  const allowed: Pick<Admission<'system'>, 'approved' | 'mask' | 'refuse' | 'end'> = {
    approved: false,
    mask,
    refuse: async (code, detail) => new Refusal(code, '', detail),
    end: () => undefined,
  }
  const reading = { ...opaque, ...shownBy(planned), quotes: opaque.quotes, launders, action: emptyAction }
  const admission = allowed as Admission<'system'>
  return (await new Guard().admit(Promise.resolve(admission), reading, { leaves: () => true })) !== admission
}
