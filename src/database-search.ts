// A database searched for columns to label, with the gateway's own login. Promise: every packet to it is in the record with
// the name of who asked before it is sent; what comes back leaves as names and counts.
import type { ApiOptions } from './api/options.ts'
import type { Config } from './config/config.ts'
import { discoverColumns } from './discovery/discover.ts'
import { transparentMasker } from './masking/masker.ts'
import type { PostgresConnectionConfig } from './postgres/connection-config.ts'
import { OwnQueries } from './postgres/own-queries.ts'
import type { Inbox } from './recording/inbox.ts'

interface Searched {
  readonly inbox: Inbox
  /** `provider|id`. */
  readonly by: string
  readonly database: PostgresConnectionConfig | undefined
  readonly labels: Config['labels']
}

export function searchDatabase({ inbox, by, database, labels }: Searched): ReturnType<ApiOptions['discover']> {
  if (database === undefined) return null
  const { name } = database.connection
  const clear = (bytes: Buffer, told: string) =>
    inbox.clear('system', transparentMasker.frames(bytes, Buffer.from(told)), {
      session: null,
      body: { kind: 'access', by, act: 'mask.discover', of: name },
      payload: null,
      released: null,
    })
  return async () => {
    const login = database.ownLogin
    if (!login) throw new Error('this connection has no login')
    const queries = await OwnQueries.open(database, login, clear)
    try {
      return await discoverColumns({ rows: sql => queries.rows(sql), declared: declaredAt(labels, name) })
    } finally {
      queries.close()
    }
  }
}

function declaredAt(labels: Config['labels'], connection: string) {
  const patterns = [...(labels ?? [])].flatMap(([label, { sql = [], on }]) =>
    on === null || on.includes(connection) ? sql.map(column => ({ label, parts: column.split('.') })) : [],
  )
  return (...place: [schema: string, table: string, column: string]): ReadonlySet<string> => {
    const fits = (parts: readonly string[]) => parts.every((part, at) => part === '*' || part === place[at])
    return new Set(patterns.filter(({ parts }) => fits(parts)).map(({ label }) => label))
  }
}
