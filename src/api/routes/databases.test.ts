import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { type Fixture, openFixture } from '../api.fixture.ts'
import { post } from '../requests.fixture.ts'

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

  it('give none of a system that is no database, or to whom no rule lets in', async () => {
    for (const [who, name] of [
      ['alice', 'clinic'],
      ['alice', 'nowhere'],
      ['carol', 'clinic-db'],
    ] as const) {
      const { status } = await post(fixture, who, `/connections/${name}/credentials`)
      assert.equal(status, 404, `${who} ${name}`)
    }
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
