// Several parcels on their way at once. The thread that commits them is a double here, so that each can be made to fail.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises'
import { CommitFault, type Committed } from './commit-thread.ts'
import { Inbox } from './inbox.ts'
import { loadKeys } from './keys.ts'
import type { Item } from './parcel.ts'
import { draft, temporaryDir } from './test-log.ts'

interface Away {
  readonly items: readonly Item[]
  readonly land: () => void
  readonly fail: () => void
}

async function opened() {
  const away: Away[] = []
  let first = 0
  let atOnce = true
  const commit = (items: readonly Item[]) =>
    new Promise<Committed>((resolve, reject) => {
      const land = () => {
        resolve({ first, refused: [] })
        first += items.length
      }
      away.push({ items, land, fail: () => reject(new CommitFault('full')) })
      if (atOnce) land()
    })
  const dir = temporaryDir()
  const commits = { commit, close: () => Promise.resolve() }
  const inbox = await Inbox.open({ dir, instance: 'one', keys: loadKeys(dir), commits })
  away.length = 0
  atOnce = false
  const say = async (exchange: string) => {
    inbox.lazy(draft(null, { kind: 'answer.refused', exchange, code: 'limit' }))
    await turn()
  }
  const close = () => {
    atOnce = true
    return inbox.close()
  }
  return { inbox, away, say, close }
}

const said = ({ items }: Pick<Away, 'items'>) => items.map(({ extra }) => extra)

test('what comes while parcels are away follows them, up to so many; then it shares the next one', async () => {
  const { away, say, close } = await opened()
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) await say(name)
  assert.deepEqual(away.map(said), [['a'], ['b'], ['c'], ['d']])
  away[0]?.land()
  await turn()
  await turn()
  assert.deepEqual(said(away[4] as Away), ['e', 'f'])
  for (const one of away.slice(1)) one.land()
  await close()
})

test('with none away, what somebody waits for leaves in the same turn with what was said with it, unless more follows', async () => {
  const { inbox, away, close } = await opened()
  const body = (exchange: string) => ({ kind: 'answer.refused', exchange, code: 'limit' }) as const
  const sayTo = (exchange: string, followed: boolean) => inbox.record({ ...draft(null, body(exchange)), followed })
  const waited = [sayTo('a', true), sayTo('b', true)]
  await null
  assert.equal(away.length, 0, 'more follows')
  waited.push(sayTo('c', false), sayTo('d', false))
  await null
  assert.deepEqual(away.map(said), [['a', 'b', 'c', 'd']])
  waited.push(sayTo('e', false))
  await null
  assert.equal(away.length, 1, 'the thread is at work: others may come in this turn')
  await turn()
  assert.deepEqual(away.slice(1).map(said), [['e']])
  for (const one of away) one.land()
  await Promise.all(waited)
  inbox.lazy(draft(null, body('f')))
  await null
  assert.equal(away.length, 2, 'nobody waits for it')
  await turn()
  away[2]?.land()
  waited.push(sayTo('g', true))
  await turn()
  assert.deepEqual(said(away[3] as Away), ['g'], 'what is followed by nothing waits no longer than a turn')
  away[3]?.land()
  await Promise.all(waited)
  await close()
})

test('what is large goes at once, never past what is away already, and in its order', async () => {
  const { inbox, away, close } = await opened()
  const large = Buffer.alloc(40_000)
  const payload = { raw: large, transcript: large }
  const say = (exchange: string, is: 'large' | 'small') => {
    const body = { kind: 'answer.refused', exchange, code: 'limit' } as const
    inbox.lazy({ ...draft(null, body), payload: is === 'large' ? payload : null })
  }
  say('a', 'small')
  say('b', 'large')
  assert.deepEqual(away.map(said), [['a', 'b']], 'with what waited before it')
  for (const name of ['c', 'd', 'e', 'f', 'g']) say(name, 'large')
  assert.deepEqual(away.map(said), [['a', 'b'], ['c'], ['d'], ['e']])
  await turn()
  assert.equal(away.length, 4)
  for (const one of away) one.land()
  await turn()
  await turn()
  assert.deepEqual(said(away[4] as Away), ['f', 'g'])
  away[4]?.land()
  await close()
})

test('what was sent behind a parcel that fails comes back with it and is sent again in its order', async () => {
  const { inbox, away, say, close } = await opened()
  for (const name of ['a', 'b', 'c']) await say(name)
  const refused = assert.rejects(inbox.record(draft(null, { kind: 'answer.refused', exchange: 'd', code: 'limit' })))
  await turn()
  away[0]?.fail()
  await turn()
  await say('e')
  assert.equal(away.length, 4, 'nothing is sent before all are back')
  for (const one of away.slice(1)) one.fail()
  await refused
  assert.equal(inbox.health().state, 'full')
  while (away.length === 4) await delay(10)
  assert.deepEqual(said(away[4] as Away), ['a', 'b', 'c', 'e'])
  away[4]?.land()
  await turn()
  assert.equal(inbox.health().state, 'ok')
  assert.equal(inbox.health().lost, 0)
  await close()
})
