// One exchange out of a long session: all of it, in order, and no more looked at than lies between its ends.
import assert from 'node:assert/strict'
import { after, before, describe, mock, test } from 'node:test'
import { newId } from '../gateway/ids.ts'
import { Inbox } from './inbox.ts'
import { loadKeys } from './keys.ts'
import { LogReader } from './log-reader.ts'
import { openRecord, type RecordReader } from './read.ts'
import { answer, call, draft, openSession, payload, question, temporaryDir } from './test-log.ts'

const dir = temporaryDir()
const CALLS = 300
let inbox: Inbox
let reader: RecordReader
let session: string

/** Kinds of what is found, and how many entries were looked at for it. */
function found(exchange: string): { kinds: string[]; looked: number } {
  const entry = mock.method(LogReader.prototype, 'entry')
  const kinds = reader.exchange(exchange).map(({ entry }) => entry.kind)
  const looked = entry.mock.callCount()
  mock.restoreAll()
  return { kinds, looked }
}

async function calls(count: number): Promise<string[]> {
  const made: string[] = []
  for (let at = 0; at < count; at++) made.push(await call(inbox, session))
  // Nobody waits for the end of a call: with this one the last of them is there too.
  await inbox.record(draft(null, { kind: 'clock', jumpMs: 0 }))
  return made
}

before(async () => {
  inbox = await Inbox.open({ dir, instance: 'one', keys: loadKeys(dir) })
  session = await openSession(inbox)
  reader = openRecord(dir)
})
after(async () => {
  reader.close()
  await inbox.close()
})

describe('an exchange of a long session', () => {
  test('that ended is found at once, wherever it is', async () => {
    const made = await calls(CALLS)
    for (const exchange of [made[0], made[CALLS / 2], made[CALLS - 1]]) {
      const { kinds, looked } = found(exchange as string)
      assert.deepEqual(kinds, ['question', 'answer', 'end'])
      assert.ok(looked <= 6, `${looked} entries were looked at`)
    }
  })

  test('that never passed is found at once too', async () => {
    const [blocked, held, denied] = [newId('x'), newId('x'), newId('x')]
    await inbox.record(draft(session, question(blocked, 'block')))
    for (const exchange of [held, denied]) {
      await inbox.record(draft(session, question(exchange, 'hold')))
      await inbox.record(draft(session, { kind: 'hold', exchange, approval: exchange, until: 1 }))
    }
    const verdict = { exchange: denied, approval: denied, by: ['omar'], outcome: 'denied' } as const
    await inbox.record(draft(null, { kind: 'verdict', ...verdict }))
    await calls(CALLS)
    for (const [exchange, kinds] of [
      [blocked, ['question']],
      [held, ['question', 'hold']],
      [denied, ['question', 'hold', 'verdict']],
    ] as const) {
      const { looked, ...told } = found(exchange)
      assert.deepEqual(told.kinds, kinds)
      assert.ok(looked <= 4, `${looked} entries were looked at`)
    }
  })

  test('is whole and in order among others, with people, parts and both directions in it', async () => {
    const exchange = newId('x')
    await inbox.record(draft(session, question(exchange, 'hold')))
    await inbox.record(draft(session, { kind: 'hold', exchange, approval: exchange, until: 1 }))
    const verdict = { exchange, approval: exchange, by: ['omar'], outcome: 'approved' } as const
    await inbox.record(draft(null, { kind: 'verdict', ...verdict }))
    const decided = { exchange, decision: 'allow', rules: ['writes'], approval: exchange } as const
    await inbox.record(draft(session, { kind: 'decided', ...decided }))
    for (let part = 0; part < 3; part++) {
      await inbox.clear('caller', payload(`part ${part}`), draft(session, answer(exchange, part, false)))
      await calls(2)
    }
    const sofar = ['question', 'hold', 'verdict', 'decided', 'answer', 'answer', 'answer']
    assert.deepEqual(found(exchange).kinds, sofar)
    await inbox.record(draft(session, { kind: 'answer.refused', exchange, code: 'unmaskable' }))
    await inbox.record(draft(session, { kind: 'end', exchange, outcome: 'cut', delivered: 0 }))
    await calls(CALLS)
    const { kinds, looked } = found(exchange)
    assert.deepEqual(kinds, [...sofar, 'answer.refused', 'end'])
    assert.ok(looked <= 40, `${looked} entries were looked at`)
    const seqs = reader.exchange(exchange).map(({ ref }) => ref.seq)
    assert.deepEqual(
      seqs,
      [...seqs].sort((left, right) => Number(left - right)),
    )
  })
})
