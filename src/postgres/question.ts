// One run as a question to the gateway: what policy reads of it, and what the record shows. Promise: an approval is bound
// to the statement and its parameters, never to names a caller may give to something else.
import type { Action } from '../gateway/seam.ts'
import type { Findings } from '../masking/masked.ts'
import type { Portal, Prepared } from './names.ts'
import type { StatementReading } from './reading.ts'
import { type Run, runBytes } from './runs.ts'
import { HIDDEN, type Untold } from './untold.ts'

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

export function labelsIn(findings: Findings): ReadonlySet<string> {
  const labels = Object.keys(findings)
  return labels.length === 0 ? NONE : new Set(labels)
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

/** All that was said, to be searched for labels. */
export function toldOf(wanted: Wanted): Uint8Array {
  return toldWith(wanted, everything)
}

/** What the transcript shows of it, before labels are hidden in that. */
export function shownOf(wanted: Wanted, told: Uint8Array): Uint8Array {
  const untold = wanted.run.call ? null : wanted.reading.untold()
  return untold === null ? told : toldWith(wanted, untold)
}

const everything: Untold = { text: sql => sql, shows: () => true }

function toldWith({ run, portal, prepared }: Wanted, { text, shows }: Untold): Uint8Array {
  if (run.query !== null) return text(run.query)
  if (run.call) return Buffer.from('function call')
  if (run.executes === null) {
    if (run.parse !== null) return text(run.parse.sql)
    const sql = prepared?.sql ?? portal?.prepared.sql
    return sql === undefined ? Buffer.from('close') : Buffer.concat([Buffer.from('-- prepared\n'), text(sql)])
  }
  if (portal === null) return Buffer.from('execute')
  const sql = text(portal.prepared.sql)
  if (portal.parameters.length === 0) return sql
  const values = portal.parameters.map((value, at) => {
    const told = value === undefined ? '(binary)' : (value ?? 'NULL')
    return `$${at + 1} = ${value === null || shows(at + 1) ? told : HIDDEN}`
  })
  return Buffer.concat([sql, Buffer.from(`\n-- ${values.join('\n-- ')}`)])
}
