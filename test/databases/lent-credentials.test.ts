// The caller behind an MCP server, from outside: the gateway as a process, real servers that ask a real database through
// it with what they are lent. One tool called by two people is two people at the database.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import pg from 'pg'
import { loadKeys } from '../../src/recording/keys.ts'
import { openRecord } from '../../src/recording/read.ts'
import { eachEntry } from '../support/log-entries.ts'
import { McpCaller, refusalOf, textOf } from '../support/mcp-caller.ts'
import { asks, clear, type Headers, hidden, same, Ward } from './ward.fixture.ts'

let ward: Ward
before(async () => {
  ward = await Ward.start()
})
after(() => ward?.stop())

const urlOf = (headers: Headers) => String(headers['x-database-url'])

describe('a server that is a program', () => {
  it('asks as whoever called it, with what that person may see, by URL and by the variables of libpq', async () => {
    same(JSON.parse(await ward.tool('stdio', 'ann')), clear)
    same(JSON.parse(await ward.tool('stdio', 'ben')), hidden)
    same(JSON.parse(await ward.tool('stdio', 'ben', 'get_by_variables')), hidden)
    assert.deepEqual(ward.askedFor('stdio'), [
      { subject: 'ann', kind: 'human', caller: 'ann' },
      { subject: 'ben', kind: 'human', caller: 'ben' },
      { subject: 'ben', kind: 'human', caller: 'ben' },
    ])
  })

  it('has nothing secret in its arguments, and cannot give away what it was told', async () => {
    const ann = await McpCaller.connect(ward.gateway, 'stdio', 'legacy', 'ann')
    const answer = await ann.call('get_credential')
    assert.equal(refusalOf(answer)?.code, 'upstream')
    const processes = ward.startedProcesses()
    for (const { url, argv } of processes) {
      const { password } = new URL(url)
      assert.equal(password.length, 32)
      ward.passwords.add(password)
      assert.ok(!argv.some(word => word.includes(password)))
    }
    assert.equal(ward.passwords.size, processes.length, 'each process has one of its own')
  })

  it('is nobody once the session is over, and nobody else at any time', async () => {
    const ann = await McpCaller.connect(ward.gateway, 'stdio', 'legacy', 'ann')
    const ben = await McpCaller.connect(ward.gateway, 'stdio', 'legacy', 'ben')
    const [one, other] = ward.startedProcesses().slice(-2)
    assert.ok(one && other)
    same(await asks(one.url), clear)
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
    same(await asks(other.url), hidden)
    await fetch(ben.url, { method: 'DELETE', headers: ben.headers })
  })

  it('with two calls under way asks for the session', async () => {
    const ann = await McpCaller.connect(ward.gateway, 'stdio', 'legacy', 'ann')
    const both = await Promise.all([ann.call('get_together'), ann.call('get_together')])
    assert.deepEqual(both.map(textOf), ['both were under way', 'both were under way'])
    const all = ward.questions()
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
    ward.inCall = headers => asks(urlOf(headers))
    const forged = { headers: { 'X-Database-Url': 'postgresql://forged@127.0.0.1/ward-db' } }
    for (const era of ['modern', 'legacy'] as const) {
      for (const [person, rows] of [
        ['ann', clear],
        ['ben', hidden],
      ] as const) {
        const caller = await McpCaller.connect(ward.gateway, 'web', era, person)
        same(JSON.parse(textOf(await caller.call('get_patients', {}, forged))), rows)
      }
    }
    const seen = new Set(ward.web.calls.map(({ headers }) => urlOf(headers)))
    assert.equal(seen.size, 4)
    assert.ok(![...seen].some(url => url.includes('forged')))
    assert.deepEqual(
      ward.askedFor('web').map(({ subject, caller }) => [subject, caller]),
      ['ann', 'ben', 'ann', 'ben'].map(name => [name, name]),
    )
    const others = ward.web.received.filter(
      ({ method }) => method === 'initialize' || method?.startsWith('notifications/'),
    )
    assert.ok(others.length > 0 && others.every(({ headers }) => headers['x-database-url'] === undefined))
  })

  it('has a credential that opens one database and ends with the call, with what it opened', async () => {
    let open: pg.Client | null = null
    let cut: Promise<unknown> = Promise.resolve()
    let url = ''
    ward.inCall = async headers => {
      url = urlOf(headers)
      open = new pg.Client(url)
      cut = new Promise(resolve => open?.on('error', resolve))
      await open.connect()
      await assert.rejects(asks(url.replace('/ward-db', '/strict-db')), { code: '28000' })
      return (await open.query('select id from patients where id = 1')).rows
    }
    assert.equal(await ward.tool('web', 'ann'), '[{"id":1}]')
    await cut
    await assert.rejects(asks(url), { code: '28000' })
  })

  it('may be given other rules than its caller has alone', async () => {
    const visits = 'select who from visits'
    ward.inCall = headers => asks(urlOf(headers), visits).catch(error => error.code)
    assert.equal(await ward.tool('web', 'ann'), '"42501"')
    const password = await ward.gateway.token('ann')
    const direct = { host: '127.0.0.1', port: ward.port, database: 'ward-db', user: 'ann', password }
    assert.deepEqual(await asks(direct, visits), [{ who: 'ann' }])
  })

  it('cannot give the credential away', async () => {
    ward.inCall = async headers => ({ found: urlOf(headers) })
    const ann = await McpCaller.connect(ward.gateway, 'web', 'legacy', 'ann')
    const answer = await ann.call('get_patients')
    assert.equal(refusalOf(answer)?.code, 'upstream')
  })
})

describe('the record', () => {
  it('holds no credential anywhere, and neither does what the gateway printed', async () => {
    await ward.gateway.kill('SIGTERM')
    assert.ok(ward.passwords.size > 5)
    const record = openRecord(ward.gateway.dataDir, loadKeys(ward.gateway.dataDir))
    let payloads = ''
    eachEntry(record, 0n, one => {
      payloads += `${record.transcript(one)?.toString() ?? ''}\n${JSON.stringify(one.entry)}\n`
    })
    record.close()
    assert.match(payloads, /connecting to postgresql:\/\/cred_[0-9a-f]{20}:\[credential\]@127\.0\.0\.1/)
    for (const password of ward.passwords) {
      assert.ok(!payloads.includes(password))
      assert.ok(!ward.gateway.printed().includes(password))
    }
  })
})
