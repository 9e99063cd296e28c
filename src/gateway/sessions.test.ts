// How much one subject, and all together, may have open or under way at once: whatever arrives in one burst.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, mock, test } from 'node:test'
import { call, person, rule } from '../policy/decide-fixture.ts'
import { Refusal } from './errors.ts'
import { limits } from './limits.ts'
import { PipelineRig } from './pipeline.fixture.ts'
import type { Admission, Session } from './seam.ts'
import { Sessions } from './sessions.ts'

let rig: PipelineRig
beforeEach(async () => {
  rig = await PipelineRig.start([rule('allow', 'all', ['*'])], 'mcp')
})
afterEach(async () => {
  mock.restoreAll()
  await rig.finish()
})

const open = (subject = rig.session.subject) => rig.pipeline.open(subject, rig.session.connection, null)
const codes = (answers: readonly unknown[]) =>
  answers.filter(answer => answer instanceof Refusal).map(({ code }: Refusal) => code)
const times = <T>(count: number, make: () => Promise<T>) => Promise.all(Array.from({ length: count }, () => make()))

describe('open sessions', () => {
  test('a burst opens no more of one subject than the limit, and others are let in', async () => {
    const burst = await times(limits.sessionsPerSubject + 30, open)
    assert.deepEqual(codes(burst), Array(31).fill('limit'))
    const other = await open({ ...person('nurse'), id: 'other', notAfter: Number.MAX_SAFE_INTEGER })
    assert.ok(!(other instanceof Refusal))
  })

  test('one that ended makes room', async () => {
    const [first] = (await times(limits.sessionsPerSubject - 1, open)) as Session[]
    assert.deepEqual(codes([await open()]), ['limit'])
    await first?.close('done')
    assert.deepEqual(codes([await open(), await open()]), ['limit'])
  })

  test('those that could not be recorded take no room', async () => {
    mock.method(rig.inbox, 'record', () => Promise.reject(new Error('full')))
    assert.deepEqual(new Set(codes(await times(limits.sessionsPerSubject, open))), new Set(['unrecorded']))
    mock.restoreAll()
    assert.deepEqual(codes(await times(limits.sessionsPerSubject, open)), ['limit'])
  })

  test('all subjects together have a limit too', () => {
    const sessions = new Sessions()
    for (let index = 0; index < limits.sessions; index++) assert.ok(sessions.reserve(`someone ${index}`))
    assert.equal(sessions.reserve('one more'), null)
  })
})

describe('exchanges under way', () => {
  const ask = (session = rig.session, parent: string | null = null) => rig.ask(call('get_chart'), { parent }, session)

  test('a burst in one session passes no more than the limit, and each refusal is recorded and says to retry', async () => {
    const burst = await times(limits.exchangesPerSession + 7, ask)
    const refused = burst.filter(answer => answer instanceof Refusal)
    assert.deepEqual(codes(refused), Array(7).fill('limit'))
    assert.deepEqual([refused[0]?.row.http, refused[0]?.row.retry], [429, 'later'])
    const recorded = rig.soFar().flatMap(entry => (entry.kind === 'refused' ? [entry.reference] : []))
    assert.deepEqual(new Set(recorded), new Set(refused.map(({ reference }) => reference)))
  })

  test('one that ended makes room for one', async () => {
    const [first] = (await times(limits.exchangesPerSession, ask)) as Admission<'system'>[]
    first?.end('done', 0)
    assert.deepEqual(codes([await ask(), await ask()]), ['limit'])
  })

  test('what belongs to one of them still passes, as its being cancelled does', async () => {
    const [first] = (await times(limits.exchangesPerSession, ask)) as Admission<'system'>[]
    assert.deepEqual(codes([await ask(rig.session, first?.reference)]), [])
  })

  test('many sessions of one subject have a limit together, and another subject has its own', async () => {
    const enough = Math.ceil(limits.exchangesPerSubject / limits.exchangesPerSession)
    const sessions = (await times(enough, open)) as Session[]
    for (const session of sessions) await times(limits.exchangesPerSession, () => ask(session))
    assert.deepEqual(codes([await ask()]), ['limit'])
    const other = await open({ ...rig.session.subject, id: 'other' })
    assert.ok(!(other instanceof Refusal))
    assert.deepEqual(codes([await ask(other)]), [])
  })
})

test('a database session, which asks in one order, is bounded by what it may send ahead instead', async () => {
  await rig.finish()
  rig = await PipelineRig.start([rule('allow', 'all', ['*'])])
  const asked = await times(limits.exchangesPerSession + 1, () => rig.ask(call('get_chart')))
  assert.deepEqual(codes(asked), [])
})

test('a session is of one purpose: a token for another does not carry it on, a newer one for the same does', () => {
  const { session } = rig
  const { subject } = session
  const renewed = { ...subject, groups: new Set(['nurse', 'night']) }
  assert.equal(session.renew({ ...renewed, purpose: 'HRESCH' }), false)
  assert.deepEqual([session.subject.purpose, session.subject.groups], [null, subject.groups])
  assert.equal(session.renew(renewed), true)
  assert.deepEqual(session.subject.groups, renewed.groups)
})
