import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { readBody } from './body.ts'
import { Burdens } from './burdens.ts'
import { HeldBytes } from './held-bytes.ts'
import { HttpReading } from './http-reading.ts'
import { SseParser } from './sse-parser.ts'
import { subjectOf } from './testing/rig.ts'

type Request = Parameters<typeof readBody>[0]
type Response = Parameters<Burdens['of']>[1]

const PARTS = 200_000
const one = Buffer.from('x')

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** What is kept after this many parts of one byte: as many buffers would be a hundred bytes each. */
function keeps(take: (part: Buffer) => unknown): number {
  const taken = () => {
    collect()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
  const before = taken()
  for (let n = 0; n < PARTS; n++) take(one.subarray(0))
  return taken() - before
}

test('a body, an answer and an event in parts of one byte take the memory of what they are', () => {
  const request = Object.assign(new EventEmitter(), { headers: {}, socket: null })
  const burden = new Burdens().of(subjectOf('ann'), new PassThrough() as unknown as Response)
  void readBody(request as unknown as Request, burden)
  const body = keeps(part => request.emit('data', part))
  assert.ok(body < 10 * PARTS, `${body}`)
  request.emit('close')

  const answer = new HttpReading(
    { kind: 'request', signal: null, head: () => undefined },
    { resolve: () => undefined, reject: () => undefined },
  )
  const controller = { abort: () => undefined } as unknown as Parameters<typeof answer.onResponseData>[0]
  answer.onResponseStart(controller, 200, { 'content-type': 'application/json' })
  const held = keeps(part => answer.onResponseData(controller, part))
  assert.ok(held < 10 * PARTS, `${held}`)
  answer.onResponseEnd()

  const event = new SseParser(2 * PARTS)
  event.push(Buffer.from('data: '))
  const waiting = keeps(part => event.push(part))
  assert.ok(waiting < 10 * PARTS, `${waiting}`)
  assert.equal(event.push(Buffer.from('\n\n'))[0]?.data?.length, PARTS)
})

test('what is taken is what came, however it was cut, and parts already given stay as they are', () => {
  const whole = Buffer.from('0123456789abcdef')
  for (let size = 1; size <= whole.length; size++) {
    const held = new HeldBytes()
    for (let at = 0; at < whole.length; at += size) held.append(whole.subarray(at, at + size))
    assert.equal(held.take().toString(), whole.toString())
    assert.equal(held.length, 0)
    assert.equal(whole.toString(), '0123456789abcdef')
  }
})

test('an event, in bytes or in lines of nothing, is no list of them', async () => {
  const inBytes = new SseParser(1_000)
  for (const byte of Buffer.from('data: a\ndata:\ndata: b')) assert.deepEqual(inBytes.push(Buffer.of(byte)), [])
  assert.equal(Buffer.from(inBytes.push(Buffer.from('\n\n'))[0]?.data ?? []).toString(), 'a\n\nb')
  const lines = new SseParser(8_000_000)
  const chunk = Buffer.from('data\n'.repeat(1_000))
  for (let n = 0; n < 1_000; n++) lines.push(chunk)
  assert.equal(lines.push(Buffer.from('\n'))[0]?.data?.length, 999_999)
})

test('a body of a caller that keeps too much already is not read', async () => {
  const burdens = new Burdens(100)
  const body = (stream: PassThrough) => {
    const request = Object.assign(stream, { headers: {}, socket: stream }) as unknown as Request
    const response = new PassThrough() as unknown as Response
    return { read: readBody(request, burdens.of(subjectOf('ann'), response)), response }
  }
  const first = new PassThrough()
  const { response, read } = body(first)
  first.end('x'.repeat(20))
  assert.equal(`${await read}`, 'x'.repeat(20))
  const second = new PassThrough()
  const refused = body(second)
  second.write('x'.repeat(6))
  assert.equal(await refused.read, 'limit')
  const over = new Promise(done => response.once('close', done))
  response.destroy()
  await over
  const third = new PassThrough()
  const again = body(third)
  third.end('x'.repeat(6))
  assert.equal(`${await again.read}`, 'xxxxxx')
})
