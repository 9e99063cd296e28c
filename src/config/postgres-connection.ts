// A PostgreSQL connection of the file. Promise: the gateway's login is never in the URL; TLS is used and its certificate
// checked unless the file says otherwise in so many words; which login a caller gets depends on the file alone.
import { resolve } from 'node:path'
import type { PostgresConnection } from './config.ts'
import type { Fault } from './problem.ts'
import { asSecret, type ConnectionText } from './schema.ts'

const asUrl = 'write a URL such as postgres://db.example.org:5432/clinic'
const DEFAULT_LOGIN = 'default'
const DEFAULT_PORT = 5432

/** Keys that say something of an MCP server. */
const mcpKeys = [
  'mcp',
  'credential',
  'effects',
  'trustAnnotations',
  'unknownMethods',
  'patientClients',
  'database',
] as const

export interface Declared {
  readonly groups: readonly string[]
  readonly providers: readonly string[]
}

interface Address {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly sslmode: string | null
}

export function checkPostgres(name: string, text: ConnectionText, declared: Declared): Fault[] {
  const path = ['connections', name]
  const faults: Fault[] = []
  for (const key of mcpKeys) {
    if (text[key] === undefined) continue
    const message =
      key === 'mcp' ? 'a connection leads to one system: mcp and postgres are two' : `${key} is for MCP: remove it`
    faults.push({ path: [...path, key], message, at: 'key' })
  }
  faults.push(...checkAddress(text, [...path, 'postgres']))
  faults.push(...checkLogins(text, path, declared))
  const providers = declared.providers.length
  if (text.oauth === true && providers > 1) {
    faults.push({ path: [...path, 'oauth'], message: 'there are several providers: write the name of one' })
  } else if (typeof text.oauth === 'string' && !declared.providers.includes(text.oauth)) {
    const message = `unknown provider "${text.oauth}": it can be true or ${declared.providers.join(', ')}`
    faults.push({ path: [...path, 'oauth'], message })
  }
  return faults
}

function checkAddress(text: ConnectionText, path: string[]): Fault[] {
  const written = text.postgres ?? ''
  const url = URL.canParse(written) ? new URL(written) : null
  // A password can make it unreadable as a URL; it is hidden all the same.
  if ((url !== null && (url.username !== '' || url.password !== '')) || /:\/\/.*@/.test(written)) {
    const message = `the URL holds a credential: move it to logins: { default: { user: …, password: … } }; ${asSecret}`
    return [{ path, message, secret: true }]
  }
  if (url === null || !/^postgres(?:ql)?:$/.test(url.protocol) || url.hostname === '') return [{ path, message: asUrl }]
  for (const [key, value] of url.searchParams) {
    if (/pass|user/i.test(key)) {
      return [{ path, message: `the URL holds a credential: move it to logins; ${asSecret}`, secret: true }]
    }
    if (key !== 'sslmode') return [{ path, message: `remove ${key}: only sslmode can be given in the URL` }]
    if (value !== 'disable' && value !== 'verify-full') {
      const message = 'write sslmode=verify-full, or sslmode=disable: a certificate that nobody checks proves nothing'
      return [{ path, message }]
    }
  }
  const address = addressOf(url)
  if (address === null) return [{ path, message: `${asUrl}: with the name of the database and nothing behind it` }]
  if (text.tls !== undefined && !encrypted(address)) {
    const message = 'tls is for a database reached over TLS: write sslmode=verify-full in the URL, or remove it'
    return [{ path: [...path.slice(0, -1), 'tls'], message, at: 'key' }]
  }
  return []
}

function checkLogins(text: ConnectionText, path: string[], declared: Declared): Fault[] {
  const names = Object.keys(text.logins ?? {})
  if (names.length === 0) {
    const message = 'write logins: { default: { user: readonly, password: { env: NAME } } }'
    return [{ path: text.logins === undefined ? path : [...path, 'logins'], message, at: 'key' }]
  }
  return names.flatMap((group): Fault[] => {
    const at = { path: [...path, 'logins', group], at: 'key' } as const
    if (group === DEFAULT_LOGIN && declared.groups.includes(group)) {
      return [{ ...at, message: 'default is the login of everyone else: give the group of this name another' }]
    }
    if (group !== DEFAULT_LOGIN && !declared.groups.includes(group)) {
      return [{ ...at, message: `unknown group "${group}": declare it under groups:, or write default` }]
    }
    // Members with such names have no order of their own in what is read.
    if (/^\d+$/.test(group)) return [{ ...at, message: 'a group with a login needs a name that is no number' }]
    return []
  })
}

function addressOf(url: URL): Address | null {
  const [, database = '', ...more] = url.pathname.split('/')
  let decoded: string
  try {
    decoded = decodeURIComponent(database)
  } catch {
    return null
  }
  if (decoded === '' || decoded.includes('\0') || more.length > 0 || url.hash !== '') return null
  return {
    host: decodeURIComponent(url.hostname).replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    database: decoded,
    sslmode: url.searchParams.get('sslmode'),
  }
}

function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

function encrypted({ host, sslmode }: Address): boolean {
  return sslmode === null ? !isLoopbackHost(host) : sslmode !== 'disable'
}

export function warnPostgres(name: string, text: ConnectionText, listens: boolean): Fault[] {
  const path = ['connections', name]
  const warnings: Fault[] = []
  const address = text.postgres !== undefined && URL.canParse(text.postgres) ? addressOf(new URL(text.postgres)) : null
  if (address !== null && !encrypted(address) && !isLoopbackHost(address.host)) {
    const message = 'everything sent there can be read on the way: remove sslmode=disable where you can'
    warnings.push({ path: [...path, 'postgres'], message })
  }
  if (!listens) {
    const message = 'nobody can connect to it: write listen: { postgres: 127.0.0.1:7432 }'
    warnings.push({ path, message, at: 'key' })
  }
  if (text.logins !== undefined && text.logins[DEFAULT_LOGIN] === undefined) {
    const groups = Object.keys(text.logins).join(', ')
    warnings.push({
      path: [...path, 'logins'],
      message: `callers outside of ${groups} are refused: add default`,
      at: 'key',
    })
  }
  return warnings
}

/** Of a connection that was checked. `issuers`: by provider, in the order of the file. */
export function readPostgres(
  name: string,
  text: ConnectionText,
  folder: string,
  issuers: ReadonlyMap<string, string>,
): PostgresConnection {
  const address = addressOf(new URL(text.postgres ?? '')) as Address
  const { host, port, database } = address
  const ca = text.tls?.ca?.file
  const tls = { ca: ca === undefined ? null : resolve(folder, ca), serverName: text.tls?.serverName ?? host }
  const [first = null] = issuers.values()
  const oauth = text.oauth === true ? first : (issuers.get(String(text.oauth)) ?? null)
  return {
    name,
    kind: 'postgres',
    host,
    port,
    database,
    tls: encrypted(address) ? tls : null,
    logins: Object.entries(text.logins ?? {}).map(([group, { user, password }]) => ({
      group: group === DEFAULT_LOGIN ? null : group,
      user,
      password,
    })),
    notices: text.notices ?? true,
    md5: text.md5 ?? false,
    oauth,
    purpose: text.purpose ?? null,
    retention: text.keep ?? 'phi',
    transparent: text.transparent ?? false,
    effects: {},
    trustAnnotations: false,
  }
}
