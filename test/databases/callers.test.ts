// The caller behind an MCP server, from outside: the gateway as a process, real servers that ask a real database through
// it. One tool called by two people is two people at the database.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import pg from 'pg'
import { type Postgres, startPostgres } from '../../examples/clinic/postgres.ts'
import type { Entry } from '../../src/recording/entry.ts'
import { loadKeys } from '../../src/recording/keys.ts'
import { openRecord } from '../../src/recording/read.ts'
import { freePort, type Gateway, startGateway } from '../support/gateway.ts'
import { logEntries } from '../support/log-entries.ts'
import { McpCaller, refusalOf, textOf } from '../support/mcp-caller.ts'
import { type PlainServer, startPlainServer } from '../support/plain-server.ts'

type Question = Extract<Entry, { kind: 'question' }>
type Opening = Extract<Entry, { kind: 'session.open' }>
type Headers = Readonly<Record<string, string | string[] | undefined>>

const folder = mkdtempSync(join(tmpdir(), 'sallyport-callers-'))
const told = join(folder, 'told')
const patients = 'select id, full_name, mrn from patients order by id limit 2'
const clear = [
  { id: 1, full_name: 'Ada Quick', mrn: 'M-1' },
  { id: 2, full_name: 'Bo Slow', mrn: 'M-2' },
]
const hidden = clear.map(({ id }) => ({ id, full_name: '[phi.name]', mrn: '[phi.mrn]' }))

let database: Postgres
let gateway: Gateway
let port: number
let web: PlainServer
let traced: PlainServer
let serviceToken = ''
/** What the HTTP servers do in a call, with the headers of its request. */
let inCall: (headers: Headers) => Promise<unknown> = async () => null
const passwords = new Set<string>()

function answering(): Parameters<typeof startPlainServer>[1] {
  return ({ headers }, id, response) => {
    const answer = (text: string) => {
      const result = { content: [{ type: 'text', text }] }
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ jsonrpc: '2.0', id, result }))
    }
    const url = headers['x-database-url']
    if (typeof url === 'string') passwords.add(new URL(url).password)
    inCall(headers).then(
      value => answer(JSON.stringify(value)),
      (error: Error) => answer(`failed: ${error.message}`),
    )
    return null
  }
}

before(async () => {
  database = await startPostgres({ dir: folder })
  const admin = new pg.Client(database.url)
  await admin.connect()
  await admin.query('create database ward')
  await admin.end()
  const inside = new pg.Client(database.url.replace(/\/postgres$/, '/ward'))
  await inside.connect()
  await inside.query(`create table patients (id int primary key, full_name text, mrn text, seen_by text);
    insert into patients values (1, 'Ada Quick', 'M-1', 'ann'), (2, 'Bo Slow', 'M-2', 'ben');
    create table visits (id int primary key, who text);
    insert into visits values (1, 'ann'), (2, 'ben');
    create role ward login password 'ward'; grant select on patients, visits to ward;
    alter table visits enable row level security;
    create policy own on visits using (who = current_setting('sallyport.subject', true));`)
  await inside.end()
  port = await freePort()
  web = await startPlainServer(['get_patients'], answering())
  traced = await startPlainServer(['get_patients'], answering())
  const password = join(folder, 'ward')
  writeFileSync(password, 'ward', { mode: 0o600 })
  const login = { default: { user: 'ward', password: { file: password } } }
  const postgres = `postgres://${database.host}:${database.port}/ward`
  gateway = await startGateway({
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
          env: { TOLD: told },
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
  })
  serviceToken = await gateway.token('ward')
})
after(async () => {
  await gateway?.stop()
  await web?.close()
  await traced?.close()
  await database?.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function asks(settings: pg.ClientConfig | string, sql = patients): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(settings)
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end().catch(() => undefined)
  }
}

async function tool(connection: string, person: string, name = 'get_patients'): Promise<string> {
  const caller = await McpCaller.connect(gateway, connection, 'legacy', person)
  return textOf(await caller.call(name))
}

const urlOf = (headers: Headers) => String(headers['x-database-url'])
const openings = () =>
  logEntries(gateway.dataDir).filter((entry): entry is Entry & Opening => entry.kind === 'session.open')
const questions = () =>
  logEntries(gateway.dataDir).filter((entry): entry is Entry & Question => entry.kind === 'question')

/** Who asked for these exchanges at the database, by the exchange of the tool's call they name. */
function askedFor(connection: string): { subject: string; kind: string; caller: string | undefined }[] {
  const all = questions()
  const sessions = new Map(openings().map(entry => [entry.session, entry]))
  const calls = new Map(all.filter(({ operation }) => operation === 'tools/call').map(entry => [entry.exchange, entry]))
  return all.flatMap(({ operation, session, parent }) => {
    const at = sessions.get(session)
    const call = calls.get(parent ?? '')
    const caller = call && sessions.get(call.session)
    if (operation !== 'sql.select' || at === undefined || caller?.connection !== connection) return []
    return [{ subject: at.subject, kind: at.subjectKind, caller: caller.subject }]
  })
}

const startedProcesses = (): { pid: number; url: string; argv: string[] }[] =>
  readFileSync(told, 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))

describe('a server that is a program', () => {
  it('asks as whoever called it, with what that person may see, by URL and by the variables of libpq', async () => {
    assert.deepEqual(JSON.parse(await tool('stdio', 'ann')), clear)
    assert.deepEqual(JSON.parse(await tool('stdio', 'ben')), hidden)
    assert.deepEqual(JSON.parse(await tool('stdio', 'ben', 'get_by_variables')), hidden)
    assert.deepEqual(askedFor('stdio'), [
      { subject: 'ann', kind: 'human', caller: 'ann' },
      { subject: 'ben', kind: 'human', caller: 'ben' },
      { subject: 'ben', kind: 'human', caller: 'ben' },
    ])
  })

  it('has nothing secret in its arguments, and cannot give away what it was told', async () => {
    const ann = await McpCaller.connect(gateway, 'stdio', 'legacy', 'ann')
    const answer = await ann.call('get_credential')
    assert.equal(refusalOf(answer)?.code, 'upstream')
    const processes = startedProcesses()
    for (const { url, argv } of processes) {
      const { password } = new URL(url)
      assert.equal(password.length, 32)
      passwords.add(password)
      assert.ok(!argv.some(word => word.includes(password)))
    }
    assert.equal(passwords.size, processes.length, 'each process has one of its own')
  })

  it('is nobody once the session is over, and nobody else at any time', async () => {
    const ann = await McpCaller.connect(gateway, 'stdio', 'legacy', 'ann')
    const ben = await McpCaller.connect(gateway, 'stdio', 'legacy', 'ben')
    const [one, other] = startedProcesses().slice(-2)
    assert.ok(one && other)
    assert.deepEqual(await asks(one.url), clear)
    const mixed = new URL(one.url)
    mixed.password = new URL(other.url).password
    await assert.rejects(asks(mixed.href), { code: '28000' })
    await assert.rejects(asks(one.url.replace('/ward-db', '/strict-db')), { code: '28000' })
    const open = new pg.Client(one.url)
    const cut = new Promise(resolve => open.on('error', resolve))
    await open.connect()
    const ended = new McpCaller(ann.url, 'legacy', ann.token)
    ended.session = ann.session
    const response = await fetch(ann.url, { method: 'DELETE', headers: ann.headers })
    assert.equal(response.status, 200)
    await cut
    await assert.rejects(asks(one.url), { code: '28000' })
    assert.deepEqual(await asks(other.url), hidden)
    await fetch(ben.url, { method: 'DELETE', headers: ben.headers })
  })

  it('with two calls under way asks for the session', async () => {
    const ann = await McpCaller.connect(gateway, 'stdio', 'legacy', 'ann')
    const both = await Promise.all([ann.call('get_together'), ann.call('get_together')])
    assert.deepEqual(both.map(textOf), ['both were under way', 'both were under way'])
    const all = questions()
    const calls = all.filter(({ operation, target }) => operation === 'tools/call' && target === 'get_together')
    const mcp = calls[0]?.session
    assert.equal(calls.length, 2)
    const standing = all.find(({ operation, session }) => operation === 'session/standing' && session === mcp)
    const sql = all.filter(({ parent }) => parent !== null && parent === standing?.exchange)
    assert.deepEqual(
      sql.map(({ operation }) => operation),
      ['sql.select'],
    )
  })
})

describe('a server at a URL', () => {
  it('is given the caller of each call in a header, and never the header of a caller', async () => {
    inCall = headers => asks(urlOf(headers))
    const forged = { headers: { 'X-Database-Url': 'postgresql://forged@127.0.0.1/ward-db' } }
    for (const era of ['modern', 'legacy'] as const) {
      for (const [person, rows] of [
        ['ann', clear],
        ['ben', hidden],
      ] as const) {
        const caller = await McpCaller.connect(gateway, 'web', era, person)
        assert.deepEqual(JSON.parse(textOf(await caller.call('get_patients', {}, forged))), rows)
      }
    }
    const seen = new Set(web.calls.map(({ headers }) => urlOf(headers)))
    assert.equal(seen.size, 4)
    assert.ok(![...seen].some(url => url.includes('forged')))
    assert.deepEqual(
      askedFor('web').map(({ subject, caller }) => [subject, caller]),
      ['ann', 'ben', 'ann', 'ben'].map(name => [name, name]),
    )
    const others = web.received.filter(({ method }) => method === 'initialize' || method?.startsWith('notifications/'))
    assert.ok(others.length > 0 && others.every(({ headers }) => headers['x-database-url'] === undefined))
  })

  it('has a credential that opens one database and ends with the call, with what it opened', async () => {
    let open: pg.Client | null = null
    let cut: Promise<unknown> = Promise.resolve()
    let url = ''
    inCall = async headers => {
      url = urlOf(headers)
      open = new pg.Client(url)
      cut = new Promise(resolve => open?.on('error', resolve))
      await open.connect()
      await assert.rejects(asks(url.replace('/ward-db', '/strict-db')), { code: '28000' })
      return (await open.query('select id from patients where id = 1')).rows
    }
    assert.equal(await tool('web', 'ann'), '[{"id":1}]')
    await cut
    await assert.rejects(asks(url), { code: '28000' })
  })

  it('may be given other rules than its caller has alone', async () => {
    const visits = 'select who from visits'
    inCall = headers => asks(urlOf(headers), visits).catch(error => error.code)
    assert.equal(await tool('web', 'ann'), '"42501"')
    const password = await gateway.token('ann')
    const direct = { host: '127.0.0.1', port, database: 'ward-db', user: 'ann', password }
    assert.deepEqual(await asks(direct, visits), [{ who: 'ann' }])
  })

  it('cannot give the credential away', async () => {
    inCall = async headers => ({ found: urlOf(headers) })
    const ann = await McpCaller.connect(gateway, 'web', 'legacy', 'ann')
    const answer = await ann.call('get_patients')
    assert.equal(refusalOf(answer)?.code, 'upstream')
  })
})

describe('a server that passes a trace on', () => {
  const service = () => ({ host: '127.0.0.1', port, database: 'ward-db', user: 'ward', password: serviceToken })
  const trace = (headers: Headers) => String(headers.traceparent)
  const comment = (sql: string, traceparent: string) => `${sql} /*db_driver='pg',traceparent='${traceparent}'*/`

  it('is whoever called it for a session that names the trace as its application', async () => {
    inCall = headers => asks({ ...service(), application_name: trace(headers) })
    assert.deepEqual(JSON.parse(await tool('traced', 'ann')), clear)
    assert.deepEqual(JSON.parse(await tool('traced', 'ben')), hidden)
    assert.deepEqual(
      askedFor('traced').map(({ subject, kind }) => [subject, kind]),
      [
        ['ann', 'human'],
        ['ben', 'human'],
      ],
    )
  })

  it('is whoever called it for a statement whose last comment has the trace, in one pooled connection', async () => {
    const before = askedFor('traced').length
    const pooled = new pg.Client(service())
    await pooled.connect()
    inCall = async headers => {
      // The span may be the server's own.
      const own = trace(headers).replace(/-[0-9a-f]{16}-/, '-00f067aa0ba902b7-')
      const { rows } = await pooled.query(comment(patients, own))
      const visits = await pooled.query(comment('select who from visits where id > $1', own), [0])
      await pooled.query(comment('reset all', own))
      await pooled
        .query(comment('select who from visits', own))
        .then(again => assert.deepEqual(again.rows, visits.rows))
      await pooled.query('begin')
      const inside = await pooled.query(comment('select who from visits', own))
      await pooled.query('rollback')
      return [rows, visits.rows, inside.rows]
    }
    assert.deepEqual(JSON.parse(await tool('traced', 'ann')), [clear, [{ who: 'ann' }], [{ who: 'ann' }]])
    assert.deepEqual(JSON.parse(await tool('traced', 'ben')), [hidden, [{ who: 'ben' }], [{ who: 'ben' }]])
    assert.deepEqual((await pooled.query('select who from visits')).rows, [], 'without a trace it is the service again')
    assert.deepEqual((await pooled.query(patients)).rows, hidden)
    await pooled.end()
    const asked = askedFor('traced').slice(before)
    assert.deepEqual(
      asked.map(({ subject, caller }) => [subject, caller]),
      ['ann', 'ann', 'ann', 'ann', 'ben', 'ben', 'ben', 'ben'].map(name => [name, name]),
    )
  })

  it('is refused with a trace that was made up, is over, or was given to another', async () => {
    let given = ''
    const madeUp = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const otherToken = await gateway.token('other')
    const pooled = new pg.Client(service())
    await pooled.connect()
    inCall = async headers => {
      given = trace(headers)
      await assert.rejects(pooled.query(comment(patients, madeUp)), { code: '28000' })
      await assert.rejects(pooled.query(comment(patients, 'none')), { code: '28000' })
      await assert.rejects(asks({ ...service(), application_name: madeUp }), { code: '28000' })
      // Of a service that is not the one of the connection it is a text, and the service is itself.
      const other = { ...service(), user: 'other', password: otherToken }
      return [
        await asks({ ...other, application_name: given }),
        await asks(other, comment(patients, given)),
        await asks({ ...service(), database: 'strict-db', application_name: given }).catch(error => error.code),
      ]
    }
    assert.deepEqual(JSON.parse(await tool('traced', 'ann')), [hidden, hidden, '42501'])
    await assert.rejects(asks({ ...service(), application_name: given }), { code: '28000' })
    await assert.rejects(pooled.query(comment(patients, given)), { code: '28000' })
    assert.deepEqual((await pooled.query(patients)).rows, hidden)
    await pooled.end()
  })
})

describe('a server that asks as itself', () => {
  it('is recorded as a service for no human, which a rule may refuse', async () => {
    const settings = { host: '127.0.0.1', port, user: 'ward', password: serviceToken }
    assert.deepEqual(await asks({ ...settings, database: 'ward-db' }), hidden)
    await assert.rejects(asks({ ...settings, database: 'strict-db' }), { code: '42501' })
    const opened = openings().filter(({ subject }) => subject === 'ward')
    assert.ok(opened.length > 1)
    assert.ok(
      opened.every(({ subjectKind, onBehalfOf, person }) => subjectKind === 'service' && !onBehalfOf && !person),
    )
  })
})

describe('the record', () => {
  it('holds no credential anywhere, and neither does what the gateway printed', async () => {
    await gateway.kill('SIGTERM')
    assert.ok(passwords.size > 5)
    const record = openRecord(gateway.dataDir, loadKeys(gateway.dataDir))
    let payloads = ''
    for (let next = record.entry(0n); next !== null; next = record.entry(next.ref.seq + 1n))
      payloads += `${record.transcript(next)?.toString() ?? ''}\n${JSON.stringify(next.entry)}\n`
    record.close()
    assert.match(payloads, /connecting to postgresql:\/\/cred_[0-9a-f]{20}:\[credential\]@127\.0\.0\.1/)
    for (const password of passwords) {
      assert.ok(!payloads.includes(password))
      assert.ok(!gateway.printed().includes(password))
    }
  })
})
