import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { type Fixture, openFixture, secret } from './api.fixture.ts'
import { createApi, createApp } from './app.ts'
import { isProblem, request, vote } from './requests.fixture.ts'

let fixture: Fixture
beforeEach(async () => {
  fixture = await openFixture()
})
afterEach(() => fixture.close())

describe('every request', () => {
  it('needs a token, and a bad one is counted per source and reason', async () => {
    for (const path of ['/me', '/openapi.json', '/approvals', '/no/such/path']) {
      const answer = await request(fixture, null, path)
      isProblem(answer, 401, 'unauthenticated')
      assert.match(
        answer.headers.get('www-authenticate') ?? '',
        /^Bearer resource_metadata="http:\/\/127\.0\.0\.1:7300\//,
      )
    }
    isProblem(await request(fixture, 'nobody', '/me'), 401, 'unauthenticated')
    assert.equal(fixture.strangers.length, 5)
    assert.deepEqual(fixture.strangers[0], ['unauthenticated', 'unknown', 'missing'])
    assert.deepEqual(fixture.strangers[4], ['unauthenticated', 'unknown', 'bad-signature'])
  })

  it('must come to our host and from our origin, before its token counts', async () => {
    isProblem(await request(fixture, 'alice', '/me', { headers: { host: 'evil.example' } }), 403, 'elsewhere')
    isProblem(await request(fixture, 'alice', '/me', { headers: { origin: 'https://evil.example' } }), 403, 'elsewhere')
  })

  it('is answered uncached, unsniffed and without CORS', async () => {
    for (const answer of [
      await request(fixture, 'alice', '/me'),
      await request(fixture, 'alice', '/nothing'),
      await request(fixture, null, '/me'),
    ]) {
      assert.equal(answer.headers.get('cache-control'), 'no-store')
      assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
      assert.equal(answer.headers.get('access-control-allow-origin'), null)
    }
  })

  it('is refused on unknown paths and methods, with a reference that is in the record', async () => {
    const lost = await request(fixture, 'alice', '/nothing')
    isProblem(lost, 404, 'not-found')
    isProblem(await request(fixture, 'alice', '/me', { method: 'DELETE' }), 405, 'method-not-allowed')
    const refused = fixture.record.of('refused').map(entry => [entry.reference, entry.source])
    assert.deepEqual(refused[0], [lost.body.reference, 'okta|alice'])
  })

  it('is refused when its refusal cannot be recorded', async () => {
    fixture.record.broken = true
    isProblem(await request(fixture, 'alice', '/nothing'), 503, 'unrecorded')
  })

  it('is checked strictly, and what was wrong is told without what came', async () => {
    const planted = 'jane-roe-123456789'
    for (const path of [
      `/sessions?limit=${planted}`,
      '/sessions?limit=201',
      '/sessions?limit=0',
      '/sessions?limit=1&limit=2',
      `/sessions?${planted}=1`,
      '/sessions?__proto__=1',
      `/sessions?before=${planted}`,
      `/approvals?state=${planted}`,
      `/sessions/${planted}`,
      `/policy/explain?connection=clinic&operation=${planted}!`,
    ]) {
      const answer = await request(fixture, 'alice', path)
      isProblem(answer, 400, 'invalid')
      assert.ok(!answer.text.includes(planted), answer.text)
    }
  })

  it('has a small JSON body or none', async () => {
    const { reference } = await fixture.held('alice')
    isProblem(await vote(fixture, 'carol', reference, 'approve', '{"reason":"a","reason":"b"}'), 400, 'invalid')
    isProblem(await vote(fixture, 'carol', reference, 'approve', `{"reason":${secret}`), 400, 'invalid')
    isProblem(await vote(fixture, 'carol', reference, 'approve', { reason: ' ' }), 400, 'invalid')
    isProblem(await vote(fixture, 'carol', reference, 'approve', { reason: 'x'.repeat(1_001) }), 400, 'invalid')
    isProblem(await vote(fixture, 'carol', reference, 'approve', { reason: 'ok', [secret]: 1 }), 400, 'invalid')
    isProblem(await vote(fixture, 'carol', reference, 'approve', { reason: 'x'.repeat(65_536) }), 413, 'too-large')
    const typed = await request(fixture, 'carol', `/approvals/${reference}/approve`, {
      method: 'POST',
      body: '{"reason":"ok"}',
    })
    isProblem(typed, 400, 'invalid')
    assert.equal((await fixture.approvals.show(reference))?.state, 'open')
  })

  it('that cannot even be read as one gets a problem too', async () => {
    const server = createServer(createApi(fixture.options)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    socket.end('GET /api/v1/me HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n')
    const answer = (await socket.toArray()).join('')
    assert.match(answer, /^HTTP\/1\.1 400 /)
    assert.match(answer, /application\/problem\+json/)
    server.close()
  })

  it('learns nothing of an inner failure', async () => {
    const failing = await openFixture({
      log: () => {
        throw new Error(secret)
      },
    })
    const app = createApp(failing.options)
    const response = await app.request('/api/v1/log', {
      headers: { authorization: 'Bearer audrey', host: '127.0.0.1:7300' },
    })
    assert.equal(response.status, 500)
    assert.ok(!(await response.text()).includes(secret))
    await failing.close()
  })
})

describe('me', () => {
  it('says who, in which groups and roles, and where to connect', async () => {
    const { body } = await request(fixture, 'alice', '/me')
    assert.deepEqual([body.subject, body.groups, body.roles], ['okta|alice', ['nurses'], []])
    assert.deepEqual(body.connections, [
      { name: 'clinic', kind: 'mcp', url: 'http://127.0.0.1:7300/mcp/clinic' },
      { name: 'clinic-db', kind: 'postgres', url: 'postgresql://127.0.0.1:7432/clinic-db?sslmode=disable' },
    ])
    const agent = await request(fixture, 'scribe', '/me')
    assert.deepEqual([agent.body.kind, agent.body.onBehalfOf], ['agent', 'okta|alice'])
    assert.deepEqual((await request(fixture, 'carol', '/me')).body.roles, ['approver'])
    assert.deepEqual((await request(fixture, 'audrey', '/connections')).body.connections, [])
  })
})
