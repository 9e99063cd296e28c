// A configuration made ready to serve. Promise: rules, masking, connections and credentials of one file are swapped in one
// step; a file with which this cannot be done changes nothing.
import { dirname } from 'node:path'
import { type Config, type ConnectionConfig, maskingRules, policySource } from './config/config.ts'
import { loadConfig } from './config/load.ts'
import { resolveSecret } from './config/secrets.ts'
import type { Ruled, Ruling } from './gateway/ruling.ts'
import type { Connection } from './gateway/seam.ts'
import { compileMasking } from './masking/plan.ts'
import type { McpConnectionConfig } from './mcp/connection-config.ts'
import { compilePolicy } from './policy/compile.ts'
import { effectsOf } from './policy/effects.ts'
import { compileGlob } from './policy/glob.ts'

export interface LiveConfig {
  readonly config: Config
  /** SHA-256 of the file, hex. */
  readonly digest: string
  readonly ruling: Ruling
  readonly mcp: ReadonlyMap<string, McpConnectionConfig>
}

/** Throws an Error of one sentence when a secret is missing or a label cannot be compiled. */
export async function makeLive(config: Config, digest: string): Promise<LiveConfig> {
  const ruled = new Map<string, Ruled>()
  const mcp = new Map<string, McpConnectionConfig>()
  for (const [name, configured] of config.connections) {
    const { transparent, purpose, retention } = configured
    const connection: Connection = { name, kind: 'mcp', retention }
    ruled.set(name, { connection, transparent, purpose, masking: compileMasking(maskingRules(config, name)) })
    mcp.set(name, {
      connection,
      system: await systemOf(configured, dirname(config.file)),
      effectsOf: effectsOf(configured),
      passesMethod: transparent ? () => true : anyOf(configured.unknownMethods),
      patientClients: configured.patientClients,
    })
  }
  return { config, digest, ruling: { policy: compilePolicy(policySource(config)), connections: ruled }, mcp }
}

function anyOf(patterns: readonly string[]): (text: string) => boolean {
  const globs = patterns.map(pattern => compileGlob(pattern, 'name'))
  return text => globs.some(glob => glob.matches(text))
}

async function systemOf(
  { target, credential }: ConnectionConfig,
  folder: string,
): Promise<McpConnectionConfig['system']> {
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

/** Reads a file and makes it live, or says all that is wrong with it. */
export async function loadLive(file: string): Promise<LiveConfig> {
  const loaded = await loadConfig(file)
  if (loaded.ok) return makeLive(loaded.config, loaded.digest)
  const lines = loaded.problems.map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`)
  throw new Error(`The configuration cannot be used:\n${lines.join('\n')}`)
}
