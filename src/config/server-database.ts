// The database that an MCP server of the file asks through the gateway. Promise: how the server learns its caller fits how
// it is reached, and nothing the gateway gives it there is something the file or a caller gives it too.
import { z } from 'zod'
import { nearest } from '../policy/nearest.ts'
import type { ServerDatabase } from './config.ts'
import type { Fault } from './problem.ts'
import { connectionName, either, may, must, section, text } from './schema-parts.ts'

const ways = 'write env, { header: x-database-url }, traceparent or none'

export const serverDatabase = section({
  connection: must(connectionName, 'The PostgreSQL connection that the server uses.', { example: 'clinic-db' }),
  caller: may(
    either(ways, [
      z.enum(['env', 'traceparent', 'none'], { error: ways }),
      section({
        header: must(text('the name of a header', /^[A-Za-z0-9-]{1,64}$/), 'Sent with each request of the server.', {
          example: 'x-database-url',
        }),
      }),
    ]),
    'How the server learns the caller, who is its user at the database: `env`, for a program, a credential of the session in `DATABASE_URL` and `PGHOST`, `PGPORT`, `PGUSER`, `PGPASSWORD`, `PGDATABASE`; `{ header: … }`, for a server at a URL, a credential of the call as a URL in that header; `traceparent`, likewise, a trace that the server passes on; `none`: it asks as itself, and the record does not know the human.',
    { default: 'none', example: 'env' },
  ),
  service: may(
    text('a provider and the sub of its tokens, such as "idp|clinic-mcp"', /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\|\S+$/),
    'With `traceparent`, and there it must be said: the service as which the server signs in to the database. Traces count from it alone.',
    { example: 'idp|clinic-mcp' },
  ),
})

type Text = z.infer<typeof serverDatabase>

/** Variables that the gateway gives a program. */
const given = /^(?:DATABASE_URL|PG[A-Z]+)$/
/** Headers that say something else on the way to a server. */
const taken =
  /^(?:mcp-.*|authorization|proxy-.*|cookie|host|connection|content-.*|transfer-encoding|accept.*|te|trailer|upgrade|expect|keep-alive|last-event-id|traceparent|tracestate|baggage|forwarded|x-forwarded-.*)$/i

export interface AroundDatabase {
  readonly connections: readonly string[]
  readonly databases: readonly string[]
  readonly providers: readonly string[]
  readonly listensPostgres: boolean
}

export function checkServerDatabase(
  text: Text,
  server: { readonly isProgram: boolean; readonly env: readonly string[]; readonly credentialHeader: string | null },
  around: AroundDatabase,
  path: readonly string[],
): Fault[] {
  const { connection, caller = 'none', service } = text
  const at = (key: string) => [...path, key]
  const faults: Fault[] = []
  if (!around.databases.includes(connection)) {
    const message = around.connections.includes(connection)
      ? `"${connection}" is no PostgreSQL connection: name one with postgres:`
      : `unknown connection "${connection}"${nearest(connection, around.databases)}: declare it under connections:`
    faults.push({ path: at('connection'), message })
  }
  if (caller !== 'none' && !around.listensPostgres) {
    const message = 'the server reaches the database through the gateway: write listen: { postgres: 127.0.0.1:7432 }'
    faults.push({ path: at('caller'), message, at: 'key' })
  }
  if (caller === 'env' && !server.isProgram) {
    const message = 'a server at a URL has no environment of ours: write { header: x-database-url } or traceparent'
    faults.push({ path: at('caller'), message })
  }
  if (caller !== 'env' && caller !== 'none' && server.isProgram) {
    faults.push({ path: at('caller'), message: 'a program is sent no headers: write caller: env' })
  }
  if (caller === 'env') {
    for (const name of server.env.filter(variable => given.test(variable))) {
      const message = `the gateway sets ${name} for the caller: remove it here, or write caller: none`
      faults.push({ path: [...path.slice(0, -1), 'mcp', 'env', name], message, at: 'key' })
    }
  }
  if (typeof caller === 'object') {
    const { header } = caller
    if (taken.test(header) || header.toLowerCase() === server.credentialHeader?.toLowerCase()) {
      const message = `${header} says something else already: write a header of its own, such as x-database-url`
      faults.push({ path: [...at('caller'), 'header'], message })
    }
  }
  return [...faults, ...checkService(caller === 'traceparent', service, around, path)]
}

function checkService(
  isTraced: boolean,
  service: string | undefined,
  { providers }: AroundDatabase,
  path: readonly string[],
): Fault[] {
  if (service === undefined) {
    const message = `say as which service the server signs in: write service: "${providers[0] ?? 'idp'}|…", the sub of its tokens`
    return isTraced ? [{ path: [...path, 'caller'], message, at: 'key' }] : []
  }
  if (!isTraced) {
    const message = 'service is for caller: traceparent: remove it'
    return [{ path: [...path, 'service'], message, at: 'key' }]
  }
  const provider = service.slice(0, service.indexOf('|'))
  if (providers.includes(provider)) return []
  const message = `unknown provider "${provider}"${nearest(provider, providers)}: declare it under providers:`
  return [{ path: [...path, 'service'], message }]
}

/** Null where the server asks as itself: then there is nothing to do. */
export function readServerDatabase(text: Text | undefined): ServerDatabase | null {
  const { connection, caller = 'none', service = '' } = text ?? { connection: '' }
  if (caller === 'none') return null
  if (caller === 'env') return { connection, caller: { kind: 'env' } }
  if (caller === 'traceparent') return { connection, caller: { kind: 'traceparent', service } }
  return { connection, caller: { kind: 'header', name: caller.header.toLowerCase() } }
}
