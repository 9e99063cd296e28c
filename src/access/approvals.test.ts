import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { ApprovalNeed, Subject } from '../gateway/seam.ts'
import type { Draft } from '../recording/entry.ts'
import { openStore, type Store } from '../store/open.ts'
import type { ApprovalRequest } from './approval.ts'
import { Approvals } from './approvals.ts'

const need: ApprovalNeed = { rule: 'deletes', from: ['officers'], people: 1, withinMs: 60_000, holdMs: null }

function subject(id: string, over: Partial<Subject> = {}): Subject {
  const person = `${id}@example.org`
  const groups = new Set(['officers'])
  const rest = { purpose: null, notAfter: Number.MAX_SAFE_INTEGER, tokenFamily: id, onBehalfOf: null }
  return { provider: 'okta', id, kind: 'human', person, groups, ...rest, ...over }
}

let dir: string
let store: Store
let recorded: Draft[]
let monotonic: number
let wall: number
let providers: number

async function open(): Promise<Approvals> {
  return Approvals.open({
    store,
    record: async draft => recorded.push(draft),
    transcribe: text => ({ raw: Buffer.from(text), transcript: Buffer.from('[reason]') }),
    providers: () => providers,
    wallClock: () => wall,
    monotonicClock: () => monotonic,
  })
}

function request(id: string, over: Partial<ApprovalRequest> = {}): ApprovalRequest {
  const asked = { connection: 'clinic', operation: 'tools/call', target: 'delete_patient', found: {} }
  return { id, session: 's_1', digest: 'd1', subject: subject('alice'), needs: [need], ...asked, ...over }
}

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'sallyport-approvals-'))
  store = await openStore(dir)
  recorded = []
  monotonic = 1_000
  wall = 1_700_000_000_000
  providers = 1
})

afterEach(async () => {
  await store.destroy()
  rmSync(dir, { recursive: true })
})

describe('approvals', () => {
  it('is approved by one officer, recorded before it counts, and used once', async () => {
    const approvals = await open()
    await approvals.request(request('x_1'))
    const voted = await approvals.vote('x_1', subject('carol'), 'approve', 'chart merge')
    assert.equal(typeof voted === 'object' && voted.state, 'approved')
    assert.deepEqual(
      recorded.map(draft => draft.body.kind),
      ['verdict'],
    )
    assert.equal((await approvals.find('d1'))?.id, 'x_1')
    const uses = await Promise.all([approvals.use('x_1'), approvals.use('x_1'), approvals.use('x_1')])
    assert.equal(uses.filter(Boolean).length, 1)
    assert.equal(await approvals.find('d1'), null)
    await approvals.close()
  })

  it('refuses the requester under every name, agents, services and those outside the groups', async () => {
    const approvals = await open()
    const human = subject('alice')
    await approvals.request(request('x_1', { subject: subject('bot', { kind: 'agent', onBehalfOf: human }) }))
    const tries: [Subject, string][] = [
      [subject('bot'), 'self'],
      [human, 'self'],
      [subject('alice', { provider: 'entra', id: 'a1', person: 'Alice@Example.org' }), 'self'],
      [subject('helper', { kind: 'agent', onBehalfOf: subject('carol') }), 'not-human'],
      [subject('job', { kind: 'service', person: null }), 'not-human'],
      [subject('dan', { groups: new Set(['nurses']) }), 'not-in-group'],
    ]
    for (const [who, why] of tries) assert.equal(await approvals.vote('x_1', who, 'approve', 'please'), why)
    assert.equal((await approvals.show('x_1'))?.state, 'open')
    assert.equal(recorded.filter(draft => draft.body.kind === 'access').length, tries.length)
    await approvals.close()
  })

  it('refuses an approver without a person claim when there are several providers', async () => {
    providers = 2
    const approvals = await open()
    await approvals.request(request('x_1'))
    assert.equal(await approvals.vote('x_1', subject('carol', { person: null }), 'approve', 'ok'), 'no-person')
    await approvals.close()
  })

  it('counts one person once, in two groups and through two providers', async () => {
    const two: ApprovalNeed = { ...need, from: ['officers', 'managers'], people: 2 }
    const approvals = await open()
    await approvals.request(request('x_1', { needs: [two] }))
    const carol = subject('carol', { groups: new Set(['officers', 'managers']) })
    const first = await approvals.vote('x_1', carol, 'approve', 'ok')
    assert.equal(typeof first === 'object' && first.state, 'open')
    assert.equal(await approvals.vote('x_1', carol, 'approve', 'again'), 'already-voted')
    const other = { ...carol, provider: 'entra', id: 'c1' }
    assert.equal(await approvals.vote('x_1', other, 'approve', 'as another'), 'already-voted')
    const second = await approvals.vote('x_1', subject('dora'), 'approve', 'ok')
    assert.equal(typeof second === 'object' && second.state, 'approved')
    await approvals.close()
  })

  it('counts one person once, whether or not a token of theirs names the person', async () => {
    const two: ApprovalNeed = { ...need, people: 2 }
    const approvals = await open()
    await approvals.request(request('x_1', { needs: [two] }))
    const named = subject('carol')
    const first = await approvals.vote('x_1', { ...named, person: null }, 'approve', 'ok')
    assert.equal(typeof first === 'object' && first.state, 'open')
    assert.equal(await approvals.vote('x_1', named, 'approve', 'with another client'), 'already-voted')
    await approvals.request(request('x_2', { digest: 'd2', needs: [two] }))
    await approvals.vote('x_2', named, 'approve', 'ok')
    assert.equal(await approvals.vote('x_2', { ...named, person: null }, 'approve', 'again'), 'already-voted')
    assert.equal((await approvals.show('x_2'))?.state, 'open')
    await approvals.close()
  })

  it('knows a person however the name is written', async () => {
    const approvals = await open()
    await approvals.request(request('x_1', { subject: subject('anna', { person: 'zoë@example.org' }) }))
    for (const person of ['ZOË@EXAMPLE.ORG', 'zoe\u0308@example.org', ' zoë@example.org ', '\uff5aoë@example.org']) {
      const other = subject('a1', { provider: 'entra', person })
      assert.equal(await approvals.vote('x_1', other, 'approve', 'mine'), 'self', person)
    }
    await approvals.close()
  })

  it('with several providers nobody of another one answers for a requester whose person is not known', async () => {
    providers = 2
    const approvals = await open()
    const human = subject('alice', { person: null })
    await approvals.request(
      request('x_1', { subject: subject('bot', { kind: 'agent', person: null, onBehalfOf: human }) }),
    )
    await approvals.request(request('x_2', { digest: 'd2', subject: human }))
    for (const id of ['x_1', 'x_2']) {
      const elsewhere = subject('a1', { provider: 'entra', person: 'alice@example.org' })
      assert.equal(await approvals.vote(id, elsewhere, 'approve', 'mine'), 'unknown-requester')
      assert.equal(await approvals.vote(id, { ...human, person: 'alice@example.org' }, 'approve', 'mine'), 'self')
      const voted = await approvals.vote(id, subject('carol'), 'approve', 'of the same provider')
      assert.equal(typeof voted === 'object' && voted.state, 'approved')
    }
    const job = subject('job', { kind: 'service', person: null })
    await approvals.request(request('x_3', { digest: 'd3', subject: job }))
    const voted = await approvals.vote('x_3', subject('carol', { provider: 'entra' }), 'approve', 'a service is nobody')
    assert.equal(typeof voted === 'object' && voted.state, 'approved')
    await approvals.close()
  })

  it('one denial denies, and an identical question hears it until the deadline', async () => {
    const approvals = await open()
    await approvals.request(request('x_1'))
    await approvals.vote('x_1', subject('carol'), 'deny', 'not this patient')
    assert.equal((await approvals.find('d1'))?.state, 'denied')
    assert.equal(await approvals.vote('x_1', subject('dora'), 'approve', 'but'), 'closed')
    monotonic += need.withinMs
    assert.equal(await approvals.find('d1'), null)
    await approvals.close()
  })

  describe('that was given and not used', () => {
    const outcomes = () => recorded.flatMap(({ body }) => (body.kind === 'verdict' ? [body.outcome] : [body.kind]))

    it('is taken back by any person who may answer, the one who gave it too; that is a verdict of its own', async () => {
      const approvals = await open()
      for (const [id, who] of [
        ['x_1', 'dora'],
        ['x_2', 'carol'],
      ] as const) {
        await approvals.request(request(id, { digest: id }))
        await approvals.vote(id, subject('carol'), 'approve', 'ok')
        const taken = await approvals.vote(id, subject(who), 'deny', 'wrong patient')
        assert.equal(typeof taken === 'object' && taken.state, 'denied')
        assert.equal(await approvals.use(id), false)
        assert.equal((await approvals.find(id))?.state, 'denied')
        assert.equal((await approvals.show(id))?.votes.at(-1)?.outcome, 'deny')
      }
      assert.deepEqual(outcomes(), ['approved', 'denied', 'approved', 'denied'])
      await approvals.close()
    })

    it('is not taken back by others, nor by whoever asked', async () => {
      const approvals = await open()
      await approvals.request(request('x_1'))
      await approvals.vote('x_1', subject('carol'), 'approve', 'ok')
      const others: [Subject, string][] = [
        [subject('alice'), 'self'],
        [subject('dan', { groups: new Set(['nurses']) }), 'not-in-group'],
        [subject('job', { kind: 'service', person: null }), 'not-human'],
      ]
      for (const [who, why] of others) assert.equal(await approvals.vote('x_1', who, 'deny', 'no'), why)
      assert.equal(await approvals.vote('x_1', subject('dora'), 'approve', 'me too'), 'closed')
      assert.equal(await approvals.use('x_1'), true)
      await approvals.close()
    })

    it('either runs or is taken back, and a denial that comes too late is known as such', async () => {
      let used = false
      const approvals = await Approvals.open({
        store,
        record: async ({ body }) => {
          if (body.kind === 'verdict' && body.outcome === 'denied') used = await approvals.use('x_1')
          recorded.push({ session: null, body, payload: null, released: null })
        },
        transcribe: text => ({ raw: Buffer.from(text), transcript: Buffer.from('') }),
        providers: () => 1,
      })
      await approvals.request(request('x_1'))
      await approvals.vote('x_1', subject('carol'), 'approve', 'ok')
      assert.equal(await approvals.vote('x_1', subject('dora'), 'deny', 'too late'), 'closed')
      const after = await approvals.show('x_1')
      assert.deepEqual([used, after?.state, after?.votes.map(vote => vote.outcome)], [true, 'used', ['approve']])
      assert.deepEqual(outcomes(), ['approved', 'denied', 'access'])
      const last = recorded.at(-1)?.body
      assert.equal(last?.kind === 'access' && last.act, 'approval.deny.refused.closed')
      assert.equal(await approvals.vote('x_1', subject('dora'), 'deny', 'again'), 'closed')
      await approvals.close()
    })

    it('is past its deadline like any other', async () => {
      const approvals = await open()
      await approvals.request(request('x_1'))
      await approvals.vote('x_1', subject('carol'), 'approve', 'ok')
      monotonic += need.withinMs
      assert.equal(await approvals.vote('x_1', subject('carol'), 'deny', 'late'), 'expired')
      await approvals.close()
    })
  })

  it('whoever has approved one of two denies after all, and nobody else is asked', async () => {
    const approvals = await open()
    await approvals.request(request('x_1', { needs: [{ ...need, people: 2 }] }))
    await approvals.vote('x_1', subject('carol'), 'approve', 'ok')
    const denied = await approvals.vote('x_1', subject('carol'), 'deny', 'on second thoughts')
    assert.equal(typeof denied === 'object' && denied.state, 'denied')
    await approvals.close()
  })

  it('after the deadline nobody approves and nothing is used, however the wall clock moves', async () => {
    const approvals = await open()
    await approvals.request(request('x_1'))
    await approvals.request(request('x_2', { digest: 'd2' }))
    await approvals.vote('x_2', subject('carol'), 'approve', 'ok')
    monotonic += need.withinMs
    wall -= 3_600_000
    assert.equal(await approvals.vote('x_1', subject('carol'), 'approve', 'late'), 'expired')
    assert.equal(await approvals.use('x_2'), false)
    await approvals.close()
  })

  it('a forward jump of the wall clock does not expire anything', async () => {
    const approvals = await open()
    await approvals.request(request('x_1'))
    wall += 86_400_000
    const voted = await approvals.vote('x_1', subject('carol'), 'approve', 'ok')
    assert.equal(typeof voted === 'object' && voted.state, 'approved')
    await approvals.close()
  })

  it('survives a restart: open stays open, approved can be used once, overdue is expired and recorded', async () => {
    const before = await open()
    await before.request(request('x_1'))
    await before.request(request('x_2', { digest: 'd2' }))
    await before.request(request('x_3', { digest: 'd3', needs: [{ ...need, withinMs: 1_000 }] }))
    await before.vote('x_2', subject('carol'), 'approve', 'ok')
    await before.close()
    recorded = []
    wall += 5_000
    const after = await open()
    assert.equal((await after.find('d1'))?.state, 'open')
    assert.equal(await after.use('x_2'), true)
    assert.equal(await after.use('x_2'), false)
    assert.equal((await after.show('x_3'))?.state, 'expired')
    assert.deepEqual(
      recorded.map(({ body }) => body.kind === 'verdict' && body.outcome),
      ['expired'],
    )
    await after.close()
  })

  it('wakes those who wait, and lets them go at their own limit', async () => {
    const approvals = await open()
    await approvals.request(request('x_1'))
    const never = new AbortController().signal
    const [first, second] = [approvals.settled('x_1', 60_000, never), approvals.settled('x_1', 60_000, never)]
    assert.equal(await approvals.settled('x_1', 1, never), 'waiting')
    assert.equal(await approvals.settled('x_1', 60_000, AbortSignal.abort()), 'waiting')
    await approvals.vote('x_1', subject('carol'), 'approve', 'ok')
    assert.deepEqual(await Promise.all([first, second]), ['approved', 'approved'])
    await approvals.close()
  })

  it('what nobody wants any more is open no longer, unless somebody else waits for it', async () => {
    const approvals = await open()
    await approvals.request(request('x_1'))
    const leave = new AbortController()
    const waits = approvals.settled('x_1', 60_000, leave.signal)
    await approvals.withdraw('x_1')
    assert.equal((await approvals.show('x_1'))?.state, 'open')
    leave.abort()
    assert.equal(await waits, 'waiting')
    recorded = []
    await approvals.withdraw('x_1')
    assert.equal((await approvals.show('x_1'))?.state, 'withdrawn')
    assert.deepEqual(
      recorded.map(({ body }) => body.kind === 'verdict' && body.outcome),
      ['withdrawn'],
    )
    assert.equal(await approvals.find('d1'), null)
    assert.equal(await approvals.vote('x_1', subject('carol'), 'approve', 'ok'), 'closed')
    assert.equal(await approvals.use('x_1'), false)
    await approvals.request(request('x_2', { digest: 'd2' }))
    await approvals.vote('x_2', subject('carol'), 'deny', 'no')
    await approvals.withdraw('x_2')
    assert.equal((await approvals.find('d2'))?.state, 'denied')
    await approvals.close()
  })

  it('a vote that cannot be recorded has no effect', async () => {
    const approvals = await Approvals.open({
      store,
      record: () => Promise.reject(new Error('disk full')),
      transcribe: text => ({ raw: Buffer.from(text), transcript: Buffer.from('') }),
      providers: () => 1,
    })
    await approvals.request(request('x_1'))
    await assert.rejects(approvals.vote('x_1', subject('carol'), 'approve', 'ok'))
    assert.equal((await approvals.show('x_1'))?.state, 'open')
    await approvals.close()
  })

  it('bounds the open requests of one subject', async () => {
    const approvals = await open()
    for (let index = 0; index < 50; index++) {
      assert.notEqual(await approvals.request(request(`x_${index}`, { digest: `d${index}` })), 'too-many')
    }
    assert.equal(await approvals.request(request('x_50', { digest: 'd50' })), 'too-many')
    assert.notEqual(await approvals.request(request('x_51', { subject: subject('bob') })), 'too-many')
    await approvals.close()
  })
})
