// A gateway for suites and benchmarks of others, as a process of its own: any user, any password, any database of one
// server. Promise: the door, the pipeline and the inbox are those of the product; who may enter is not.
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Approvals } from '../../../src/access/approvals.ts'
import { Pipeline } from '../../../src/gateway/pipeline.ts'
import type { Subject } from '../../../src/gateway/seam.ts'
import { createMasker, defaultPlan } from '../../../src/masking/masker.ts'
import { compileMasking } from '../../../src/masking/plan.ts'
import { compilePolicy } from '../../../src/policy/compile.ts'
import type { PostgresConnectionConfig } from '../../../src/postgres/connection-config.ts'
import { Credentials } from '../../../src/postgres/credentials.ts'
import { createPostgresDoor } from '../../../src/postgres/door.ts'
import { createStatementReader } from '../../../src/postgres/statement-reader.ts'
import { rule } from '../../../src/postgres/testing/rig.ts'
import { type Commits, Inbox } from '../../../src/recording/inbox.ts'
import { loadKeys } from '../../../src/recording/keys.ts'
import { verifyLog } from '../../../src/recording/verify.ts'
import { openStore } from '../../../src/store/open.ts'
import { nodeEnvironment } from '../../../tools/node-flags.mjs'

export interface OpenGatewayOptions {
  readonly host: string
  readonly port: number
  /** Of the server, in place of the user who connects and what that one gives as password. */
  readonly login?: { readonly user: string; readonly password: string }
  /** Nothing is read and nothing masked. */
  readonly transparent: boolean
  /** Else: columns that hold phi.ssn, `schema.table.column`. */
  readonly ssn?: readonly string[]
  /** PEM, for callers that want TLS. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** To listen at; any free one unless given. */
  readonly listen?: number
  /** Of a benchmark: entries are made and then dropped. */
  readonly withoutDisk?: boolean
}

/** Makes what is not there yet. */
class Made<Value> extends Map<string, Value> {
  readonly #make: (name: string) => Value

  constructor(make: (name: string) => Value) {
    super()
    this.#make = make
  }

  override has(): boolean {
    return true
  }

  override get(name: string): Value {
    const known = super.get(name)
    if (known !== undefined) return known
    const value = this.#make(name)
    this.set(name, value)
    return value
  }
}

const noDisk = (): Commits => {
  let first = 0
  return {
    async commit(items) {
      const committed = { first, refused: [] }
      first += items.length
      return committed
    },
    close: () => Promise.resolve(),
  }
}

async function serve(options: OpenGatewayOptions) {
  const { host, port, login, transparent } = options
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-open-'))
  const keys = loadKeys(dir)
  const commits = options.withoutDisk ? { commits: noDisk() } : {}
  const inbox = await Inbox.open({ dir, instance: 'gateway', keys, ...commits })
  const store = await openStore(dir)
  const approvals = await Approvals.open({
    store,
    record: draft => inbox.record(draft),
    transcribe: text => createMasker(defaultPlan, new Set()).text(Buffer.from(text)),
    providers: () => 1,
  })
  const masking = options.ssn
    ? compileMasking({
        labels: {
          'phi.ssn': { sql: options.ssn, shape: 'ssn' },
          'phi.phone': { shape: 'phone' },
          'phi.email': { shape: 'email' },
        },
        clean: {},
        transforms: { default: 'redact', byLabel: {} },
      })
    : defaultPlan
  const compiled = (names: readonly string[]) =>
    compilePolicy({
      rules: transparent ? [] : [rule('all', 'allow', {})],
      connections: names.map(name => ({ name, transparent })),
      labels: masking.labels.map(({ name }) => name),
    })
  let policy = compiled([])
  const connectionOf = (name: string) => ({ name, kind: 'postgres', retention: 'test' }) as const
  const passwords = new Map<string, { user: string; password: string }>()
  const ruled = new Made(name => ({
    connection: connectionOf(name),
    transparent,
    purpose: null,
    place: '',
    masking,
  }))
  const configs = new Made((name): PostgresConnectionConfig => {
    ruled.get(name)
    policy = compiled([...ruled.keys()])
    return {
      connection: connectionOf(name),
      host,
      port,
      database: name,
      tls: null,
      md5: true,
      login: ({ id }) => login ?? passwords.get(id) ?? null,
      transparent,
    }
  })
  const ruling = () => ({ policy, connections: ruled })
  const reader = createStatementReader({ ruling })
  const pipeline = new Pipeline({ inbox, approvals, approvalKey: keys.secretKey('approval'), ruling })
  let callers = 0
  const door = createPostgresDoor({
    gateway: pipeline,
    connections: () => configs,
    authenticate: (user, password): Subject => {
      const id = `${user}-${++callers}`
      passwords.set(id, { user, password })
      return {
        provider: 'open',
        id,
        kind: 'human',
        person: `${user}@example.org`,
        onBehalfOf: null,
        groups: new Set(['staff']),
        purpose: 'TREAT',
        notAfter: Date.now() + 8 * 3_600_000,
        tokenFamily: id,
      }
    },
    credentials: new Credentials(),
    tls: options.tls ?? null,
    read: reader,
  })
  const server = createServer(socket => door.handle(socket))
  await new Promise<void>(resolve => server.listen(options.listen ?? 0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    async stop(): Promise<string> {
      server.close()
      await door.close()
      await reader.close()
      await pipeline.close()
      approvals.close()
      await store.destroy()
      const { entries, lost, malformed } = inbox.health()
      await inbox.close()
      const verdict = options.withoutDisk ? null : await verifyLog(dir)
      rmSync(dir, { recursive: true, force: true })
      const counts = `${entries} entries, ${lost} lost, ${malformed} malformed`
      return verdict ? `${counts}, intact ${verdict.intact}, complete ${verdict.complete}` : counts
    },
  }
}

export interface OpenGateway {
  readonly port: number
  readonly pid: number
  /** What the log came to. */
  stop(): Promise<string>
}

export async function startOpenGateway(options: OpenGatewayOptions, node: string[] = []): Promise<OpenGateway> {
  const env = { ...process.env, ...nodeEnvironment }
  const child: ChildProcess = fork(new URL(import.meta.url), [JSON.stringify(options)], { execArgv: node, env })
  const heard = () =>
    new Promise<{ port?: number; log?: string }>((resolve, reject) => {
      child.once('message', message => resolve(message as { port?: number; log?: string }))
      child.once('exit', code => reject(new Error(`the gateway ended with ${code}`)))
    })
  const { port } = await heard()
  return {
    port: port as number,
    pid: child.pid as number,
    async stop() {
      const told = heard()
      child.send('stop')
      return (await told).log ?? ''
    },
  }
}

if (import.meta.main) {
  const gateway = await serve(JSON.parse(process.argv[2] ?? '{}') as OpenGatewayOptions)
  process.once('message', async () => {
    const log = await gateway.stop()
    process.send?.({ log }, () => process.exit(0))
  })
  process.once('disconnect', () => process.exit(1))
  process.send?.({ port: gateway.port })
}
