// The whole demo in order: database, clinic server, identity provider, gateway, then the tour. Promise: whatever it started
// it stops, in reverse order, on Ctrl-C and on failure; nothing listens beyond loopback.
import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { demoConfig } from './config.ts'
import { loadClinic } from './database.ts'
import { removeDemoFile, writeDemoFile } from './demo-file.ts'
import { type IdentityProvider, startIdentityProvider } from './identity-provider.ts'
import { tryLock } from './lock.ts'
import { startClinicServer } from './mcp-server.ts'
import { generateClinic } from './patients.ts'
import { gatewayGroups, people } from './people.ts'
import { choosePorts } from './ports.ts'
import { startPostgres } from './postgres.ts'
import { type TourStep, tour, tourSteps } from './tour.ts'

export type RunGateway = (options: {
  configFile: string
}) => Promise<{ close(): Promise<void>; url: string; postgresUrl?: string | null }>

export interface Demo {
  readonly tour: string
  /** The same as data. */
  readonly steps: readonly TourStep[]
  stop(): Promise<void>
}

interface Options {
  readonly dir: string
  readonly runGateway: RunGateway
  readonly say: (line: string) => void
  /** Aborted when the demo should not go on starting. */
  readonly signal: AbortSignal
  /** Those wanted; one that is taken is replaced. */
  readonly ports?: Readonly<Partial<typeof PORTS>>
}

const PORTS = { gateway: 7300, identityProvider: 7301, clinic: 7302, postgres: 7432 }
/** The groups of those who may use the database. */
const databaseGroups = ['clinicians', 'developers', 'researchers', 'clinical-agents']

export async function startDemo({ dir, runGateway, say, signal, ports: wanted }: Options): Promise<Demo> {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const lock = tryLock(dir)
  if (lock === null) {
    throw new Error('A demo is running already: use it, or stop it first with Ctrl-C in its terminal.')
  }
  const started = new AsyncDisposableStack()
  started.defer(() => lock.release())
  const step = async <T>(what: string, start: () => Promise<T>, stop: (running: T) => Promise<void>): Promise<T> => {
    signal.throwIfAborted()
    const beganAt = performance.now()
    const running = await start()
    started.defer(() => stop(running))
    say(`  ${what} (${((performance.now() - beganAt) / 1_000).toFixed(1)} s)`)
    return running
  }
  try {
    removeDemoFile(dir)
    const clinic = generateClinic()
    const ports = await choosePorts({ ...PORTS, ...wanted }, say)
    const postgres = await step(
      'A PostgreSQL 18 of its own',
      () => startPostgres({ dir: join(dir, 'postgres') }),
      running => running.stop(),
    )
    const count = clinic.patients.length.toLocaleString('en')
    const database = await step(
      `${count} invented patients`,
      () => loadClinic(postgres.url, clinic),
      async () => {},
    )
    const secret = (name: string, value: string) => writeFileSync(join(dir, name), value, { mode: 0o600 })
    secret('clinic-db-writer', new URL(database.writer).password)
    secret('clinic-db-reader', new URL(database.reader).password)
    const credential = randomBytes(32).toString('base64url')
    secret('clinic-credential', credential)
    const server = await step(
      "The clinic's MCP server, which knows only the gateway",
      () => startClinicServer({ credential, port: ports.clinic }),
      running => running.stop(),
    )
    const provider = await step(
      'An identity provider with six people',
      () => startIdentityProvider({ dir, people, port: ports.identityProvider }),
      running => running.stop(),
    )
    const publicUrl = `http://127.0.0.1:${ports.gateway}`
    const configFile = join(dir, 'sallyport.yaml')
    const listensPostgres = `127.0.0.1:${ports.postgres}`
    const addresses = { publicUrl, listensPostgres, issuer: provider.issuer, clinicUrl: server.url, dir, database }
    writeFileSync(configFile, demoConfig(addresses), { mode: 0o600 })
    await step(
      `The gateway at ${publicUrl}`,
      () => runGateway({ configFile }),
      running => running.close(),
    )
    signal.throwIfAborted()
    await introduce(dir, { publicUrl, listensPostgres }, provider)
    started.defer(() => removeDemoFile(dir))
    const shown = { publicUrl, patients: clinic.patients }
    return { tour: tour(shown), steps: tourSteps(shown), stop: () => started.disposeAsync() }
  } catch (error) {
    await started.disposeAsync()
    throw error
  }
}

/** Tokens for all, each in a file of its own too, then demo.json as the last thing. */
async function introduce(
  dir: string,
  { publicUrl, listensPostgres }: { readonly publicUrl: string; readonly listensPostgres: string },
  provider: IdentityProvider,
): Promise<void> {
  const folder = join(dir, 'tokens')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { mode: 0o700 })
  const known = await Promise.all(
    people.map(async person => {
      const token = await provider.mint(person, `${publicUrl}/`)
      writeFileSync(join(folder, person.name), token, { mode: 0o600 })
      const groups = person.groups.flatMap(group => gatewayGroups[group] ?? [])
      const subject = person.agent?.id ?? person.subject
      const known = { name: person.name, subject, groups, token }
      if (!groups.some(group => databaseGroups.includes(group))) return known
      // On loopback an access token is a password too, and lasts as long as the demo's day.
      return { ...known, dsn: `postgresql://${person.name}:${token}@${listensPostgres}/clinic-db?sslmode=disable` }
    }),
  )
  const connections = {
    clinic: `${publicUrl}/mcp/clinic`,
    'clinic-db': `postgresql://${listensPostgres}/clinic-db?sslmode=disable`,
  }
  writeDemoFile(dir, { version: 1, gateway: publicUrl, api: `${publicUrl}/api/v1`, connections, people: known })
}
