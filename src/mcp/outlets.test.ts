import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { authored } from '../gateway/authored.ts'
import { SseOutlet } from './outlets.ts'
import { BatchReply, SingleReply } from './reply.ts'
import { SseParser } from './sse-parser.ts'
import { listening } from './testing/rig.ts'

async function told(write: (reply: SingleReply, response: import('node:http').ServerResponse) => void) {
  const server = await listening((_request, response) => write(new SingleReply(response, true), response))
  const response = await fetch(server.url)
  const text = await response.text()
  await server.close()
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    cache: response.headers.get('cache-control'),
    text,
  }
}

describe('outlets', () => {
  it('frame one message as one event, whatever line ends it has', async () => {
    const message = '{"a":\r\n1,\n"b":\r2}'
    const { text } = await told((_, response) => {
      response.writeHead(200)
      const outlet = new SseOutlet(response)
      outlet.event(authored(message), { id: 'i', retryMs: 5 })
      outlet.mark({ id: 'j', retryMs: null })
      outlet.keepAlive()
      outlet.end(authored('{}'))
      assert.equal(outlet.delivered, message.length + 2)
    })
    const events = new SseParser(1_000).push(Buffer.from(text))
    assert.equal(events.length, 4)
    assert.deepEqual(JSON.parse(Buffer.from(events[0]?.data ?? []).toString()), { a: 1, b: 2 })
    assert.deepEqual([events[0]?.id, events[0]?.retryMs, events[1]?.id, events[1]?.data], ['i', 5, 'j', null])
    assert.equal(Buffer.from(events[3]?.data ?? []).toString(), '{}')
  })

  it('answer by JSON, or by events once one was sent', async () => {
    const plain = await told(reply => reply.finish(authored('{"x":1}'), 400))
    assert.deepEqual(plain, { status: 400, type: 'application/json', cache: 'no-store', text: '{"x":1}' })
    const streamed = await told(reply => {
      reply.keepAlive()
      reply.finish(authored('{"x":1}'), 400)
    })
    assert.deepEqual([streamed.status, streamed.type], [200, 'text/event-stream'])
    assert.match(streamed.text, /^: waiting\n\nevent: message\ndata: \{"x":1\}\n\n$/)
  })

  it('put a batch together, streamed or not', async () => {
    const plain = await told((reply, response) => {
      const batch = new BatchReply(response, reply, 3)
      batch.finish(authored('1'))
      batch.finishEmpty()
      batch.finish(authored('2'))
    })
    assert.equal(plain.text, '[1,2]')
    const streamed = await told((reply, response) => {
      const batch = new BatchReply(response, reply, 2)
      batch.finish(authored('1'))
      batch.keepAlive()
      batch.finish(authored('2'))
    })
    assert.deepEqual(streamed.text.match(/data: \d/g), ['data: 1', 'data: 2'])
    const none = await told((reply, response) => new BatchReply(response, reply, 1).finishEmpty())
    assert.deepEqual([none.status, none.text], [202, ''])
  })
})
