import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { type Fixture, openFixture, people, secret } from '../api.fixture.ts'
import { isProblem, request } from '../requests.fixture.ts'

let fixture: Fixture
beforeEach(async () => {
  fixture = await openFixture()
})
afterEach(() => fixture.close())

describe('sessions', () => {
  it('are seen by their subject, the human an agent acts for, and auditors', async () => {
    const { session } = await fixture.held('scribe')
    const see = ['scribe', 'alice', 'audrey']
    for (const who of Object.keys(people)) {
      const list = (await request(fixture, who, '/sessions')).body.sessions as unknown[]
      assert.equal(list.length, see.includes(who) ? 1 : 0, who)
      for (const path of [`/sessions/${session}`, `/sessions/${session}/replay`]) {
        const answer = await request(fixture, who, path)
        if (see.includes(who)) assert.equal(answer.status, 200, `${who} ${path}`)
        else isProblem(answer, 404, 'not-found')
      }
    }
  })

  it('of a person are not seen by an agent that acts for that person', async () => {
    const { session } = await fixture.held('alice')
    isProblem(await request(fixture, 'scribe', `/sessions/${session}`), 404, 'not-found')
  })

  it('come in pages, newest first, and by subject and connection', async () => {
    const made: string[] = []
    for (let index = 0; index < 5; index++) {
      made.unshift((await fixture.held('alice')).session)
      // Ids order by the millisecond.
      for (const start = Date.now(); Date.now() === start; );
    }
    const seen: string[] = []
    for (let before: unknown = ''; before !== null; ) {
      const { body } = await request(fixture, 'audrey', `/sessions?limit=2${before ? `&before=${before}` : ''}`)
      seen.push(...(body.sessions as { id: string }[]).map(({ id }) => id))
      before = body.next
    }
    assert.deepEqual(seen, made)
    assert.deepEqual((await request(fixture, 'audrey', '/sessions?subject=okta%7Cbob')).body.sessions, [])
    assert.equal(
      ((await request(fixture, 'audrey', '/sessions?connection=clinic')).body.sessions as unknown[]).length,
      5,
    )
  })

  it('and their entries are shown after the reading is recorded', async () => {
    const { session } = await fixture.held('alice')
    const { body } = await request(fixture, 'audrey', `/sessions/${session}`)
    assert.equal((body.entries as unknown[]).length, 3)
    const read = fixture.record.of('access').map(({ by, act, of }) => [by, act, of])
    assert.deepEqual(read, [['okta|audrey', 'session.entries.read', session]])
    fixture.record.broken = true
    isProblem(await request(fixture, 'audrey', `/sessions/${session}`), 503, 'unrecorded')
  })

  it('replay in steps, after the reading is recorded', async () => {
    const { session, reference } = await fixture.held('alice')
    const { body, text } = await request(fixture, 'audrey', `/sessions/${session}/replay`)
    const steps = body.steps as { kind: string; from: string; exchange: string; shown: { text: string } | null }[]
    assert.deepEqual(
      steps.map(step => [step.kind, step.from]),
      [
        ['session.open', 'caller'],
        ['question', 'caller'],
        ['hold', 'gateway'],
      ],
    )
    assert.equal(steps[1]?.exchange, reference)
    assert.match(steps[1]?.shown?.text ?? '', /"ssn":"\[ssn\]"/)
    assert.ok(!text.includes(secret))
    const [read] = fixture.record.of('access')
    assert.deepEqual(read && [read.by, read.act, read.of], ['okta|audrey', 'session.read', session])
    const page = await request(fixture, 'audrey', `/sessions/${session}/replay?limit=2`)
    assert.equal(page.body.next, 2)
    fixture.record.broken = true
    isProblem(await request(fixture, 'audrey', `/sessions/${session}/replay`), 503, 'unrecorded')
  })
})
