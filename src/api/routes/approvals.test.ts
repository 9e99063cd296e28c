import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { Subject } from '../../gateway/seam.ts'
import { type Fixture, openFixture, people, secret } from '../api.fixture.ts'
import { isProblem, request, vote } from '../requests.fixture.ts'

let fixture: Fixture
beforeEach(async () => {
  fixture = await openFixture()
})
afterEach(() => fixture.close())

describe('approvals', () => {
  async function listed(who: string): Promise<unknown[]> {
    return (await request(fixture, who, '/approvals')).body.approvals as unknown[]
  }

  it('are seen by the requester, those who may answer, and auditors; to others they do not exist', async () => {
    const { reference } = await fixture.held('scribe')
    const see = ['scribe', 'alice', 'carol', 'audrey']
    for (const who of Object.keys(people)) {
      // One provider: a missing person claim does no harm.
      const may = see.includes(who) || who === 'dora' || who === 'faceless'
      assert.equal((await listed(who)).length, may ? 1 : 0, who)
      const answer = await request(fixture, who, `/approvals/${reference}`)
      if (may) assert.equal(answer.status, 200, who)
      else isProblem(answer, 404, 'not-found')
      if (!may) isProblem(await vote(fixture, who, reference, 'approve'), 404, 'not-found')
    }
    assert.equal((await fixture.approvals.show(reference))?.state, 'open')
  })

  it('come in pages, newest first, and are found behind any number of those of others', async () => {
    const mine: string[] = []
    for (let at = 0; at < 3; at++) mine.push((await fixture.held('bob')).reference)
    for (let at = 0; at < 1_020; at++) {
      const { reference } = await fixture.held('alice')
      await fixture.approvals.vote(reference, people.dora as Subject, 'deny', 'no')
    }
    const seen: string[] = []
    for (let before: unknown = ''; before !== null; ) {
      const { body } = await request(fixture, 'bob', `/approvals?state=all&limit=2${before ? `&before=${before}` : ''}`)
      seen.push(...(body.approvals as { reference: string }[]).map(({ reference }) => reference))
      before = body.next
    }
    assert.deepEqual(seen, mine.sort().reverse())
  })

  it('of a person are not seen by an agent that acts for that person', async () => {
    const { reference } = await fixture.held('alice')
    isProblem(await request(fixture, 'scribe', `/approvals/${reference}`), 404, 'not-found')
  })

  it('show what is asked as the record shows it, and the reading is recorded first', async () => {
    const { reference } = await fixture.held('alice')
    const { body, text } = await request(fixture, 'carol', `/approvals/${reference}`)
    const shown = body.asked as { text: string; cut: boolean }
    assert.deepEqual(JSON.parse(shown.text).params.arguments.ssn, '[ssn]')
    assert.ok(!text.includes(secret))
    assert.deepEqual([body.mayAnswer, body.whyNot, body.yours, body.purpose], [true, null, false, 'TREAT'])
    assert.deepEqual(body.needs, [{ rule: 'deletes', approvers: ['officers'], people: 1, missing: 1 }])
    const [read] = fixture.record.of('access')
    assert.deepEqual(read && [read.by, read.act, read.of], ['okta|carol', 'approval.read', reference])
    fixture.record.broken = true
    isProblem(await request(fixture, 'carol', `/approvals/${reference}`), 503, 'unrecorded')
  })

  it('are answered once, with a reason that stays in the record', async () => {
    const { reference } = await fixture.held('alice')
    const answer = await vote(fixture, 'carol', reference, 'approve', { reason: `fine, ${secret}` })
    assert.deepEqual([answer.status, answer.body.state, answer.body.whyNot], [200, 'approved', 'closed'])
    assert.ok(!answer.text.includes(secret))
    isProblem(await vote(fixture, 'dora', reference, 'approve'), 409, 'closed')
    const after = await request(fixture, 'alice', `/approvals/${reference}`)
    assert.deepEqual(
      (after.body.votes as { by: string }[]).map(({ by }) => by),
      ['person|carol@example.org'],
    )
  })

  it('that nobody has used yet can be taken back by those who may answer, once', async () => {
    const { reference } = await fixture.held('alice')
    await vote(fixture, 'carol', reference, 'approve')
    for (const [who, may] of [
      ['carol', true],
      ['dora', true],
      ['alice', false],
      ['audrey', false],
    ] as const) {
      const { body } = await request(fixture, who, `/approvals/${reference}`)
      assert.deepEqual([body.mayTakeBack, body.mayAnswer], [may, false], who)
    }
    isProblem(await vote(fixture, 'alice', reference, 'deny'), 403, 'self')
    const taken = await vote(fixture, 'dora', reference, 'deny')
    assert.deepEqual([taken.status, taken.body.state, taken.body.mayTakeBack], [200, 'denied', false])
    isProblem(await vote(fixture, 'carol', reference, 'deny'), 409, 'closed')
    const used = await fixture.held('bob')
    await vote(fixture, 'carol', used.reference, 'approve')
    await fixture.approvals.use(used.reference)
    isProblem(await vote(fixture, 'carol', used.reference, 'deny'), 409, 'closed')
  })

  it('refuse the requester, agents, the wrong group; the group that the rule names is enough', async () => {
    const officer = await openFixture({
      roles: () => ({ auditor: ['officers', 'agents'], approver: ['managers'], administrator: [] }),
    })
    const own = fixture
    const { reference } = await own.held('alice')
    const self = await vote(fixture, 'alice', reference, 'approve')
    isProblem(self, 403, 'self')
    assert.equal(self.body.reference, reference)
    isProblem(await vote(fixture, 'audrey', reference, 'approve'), 403, 'not-in-group')
    fixture = officer
    const other = await officer.held('bob')
    isProblem(await vote(fixture, 'scribe', other.reference, 'approve'), 403, 'not-human')
    assert.equal((await officer.approvals.show(other.reference))?.state, 'open')
    assert.equal((await vote(fixture, 'carol', other.reference, 'approve')).body.state, 'approved')
    fixture = own
    await officer.close()
  })

  it('refuse a person unknown by name where several providers are configured', async () => {
    const several = await openFixture({ providers: () => 2 })
    const own = fixture
    fixture = several
    const { reference } = await several.held('alice')
    isProblem(await vote(fixture, 'faceless', reference, 'approve'), 403, 'no-person')
    fixture = own
    await several.close()
  })

  it('count one person once, and refuse after the deadline', async () => {
    const { reference } = await fixture.held('alice', {
      needs: [{ rule: 'two', from: ['officers'], people: 2, withinMs: 600_000, holdMs: null }],
    })
    const first = await vote(fixture, 'carol', reference, 'approve')
    assert.deepEqual([first.body.state, first.body.whyNot], ['open', 'already-voted'])
    isProblem(await vote(fixture, 'carol', reference, 'approve'), 409, 'already-voted')
    const [mine] = (await listed('carol')) as { mayAnswer: boolean }[]
    assert.equal(mine?.mayAnswer, false)
    const late = await fixture.held('alice', {
      needs: [{ rule: 'late', from: ['officers'], people: 1, withinMs: 1, holdMs: null }],
    })
    await fixture.approvals.settled(late.reference, 1_000, new AbortController().signal)
    isProblem(await vote(fixture, 'carol', late.reference, 'approve'), 410, 'expired')
  })
})
