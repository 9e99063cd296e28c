import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../gateway/limits.ts'
import { CallerFramer } from './caller-framer.ts'
import { front, WireFault } from './frames.ts'
import { frame } from './messages.ts'
import { type Run, Runs, runBytes, type Step } from './runs.ts'
import { SystemFramer } from './system-framer.ts'
import { say } from './testing/raw-client.ts'

const caller = Buffer.concat([
  say.parse('', 'select $1'),
  say.bind('', '', ['one']),
  say.describe('P', ''),
  say.execute(''),
  say.bind('', '', ['two']),
  say.execute(''),
  say.sync(),
  say.query('select 2'),
  say.sync(),
  say.close('S', 'a'),
  say.flush(),
])

/** What the runs are, as text. */
function told(steps: readonly Step[]): string[] {
  return steps.map(step => {
    if (step.kind !== 'run') return step.kind
    const run: Run = step
    return `${runBytes(run).toString('latin1')} ${run.expects} ${run.synced} ${run.bind?.parameters}`
  })
}

function stepsOf(pieces: readonly Buffer[]): string[] {
  const steps: Step[] = []
  const runs = new Runs(
    step => steps.push(step),
    () => undefined,
  )
  const framer = new CallerFramer((type, buffer, start, end) => runs.frame(type, buffer, start, end))
  for (const piece of pieces) framer.push(Buffer.from(piece))
  return told(steps)
}

test('a caller’s frames make the same runs wherever they are split', () => {
  const whole = stepsOf([caller])
  assert.equal(whole.length, 5)
  assert.equal(whole[3], 'sync')
  for (let at = 1; at < caller.length; at++) {
    assert.deepEqual(stepsOf([caller.subarray(0, at), caller.subarray(at)]), whole, `split at ${at}`)
  }
  assert.deepEqual(stepsOf([...caller].map(byte => Buffer.from([byte]))), whole)
})

test('a length or type that cannot be is refused before its bytes are kept', () => {
  const framer = () => new CallerFramer(() => assert.fail('a frame was handed on'))
  const bad: [string, Buffer][] = [
    ['unknown type', Buffer.from([0x7a, 0, 0, 0, 4])],
    ['length below 4', Buffer.from([front.query, 0, 0, 0, 3])],
    ['negative length', Buffer.from([front.query, 0xff, 0xff, 0xff, 0xff])],
    ['statement too large', Buffer.concat([Buffer.from([front.query]), size(limits.statementBytes + 1)])],
    ['message too large', Buffer.concat([Buffer.from([front.copyData]), size(limits.wireMessageBytes + 1)])],
  ]
  for (const [what, bytes] of bad) assert.throws(() => framer().push(bytes), WireFault, what)
})

function size(length: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(length)
  return bytes
}

const malformed: [string, Buffer][] = [
  ['query without NUL', frame(front.query, 'select 1')],
  ['query with a NUL inside', frame(front.query, 'select\0 1\0')],
  ['parse cut short', frame(front.parse, 'a\0select 1\0')],
  ['bind with a length beyond the frame', frame(front.bind, '\0\0', Buffer.from([0, 0, 0, 1, 0, 0, 1, 0, 65]))],
  ['describe of nothing', frame(front.describe, 'Xa\0')],
  ['execute without a count', frame(front.execute, '\0')],
  ['sync that holds something', frame(front.sync, 'a')],
  ['password out of place', frame(front.password, 'a\0')],
]

for (const [what, bytes] of malformed) {
  test(`${what} is a fault`, () => assert.throws(() => stepsOf([bytes]), WireFault))
}

interface Seen {
  readonly frames: string[]
  readonly bytes: string
}

function systemSeen(feed: (framer: SystemFramer) => void, streams: boolean): Seen {
  const frames: string[] = []
  const cuts: Buffer[] = []
  const framer = new SystemFramer({
    frame: (type, buffer, start, end) => {
      frames.push(`${String.fromCharCode(type)}${end - start}`)
      assert.equal(buffer[start], type)
    },
    streams: (type, bytes) => {
      if (streams) frames.push(`${String.fromCharCode(type)}${bytes}`)
      return streams
    },
    streamed: () => undefined,
    full: () => cuts.push(framer.cut(framer.read)),
  })
  feed(framer)
  cuts.push(framer.cut(framer.read))
  return { frames, bytes: Buffer.concat(cuts).toString('latin1') }
}

test('a system’s frames are the same wherever they are split, and nothing is lost or doubled', () => {
  const all = Buffer.concat([frame(0x31), frame(0x44, 'row one'), frame(0x43, 'SELECT 1\0'), frame(0x5a, 'I')])
  const whole = systemSeen(framer => framer.push(all), false)
  assert.deepEqual(whole.frames, ['15', 'D12', 'C14', 'Z6'])
  assert.equal(whole.bytes, all.toString('latin1'))
  for (let at = 1; at < all.length; at++) {
    const split = systemSeen(framer => {
      framer.push(all.subarray(0, at))
      framer.push(all.subarray(at))
    }, false)
    assert.deepEqual(split, whole, `split at ${at}`)
  }
})

test('frames across many buffers, some larger than one, keep every byte', () => {
  const rows = [10, 100_000, 250_000, 600_000, 5, 1_000_000, 20].map(bytes =>
    frame(0x44, Buffer.alloc(bytes, bytes % 251)),
  )
  const all = Buffer.concat([...rows, frame(0x5a, 'I')])
  for (const streams of [true, false]) {
    for (const step of [777, 65_536, 300_000]) {
      const seen = systemSeen(framer => {
        for (let at = 0; at < all.length; at += step) framer.push(all.subarray(at, at + step))
      }, streams)
      assert.equal(seen.frames.length, 8)
      assert.ok(seen.bytes === all.toString('latin1'), `the bytes differ at steps of ${step}`)
    }
  }
})
