import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Turn, Turns } from './turns.ts'

function begun(turns: Turns): Turn {
  const turn = turns.begin()
  assert.ok(!(turn instanceof Promise))
  return turn
}

test('so many begin at once; the next ones begin in their order, one for each that is over', async () => {
  const turns = new Turns(2, 60_000)
  const [first, second] = [begun(turns), begun(turns)]
  const order: string[] = []
  const waiting = ['third', 'fourth', 'fifth'].map(async name => {
    const turn = await turns.begin()
    order.push(name)
    return turn
  })
  first.over()
  first.over()
  const third = await waiting[0]
  await new Promise(resolve => setImmediate(resolve))
  assert.deepEqual(order, ['third'])
  second.over()
  third?.over()
  for (const turn of await Promise.all(waiting.slice(1))) turn.over()
  assert.deepEqual(order, ['third', 'fourth', 'fifth'])
  begun(turns)
})

test('one that takes too long lets the next begin, and gives nothing away when it ends after all', async () => {
  const turns = new Turns(1, 20)
  // The limit itself keeps no process alive.
  const alive = setInterval(() => undefined, 1_000)
  const stuck = begun(turns)
  const second = await turns.begin()
  stuck.over()
  const third = turns.begin()
  assert.ok(third instanceof Promise)
  second.over()
  const last = await third
  last.over()
  begun(turns)
  clearInterval(alive)
})
