import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../gateway/limits.ts'
import { readJson } from '../json/document.ts'
import { type Message, readMessage } from './envelope.ts'
import { StdioRouting, type Waiting } from './stdio-routing.ts'
import type { MessageId, UpstreamEvent } from './upstream.ts'

function message(value: object): Message {
  const read = readMessage(
    readJson(Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...value })), { depth: 9, values: 99 }),
  )
  assert.ok(read)
  return read
}

const note = (n: number, pad = '') => message({ method: 'notifications/message', params: { n, pad } })

function setUp() {
  const dropped: unknown[] = []
  const pipe = { held: 0 }
  const flow = { pause: () => pipe.held++, resume: () => pipe.held-- }
  const routing = new StdioRouting(flow, ({ json }) => dropped.push(json?.value))
  const over: MessageId[] = []
  const waiting = (id: MessageId, method = 'tools/call'): Waiting => ({
    id,
    method,
    progressToken: null,
    heard: () => undefined,
    over: () => over.push(id),
    givenUp: () => undefined,
  })
  return { routing, dropped, pipe, over, waiting }
}

async function taken(events: AsyncIterator<UpstreamEvent>): Promise<unknown> {
  const { value, done } = await events.next()
  const params = ((value as UpstreamEvent | undefined)?.json?.value as { params?: { n: number } } | undefined)?.params
  return done ? 'end' : (params?.n ?? 'answer')
}

test('messages nobody asked for wait for a listener, the oldest making room', async () => {
  const { routing, dropped, pipe } = setUp()
  for (let n = 0; n < limits.unaskedMessages + 3; n++) routing.route(note(n))
  assert.equal(dropped.length, 3)
  const events = routing.listen(new AbortController().signal)[Symbol.asyncIterator]()
  for (let n = 3; n < limits.unaskedMessages + 3; n++) assert.equal(await taken(events), n)
  routing.route(note(1_000))
  assert.equal(await taken(events), 1_000)
  assert.equal(pipe.held, 0)
})

test('they are bounded in bytes too', () => {
  const { routing, dropped } = setUp()
  for (let n = 0; n < 5; n++) routing.route(note(n, 'x'.repeat(limits.unaskedBytes / 4)))
  assert.equal(dropped.length, 2)
})

test('a newer listener takes over, and one that left loses only what was on its way', async () => {
  const { routing } = setUp()
  const leaving = new AbortController()
  const first = routing.listen(new AbortController().signal)[Symbol.asyncIterator]()
  for (let n = 0; n < 4; n++) routing.route(note(n))
  assert.equal(await taken(first), 0)
  const second = routing.listen(leaving.signal)[Symbol.asyncIterator]()
  assert.deepEqual([await taken(first), await taken(first)], [1, 'end'])
  leaving.abort()
  assert.equal(await taken(second), 'end')
  const third = routing.listen(new AbortController().signal)[Symbol.asyncIterator]()
  assert.equal(await taken(third), 3)
})

test('a listener that does not take holds nobody up; a request that does not, holds the pipe', async () => {
  const { routing, pipe, waiting } = setUp()
  routing.listen(new AbortController().signal)
  for (let n = 0; n < 10; n++) routing.route(note(n))
  assert.equal(pipe.held, 0)
  const events = routing.add(waiting(1))[Symbol.asyncIterator]()
  routing.route(note(11))
  assert.equal(pipe.held, 1)
  assert.equal(await taken(events), 11)
  assert.equal(pipe.held, 0)
  routing.route(note(12))
  assert.equal(pipe.held, 1)
  await events.return?.()
  assert.equal(pipe.held, 0)
})

test('an answered request holds nothing, and is over once', async () => {
  const { routing, pipe, over, waiting, dropped } = setUp()
  const events = routing.add(waiting(1))[Symbol.asyncIterator]()
  routing.route(message({ id: 1, result: {} }))
  assert.equal(pipe.held, 0)
  assert.deepEqual([await taken(events), await taken(events)], ['answer', 'end'])
  routing.route(message({ id: 1, result: {} }))
  assert.deepEqual(over, [1])
  assert.equal(dropped.length, 1)
})

test('an id given up may not be used again before its late answer came', async () => {
  const { routing, waiting } = setUp()
  const late = waiting(1)
  routing.add(late)
  routing.giveUp(late, 'timeout')
  assert.throws(() => routing.add(waiting(1)), /malformed/)
  routing.route(message({ id: 1, result: {} }))
  const events = routing.add(waiting(1))[Symbol.asyncIterator]()
  routing.route(message({ id: 1, result: {} }))
  assert.equal(await taken(events), 'answer')
})
