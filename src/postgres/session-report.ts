// What the system says of a caller's session, through the session itself. Promise: where it would read strings otherwise than
// the gateway reads them, the session ends; the path is the same afterwards.
import { stampSql } from './catalog-stamp.ts'
import { type Snapshot, snapshotOf } from './catalogs.ts'
import { WireFault } from './frames.ts'
import { Cancelled } from './link-ask.ts'
import type { AskLink } from './reading.ts'

export interface SessionReport {
  readonly path: string
  readonly user: string
  /** It has relations of its own. */
  readonly temporary: boolean
  /** Of the catalog, as the session sees it. */
  readonly stamp: string
  /** Names of its prepared statements. */
  readonly prepared: readonly string[]
  readonly isolation: string
}

const reportSql = `select pg_catalog.current_setting('search_path'), current_user,
  exists (select 1 from pg_catalog.pg_class where relnamespace = pg_catalog.pg_my_temp_schema()),
  (${stampSql}),
  (select pg_catalog.json_agg(name) from pg_catalog.pg_prepared_statements where from_sql),
  pg_catalog.current_setting('transaction_isolation'),
  pg_catalog.current_setting('standard_conforming_strings'), pg_catalog.current_setting('client_encoding')`

export async function reportOf(ask: AskLink): Promise<SessionReport> {
  const [row = []] = await ask(reportSql)
  const [path = '', user = '', temporary = '', stamp = '', prepared = '', isolation = '', strings = '', encoding = ''] =
    row.map(value => value ?? '')
  mustBe('standard_conforming_strings', strings)
  mustBe('client_encoding', encoding)
  const names = (JSON.parse(prepared || '[]') as unknown[]).map(String)
  return { path, user, temporary: temporary === 't', stamp, prepared: names, isolation }
}

const OTHERWISE_READ = 'The system would read statements otherwise than the gateway does.'
const MUST_BE: Readonly<Record<string, string>> = { standard_conforming_strings: 'on', client_encoding: 'UTF8' }

/** Throws where a setting that steers how text is read has another value. */
export function mustBe(setting: string, value: string): void {
  const read = MUST_BE[setting]
  if (read !== undefined && value !== read) throw new WireFault('unreadable', OTHERWISE_READ)
}

/** The catalog as this session alone sees it. */
export async function readOwn(ask: AskLink, { path }: SessionReport, local: boolean): Promise<Snapshot> {
  const set = (value: string) =>
    ask(`select pg_catalog.set_config('search_path', '${value.replaceAll("'", "''")}', ${local})`)
  try {
    return await snapshotOf(sql => (sql.startsWith('set search_path') ? set('') : ask(sql)))
  } finally {
    await set(path).catch((fault: unknown) => {
      if (fault instanceof Cancelled) return set(path)
      throw fault
    })
  }
}
