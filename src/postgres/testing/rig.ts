// A PostgreSQL door on a loopback port with the real gateway behind it, a real inbox, and a real database. Tests share one
// database server; each rig has a record of its own.
import { closeSync, mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { type Postgres, startPostgres } from '../../../examples/clinic/postgres.ts'
import { eachEntry } from '../../../test/support/log-entries.ts'
import { Approvals } from '../../access/approvals.ts'
import { Pipeline } from '../../gateway/pipeline.ts'
import type { Subject } from '../../gateway/seam.ts'
import { createMasker, defaultPlan } from '../../masking/masker.ts'
import type { MaskingPlan } from '../../masking/plan.ts'
import { compilePolicy } from '../../policy/compile.ts'
import type { Rule } from '../../policy/rules.ts'
import type { Entry } from '../../recording/entry.ts'
import { readRecords } from '../../recording/frame.ts'
import { Inbox } from '../../recording/inbox.ts'
import { fileNumbers, filePath, logDir } from '../../recording/inbox-folder.ts'
import { FrameReader, openForReading } from '../../recording/inbox-frames.ts'
import { loadKeys } from '../../recording/keys.ts'
import { openRecord, type RecordedEntry } from '../../recording/read.ts'
import { type ReplayStep, replay } from '../../recording/replay.ts'
import { verifyLog } from '../../recording/verify.ts'
import { openStore } from '../../store/open.ts'
import type { PostgresConnectionConfig } from '../connection-config.ts'
import { Credentials } from '../credentials.ts'
import { createPostgresDoor, type PostgresDoor } from '../door.ts'
import { type ReadStatements, readerOf, type StatementReader } from '../reading.ts'
import { createStatementReader } from '../statement-reader.ts'

export function subjectOf(id: string, groups: readonly string[] = ['staff']): Subject {
  return {
    provider: 'test',
    id,
    kind: 'human',
    person: `${id}@example.org`,
    onBehalfOf: null,
    groups: new Set(groups),
    purpose: 'TREAT',
    notAfter: Date.now() + 3_600_000,
    tokenFamily: id,
  }
}

export interface RigOptions {
  readonly postgres: Pick<Postgres, 'host' | 'port' | 'user' | 'password'>
  /** Without it the connection is transparent. */
  readonly read?: ReadStatements
  /** Statements are read as they are in use, with this masking. */
  readonly masking?: MaskingPlan
  readonly rules?: readonly Rule[]
  readonly tls?: { readonly cert: string; readonly key: string }
  readonly upstreamTls?: PostgresConnectionConfig['tls']
  readonly md5?: boolean
  readonly database?: string
  /** Of the connection; `clinic` unless given. */
  readonly name?: string
  readonly login?: PostgresConnectionConfig['login']
  readonly notices?: boolean
  readonly transactionHoldMs?: number
  readonly stallMs?: number
}

export function rule(id: string, kind: Rule['kind'], over: Partial<Rule>): Rule {
  return {
    id,
    kind,
    patterns: ['*'],
    who: kind === 'allow' ? ['*'] : null,
    on: ['*'],
    effects: null,
    found: null,
    carries: null,
    when: null,
    reveal: [],
    conceal: [],
    passBinary: false,
    approvers: null,
    ...over,
  }
}

/** A database of the shared server with these definitions in it, for one test file alone. */
export async function databaseWith(name: string, definitions: readonly string[]): Promise<RigOptions['postgres']> {
  const { host, port, user, password } = await testPostgres()
  const doing = async (database: string, texts: readonly string[]) => {
    const client = new pg.Client({ host, port, user, password, database })
    await client.connect()
    for (const text of texts) await client.query(text)
    await client.end()
  }
  await doing('postgres', [`create database ${name}`])
  await doing(name, definitions)
  return { host, port, user, password }
}

export class Rig {
  readonly port: number
  readonly door: PostgresDoor
  readonly credentials: Credentials
  readonly approvals: Approvals
  readonly inbox: Inbox
  readonly #dir: string
  readonly #keys: ReturnType<typeof loadKeys>
  readonly #stop: () => Promise<void>

  private constructor(
    parts: Pick<Rig, 'port' | 'door' | 'credentials' | 'approvals' | 'inbox'> & {
      dir: string
      keys: ReturnType<typeof loadKeys>
      stop: () => Promise<void>
    },
  ) {
    this.port = parts.port
    this.door = parts.door
    this.credentials = parts.credentials
    this.approvals = parts.approvals
    this.inbox = parts.inbox
    this.#dir = parts.dir
    this.#keys = parts.keys
    this.#stop = parts.stop
  }

  static async start(options: RigOptions): Promise<Rig> {
    const dir = mkdtempSync(join(tmpdir(), 'sallyport-wire-'))
    const keys = loadKeys(dir)
    const inbox = await Inbox.open({ dir, instance: 'gateway', keys })
    const store = await openStore(dir)
    const approvals = await Approvals.open({
      store,
      record: draft => inbox.record(draft),
      transcribe: text => createMasker(defaultPlan, new Set()).text(Buffer.from(text)),
      providers: () => 1,
    })
    const masking = options.masking ?? defaultPlan
    const transparent = options.read === undefined && options.masking === undefined
    const name = options.name ?? 'clinic'
    const connection = { name, kind: 'postgres', retention: 'test' } as const
    const policy = compilePolicy({
      rules: options.rules ?? [],
      connections: [{ name, transparent }],
      labels: masking.labels.map(({ name }) => name),
    })
    const ruled = { connection, transparent, purpose: null, masking, place: '' }
    const ruling = () => ({ policy, connections: new Map([[name, ruled]]) })
    const reader: StatementReader = options.read ? readerOf(options.read) : createStatementReader({ ruling })
    const pipeline = new Pipeline({
      inbox,
      approvals,
      approvalKey: keys.secretKey('approval'),
      ruling,
    })
    const { host, port, user, password } = options.postgres
    const config: PostgresConnectionConfig = {
      connection,
      host,
      port,
      database: options.database ?? 'postgres',
      tls: options.upstreamTls ?? null,
      md5: options.md5 ?? false,
      login: options.login ?? (() => ({ user, password })),
      transparent,
      ...(options.notices === undefined ? {} : { notices: options.notices }),
    }
    const credentials = new Credentials()
    const door = createPostgresDoor({
      gateway: pipeline,
      connections: () => new Map([[name, config]]),
      // A token is `token-of-NAME`; `token-of-user` is of whoever connects.
      authenticate: (user, token) => {
        if (!token.startsWith('token-of-')) return null
        return subjectOf(token === 'token-of-user' ? user : token.slice(9))
      },
      credentials,
      tls: options.tls ?? null,
      read: reader,
      ...(options.transactionHoldMs === undefined ? {} : { transactionHoldMs: options.transactionHoldMs }),
      ...(options.stallMs === undefined ? {} : { stallMs: options.stallMs }),
    })
    const server = createServer(socket => door.handle(socket))
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const stop = async () => {
      server.close()
      await door.close()
      await reader.close()
      await pipeline.close()
      approvals.close()
      await store.destroy()
      await inbox.close()
    }
    return new Rig({
      port: (server.address() as AddressInfo).port,
      door,
      credentials,
      approvals,
      inbox,
      dir,
      keys,
      stop,
    })
  }

  /** For clients that take one. */
  get settings() {
    return { host: '127.0.0.1', port: this.port, user: 'alice', password: 'token-of-alice', database: 'clinic' }
  }

  /** A client that stays, and may be cut off. */
  async client(): Promise<pg.Client> {
    const client = new pg.Client(this.settings)
    client.on('error', () => undefined)
    await client.connect()
    return client
  }

  async withClient<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client(this.settings)
    await client.connect()
    try {
      return await work(client)
    } finally {
      await client.end()
    }
  }

  /** Every entry of every session so far. */
  entries(): readonly RecordedEntry[] {
    return this.#reading(record => record.sessions().flatMap(({ id }) => record.session(id)))
  }

  /** Refusals of those who had no session. */
  refused() {
    return this.#reading(record => {
      const found: Extract<Entry, { readonly kind: 'refused' }>[] = []
      eachEntry(record, 0n, ({ entry }) => {
        if (entry.kind === 'refused' && entry.session === null) found.push(entry)
      })
      return found
    })
  }

  /** What the record shows of every session, in the order of its steps. */
  replays(): readonly ReplayStep[] {
    return this.#reading(record => record.sessions().flatMap(({ id }) => replay(record, id)))
  }

  /** Kinds of entries, by the commit that they share. */
  commits(): string[][] {
    const folder = logDir(this.#dir, 'gateway')
    return fileNumbers(folder).flatMap(number => {
      const handle = openForReading(filePath(folder, number))
      const reader = new FrameReader(handle)
      const commits: string[][] = []
      for (let frame = reader.next(); frame !== null; frame = reader.next()) {
        const entries = [...readRecords(frame.body)].filter(one => one.kind === 'entry')
        commits.push(entries.map(({ leaf }) => JSON.parse(Buffer.from(leaf).toString()).kind))
      }
      closeSync(handle)
      return commits
    })
  }

  #reading<T>(work: (record: ReturnType<typeof openRecord>) => T): T {
    const record = openRecord(this.#dir, this.#keys)
    try {
      return work(record)
    } finally {
      record.close()
    }
  }

  /** Throws where the record of all that happened is not whole. */
  async stop(): Promise<void> {
    await this.#stop()
    const { intact, complete, faults } = await verifyLog(this.#dir)
    if (!intact || !complete) throw new Error(`the log is at fault: ${JSON.stringify(faults.slice(0, 5))}`)
    rmSync(this.#dir, { recursive: true, force: true })
  }
}

let shared: Promise<{ postgres: Postgres; dir: string }> | null = null

/** One server for all tests of a file. */
export async function testPostgres(): Promise<Postgres> {
  shared ??= (async () => {
    const dir = mkdtempSync(join(tmpdir(), 'sallyport-wire-pg-'))
    return { postgres: await startPostgres({ dir }), dir }
  })()
  return (await shared).postgres
}

export async function stopTestPostgres(): Promise<void> {
  if (shared === null) return
  const { postgres, dir } = await shared
  await postgres.stop()
  rmSync(dir, { recursive: true, force: true })
  shared = null
}
