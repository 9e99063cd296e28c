import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { Burdens } from './burdens.ts'
import { subjectOf } from './testing/rig.ts'

const respond = () => new PassThrough() as unknown as Parameters<Burdens['of']>[1]

test('a subject is counted over all its requests, and for itself alone', () => {
  const burdens = new Burdens(1_000)
  const first = burdens.of(subjectOf('ann'), respond())
  assert.ok(first.body(100))
  assert.ok(first.values(5))
  const second = burdens.of({ ...subjectOf('ann') }, respond())
  assert.ok(!second.answer(101))
  assert.ok(second.answer(100))
  assert.ok(!first.answer(1))
  assert.ok(burdens.of(subjectOf('bob'), respond()).answer(1_000))
})

test('what was counted is given back when the response is over, once', async () => {
  const burdens = new Burdens(1_000)
  const response = respond()
  const first = burdens.of(subjectOf('ann'), response)
  assert.ok(first.answer(1_000))
  const over = new Promise(done => response.once('close', done))
  response.destroy()
  await over
  first.end()
  // What comes later is no longer kept for anybody.
  assert.ok(first.answer(5_000))
  const second = burdens.of(subjectOf('ann'), respond())
  assert.ok(second.answer(1_000))
  assert.ok(!second.answer(1))
  const gone = respond()
  gone.destroy()
  assert.ok(burdens.of(subjectOf('ann'), gone).answer(5_000))
})
