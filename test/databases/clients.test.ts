// How clients of databases connect, from outside: the gateway as a process, the command line as a process, a real database.
// Most connections are transparent here: what statements may do is tested elsewhere.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, it } from 'node:test'
import pg from 'pg'
import { type Postgres, startPostgres } from '../../examples/clinic/postgres.ts'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { logEntries } from '../support/log-entries.ts'
import { plant, unplanted } from '../support/planted.ts'

const root = new URL('../../', import.meta.url).pathname
const NOBODY = 65_534
let folder: string
let database: Postgres
let gateway: Gateway
let port: number

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-clients-'))
  database = await startPostgres({ dir: folder })
  port = await freePort()
  const password = join(folder, 'password')
  writeFileSync(password, database.password, { mode: 0o600 })
  const address = `postgres://${database.host}:${database.port}/postgres`
  const login = { user: database.user, password: { file: password } }
  const open = { keep: 'test', transparent: true }
  gateway = await startGateway({
    people: {
      ann: { groups: ['nurses'] },
      ben: { groups: ['writers'] },
      cat: { groups: ['others'] },
      root: { groups: ['admins'] },
    },
    connections: {
      db: { postgres: address, logins: { default: login }, ...open },
      narrow: { postgres: address, logins: { writers: login }, ...open },
      ruled: { postgres: address, logins: { default: login }, keep: 'test' },
      oauth: { postgres: address, logins: { default: login }, oauth: true, ...open },
    },
    rules: [{ id: 'nurses', allow: ['*'], who: ['nurses'], on: ['ruled'] }],
    config: {
      labels: {
        'phi.ssn': { sql: ['*.*.ssn'], on: ['ruled'] },
        'acme.none': { pattern: 'nothing like it', on: ['db'] },
      },
      roles: { administrator: ['admins'] },
    },
  })
  const text = JSON.parse(readFileSync(gateway.configFile, 'utf8'))
  text.listen.postgres = `127.0.0.1:${port}`
  writeFileSync(gateway.configFile, JSON.stringify(text))
  // The listener is read at start.
  await gateway.kill('SIGTERM')
  await gateway.start()
})
after(async () => {
  await gateway?.stop()
  await database?.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port: free } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return free
}

async function environment(person: string): Promise<NodeJS.ProcessEnv> {
  return { PATH: process.env.PATH, SALLYPORT_API: gateway.url, SALLYPORT_TOKEN: await gateway.token(person) }
}

interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

async function sallyport(person: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const child = spawn(process.execPath, ['src/cli/main.ts', ...args], {
    cwd: root,
    env: { ...(await environment(person)), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout.on('data', part => (out += part))
  child.stderr.on('data', part => (err += part))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, err }
}

async function asks(settings: pg.ClientConfig | string, sql = 'select 1 as one'): Promise<unknown> {
  const client = new pg.Client(settings)
  client.on('error', () => undefined)
  await client.connect()
  try {
    const { rows = [] } = await client.query(sql)
    return Object.values(rows[0] ?? {})[0]
  } finally {
    await client.end().catch(() => undefined)
  }
}

describe('a plain client', () => {
  it('connects with what sallyport credentials prints, any number of times, and it is recorded who got it', async () => {
    const { code, out, err } = await sallyport('ann', ['credentials', 'db'])
    assert.deepEqual([code, out.split('\n').length], [0, 2], err)
    const dsn = out.trim()
    assert.match(
      dsn,
      new RegExp(`^postgresql://cred_[0-9a-f]{20}:[\\w-]{32}@127\\.0\\.0\\.1:${port}/db\\?sslmode=disable$`),
    )
    assert.match(err, /ends in 1h \dm/)
    const many = await Promise.all([asks(dsn), asks(dsn), asks(dsn)])
    assert.deepEqual(many, [1, 1, 1])
    assert.equal(await asks(dsn, "select current_setting('sallyport.subject', true) is null or true"), true)
    const user = new URL(dsn).username
    const access = logEntries(gateway.dataDir).filter(entry => entry.kind === 'access')
    assert.deepEqual(
      access.filter(({ act, of }) => act === 'credential.issue' && of === `db/${user}`).map(({ by }) => by),
      ['test|ann'],
    )
    const opened = logEntries(gateway.dataDir).filter(entry => entry.kind === 'session.open')
    assert.ok(opened.some(entry => entry.subject === 'ann' && entry.connection === 'db'))
    await assert.rejects(asks(dsn.replace('/db?', '/narrow?')), { code: '28000' })
    assert.ok(!gateway.printed().includes(new URL(dsn).password))
  })

  it('connects with JSON and with variables too, and with an access token as password', async () => {
    const json = JSON.parse((await sallyport('ann', ['credentials', 'db', '--json'])).out)
    assert.equal(await asks({ ...json, database: 'db' }), 1)
    assert.equal(await asks(json.dsn), 1)
    const { out } = await sallyport('ann', ['credentials', 'db', '--env'])
    assert.match(out, /^export PGUSER='cred_[0-9a-f]{20}'$/m)
    assert.match(out, /^export PGSSLMODE='disable'$/m)
    const token = await gateway.token('ann')
    assert.equal(await asks({ host: '127.0.0.1', port, user: 'ann', password: token, database: 'db' }), 1)
    const narrow = await gateway.token('ann', { audience: `${gateway.url}/mcp/ruled` })
    await assert.rejects(asks({ host: '127.0.0.1', port, user: 'ann', password: narrow, database: 'db' }), {
      code: '28000',
    })
  })

  it('is refused where it may not connect, or the gateway has no login for it', async () => {
    const { code, err } = await sallyport('cat', ['credentials', 'ruled'])
    assert.deepEqual([code, /No rule lets you use this connection/.test(err)], [3, true])
    assert.equal((await sallyport('cat', ['credentials', 'no such'])).code, 2)
    const dsn = (await sallyport('ann', ['credentials', 'narrow'])).out.trim()
    await assert.rejects(asks(dsn), { code: '42501' })
    const writer = (await sallyport('ben', ['credentials', 'narrow'])).out.trim()
    assert.equal(await asks(writer), 1)
  })

  it('is told by sallyport connections where databases are', async () => {
    const { out } = await sallyport('ann', ['connections', 'ls'])
    assert.match(out, new RegExp(`db +postgres +postgresql://127\\.0\\.0\\.1:${port}/db\\?sslmode=disable\\n`))
    assert.match(out, /sallyport psql db/)
  })
})

const CONTROL = String.fromCharCode(1)

/** A client of PostgreSQL 18 that signs in with OAUTHBEARER, as far as ready or refused. */
async function bearer(token: string): Promise<string[]> {
  const socket = connect({ host: '127.0.0.1', port })
  const body = Buffer.from(['user', 'ann', 'database', 'oauth', '', ''].join('\0'))
  const head = Buffer.alloc(8)
  head.writeUInt32BE(body.length + 8)
  head.writeUInt32BE(3 << 16, 4)
  socket.write(Buffer.concat([head, body]))
  const heard: string[] = []
  const answer = (...parts: readonly Buffer[]) => {
    const all = Buffer.concat(parts)
    const front = Buffer.alloc(5)
    front[0] = 'p'.charCodeAt(0)
    front.writeUInt32BE(all.length + 4, 1)
    socket.write(Buffer.concat([front, all]))
  }
  let kept: Buffer = Buffer.alloc(0)
  for await (const piece of socket) {
    kept = Buffer.concat([kept, piece])
    while (kept.length >= 5 && kept.length > kept.readUInt32BE(1)) {
      const end = kept.readUInt32BE(1) + 1
      const type = String.fromCharCode(kept[0] as number)
      const data = kept.subarray(5, end)
      kept = kept.subarray(end)
      if (type === 'Z') {
        socket.destroy()
        return [...heard, 'ready']
      }
      if (type === 'E') heard.push(/C(\w{5})/.exec(data.toString('latin1'))?.[1] ?? '')
      if (type !== 'R') continue
      const kind = data.readUInt32BE(0)
      heard.push(data.toString('utf8', 4).replaceAll('\0', ''))
      if (kind === 10) {
        const message = Buffer.from(`n,,${CONTROL}auth=${token && `Bearer ${token}`}${CONTROL}${CONTROL}`)
        const length = Buffer.alloc(4)
        length.writeUInt32BE(message.length)
        answer(Buffer.from('OAUTHBEARER\0'), length, message)
      } else if (kind === 11) answer(Buffer.from(CONTROL))
    }
  }
  return heard
}

describe('OAUTHBEARER, where the connection has it', () => {
  it('opens a session with a token', async () => {
    assert.deepEqual(await bearer(await gateway.token('ann')), ['OAUTHBEARER', '', 'ready'])
  })

  it('tells a client without a valid token where to get one, and refuses it', async () => {
    const where = {
      status: 'invalid_token',
      scope: 'openid',
      'openid-configuration': `${gateway.issuer.url}/.well-known/openid-configuration`,
    }
    for (const token of ['', 'not.a.token']) {
      const [mechanism, answer = '', code] = await bearer(token)
      assert.deepEqual([mechanism, JSON.parse(answer), code], ['OAUTHBEARER', where, '28000'])
    }
  })

  it('leaves minted credentials as they are', async () => {
    assert.equal(await asks((await sallyport('ann', ['credentials', 'oauth'])).out.trim()), 1)
  })
})

interface Proxy {
  readonly child: ChildProcess
  readonly url: string
}

async function startProxy(person: string): Promise<Proxy> {
  const child = spawn(process.execPath, ['src/cli/main.ts', 'proxy', 'db', '--listen', '127.0.0.1:0'], {
    cwd: root,
    env: await environment(person),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const url of createInterface(child.stdout)) return { child, url }
  throw new Error('the proxy ended')
}

describe('sallyport proxy', () => {
  let proxy: Proxy
  before(async () => {
    proxy = await startProxy('ann')
  })
  after(async () => {
    if (proxy?.child.exitCode !== null) return
    proxy.child.kill('SIGTERM')
    await once(proxy.child, 'close')
  })

  it('lets any number of clients of the same user in without a password', async () => {
    const { url } = proxy
    assert.deepEqual(await Promise.all([asks(url), asks(url), asks(url)]), [1, 1, 1])
    const opened = logEntries(gateway.dataDir).filter(entry => entry.kind === 'session.open')
    assert.equal(opened.at(-1)?.subject, 'ann')
  })

  it('passes large answers, cancels and errors', async () => {
    assert.equal(await asks(proxy.url, "select length(repeat('x', 3000000))"), 3_000_000)
    assert.equal(String(await asks(proxy.url, "select repeat('x', 3000000)")).length, 3_000_000)
    const client = new pg.Client(proxy.url) as pg.Client & { processID: number; secretKey: number }
    client.on('error', () => undefined)
    await client.connect()
    const slow = assert.rejects(client.query('select pg_sleep(60)'), { code: '57014' })
    const at = new URL(proxy.url)
    const packet = Buffer.alloc(16)
    for (const [index, word] of [16, 80_877_102, client.processID, client.secretKey].entries())
      packet.writeInt32BE(word, index * 4)
    // Sent again until it takes: the statement may not have begun.
    const again = setInterval(() => connect({ host: at.hostname, port: Number(at.port) }).end(packet), 200)
    await slow
    clearInterval(again)
    await client.end()
  })

  it('lets no program of another user in', {
    skip: process.getuid?.() !== 0 && 'NOT TESTED: only root can be two users',
  }, async () => {
    const { port: at } = new URL(proxy.url)
    const script = `const s = require('node:net').connect(${at}, '127.0.0.1'); s.on('error', () => {}); s.on('close', () => process.exit(0)); s.on('data', () => process.exit(7)); s.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]))`
    const child = spawn(process.execPath, ['-e', script], { uid: NOBODY, gid: NOBODY, cwd: '/', stdio: 'ignore' })
    const ended = await Promise.race([once(child, 'close'), once(child, 'error')])
    if (ended[0] instanceof Error) return // the other user may not run this program at all
    assert.equal(ended[0], 0)
  })

  it('gets a new credential when the gateway was started anew', async () => {
    await gateway.kill('SIGTERM')
    await assert.rejects(asks(proxy.url), { code: '08006' })
    await gateway.start()
    assert.equal(await asks(proxy.url), 1)
  })

  it('listens on this machine alone', async () => {
    const { code, err } = await sallyport('ann', ['proxy', 'db', '--listen', '0.0.0.0:6432'])
    assert.deepEqual([code, /on this machine alone/.test(err)], [2, true])
  })
})

describe('sallyport psql', () => {
  const hasPsql = spawn('psql', ['--version'], { stdio: 'ignore' })
  const found = new Promise<boolean>(resolve =>
    hasPsql.once('error', () => resolve(false)).once('close', () => resolve(true)),
  )

  it('runs psql as who is signed in, the secret in no argument', async context => {
    if (!(await found)) return context.skip('NOT TESTED: psql is not installed')
    const sql = 'select 6 * 7'
    const ran = await sallyport('ann', ['psql', 'db', '-XAtc', sql], { PGHOST: '192.0.2.1', PGSERVICE: 'nowhere' })
    assert.deepEqual([ran.code, ran.out], [0, '42\n'], ran.err)
    const failed = await sallyport('ann', ['psql', 'db', '-XAtc', 'select wrong', '-v', 'ON_ERROR_STOP=1'])
    assert.equal(failed.code, 1)
    const shown = await sallyport('ann', ['psql', 'db', '-XAt', '-c', '\\! cat /proc/$PPID/cmdline', '-c', '\\! env'])
    assert.match(shown.out, /PGPASSWORD=/)
    assert.ok(!shown.out.includes('SALLYPORT_TOKEN'))
    const password = /PGPASSWORD=(\S+)/.exec(shown.out)?.[1] ?? ''
    assert.equal(shown.out.split(password).length, 2, 'the password stands in its variable alone')
  })

  it('says what else there is where there is no psql', async () => {
    const { code, err } = await sallyport('ann', ['psql', 'db'], { PATH: folder })
    assert.deepEqual([code, /sallyport credentials db/.test(err)], [1, true])
  })
})

describe('sallyport mask discover', () => {
  before(async () => {
    plant('Planted Person', '900-00-0000')
    await asks(
      database.url,
      `create table people_seen (id int primary key, full_name text, seen_as text, ward text, created_at timestamptz, ssn text);
       insert into people_seen select i, 'Planted Person', '555-01-' || (1000 + i), 'west', now(), '900-00-0000' from generate_series(1, 30) i`,
    )
  })
  after(() => asks(database.url, 'drop table people_seen'))

  it('proposes labels with counts and never values, and is recorded', async () => {
    const { code, out, err } = await sallyport('root', ['mask', 'discover', 'ruled'])
    assert.equal(code, 0, unplanted(err))
    assert.match(unplanted(out), /^labels:\n/)
    assert.match(unplanted(out), /phi\.name: \{ sql: \[.*"public\.people_seen\.full_name".*\] \}/)
    assert.match(unplanted(out), /phi\.ssn: \{ sql: \[.*"public\.people_seen\.seen_as".*\] \}/)
    assert.doesNotMatch(unplanted(out), /people_seen\.(?:ward|created_at|id|ssn)"/)
    assert.match(unplanted(err), /public\.people_seen\.ssn +phi\.ssn +name and values +30 of 30 +labelled/)
    for (const value of ['Planted', '555-01', '900-00']) assert.ok(!(out + err).includes(value))
    const acts = logEntries(gateway.dataDir).filter(entry => entry.kind === 'access' && entry.act === 'mask.discover')
    // The request, the sign-in, the catalog, and each table.
    assert.ok(acts.length >= 4, String(acts.length))
    assert.ok(acts.every(entry => entry.kind === 'access' && entry.by === 'test|root' && entry.of === 'ruled'))
  })

  it('is not what callers see: the labelled column is masked for them, whatever it is called in an answer', async () => {
    const dsn = (await sallyport('ann', ['credentials', 'ruled'])).out.trim()
    assert.equal(unplanted(String(await asks(dsn, 'select ssn as harmless from people_seen limit 1'))), '[phi.ssn]')
    assert.equal(await asks(dsn, 'select ward from people_seen limit 1'), 'west')
    assert.equal(await asks(dsn, "select current_setting('sallyport.groups')"), 'nurses')
    await assert.rejects(asks(dsn, "set sallyport.groups = 'admins'"), { code: '42501' })
  })

  it('is for administrators', async () => {
    assert.equal((await sallyport('ann', ['mask', 'discover', 'ruled'])).code, 3)
  })
})

describe('a changed configuration', () => {
  it('ends the credentials and sessions of those who may no longer connect, and of nobody else', async () => {
    const before = readFileSync(gateway.configFile, 'utf8')
    const dsn = (await sallyport('ann', ['credentials', 'ruled'])).out.trim()
    const staying = new pg.Client((await sallyport('ann', ['credentials', 'db'])).out.trim())
    const leaving = new pg.Client(dsn)
    const gone = new Promise<Error>(resolve => leaving.on('error', resolve))
    staying.on('error', () => undefined)
    await Promise.all([staying.connect(), leaving.connect()])
    const text = JSON.parse(before)
    text.rules = []
    writeFileSync(gateway.configFile, JSON.stringify(text))
    assert.match(String(await gone), /session has ended|terminated/)
    await assert.rejects(asks(dsn), { code: '28000' })
    assert.deepEqual((await staying.query('select 1 as one')).rows, [{ one: 1 }])
    await staying.end()
  })
})
