import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LaterUpstream } from './later-upstream.ts'
import { answer, ask, fault, lost, next, script, start } from './stdio-harness.fixture.ts'

const echo = script(`heard(({ id }) => say({ id, result: { pid: process.pid } }))`)

test('nothing is started before something is sent, and then once', async () => {
  let started = 0
  const upstream = new LaterUpstream(async () => {
    started++
    return (await start(echo)).upstream
  })
  assert.deepEqual(await upstream.listen(null, {}, new AbortController().signal), { kind: 'absent', status: 405 })
  assert.equal(started, 0)
  const answers = await Promise.all([1, 2].map(async id => answer(await ask(upstream, { id }))))
  assert.deepEqual([started, answers.length], [1, 2])
  await upstream.close({})
  await lost(upstream)
})

test('what was never started ends at once, and begins no more', async () => {
  const upstream = new LaterUpstream(() => assert.fail('started'))
  assert.equal(await upstream.close({}), 'closed')
  await assert.rejects(async () => next(await ask(upstream, { id: 1 })), fault('exited'))
})

test('what could not be started is started by the next message', async () => {
  let tried = 0
  const upstream = new LaterUpstream(async () => {
    if (tried++ === 0) throw new Error('full')
    return (await start(echo)).upstream
  })
  await assert.rejects(ask(upstream, { id: 1 }), /full/)
  await answer(await ask(upstream, { id: 2 }))
  assert.equal(tried, 2)
  await upstream.close({})
  await lost(upstream)
})
