import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { type Fixture, openFixture } from '../api.fixture.ts'
import { isProblem, post, request } from '../requests.fixture.ts'

let fixture: Fixture
beforeEach(async () => {
  fixture = await openFixture()
})
afterEach(() => fixture.close())

describe('databases', () => {
  it('give a credential to whoever may connect, after it is in the record', async () => {
    const { status, body } = await post(fixture, 'alice', '/connections/clinic-db/credentials')
    assert.equal(status, 200)
    assert.deepEqual([body.user, body.password, body.database], ['cred_alice', 'password-of-alice', 'clinic-db'])
    assert.deepEqual([body.host, body.port, body.tls], ['127.0.0.1', 7432, false])
    const issued = fixture.record.of('access').filter(({ act }) => act === 'credential.issue')
    assert.deepEqual(
      issued.map(({ by, of }) => [by, of]),
      [['okta|alice', 'clinic-db/cred_alice']],
    )
    assert.ok(!JSON.stringify(fixture.record.of('access')).includes('password-of'))
  })

  it('give none of a system that is no database, or to whom no rule lets in, and say which', async () => {
    for (const [who, name, status, code] of [
      ['alice', 'clinic', 409, 'not-a-database'],
      ['alice', 'nowhere', 404, 'no-connection'],
      ['carol', 'clinic-db', 404, 'no-connection'],
    ] as const) {
      isProblem(await post(fixture, who, `/connections/${name}/credentials`), status, code)
    }
  })

  it('give none while nothing listens for their clients, and list no address', async () => {
    const own = fixture
    fixture = await openFixture({
      connections: () => [{ name: 'clinic-db', kind: 'postgres', url: null }],
    })
    isProblem(await post(fixture, 'alice', '/connections/clinic-db/credentials'), 409, 'no-listener')
    assert.deepEqual((await request(fixture, 'alice', '/me')).body.connections, [])
    await fixture.close()
    fixture = own
  })

  it('take a credential back that could not be recorded', async () => {
    fixture.record.broken = true
    const { status, body } = await post(fixture, 'alice', '/connections/clinic-db/credentials')
    fixture.record.broken = false
    assert.deepEqual([status, 'password' in body], [503, false])
    assert.deepEqual(fixture.revoked, ['cred_alice'])
  })

  it('are searched for columns by administrators alone, which is recorded', async () => {
    const { status, body } = await post(fixture, 'admin', '/connections/clinic-db/discover')
    assert.deepEqual(
      [status, (body.columns as { label: string }[]).map(({ label }) => label)],
      [200, ['phi.mrn', 'phi.date']],
    )
    assert.equal((await post(fixture, 'audrey', '/connections/clinic-db/discover')).status, 403)
    assert.equal((await post(fixture, 'admin', '/connections/clinic/discover')).status, 404)
    const asked = fixture.record.of('access').filter(({ act }) => act === 'mask.discover')
    assert.deepEqual(
      asked.map(({ by, of }) => [by, of]),
      [['okta|admin', 'clinic-db']],
    )
  })
})
