// A gateway in front of a database, and clients of it, for the crash tests. Between the two stands a relay that remembers
// what the gateway forwards: a table alone would know only of what was committed.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { type Postgres, startPostgres } from '../../examples/clinic/postgres.ts'
import type { CrashScene } from './crash-driver.ts'
import { type Caller, marksIn, type Told, type Witness } from './crash-load.ts'
import { freePort, startGateway } from './gateway.ts'

/** Longer than any mark: one may be cut in two by the pieces in which it comes. */
const OVERLAP = 32

let scenes = 0

/** Passes all bytes on, and looks at those towards the database. */
async function startRelay({ host, port }: Postgres): Promise<Witness & { readonly port: number }> {
  const received = new Set<string>()
  const open = new Set<Socket>()
  const server = createServer(near => {
    const far = connect({ host, port })
    let kept = ''
    near.on('data', piece => {
      kept += piece.toString('latin1')
      for (const mark of marksIn(kept)) received.add(mark)
      kept = kept.slice(-OVERLAP)
    })
    near.pipe(far)
    far.pipe(near)
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        open.delete(socket)
        other.destroy()
      })
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    received,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        for (const socket of open) socket.destroy()
      }),
  }
}

type Way = (client: pg.Client, mark: string) => Promise<string>

const back = ({ rows }: pg.QueryResult) => String(rows[0]?.mark)
const INSERT = 'insert into marks values ($1) returning mark'

/** In all ways in which a driver asks; the last one leaves nothing behind in the database. */
const ways: readonly Way[] = [
  async (client, mark) => back(await client.query(`insert into marks values ('${mark}') returning mark`)),
  async (client, mark) => back(await client.query(INSERT, [mark])),
  async (client, mark) => back(await client.query({ name: 'insert', text: INSERT, values: [mark] })),
  async (client, mark) => back(await client.query(`select '${mark}' as mark`)),
]

class SqlLoadCaller implements Caller {
  readonly #settings: pg.ClientConfig
  readonly #way: Way
  #client: pg.Client | null = null

  constructor(settings: pg.ClientConfig, at: number) {
    this.#settings = settings
    this.#way = ways[at % ways.length] as Way
  }

  async call(mark: string, told: Told): Promise<void> {
    this.#client ??= await this.#connected()
    if ((await this.#way(this.#client, mark)) !== mark) throw new Error('another answer')
    told.messages = 1
  }

  lost(): void {
    this.#client?.end().catch(() => undefined)
    this.#client = null
  }

  async #connected(): Promise<pg.Client> {
    const client = new pg.Client(this.#settings)
    client.on('error', () => undefined)
    await client.connect()
    return client
  }
}

async function asked(settings: pg.ClientConfig, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client(settings)
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

export async function postgresScene(callers: number): Promise<CrashScene> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-crash-'))
  const server = await startPostgres({ dir: folder })
  const { host, port, user, password } = server
  const direct = { host, port, user, password }
  const name = `crash_${process.pid}_${++scenes}`
  await asked({ ...direct, database: 'postgres' }, `create database ${name}`)
  await asked({ ...direct, database: name }, 'create table marks (mark text)')
  const relay = await startRelay(server)
  const file = join(folder, 'login')
  writeFileSync(file, password, { mode: 0o600 })
  const postgresPort = await freePort()
  const gateway = await startGateway({
    connections: {
      clinic: {
        postgres: `postgres://127.0.0.1:${relay.port}/${name}`,
        logins: { default: { user, password: { file } } },
        keep: 'phi',
      },
    },
    people: { load: { groups: ['staff'] } },
    rules: [{ id: 'all', allow: ['*'], who: ['staff'], on: ['clinic'] }],
    config: { labels: { 'phi.other': { sql: ['public.marks.unheard'] } } },
    postgresPort,
  })
  const settings = {
    host: '127.0.0.1',
    port: postgresPort,
    user: 'load',
    password: await gateway.token('load'),
    database: 'clinic',
  }
  return {
    gateway,
    witness: {
      received: relay.received,
      async close() {
        await relay.close()
        await asked({ ...direct, database: 'postgres' }, `drop database ${name} with (force)`)
        await server.stop()
        rmSync(folder, { recursive: true, force: true })
      },
    },
    callers: Array.from({ length: callers }, (_, at) => new SqlLoadCaller(settings, at)),
    // What the gateway asks on its own account is of other operations.
    isCall: operation => operation === 'sql.insert' || operation === 'sql.select',
    /** What the database itself has kept. */
    kept: async () => (await asked({ ...direct, database: name }, 'select mark from marks')).map(row => `${row.mark}`),
  }
}
