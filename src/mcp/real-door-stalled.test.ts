// Callers that stop reading an event stream: what they hold ends, and a stream with nothing to say does not.
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { afterEach, describe, it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { all, getText, RealBench } from './testing/real-bench.ts'
import { type Recorded, unended } from './testing/real-rig.ts'
import { LegacyCaller, legacyScript } from './testing/scripted-server.ts'

const STALL_MS = 400
/** Together more than the buffers on the way take. */
const EVENTS = 300
const event = JSON.stringify({
  jsonrpc: '2.0',
  method: 'notifications/message',
  params: { level: 'info', data: 'word '.repeat(20_000) },
})

const bench = new RealBench()
afterEach(() => bench.clear())

/** As many events as somebody takes, then the answer. */
async function tell(response: ServerResponse, answer: string): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const events = Array.from({ length: EVENTS }, () => `data: ${event}\n\n`)
  await pipeline([...events, answer], response).catch(() => undefined)
}

/** A session whose calls are answered so. */
async function calledWith(answered: (response: ServerResponse, id: unknown) => void): Promise<LegacyCaller> {
  const script = legacyScript([getText], ({ id }, response) => {
    answered(response, id)
    return null
  })
  const { url } = await bench.behind(script, { rules: [all], stallMs: STALL_MS })
  return LegacyCaller.open(url, 'ann')
}

function outcomes({ entries }: Recorded, operation: string): string[] {
  const asked = new Set(
    entries.flatMap(({ entry }) =>
      entry.kind === 'question' && entry.operation === operation ? [entry.exchange] : [],
    ),
  )
  return entries.flatMap(({ entry }) => (entry.kind === 'end' && asked.has(entry.exchange) ? [entry.outcome] : []))
}

const call = { name: 'get_text' }
const ended = (id: unknown) => `data: ${JSON.stringify({ jsonrpc: '2.0', id, result: { content: [] } })}\n\n`

describe('a caller that stops reading', { timeout: 30_000 }, () => {
  it('the events of its call goes away: the server is let go and the exchange ends', async () => {
    const left = Promise.withResolvers<void>()
    const ann = await calledWith((response, id) => {
      response.once('close', () => left.resolve())
      void tell(response, ended(id))
    })
    const unread = await ann.send(1, 'tools/call', call)
    await left.promise
    await assert.rejects(unread.text())
    const recorded = await bench.finish()
    assert.deepEqual(outcomes(recorded, 'tools/call'), ['gone'])
    assert.deepEqual(unended(recorded), [])
  })

  it('what the server says unasked has no such stream any more', async () => {
    const ann = await calledWith(() => undefined)
    const left = Promise.withResolvers<void>()
    bench.server.listened = response => {
      response.once('close', () => left.resolve())
      void tell(response, '')
    }
    const unread = await ann.listen({}, AbortSignal.timeout(20_000))
    await left.promise
    await assert.rejects(unread.text())
  })
})

describe('a caller that reads', { timeout: 30_000 }, () => {
  it('slowly gets all of its answer', async () => {
    const ann = await calledWith((response, id) => void tell(response, ended(id)))
    const { body } = await ann.send(1, 'tools/call', call)
    assert.ok(body)
    const began = performance.now()
    let text = ''
    for await (const piece of body) {
      text = `${text}${Buffer.from(piece).toString('latin1')}`.slice(-100)
      await pause(piece.length / 10_000)
    }
    assert.ok(performance.now() - began > 3 * STALL_MS)
    assert.match(text, /"result":\{"content":\[\]\}\}\n\n$/)
    assert.deepEqual(outcomes(await bench.finish(), 'tools/call'), ['done'])
  })

  it('keeps a stream, and a call, on which nothing is said for longer', async () => {
    const ann = await calledWith(async (response, id) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
      await pause(4 * STALL_MS)
      response.end(ended(id))
    })
    bench.server.listened = async response => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
      await pause(4 * STALL_MS)
      response.end(`data: ${event}\n\n`)
    }
    const listening = await ann.listen({}, AbortSignal.timeout(20_000))
    assert.deepEqual((await ann.ask(1, 'tools/call', call)).result, { content: [] })
    assert.match(await listening.text(), /notifications\/message/)
  })
})
