// What a run is about: the statement and the portal behind its names. Promise: names are booked as the system will have them;
// one that is not known is nobody's.
import type { Changes, Names, Portal, Prepared } from './names.ts'
import type { Wanted } from './question.ts'
import { unread } from './reading.ts'
import type { Readings, Refused } from './readings.ts'
import { portalOf, type Run } from './runs.ts'
import type { Said } from './statement/statement.ts'
import { noPrepared } from './statement-refusals.ts'

export interface WantParts {
  readonly names: Names
  readonly readings: Readings
  /** Somebody reads the statements. */
  readonly reads: boolean
}

const FUNCTION_CALL = 'Function calls by number are not supported: call the function in a statement.'
const UNKNOWN_NAME = 'There is no such statement or portal.'

const NO_UNNAMED: Said = {
  message: 'unnamed prepared statement does not exist',
  file: 'postgres.c',
  routine: 'exec_bind_message',
}

/** Reads the run and books the names it gives and takes. */
export async function wantOf(
  run: Run,
  changes: Changes,
  { names, readings, reads }: WantParts,
): Promise<Wanted | Refused> {
  // Its arguments are values of unknown kinds: only where nothing is read does it pass.
  if (run.call) {
    if (reads) return readings.refused(FUNCTION_CALL, '0A000')
    return { run, prepared: null, portal: null, reading: unread }
  }
  if (run.query !== null) {
    const found = readings.simple(run.query)
    const reading = found instanceof Promise ? await found : found
    return 'refusal' in reading ? reading : { run, prepared: null, portal: null, reading }
  }
  let prepared: Prepared | null = null
  if (run.parse !== null) {
    const found = readings.parsed(run.parse.sql, run.parse.types)
    const reading = found instanceof Promise ? await found : found
    if ('refusal' in reading) return reading
    prepared = { sql: run.parse.sql, types: run.parse.types, reading, fields: null }
    names.setStatement(run.parse.name, prepared, changes)
  }
  const statement = run.bind?.statement ?? run.describes.find(({ kind }) => kind === 'statement')?.name
  if (prepared === null && statement !== undefined) prepared = names.statement(statement) ?? null
  const named = portalOf(run)
  let portal: Portal | null = null
  if (run.bind !== null && prepared !== null) {
    const { parameters, listed, bound, values, resultFormats } = run.bind
    const before = prepared.later?.holds() ? prepared.later : prepared.reading
    const found = readings.read(prepared.sql, prepared.types, parameters, before)
    const reading = found instanceof Promise ? await found : found
    if ('refusal' in reading) return reading
    if (reading !== prepared.reading && reading.changes === 'nothing') prepared.later = reading
    portal = { prepared, reading, parameters, listed, bound, values, resultFormats, asked: null }
    names.setPortal(run.bind.portal, portal, changes)
  } else if (named !== null) portal = names.portal(named) ?? null
  for (const { kind, name } of run.closes) {
    if (kind === 'statement') names.setStatement(name, undefined, changes)
    else names.setPortal(name, undefined, changes)
  }
  const about = named === null ? prepared : portal
  const known = about !== null || (named === null && run.bind === null && run.describes.length === 0)
  // A cursor of SQL, or a name that fails at the system: nothing is known of what it would give.
  if (!known && reads) {
    if (named === null || run.bind !== null) {
      const said = statement === undefined || statement === '' ? NO_UNNAMED : noPrepared(statement)
      return readings.refused(UNKNOWN_NAME, '26000', said)
    }
    return readings.refused(UNKNOWN_NAME, '34000')
  }
  return { run, prepared, portal, reading: about?.reading ?? unread }
}
