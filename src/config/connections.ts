// The protected systems of the file. Promise: each is reachable in exactly one way; no credential stands in the text; and
// masking is never off where protected health information is kept.
import { isLoopback } from '../identity/provider.ts'
import { nearest } from '../policy/nearest.ts'
import type { ConnectionConfig } from './config.ts'
import { checkPostgres, type Declared, readPostgres, warnPostgres } from './postgres-connection.ts'
import type { Fault } from './problem.ts'
import { asSecret, type ConfigText, type ConnectionText } from './schema.ts'
import { defined } from './schema-parts.ts'
import { checkServerDatabase, readServerDatabase } from './server-database.ts'

export interface Surroundings extends Declared {
  readonly retention: readonly string[]
  readonly labels: ConfigText['labels']
  /** Whether `listen.postgres` is written. */
  readonly listensPostgres: boolean
  readonly connections: readonly string[]
  /** Those of them that are well formed and lead to PostgreSQL. */
  readonly databases: readonly string[]
}

/** Names under which programs expect a secret. */
const secretName = /TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|_KEY$|_PASS$|_PAT$/i

export function checkConnection(name: string, text: ConnectionText, around: Surroundings): Fault[] {
  const path = ['connections', name]
  const faults = text.postgres === undefined ? checkMcp(text, around, path) : checkPostgres(name, text, around)
  const keep = text.keep ?? 'phi'
  if (!around.retention.includes(keep)) {
    faults.push({
      path: text.keep === undefined ? path : [...path, 'keep'],
      message: `unknown class of retention "${keep}"${nearest(keep, around.retention)}: declare it under retention:`,
    })
  }
  return [...faults, ...checkTransparent(name, text, around)]
}

/** Keys that say something of a database. */
const postgresOnly = ['logins', 'tls', 'notices', 'md5', 'oauth'] as const

function checkMcp(text: ConnectionText, around: Surroundings, path: string[]): Fault[] {
  const faults: Fault[] = []
  if (text.mcp === undefined) {
    const message =
      'write mcp: the URL of the server or { command: [npx, some-server] }, or postgres: postgres://host:5432/database'
    faults.push({ path, message, at: 'key' })
  }
  for (const key of postgresOnly) {
    if (text[key] === undefined) continue
    const instead = key === 'logins' ? 'write credential' : 'remove it'
    faults.push({ path: [...path, key], message: `${key} is for PostgreSQL: ${instead}`, at: 'key' })
  }
  if (typeof text.mcp === 'string') faults.push(...checkUrl(text.mcp, [...path, 'mcp']))
  else if (text.mcp !== undefined) faults.push(...checkCommand(text, text.mcp, path))
  return text.database === undefined
    ? faults
    : [...faults, ...checkServerDatabase(text.database, serverOf(text), around, [...path, 'database'])]
}

function serverOf({ mcp, credential }: ConnectionText) {
  return {
    isProgram: typeof mcp === 'object',
    env: typeof mcp === 'object' ? Object.keys(mcp.env ?? {}) : [],
    credentialHeader: credential !== undefined && 'header' in credential ? credential.header.name : null,
  }
}

function checkUrl(text: string, path: string[]): Fault[] {
  if (!URL.canParse(text)) return [{ path, message: 'write a URL such as https://mcp.example.org/mcp' }]
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') {
    return [{ path, message: `the URL holds a credential: move it to credential. ${asSecret}`, secret: true }]
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return [{ path, message: 'write a URL with https or http' }]
  return url.hash === '' ? [] : [{ path, message: 'remove what follows the #' }]
}

function checkCommand(text: ConnectionText, command: object, path: string[]): Fault[] {
  const faults: Fault[] = []
  if (text.credential !== undefined) {
    const message =
      'a program takes its credential from its environment: write mcp: { command: […], env: { NAME: { env: NAME } } }'
    faults.push({ path: [...path, 'credential'], message, at: 'key' })
  }
  const env = 'env' in command && typeof command.env === 'object' ? (command.env ?? {}) : {}
  for (const [variable, value] of Object.entries(env)) {
    if (typeof value !== 'string' || !secretName.test(variable)) continue
    faults.push({ path: [...path, 'mcp', 'env', variable], message: asSecret, secret: true })
  }
  return faults
}

function checkTransparent(name: string, text: ConnectionText, around: Surroundings): Fault[] {
  if (text.transparent !== true) return []
  const path = ['connections', name, 'transparent']
  if ((text.keep ?? 'phi') === 'phi') {
    return [{ path, message: 'masking may not be off where keep is phi: remove it, or write keep: with another class' }]
  }
  if (around.labels === undefined) {
    return [
      {
        path,
        message: 'masking may not be off while the built-in phi.* labels apply: write labels: with on: for each',
      },
    ]
  }
  const applies = Object.entries(around.labels).find(
    ([label, { on }]) => label.startsWith('phi.') && (on === undefined || on.includes(name)),
  )
  if (applies === undefined) return []
  return [
    {
      path,
      message: `masking may not be off while label ${applies[0]} applies here: limit it with on:, or remove this`,
    },
  ]
}

export function warnConnection(name: string, text: ConnectionText, around: Surroundings): Fault[] {
  const warnings: Fault[] = []
  const path = ['connections', name]
  if (typeof text.mcp === 'string' && URL.canParse(text.mcp)) {
    const url = new URL(text.mcp)
    if (url.protocol === 'http:' && !isLoopback(url)) {
      warnings.push({
        path: [...path, 'mcp'],
        message: 'everything sent there can be read on the way: use https where you can',
      })
    }
  }
  if (text.postgres !== undefined) warnings.push(...warnPostgres(name, text, around.listensPostgres))
  const applying = Object.entries(around.labels ?? {}).filter(
    ([label, { on }]) => label.startsWith('phi.') && (on === undefined || on.includes(name)),
  )
  const finds = applying.length > 0
  if (text.postgres !== undefined && finds && !applying.some(([, { sql }]) => sql)) {
    const message =
      'keeps phi, and no phi.* label names its columns: write sql: ["schema.table.column"], or only shapes are found'
    warnings.push({ path, message, at: 'key' })
  }
  if (around.labels !== undefined && !finds && (text.keep ?? 'phi') === 'phi') {
    warnings.push({
      path,
      message: 'keeps phi, and no phi.* label under labels: applies to it, so nothing of it is masked',
      at: 'key',
    })
  }
  return warnings
}

/** Of a connection that was checked. `issuers`: by provider, in the order of the file. */
export function readConnection(
  name: string,
  text: ConnectionText,
  folder: string,
  issuers: ReadonlyMap<string, string>,
): ConnectionConfig {
  if (text.postgres !== undefined) return readPostgres(name, text, folder, issuers)
  const { mcp, credential } = text
  return {
    name,
    kind: 'mcp',
    target:
      typeof mcp === 'object'
        ? { kind: 'stdio', command: [...mcp.command, ...(mcp.args ?? [])], env: mcp.env ?? {} }
        : { kind: 'http', url: mcp ?? '' },
    credential:
      credential === undefined
        ? null
        : 'bearer' in credential
          ? { kind: 'bearer', secret: credential.bearer }
          : { kind: 'header', name: credential.header.name, secret: credential.header.value },
    purpose: text.purpose ?? null,
    retention: text.keep ?? 'phi',
    effects: defined(text.effects ?? {}),
    trustAnnotations: text.trustAnnotations ?? false,
    transparent: text.transparent ?? false,
    unknownMethods: text.unknownMethods ?? [],
    patientClients: text.patientClients ?? [],
    database: readServerDatabase(text.database),
  }
}
