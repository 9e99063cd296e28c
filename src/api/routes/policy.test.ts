import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { type Fixture, openFixture, secret } from '../api.fixture.ts'
import { isProblem, post, request } from '../requests.fixture.ts'

let fixture: Fixture
beforeEach(async () => {
  fixture = await openFixture()
})
afterEach(() => fixture.close())

describe('policy and log', () => {
  it('explain anyone their own rules, and others by role', async () => {
    const own = await request(fixture, 'alice', '/policy/explain?connection=clinic&operation=tools/call:delete_patient')
    assert.deepEqual([own.status, own.body.decision], [200, 'block'])
    isProblem(
      await request(fixture, 'carol', '/policy/explain?connection=clinic&operation=tools/call:x'),
      404,
      'no-connection',
    )
    const about = '/policy/explain?connection=clinic&operation=tools/call:x&groups=nurses&subject=bob'
    isProblem(await request(fixture, 'alice', about), 403, 'forbidden')
    for (const who of ['audrey', 'admin']) assert.equal((await request(fixture, who, about)).status, 200)
  })

  it('explain a call with its arguments, which come in a body and are told nobody', async () => {
    const asked: unknown[] = []
    const own = fixture
    fixture = await openFixture({
      explain: question => {
        asked.push([question.args, question.found, question.carries])
        return own.options.explain(question)
      },
    })
    const explain = (who: string, body: object) =>
      post(fixture, who, '/policy/explain', { connection: 'clinic', operation: 'tools/call:x', ...body })
    const args = { ssn: secret, deep: [[[[[[[[[{ more: 1 }]]]]]]]]] }
    const told = await explain('alice', { args, found: ['phi.ssn'] })
    assert.deepEqual([told.status, told.body.decision], [200, 'block'])
    assert.deepEqual(asked, [[args, ['phi.ssn'], undefined]])
    isProblem(await explain('alice', { groups: ['nurses'] }), 403, 'forbidden')
    assert.equal((await explain('audrey', { groups: ['nurses'], subject: 'bob' })).status, 200)
    const refused = [await explain('alice', { args: [secret] }), await explain('alice', { [secret]: 1 })]
    for (const answer of refused) {
      isProblem(answer, 400, 'invalid')
      assert.ok(!answer.text.includes(secret))
    }
    assert.ok(!JSON.stringify(fixture.record.of('refused')).includes(secret))
    await fixture.close()
    fixture = own
  })

  it('show the log to auditors and administrators', async () => {
    for (const who of ['alice', 'carol', 'scribe']) isProblem(await request(fixture, who, '/log'), 403, 'forbidden')
    for (const who of ['audrey', 'admin']) assert.equal((await request(fixture, who, '/log')).body.size, 7)
  })
})
