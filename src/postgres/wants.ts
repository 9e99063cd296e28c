// What a run is about: the statement and the portal behind its names. Promise: names are booked as the system will have them;
// one that is not known is nobody's.
import type { Changes, Names, Portal, Prepared } from './names.ts'
import type { Wanted } from './question.ts'
import { type StatementReading, unread } from './reading.ts'
import type { MayWait, Readings, Refused } from './readings.ts'
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

/** Of Parse: none is given. */
const NO_TYPES = Buffer.alloc(2)

const NO_UNNAMED: Said = {
  message: 'unnamed prepared statement does not exist',
  file: 'postgres.c',
  routine: 'exec_bind_message',
}

/** Reads the run and books the names it gives and takes. */
export function wantOf(run: Run, changes: Changes, parts: WantParts): MayWait<Wanted | Refused> {
  const { readings, reads, names } = parts
  // Its arguments are values of unknown kinds: only where nothing is read does it pass.
  if (run.call) {
    if (reads) return readings.refused(FUNCTION_CALL, '0A000')
    return { run, prepared: null, portal: null, reading: unread }
  }
  if (run.query !== null)
    return onceRead(readings.simple(run.query), reading => ({ run, prepared: null, portal: null, reading }))
  const { parse } = run
  if (parse === null) return boundIn(run, null, changes, parts)
  return onceRead(readings.parsed(parse.sql, parse.types), reading => {
    const prepared: Prepared = { sql: parse.sql, types: parse.types, reading, fields: null }
    names.setStatement(parse.name, prepared, changes)
    return boundIn(run, prepared, changes, parts)
  })
}

/** `parsed`: what the run itself prepares. */
function boundIn(run: Run, parsed: Prepared | null, changes: Changes, parts: WantParts): MayWait<Wanted | Refused> {
  const { names, readings } = parts
  const { bind } = run
  const statement = bind?.statement ?? run.describes.find(({ kind }) => kind === 'statement')?.name
  const prepared = parsed ?? (statement === undefined ? null : (names.statement(statement) ?? null))
  if (bind === null || prepared === null) {
    const named = bind === null ? portalOf(run) : null
    const portal = named === null ? null : (names.portal(named) ?? null)
    return closedIn(run, { prepared, portal, statement }, changes, parts)
  }
  const { parameters, lists, bound, values, resultFormats } = bind
  const found = readings.read(prepared.sql, prepared.types, parameters, prepared.later, prepared.reading)
  return onceRead(found, reading => {
    if (reading !== prepared.reading && reading.changes === 'nothing') prepared.later = reading
    const portal = { prepared, reading, parameters, lists, bound, values, resultFormats, asked: null }
    names.setPortal(bind.portal, portal, changes)
    return closedIn(run, { prepared, portal, statement }, changes, parts)
  })
}

interface Found {
  readonly prepared: Prepared | null
  readonly portal: Portal | null
  /** The name of the statement that is bound or described. */
  readonly statement: string | undefined
}

function closedIn(run: Run, found: Found, changes: Changes, parts: WantParts): MayWait<Wanted | Refused> {
  const { names, readings, reads } = parts
  const { prepared, portal, statement } = found
  for (const { kind, name } of run.closes) {
    if (kind === 'statement') names.setStatement(name, undefined, changes)
    else names.setPortal(name, undefined, changes)
  }
  const named = portalOf(run)
  const about = named === null ? prepared : portal
  const known = about !== null || (named === null && run.bind === null && run.describes.length === 0)
  if (!known && reads && named && run.bind === null && run.executes === null) return cursorIn(run, named, readings)
  // A cursor of SQL that is to run, or a name that fails at the system: nothing is known of what it would give.
  if (!known && reads) {
    if (named === null || run.bind !== null) {
      const said = statement === undefined || statement === '' ? NO_UNNAMED : noPrepared(statement)
      return readings.refused(UNKNOWN_NAME, '26000', said)
    }
    return readings.refused(UNKNOWN_NAME, '34000')
  }
  return { run, prepared, portal, reading: about?.reading ?? unread }
}

/** A cursor of SQL may be described, and that is no more than to fetch nothing from it. */
function cursorIn(run: Run, name: string, readings: Readings): MayWait<Wanted | Refused> {
  const sql = Buffer.from(`fetch 0 from "${name.replaceAll('"', '""')}"`)
  return onceRead(readings.parsed(sql, NO_TYPES), reading => {
    const prepared: Prepared = { sql, types: NO_TYPES, reading, fields: null }
    return { run, prepared, portal: null, reading }
  })
}

/** What is read already is not waited for. */
function onceRead<Made>(
  found: MayWait<StatementReading | Refused>,
  use: (reading: StatementReading) => MayWait<Made>,
): MayWait<Made | Refused> {
  if (found instanceof Promise) return found.then(reading => ('refusal' in reading ? reading : use(reading)))
  return 'refusal' in found ? found : use(found)
}
