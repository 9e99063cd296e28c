// What is told of a request for approval beside its rules: whether it can still be used, who is missing, what it is about.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { type Fixture, need, openFixture } from '../api.fixture.ts'
import { isProblem, request, vote } from '../requests.fixture.ts'

let fixture: Fixture
beforeEach(async () => {
  fixture = await openFixture()
})
afterEach(() => fixture.close())

interface Told {
  readonly reference: string
  readonly state: string
  readonly outdated: boolean
  readonly mayAnswer: boolean
  readonly mayTakeBack: boolean
  readonly whyNot: string | null
  readonly needs: readonly { readonly missing: number }[]
}

async function listed(who: string, state: string): Promise<Told[]> {
  return (await request(fixture, who, `/approvals?state=${state}`)).body.approvals as Told[]
}

async function told(who: string, reference: string): Promise<Told> {
  return (await request(fixture, who, `/approvals/${reference}`)).body as unknown as Told
}

describe('approvals whose rules have changed since', () => {
  it('are said to be outdated, and nobody approves them; the refusal is recorded as others are', async () => {
    const { reference } = await fixture.held('alice')
    fixture.rules.now = 'second'
    const [row] = await listed('carol', 'open')
    const shown = await told('carol', reference)
    for (const each of [row, shown])
      assert.deepEqual([each?.outdated, each?.mayAnswer, each?.whyNot], [true, false, 'outdated'])
    const refused = await vote(fixture, 'carol', reference, 'approve')
    isProblem(refused, 409, 'outdated')
    assert.equal(refused.body.title, 'The rules of this connection changed since; ask them to call again')
    assert.equal((await fixture.approvals.show(reference))?.state, 'open')
    const acts = fixture.record.of('access').map(({ act, of }) => [act, of])
    assert.deepEqual(acts.at(-1), ['approval.approve.refused.outdated', reference])
    assert.deepEqual(fixture.record.of('verdict'), [])
  })

  it('are answered after all where the rules are again what they were', async () => {
    const { reference } = await fixture.held('alice')
    fixture.rules.now = 'second'
    fixture.rules.now = 'first'
    assert.equal((await vote(fixture, 'carol', reference, 'approve')).body.state, 'approved')
  })

  it('are denied, and taken back', async () => {
    const open = await fixture.held('alice')
    const approved = await fixture.held('bob')
    await vote(fixture, 'carol', approved.reference, 'approve')
    fixture.rules.now = 'second'
    const { outdated, mayTakeBack } = await told('carol', approved.reference)
    assert.deepEqual([outdated, mayTakeBack], [true, true])
    for (const { reference } of [open, approved])
      assert.equal((await vote(fixture, 'carol', reference, 'deny')).body.state, 'denied')
    assert.equal((await told('carol', open.reference)).outdated, false)
  })
})

describe('approvals', () => {
  it('that wait to be used are listed beside those that wait for people', async () => {
    const first = await fixture.held('alice')
    await vote(fixture, 'carol', first.reference, 'approve')
    const second = await fixture.held('alice')
    const third = await fixture.held('alice')
    await vote(fixture, 'carol', third.reference, 'deny')
    for (const who of ['alice', 'carol', 'dora'])
      assert.deepEqual(
        new Map((await listed(who, 'waiting')).map(({ reference, state }) => [reference, state])),
        new Map([
          [first.reference, 'approved'],
          [second.reference, 'open'],
        ]),
      )
    assert.deepEqual(await listed('bob', 'waiting'), [])
  })

  it('say how many people must still approve, each need by its own', async () => {
    const two = { ...need, rule: 'two', people: 2 }
    const boss = { ...need, rule: 'boss', from: ['managers'] }
    const { reference } = await fixture.held('alice', { needs: [two, boss] })
    const missing = (of: unknown) => (of as Told).needs.map(each => each.missing)
    assert.deepEqual(missing(await told('carol', reference)), [2, 1])
    assert.deepEqual(missing((await vote(fixture, 'carol', reference, 'approve')).body), [1, 1])
    assert.deepEqual(missing((await vote(fixture, 'mike', reference, 'approve')).body), [1, 0])
    assert.deepEqual(missing((await listed('dora', 'open'))[0]), [1, 0])
    assert.deepEqual(missing((await vote(fixture, 'dora', reference, 'approve')).body), [0, 0])
  })

  it('show points and whose they are, rows, and labels that would be seen', async () => {
    const risk = { points: 80, hold: 50, summands: [{ rule: 'risk-ssn', points: 80 }] }
    const rows = { out: 1_000, stop: 100_000 }
    const points = await fixture.held('alice', { grounds: { risk, reveal: ['phi.name'] } })
    const budget = await fixture.held('alice', { grounds: { rows } })
    const grounds = async (reference: string) => {
      const { body } = await request(fixture, 'carol', `/approvals/${reference}`)
      return [body.risk, body.rows, body.reveal]
    }
    assert.deepEqual(await grounds(points.reference), [risk, null, ['phi.name']])
    assert.deepEqual(await grounds(budget.reference), [null, rows, null])
  })
})
