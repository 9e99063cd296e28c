// One run as a question to the gateway: what policy reads of it, and what the record shows. Promise: an approval is bound
// to the statement and its parameters, never to names a caller may give to something else.
import type { Action } from '../gateway/seam.ts'
import type { Portal, Prepared } from './names.ts'
import type { StatementReading } from './reading.ts'
import { type Run, runBytes } from './runs.ts'

const NONE: ReadonlySet<string> = new Set()
const SESSION: Action['effects'] = new Set(['session'])
const NUL = Buffer.alloc(1)

export interface Wanted {
  readonly run: Run
  readonly prepared: Prepared | null
  readonly portal: Portal | null
  readonly reading: StatementReading
}

export function actionOf({ run, prepared, portal, reading }: Wanted, found: ReadonlySet<string>): Action {
  const runs = run.query !== null || run.executes !== null || run.call
  const about = runs ? reading.action : housekeeping(run, reading)
  return {
    ...about,
    found,
    exact: () => {
      if (run.query !== null) return run.query
      if (run.call) return runBytes(run)
      return Buffer.concat([portal?.prepared.sql ?? prepared?.sql ?? NUL, NUL, portal?.bound ?? NUL])
    },
  }
}

/** Preparing and closing run nothing. */
function housekeeping(run: Run, { action }: StatementReading): Omit<Action, 'found' | 'exact'> {
  const prepares = run.parse !== null || run.bind !== null || run.describes.length > 0
  const { parts: _, ...rest } = action
  return {
    ...rest,
    operation: prepares ? 'sql.prepare' : 'sql.close',
    effects: SESSION,
    carries: NONE,
  }
}

/** The text that runs. */
export function sqlOf({ run, prepared, portal }: Wanted): string {
  return (run.query ?? portal?.prepared.sql ?? prepared?.sql ?? '').toString()
}

/** Rules may say what holds for the server of a caller alone. */
export function through(via: string | null, action: Action): Action {
  return via === null ? action : { ...action, facts: { ...action.facts, via } }
}

/** What the transcript shows, before labels are hidden in it. */
export function toldOf({ run, portal, prepared }: Wanted): Uint8Array {
  if (run.query !== null) return run.query
  if (run.call) return Buffer.from('function call')
  if (run.executes === null) {
    if (run.parse !== null) return run.parse.sql
    return Buffer.from(prepared === null ? 'close' : `-- prepared\n${prepared.sql.toString()}`)
  }
  if (portal === null) return Buffer.from('execute')
  if (portal.parameters.length === 0) return portal.prepared.sql
  const values = portal.parameters.map(
    (value, at) => `$${at + 1} = ${value === undefined ? '(binary)' : (value ?? 'NULL')}`,
  )
  return Buffer.from(`${portal.prepared.sql.toString()}\n-- ${values.join('\n-- ')}`)
}
