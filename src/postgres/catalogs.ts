// What each database holds, as the gateway last read it. Promise: read through a connection of the gateway's own with the
// login in use and recorded as its question; read anew when something may have changed, and asked every few seconds of use
// whether anything has.
import { Refusal } from '../gateway/errors.ts'
import { limits } from '../gateway/limits.ts'
import type { Admission } from '../gateway/seam.ts'
import type { MaskingPlan } from '../masking/plan.ts'
import { stampSql } from './catalog-stamp.ts'
import { Definitions, type Watch } from './definitions.ts'
import { WireFault } from './frames.ts'
import type { Catalog } from './lineage/catalog.ts'
import { loadCatalog, type RunQuery } from './lineage/catalog-load.ts'
import { type Protection, protect } from './lineage/protection.ts'
import { OwnQueries } from './own-queries.ts'
import type { ReaderLink } from './reading.ts'

export interface Snapshot {
  /** Differs where anything was defined since. */
  readonly stamp: string
  readonly catalog: Catalog
  /** Of the login: its name, the path its sessions begin with, and the schemas it may look into. */
  readonly user: string
  readonly path: string
  readonly usable: ReadonlySet<string>
  /** They begin with settings of an application's own that somebody has given to the login or the database. */
  readonly preset: boolean
  readonly protections: WeakMap<MaskingPlan, Protection>
}

interface Known {
  /** The database, whoever signs in to it and under whatever name. */
  readonly place: string
  /** What is being defined there. */
  readonly definitions: Definitions
  snapshot: Snapshot | null
  loading: Promise<Snapshot> | null
  /** Whose session it is read for. */
  loader: ReaderLink | null
  at: number
  stale: boolean
  /** When something was last known to have changed. */
  changedAt: number
}

const UNREAD = { snapshot: null, loading: null, loader: null, at: 0, stale: true, changedAt: 0 }

const sessionSql = `select current_user, pg_catalog.current_setting('search_path'),
  (select pg_catalog.json_agg(nspname) from pg_catalog.pg_namespace
    where pg_catalog.has_schema_privilege(oid, 'USAGE')), (${stampSql}),
  exists (select from pg_catalog.pg_db_role_setting, pg_catalog.unnest(setconfig) as given
    where pg_catalog.strpos(pg_catalog.split_part(given, '=', 1), '.') > 0
      and setdatabase in (0, (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database()))
      and setrole in (0, (select oid from pg_catalog.pg_roles where rolname = session_user)))`

export class Catalogs {
  readonly #known = new Map<string, Known>()
  readonly #ofLink = new WeakMap<ReaderLink, Known>()
  readonly #definitions = new Map<string, Definitions>()

  /** At once where it is fresh; otherwise read. Rejects with a Refusal. */
  current(link: ReaderLink): Snapshot | Promise<Snapshot> {
    const fresh = this.fresh(link)
    if (fresh !== null) return fresh
    const known = this.#of(link)
    // What is being read may have been read before a change that is under way.
    if (known.definitions.others(null) > 0) known.loading = null
    const { loading, loader } = known
    if (loading === null) {
      known.loader = link
      known.loading = this.#load(link, known)
      return known.loading
    }
    // Who left while it was read takes nobody along.
    return loading.catch((fault: unknown) => {
      if (loader?.session.ended.aborted !== true || link.session.ended.aborted) throw fault
      return this.current(link)
    })
  }

  fresh(link: ReaderLink): Snapshot | null {
    const { snapshot, stale, at, definitions } = this.#of(link)
    const due = stale || performance.now() - at >= limits.catalogMs || definitions.others(null) > 0
    return due ? null : snapshot
  }

  /** As it was last read, fresh or not. */
  last(link: ReaderLink): Snapshot | null {
    return this.#of(link).snapshot
  }

  /** Whether what was read at that time (of performance.now()) is fresh still, whatever `own` defines. */
  since(link: ReaderLink, at: number, own: Watch): boolean {
    const { definitions, changedAt } = this.#of(link)
    return definitions.others(own) === 0 && at > changedAt && performance.now() - at < limits.catalogMs
  }

  /** What sessions at the database of this link define now. Until that has ended here, everybody asks anew. */
  definitions(link: ReaderLink): Definitions {
    return this.#of(link).definitions
  }

  /** As current, where a statement names what the one it was read with does not know: not at once again. */
  again(link: ReaderLink, than: Snapshot): Snapshot | Promise<Snapshot> {
    const known = this.#of(link)
    if (known.snapshot === than && performance.now() - known.at >= limits.catalogAgainMs) known.stale = true
    return this.current(link)
  }

  /** Something may have changed: nothing is read with the old one any more. */
  changed(link: ReaderLink): void {
    const { place } = this.#of(link)
    for (const known of this.#known.values()) {
      if (known.place !== place) continue
      known.stale = true
      known.changedAt = performance.now()
      // What is being read may have been read before the change.
      known.loading = null
    }
  }

  #of(link: ReaderLink): Known {
    const of = this.#ofLink.get(link) ?? this.#named(link)
    this.#ofLink.set(link, of)
    return of
  }

  #named({ config, login }: ReaderLink): Known {
    const place = JSON.stringify([config.host, config.port, config.database])
    const key = JSON.stringify([config.connection.name, place, login.user])
    const known = this.#known.get(key) ?? { ...UNREAD, place, definitions: this.#definitionsAt(place) }
    this.#known.set(key, known)
    return known
  }

  #definitionsAt(place: string): Definitions {
    const found = this.#definitions.get(place) ?? new Definitions()
    this.#definitions.set(place, found)
    return found
  }

  #load(link: ReaderLink, known: Known): Promise<Snapshot> {
    known.stale = false
    const at = performance.now()
    const loading = readThrough(link, known.snapshot).then(
      snapshot => {
        const found = kept(known.snapshot, snapshot)
        if (known.loading === loading) Object.assign(known, { snapshot: found, at, loading: null })
        return found
      },
      (fault: unknown) => {
        if (known.loading === loading) Object.assign(known, { stale: true, loading: null })
        throw fault
      },
    )
    return loading
  }
}

/** The same contents stay the same object, and with it what was worked out of them. */
function kept(before: Snapshot | null, now: Snapshot): Snapshot {
  const kept = before?.catalog.version === now.catalog.version && sameSession(before, now)
  return kept ? { ...before, stamp: now.stamp } : now
}

type SessionPart = Pick<Snapshot, 'user' | 'path' | 'usable' | 'preset'>

function sameSession(before: SessionPart, now: SessionPart): boolean {
  const schemas = ({ usable }: SessionPart) => [...usable].sort().join()
  const same = before.user === now.user && before.path === now.path && before.preset === now.preset
  return same && schemas(before) === schemas(now)
}

async function readThrough(link: ReaderLink, before: Snapshot | null): Promise<Snapshot> {
  const { gateway, session, config, login } = link
  let way: Admission<'system'> | null = null
  let queries: OwnQueries | null = null
  let outcome: 'done' | 'failed' = 'failed'
  try {
    queries = await OwnQueries.open(config, login, async (bytes, told) => {
      const question = session.inspect.frames(bytes, Buffer.from(told))
      if (way === null) {
        const asked = await gateway.own(session, { operation: 'sql.catalog', question, parent: null })
        if (asked instanceof Refusal) throw asked
        way = asked
        return asked.question
      }
      // Nothing is recorded of a session behind its end.
      if (session.ended.aborted) throw session.ended.reason
      const more = await way.more(question)
      if (more instanceof Refusal) throw more
      return more
    })
    const found = await settled(() => snapshotOf(sql => (queries as OwnQueries).rows(sql), before))
    outcome = 'done'
    return found
  } catch (fault) {
    throw fault instanceof Refusal ? fault : await gateway.refuse(session, 'upstream', UNREADABLE)
  } finally {
    queries?.close()
    ;(way as Admission<'system'> | null)?.end(outcome, 0)
  }
}

/** A relation may be locked just as it is looked at: what is locked is left out the next time. */
async function settled<T>(read: () => Promise<T>): Promise<T> {
  for (let left = RETRIES; left > 0; left--) {
    try {
      return await read()
    } catch (fault) {
      if (!(fault instanceof WireFault) || fault.code !== 'upstream') throw fault
    }
  }
  return read()
}

const RETRIES = 3
const UNREADABLE = 'What the database holds could not be read, so nothing is passed on.'

/** `before`, where that is what the database still holds. */
export async function snapshotOf(run: RunQuery, before: Snapshot | null = null): Promise<Snapshot> {
  const [row = []] = await run(sessionSql)
  const [user = '', path = '', usable, stamp = '', preset] = row.map(value => value ?? '')
  const schemas = new Set((JSON.parse(usable || '[]') as unknown[]).map(String))
  const found = { stamp, user, path, usable: schemas, preset: preset !== 'f' }
  if (before?.stamp === stamp && before.catalog.partial !== true && sameSession(before, found)) return before
  return { ...found, catalog: await loadCatalog(run), protections: new WeakMap() }
}

/** The columns that labels name, in this snapshot. */
export function protectionOf({ catalog, protections }: Snapshot, plan: MaskingPlan): Protection {
  const known = protections.get(plan) ?? protect(catalog, plan.sql)
  protections.set(plan, known)
  return known
}
