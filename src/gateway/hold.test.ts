import assert from 'node:assert/strict'
import { createSecretKey, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Approvals } from '../access/approvals.ts'
import { openStore, type Store } from '../store/open.ts'
import { Refusal } from './errors.ts'
import { Hold, type HoldParts } from './hold.ts'
import { newId } from './ids.ts'
import type { Admission, ApprovalNeed, Decision, Subject } from './seam.ts'

type Held = Decision & { kind: 'hold' }

const key = createSecretKey(randomBytes(32))
const never = new AbortController().signal

function need(rule: string, from: string, people = 1): ApprovalNeed {
  return { rule, from: [from], people, withinMs: 60_000, holdMs: 0 }
}

function held(...needs: ApprovalNeed[]): Held {
  const obligations = { reveal: new Set<string>(), passBinary: false }
  return { kind: 'hold', rules: needs.map(({ rule }) => rule), need: needs, obligations }
}

function person(id: string, ...groups: string[]): Subject {
  const rest = { purpose: null, notAfter: Number.MAX_SAFE_INTEGER, tokenFamily: id, onBehalfOf: null }
  return { provider: 'okta', id, kind: 'human', person: `${id}@example.org`, groups: new Set(groups), ...rest }
}

let dir: string
let store: Store
let approvals: Approvals
/** In order: what was recorded, what was passed. */
let done: string[]

interface Asking {
  readonly withdrawn?: AbortSignal
  readonly again?: () => Decision
  readonly rules?: () => string
  readonly pass?: () => Promise<never>
}

/** alice's call of delete_patient, as the pipeline would hold it. */
function call(decision: Held, asking: Asking = {}): Promise<Admission<'system'> | Refusal> {
  const reference = newId('x')
  const action = {
    operation: 'tools/call',
    target: 'delete_patient',
    subjectMatter: 'delete_patient',
    exact: () => Buffer.of(1),
  }
  const parts = {
    session: { id: 's_1', subject: person('alice', 'staff'), connection: { name: 'clinic' }, ended: never },
    exchange: {
      door: 'system',
      action,
      question: { findings: {} },
      withdrawn: asking.withdrawn ?? never,
      patienceMs: 0,
      waiting: () => undefined,
    },
    reference,
    approvals,
    approvalKey: key,
    rules: asking.rules ?? (() => 'the rules of the connection'),
    decideAgain: asking.again ?? (() => decision),
    recordQuestion: async () => done.push('question'),
    recordDecided: async ({ kind }: Decision) => done.push(`decided ${kind}`),
    recordHold: async () => done.push('hold'),
    recordGone: () => done.push('gone'),
    pass: async (by: Held) => {
      await asking.pass?.()
      done.push(`pass by ${by.rules.join(' ')}`)
      return { reference }
    },
  }
  return new Hold(parts as unknown as HoldParts<'system', Admission<'system'>>).run(decision)
}

function refusal(outcome: unknown): Refusal {
  assert.ok(outcome instanceof Refusal, 'it was passed')
  return outcome
}

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'sallyport-hold-'))
  store = await openStore(dir)
  done = []
  approvals = await Approvals.open({
    store,
    record: async () => undefined,
    transcribe: text => ({ raw: Buffer.from(text), transcript: Buffer.from('') }),
    providers: () => 1,
  })
})

afterEach(async () => {
  await approvals.close()
  await store.destroy()
  rmSync(dir, { recursive: true })
})

describe('a hold', () => {
  const lead = need('by-lead', 'leads')
  const officers = need('by-officers', 'officers', 2)

  it('is approved, runs once when asked again, and asks anew after that', async () => {
    const first = refusal(await call(held(lead)))
    assert.equal(first.code, 'pending')
    await approvals.vote(first.reference, person('lena', 'leads'), 'approve', 'ok')
    const both = await Promise.all([call(held(lead)), call(held(lead))])
    assert.equal(both.filter(outcome => !(outcome instanceof Refusal)).length, 1)
    assert.equal(done.filter(what => what === 'pass by by-lead').length, 1)
    const next = refusal(await call(held(lead)))
    assert.deepEqual([next.code, next.reference === first.reference], ['pending', false])
  })

  it('says whom it waits for, what is known of it is kept, and a change of rules meanwhile is told', async () => {
    const grounds = { risk: { points: 60, hold: 50, summands: [{ rule: 'r', points: 60 }] } }
    const revealing = { ...held(officers), grounds }
    const first = refusal(await call({ ...revealing, obligations: { reveal: new Set(['b', 'a']), passBinary: false } }))
    assert.match(
      first.says,
      /^Waiting for approval by 2 of officers until .* UTC \(1 minute\): call again with the same arguments\. Nothing has run\. Reference: x_/,
    )
    assert.deepEqual((await approvals.show(first.reference))?.grounds, { ...grounds, reveal: ['a', 'b'] })
    let rules = 'others'
    const waiting = call(held({ ...lead, holdMs: 100 }), { rules: () => rules })
    await delay(10)
    rules = 'third'
    assert.match(
      refusal(await waiting).says,
      /^The rules of this connection changed since: call again to ask anew\. Nothing has run\./,
    )
  })

  it('that another rule has joined since is not met by the approval of the first alone', async () => {
    const first = refusal(await call(held(lead)))
    await approvals.vote(first.reference, person('lena', 'leads'), 'approve', 'ok')
    const later = refusal(await call(held(lead, officers)))
    assert.deepEqual([later.code, later.reference === first.reference], ['pending', false])
    await approvals.vote(later.reference, person('olga', 'officers', 'leads'), 'approve', 'ok')
    assert.equal(refusal(await call(held(lead, officers))).code, 'pending')
    assert.deepEqual(
      done.filter(what => what.startsWith('pass')),
      [],
    )
  })

  it('that is blocked by the time it is approved is refused, and the record says so', async () => {
    const block = { kind: 'block', rules: ['after-hours'], code: 'blocked' } as const
    const waiting = call(held({ ...lead, holdMs: 10_000 }), { again: () => block })
    await approvals.vote(await opened(), person('lena', 'leads'), 'approve', 'ok')
    assert.equal(refusal(await waiting).code, 'blocked')
    assert.deepEqual(done, ['question', 'hold', 'decided block'])
  })

  it('that another rule joins while the caller waits is not met either', async () => {
    const waiting = call(held({ ...lead, holdMs: 10_000 }), { again: () => held(lead, officers) })
    const reference = await opened()
    await approvals.vote(reference, person('lena', 'leads'), 'approve', 'ok')
    assert.equal(refusal(await waiting).code, 'pending')
    assert.equal((await approvals.show(reference))?.state, 'approved')
    assert.deepEqual(
      done.filter(what => what.startsWith('pass')),
      [],
    )
  })

  it('does not use an approval up for a caller who is gone', async () => {
    const first = refusal(await call(held(lead)))
    await approvals.vote(first.reference, person('lena', 'leads'), 'approve', 'ok')
    refusal(await call(held(lead), { withdrawn: AbortSignal.abort() }))
    assert.deepEqual(done.splice(0), ['question', 'hold', 'question', 'gone'])
    assert.equal((await approvals.show(first.reference))?.state, 'approved')
    assert.ok(!((await call(held(lead))) instanceof Refusal))
  })

  it('whose approval was taken back is denied, and nobody is asked anew', async () => {
    const first = refusal(await call(held(lead)))
    await approvals.vote(first.reference, person('lena', 'leads'), 'approve', 'ok')
    await approvals.vote(first.reference, person('lena', 'leads'), 'deny', 'wrong patient')
    const next = refusal(await call(held(lead)))
    assert.deepEqual([next.code, next.reference], ['denied', first.reference])
    assert.deepEqual(
      done.filter(what => what.startsWith('pass')),
      [],
    )
  })

  it('whose approval is taken back at the moment it would be used is denied too', async () => {
    const first = refusal(await call(held(lead)))
    await approvals.vote(first.reference, person('lena', 'leads'), 'approve', 'ok')
    takenBack(first.reference)
    const next = refusal(await call(held(lead)))
    assert.deepEqual([next.code, next.reference], ['denied', first.reference])
    const waiting = call(held({ ...need('waits', 'leads'), holdMs: 10_000 }))
    const reference = await opened()
    takenBack(reference)
    await approvals.vote(reference, person('lena', 'leads'), 'approve', 'ok')
    const waited = refusal(await waiting)
    assert.deepEqual([waited.code, waited.reference], ['denied', reference])
  })

  it('whose question cannot be recorded after the approval was used runs neither then nor later', async () => {
    const first = refusal(await call(held(lead)))
    await approvals.vote(first.reference, person('lena', 'leads'), 'approve', 'ok')
    const pass = () => Promise.reject(new Error('disk full'))
    await assert.rejects(call(held(lead), { pass }))
    assert.equal(refusal(await call(held(lead))).code, 'pending')
    assert.deepEqual(
      done.filter(what => what.startsWith('pass')),
      [],
    )
  })
})

/** The next time this is tried, somebody was faster. */
function takenBack(reference: string): void {
  const use = approvals.use.bind(approvals)
  approvals.use = async id => {
    approvals.use = use
    await approvals.vote(reference, person('olga', 'officers', 'leads'), 'deny', 'wrong patient')
    return use(id)
  }
}

/** The id of the one open request, as soon as there is one. */
async function opened(): Promise<string> {
  for (;;) {
    const [row] = await store.selectFrom('approval').select('id').where('state', '=', 'open').execute()
    if (row && done.includes('hold')) return row.id
    await new Promise(resolve => setImmediate(resolve))
  }
}
