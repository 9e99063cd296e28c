import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '../gateway/ids.ts'
import { Inbox } from './inbox.ts'
import { loadKeys } from './keys.ts'
import { openRecord } from './read.ts'
import { replay } from './replay.ts'
import { answer, call, draft, openSession, payload, question, temporaryDir } from './test-log.ts'

const dir = temporaryDir()
const keys = loadKeys(dir)

test('a session with a held call is replayed in order, with the people who decided and never a raw value', async () => {
  let now = 1_700_000_000_000
  const inbox = await Inbox.open({ dir, instance: 'one', keys, wallClock: () => now })
  const session = await openSession(inbox)
  const bystander = await openSession(inbox)
  now += 500
  await call(inbox, bystander)
  const exchange = newId('x')
  const held = { ...draft(session, question(exchange, 'hold')), payload: payload('please'), released: null }
  await inbox.record(held)
  await inbox.record(draft(session, { kind: 'hold', exchange, approval: exchange, until: now + 900_000 }))
  now += 1_000
  const verdict = { kind: 'verdict', exchange, approval: exchange, by: ['omar'], outcome: 'approved' } as const
  await inbox.record({ ...draft(null, verdict), payload: payload('reason') })
  const decided = { kind: 'decided', exchange, decision: 'allow', rules: ['writes'], approval: exchange } as const
  await inbox.clear('system', payload('please'), draft(session, decided))
  await inbox.clear('caller', payload('done'), draft(session, answer(exchange)))
  await inbox.record(draft(session, { kind: 'session.close', entries: 0, outcome: 'done' }))
  await inbox.close()

  const reader = openRecord(dir, keys)
  const steps = replay(reader, session)
  assert.deepEqual(
    steps.map(({ kind, offsetMs, text }) => [kind, offsetMs, text]),
    [
      ['opened', 0, null],
      ['question', 500, 'please [phi.ssn]'],
      ['held', 500, null],
      ['verdict', 1_500, 'reason [phi.ssn]'],
      ['decided', 1_500, 'please [phi.ssn]'],
      ['answer', 1_500, 'done [phi.ssn]'],
      ['closed', 1_500, null],
    ],
  )
  assert.deepEqual(steps[3]?.by, ['omar'])
  assert.deepEqual(steps[1]?.labels, { 'phi.ssn': 1 })
  assert.deepEqual([steps[1]?.operation, steps[1]?.target, steps[1]?.door], ['tools/call', 'get_patient', 'system'])
  assert.ok(!JSON.stringify(steps).includes('123-45-6789'))
  assert.deepEqual(replay(reader, 's_unknown'), [])
  reader.close()

  // Without the transcript key the steps are there and say that their text is not.
  const other = openRecord(dir)
  assert.deepEqual(
    replay(other, session).map(({ text, unreadable }) => [text, unreadable]),
    steps.map(({ text }) => [null, text !== null]),
  )
  other.close()
})
