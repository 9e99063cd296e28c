// A configuration made ready to serve. Promise: rules, masking, connections and credentials of one file are swapped in one
// step; a file with which this cannot be done changes nothing.
import { readFile } from 'node:fs/promises'
import { dirname, relative } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import {
  type Config,
  type McpConnection,
  maskingRules,
  type PostgresConnection,
  policySource,
} from './config/config.ts'
import { loadConfig } from './config/load.ts'
import type { Problem } from './config/problem.ts'
import { resolveSecret } from './config/secrets.ts'
import type { Ruled, Ruling } from './gateway/ruling.ts'
import type { Connection } from './gateway/seam.ts'
import { gatewayAudience } from './identity/audience.ts'
import { compileMasking } from './masking/plan.ts'
import type { McpConnectionConfig } from './mcp/connection-config.ts'
import { compilePolicy } from './policy/compile.ts'
import { effectsOf } from './policy/effects.ts'
import { compileGlob } from './policy/glob.ts'
import { loginByGroup, type PostgresConnectionConfig } from './postgres/connection-config.ts'

export interface LiveConfig {
  readonly config: Config
  /** SHA-256 of the file, hex. */
  readonly digest: string
  readonly ruling: Ruling
  readonly mcp: ReadonlyMap<string, McpConnectionConfig>
  readonly postgres: ReadonlyMap<string, PostgresConnectionConfig>
}

/** Throws an Error of one sentence when a secret is missing or a label cannot be compiled. */
export async function makeLive(config: Config, digest: string): Promise<LiveConfig> {
  const ruled = new Map<string, Ruled>()
  const mcp = new Map<string, McpConnectionConfig>()
  const postgres = new Map<string, PostgresConnectionConfig>()
  const folder = dirname(config.file)
  for (const [name, configured] of config.connections) {
    const { kind, transparent, purpose, retention } = configured
    const connection: Connection = { name, kind, retention }
    const masking = compileMasking(maskingRules(config, name))
    ruled.set(name, { connection, transparent, purpose, masking, place: placeOf(configured) })
    if (configured.kind === 'mcp') mcp.set(name, await mcpOf(configured, connection, folder))
    else postgres.set(name, await postgresOf(configured, connection, folder))
  }
  return { config, digest, ruling: { policy: compilePolicy(policySource(config)), connections: ruled }, mcp, postgres }
}

function placeOf(configured: McpConnection | PostgresConnection): string {
  const { kind } = configured
  return JSON.stringify(kind === 'mcp' ? configured.target : [configured.host, configured.port, configured.database])
}

async function mcpOf(configured: McpConnection, connection: Connection, folder: string): Promise<McpConnectionConfig> {
  return {
    connection,
    system: await systemOf(configured, folder),
    effectsOf: effectsOf(configured),
    passesMethod: configured.transparent ? () => true : anyOf(configured.unknownMethods),
    patientClients: configured.patientClients,
    database: configured.database,
  }
}

/** What a running gateway cannot change, by the names of the sections: where it listens, and where it keeps things. */
export function needsRestart(started: Config, next: Config): string[] {
  const changed = {
    listen: !isDeepStrictEqual(started.listen, next.listen),
    data: started.data !== next.data,
    // Without `seal:` the keys lie below `data`, and move with it.
    seal:
      started.sealKeys !== next.sealKeys &&
      relative(started.data, started.sealKeys) !== relative(next.data, next.sealKeys),
  }
  return Object.entries(changed).flatMap(([section, is]) => (is ? [section] : []))
}

/** As the file says, but for what stays until the next start. */
export function asStarted(started: Config, next: Config): Config {
  const { listen, data, sealKeys } = started
  const audience = gatewayAudience(listen.publicUrl)
  const whole = gatewayAudience(next.listen.publicUrl)
  const providers = next.providers.map(each => (each.audience === whole ? { ...each, audience } : each))
  return { ...next, listen, data, sealKeys, providers }
}

function anyOf(patterns: readonly string[]): (text: string) => boolean {
  const globs = patterns.map(pattern => compileGlob(pattern, 'name'))
  return text => globs.some(glob => glob.matches(text))
}

async function systemOf({ target, credential }: McpConnection, folder: string): Promise<McpConnectionConfig['system']> {
  if (target.kind === 'stdio') {
    const env: Record<string, string> = {}
    for (const [name, value] of Object.entries(target.env)) {
      env[name] = typeof value === 'string' ? value : await resolveSecret(value, folder)
    }
    return { kind: 'stdio', command: target.command, env, workingDirectory: null }
  }
  if (credential === null) return { kind: 'http', url: target.url, credential: () => null }
  const secret = await resolveSecret(credential.secret, folder)
  const header =
    credential.kind === 'bearer'
      ? { name: 'authorization', value: `Bearer ${secret}` }
      : { name: credential.name, value: secret }
  return { kind: 'http', url: target.url, credential: () => header }
}

async function postgresOf(
  configured: PostgresConnection,
  connection: Connection,
  folder: string,
): Promise<PostgresConnectionConfig> {
  const { host, port, database, tls, transparent, notices, md5, oauth } = configured
  const logins = []
  for (const { group, user, password } of configured.logins) {
    logins.push({ group, user, password: await resolveSecret(password, folder) })
  }
  return {
    connection,
    host,
    port,
    database,
    tls: tls && { ca: tls.ca === null ? null : await readCertificates(tls.ca), servername: tls.serverName },
    login: loginByGroup(logins),
    ownLogin: logins.find(({ group }) => group === null) ?? logins[0] ?? null,
    transparent,
    notices,
    md5,
    oauth: oauth === null ? null : { discoveryUrl: discoveryUrl(oauth) },
  }
}

function discoveryUrl(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
}

async function readCertificates(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    throw new Error(`The certificates ${file} cannot be read (${code}).`)
  }
}

/** Reads a file and makes it live, or says all that is wrong with it. */
export async function loadLive(
  file: string,
): Promise<{ readonly live: LiveConfig; readonly warnings: readonly Problem[] }> {
  const loaded = await loadConfig(file)
  if (loaded.ok) return { live: await makeLive(loaded.config, loaded.digest), warnings: loaded.warnings }
  throw new Error(`The configuration cannot be used:\n${loaded.problems.map(lineOf).join('\n')}`)
}

/** Without the line itself, for logs. */
export function lineOf({ file, line, column, message }: Problem): string {
  return `${file}:${line}:${column} ${message}`
}
