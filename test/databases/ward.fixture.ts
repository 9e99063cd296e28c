// A ward: a real database behind the gateway, and MCP servers that ask it through the gateway, as a program, at a URL and
// with traces. Promise: all are processes or listeners of their own; what reached them and the record is read from outside.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { type Postgres, startPostgres } from '../../examples/clinic/postgres.ts'
import type { Entry } from '../../src/recording/entry.ts'
import { freePort, type Gateway, startGateway } from '../support/gateway.ts'
import { logEntries } from '../support/log-entries.ts'
import { McpCaller, textOf } from '../support/mcp-caller.ts'
import { type PlainServer, startPlainServer } from '../support/plain-server.ts'
import { plant, unplanted } from '../support/planted.ts'

type Question = Extract<Entry, { kind: 'question' }>
type Opening = Extract<Entry, { kind: 'session.open' }>
export type Headers = Readonly<Record<string, string | string[] | undefined>>

export const patients = 'select id, full_name, mrn from patients order by id limit 2'
export const clear = [
  { id: 1, full_name: 'Ada Quick', mrn: 'M-1' },
  { id: 2, full_name: 'Bo Slow', mrn: 'M-2' },
]
export const hidden = clear.map(({ id }) => ({ id, full_name: '[phi.name]', mrn: '[phi.mrn]' }))

/** Compared as they are and shown, where they differ, without what is planted. */
export function same(heard: unknown, expected: unknown): void {
  const shown = (value: unknown) => unplanted(JSON.stringify(value, null, 1))
  assert.equal(shown(heard), shown(expected))
}

interface Running {
  readonly folder: string
  readonly database: Postgres
  readonly gateway: Gateway
  readonly port: number
  readonly web: PlainServer
  readonly traced: PlainServer
}

/** What the servers at a URL do in a call, and what they saw in it. */
interface InCall {
  now: (headers: Headers) => Promise<unknown>
  readonly passwords: Set<string>
}

export class Ward {
  readonly gateway: Gateway
  readonly port: number
  readonly web: PlainServer
  readonly stop: () => Promise<void>
  readonly #folder: string
  readonly #inCall: InCall

  private constructor(running: Running, inCall: InCall, stop: () => Promise<void>) {
    this.stop = stop
    this.gateway = running.gateway
    this.port = running.port
    this.web = running.web
    this.#folder = running.folder
    this.#inCall = inCall
  }

  static async start(): Promise<Ward> {
    plant(...clear.map(({ full_name }) => full_name))
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-callers-'))
    const undo: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })]
    const stop = async () => {
      for (const step of undo.reverse()) await step()
    }
    try {
      const inCall: InCall = { now: async () => null, passwords: new Set() }
      const database = await startPostgres({ dir: folder })
      undo.push(() => database.stop())
      undo.push(() => empty(database))
      await fill(database)
      const web = await startPlainServer(['get_patients'], answering(inCall))
      undo.push(() => web.close())
      const traced = await startPlainServer(['get_patients'], answering(inCall))
      undo.push(() => traced.close())
      const port = await freePort()
      const gateway = await startGateway(settings({ folder, database, port, web, traced }))
      undo.push(() => gateway.stop())
      return new Ward({ folder, database, gateway, port, web, traced }, inCall, stop)
    } catch (error) {
      await stop()
      throw error
    }
  }

  /** What the servers at a URL do in a call, with the headers of its request. */
  set inCall(run: (headers: Headers) => Promise<unknown>) {
    this.#inCall.now = run
  }

  /** Every one that was lent and is known outside of the gateway. */
  get passwords(): Set<string> {
    return this.#inCall.passwords
  }

  async tool(connection: string, person: string, name = 'get_patients'): Promise<string> {
    const caller = await McpCaller.connect(this.gateway, connection, 'legacy', person)
    return textOf(await caller.call(name))
  }

  startedProcesses(): { pid: number; url: string; argv: string[] }[] {
    return readFileSync(toldIn(this.#folder), 'utf8')
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
  }

  openings(): (Entry & Opening)[] {
    return logEntries(this.gateway.dataDir).filter((entry): entry is Entry & Opening => entry.kind === 'session.open')
  }

  questions(): (Entry & Question)[] {
    return logEntries(this.gateway.dataDir).filter((entry): entry is Entry & Question => entry.kind === 'question')
  }

  /** Who asked for these exchanges at the database, by the exchange of the tool's call they name. */
  askedFor(connection: string): { subject: string; kind: string; caller: string | undefined }[] {
    const all = this.questions()
    const sessions = new Map(this.openings().map(entry => [entry.session, entry]))
    const calls = new Map(
      all.filter(({ operation }) => operation === 'tools/call').map(entry => [entry.exchange, entry]),
    )
    return all.flatMap(({ operation, session, parent }) => {
      const at = sessions.get(session)
      const call = calls.get(parent ?? '')
      const caller = call && sessions.get(call.session)
      if (operation !== 'sql.select' || at === undefined || caller?.connection !== connection) return []
      return [{ subject: at.subject, kind: at.subjectKind, caller: caller.subject }]
    })
  }
}

export async function asks(settings: pg.ClientConfig | string, sql = patients): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(settings)
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end().catch(() => undefined)
  }
}

function toldIn(folder: string): string {
  return join(folder, 'told')
}

/** The server may be that of a whole run. */
const name = `ward_${process.pid}`

async function within(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

async function fill({ url }: Postgres): Promise<void> {
  await within(url, admin => admin.query(`create database ${name}`))
  await within(url.replace(/\/postgres$/, `/${name}`), inside =>
    inside.query(`create table patients (id int primary key, full_name text, mrn text, seen_by text);
      insert into patients values (1, 'Ada Quick', 'M-1', 'ann'), (2, 'Bo Slow', 'M-2', 'ben');
      create table visits (id int primary key, who text);
      insert into visits values (1, 'ann'), (2, 'ben');
      create role ${name} login password 'ward'; grant select on patients, visits to ${name};
      alter table visits enable row level security;
      create policy own on visits using (who = current_setting('sallyport.subject', true));`),
  )
}

async function empty({ url }: Postgres): Promise<void> {
  await within(url, async admin => {
    await admin.query(`drop database if exists ${name} with (force)`)
    await admin.query(`drop role if exists ${name}`)
  })
}

function answering(inCall: InCall): Parameters<typeof startPlainServer>[1] {
  return ({ headers }, id, response) => {
    const answer = (text: string) => {
      const result = { content: [{ type: 'text', text }] }
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ jsonrpc: '2.0', id, result }))
    }
    const url = headers['x-database-url']
    if (typeof url === 'string') inCall.passwords.add(new URL(url).password)
    inCall.now(headers).then(
      value => answer(JSON.stringify(value)),
      (error: Error) => answer(`failed: ${error.message}`),
    )
    return null
  }
}

function settings({
  folder,
  database,
  port,
  web,
  traced,
}: Omit<Running, 'gateway'>): Parameters<typeof startGateway>[0] {
  const password = join(folder, 'ward')
  writeFileSync(password, 'ward', { mode: 0o600 })
  const login = { default: { user: name, password: { file: password } } }
  const postgres = `postgres://${database.host}:${database.port}/${name}`
  return {
    people: {
      ann: { groups: ['nurses'] },
      ben: { groups: ['coders'] },
      ward: { groups: ['servers'], claims: { sub: 'ward', client_id: 'ward' } },
      other: { groups: ['servers'], claims: { sub: 'other', client_id: 'other' } },
    },
    postgresPort: port,
    connections: {
      'ward-db': { postgres, logins: login },
      'strict-db': { postgres, logins: login },
      stdio: {
        mcp: {
          command: [process.execPath, new URL('stdio-ward.ts', import.meta.url).pathname],
          env: { TOLD: toldIn(folder) },
        },
        database: { connection: 'ward-db', caller: 'env' },
      },
      web: { mcp: web.url, database: { connection: 'ward-db', caller: { header: 'X-Database-Url' } } },
      traced: {
        mcp: traced.url,
        database: { connection: 'ward-db', caller: 'traceparent', service: 'test|ward' },
      },
    },
    rules: [
      { id: 'tools', allow: ['tools/call:get_*'], who: ['nurses', 'coders'], on: ['stdio', 'web', 'traced'] },
      { id: 'nurses', allow: ['sql.select:public.*'], who: ['nurses'], on: ['ward-db'], reveal: ['phi.*'] },
      { id: 'coders', allow: ['sql.select:public.*'], who: ['coders'], on: ['ward-db'] },
      { id: 'servers', allow: ['sql.select:public.*'], who: ['servers'], on: ['ward-db', 'strict-db'] },
      {
        id: 'not-by-the-web',
        block: ['sql.select:public.visits'],
        who: ['nurses'],
        on: ['ward-db'],
        when: 'via == "web"',
      },
      {
        id: 'known-humans',
        block: ['*'],
        on: ['strict-db'],
        when: 'subject.kind == "service" && subject.onBehalfOf == null',
      },
    ],
    config: { labels: { 'phi.name': { sql: ['*.patients.full_name'] }, 'phi.mrn': { sql: ['*.patients.mrn'] } } },
  }
}
