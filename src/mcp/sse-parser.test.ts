import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type SseEvent, SseParser, SseTooLarge } from './sse-parser.ts'

type Plain = { data: string | null; id: string | null; retryMs: number | null }

function read(chunks: readonly Uint8Array[], limit = 1_000_000): Plain[] {
  const parser = new SseParser(limit)
  const plain = ({ data, id, retryMs }: SseEvent) => ({ data: data && Buffer.from(data).toString(), id, retryMs })
  return chunks.flatMap(chunk => parser.push(chunk).map(plain))
}

const stream = Buffer.from(
  '\ufeff: a comment\r\n\r\nid: 1\ndata:\n\ndata: {"a":\rdata:  "é€😀"}\r\r\nevent: message\r\nid: x:2\r\nretry: 250\r\ndata:one\r\ndata\r\ndata: three\r\n\r\nretry: soon\nid: no\0pe\nunknown: x\n\ndata: unfinished',
)

const expected: Plain[] = [
  { data: null, id: null, retryMs: null },
  { data: null, id: '1', retryMs: null },
  { data: '{"a":\n "é€😀"}', id: null, retryMs: null },
  { data: 'one\n\nthree', id: 'x:2', retryMs: 250 },
  { data: null, id: null, retryMs: null },
]

describe('server-sent events', () => {
  it('reads by the standard', () => {
    assert.deepEqual(read([stream]), expected)
  })

  it('reads the same at every split', () => {
    for (let at = 0; at <= stream.length; at++) {
      assert.deepEqual(read([stream.subarray(0, at), stream.subarray(at)]), expected, `split at ${at}`)
    }
    assert.deepEqual(read([...stream].map(byte => Buffer.of(byte))), expected)
  })

  it('reads the same in any chunks', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('\r', '\n', 'data', ':', ' ', 'x', 'id: 7', '\r\n\r\n')),
        fc.nat(),
        (parts, seed) => {
          const bytes = Buffer.from(parts.join(''))
          const at = bytes.length === 0 ? 0 : seed % bytes.length
          assert.deepEqual(read([bytes.subarray(0, at), bytes.subarray(at)]), read([bytes]))
        },
      ),
    )
  })

  it('takes no wait so long that its digits could name somebody', () => {
    const [event] = read([Buffer.from('retry: 219099999\n\n')])
    assert.equal(event?.retryMs, 60_000)
  })

  it('refuses an event that grows beyond its bound, whether in one line or in many', () => {
    assert.throws(() => read([Buffer.from(`data: ${'a'.repeat(200)}`)], 100), SseTooLarge)
    assert.throws(() => read([Buffer.from('data: aaaaaaa\n'.repeat(20))], 100), SseTooLarge)
    assert.throws(
      () =>
        read(
          Array.from({ length: 200 }, () => Buffer.from('a')),
          100,
        ),
      SseTooLarge,
    )
    assert.equal(read([Buffer.from('data: aaaaaaa\n\n'.repeat(200))], 100).length, 200)
  })
})
