import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { newId } from '../../gateway/ids.ts'
import { type Fixture, openFixture } from '../api.fixture.ts'
import { isProblem, request } from '../requests.fixture.ts'

let fixture: Fixture
beforeEach(async () => {
  fixture = await openFixture()
})
afterEach(() => fixture.close())

describe('exchanges', () => {
  it('are shown after the reading is in the record, and not where it cannot be', async () => {
    const { reference } = await fixture.held('alice')
    for (const who of ['alice', 'carol', 'audrey', 'bob']) await request(fixture, who, `/exchanges/${reference}`)
    assert.deepEqual(
      fixture.record.of('access').map(({ by, act, of }) => [by, act, of]),
      ['alice', 'carol', 'audrey'].map(who => [`okta|${who}`, 'exchange.read', reference]),
    )
    fixture.record.broken = true
    isProblem(await request(fixture, 'audrey', `/exchanges/${reference}`), 503, 'unrecorded')
  })

  it('name the rules to the requester and to approvers, the entries to auditors alone', async () => {
    const { reference } = await fixture.held('alice')
    for (const [who, full] of [
      ['alice', false],
      ['carol', false],
      ['audrey', true],
    ] as const) {
      const { body } = await request(fixture, who, `/exchanges/${reference}`)
      assert.deepEqual([body.decision, body.rules], ['hold', ['deletes']])
      assert.deepEqual(body.explanation, ['Held for approval by rule deletes.'])
      assert.equal(body.entries !== null, full, who)
    }
    isProblem(await request(fixture, 'bob', `/exchanges/${reference}`), 404, 'not-found')
    isProblem(await request(fixture, 'admin', `/exchanges/${reference}`), 404, 'not-found')
    isProblem(await request(fixture, 'audrey', `/exchanges/${newId('x')}`), 404, 'not-found')
  })
})
