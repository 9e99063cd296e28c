import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LineReader, LineTooLong } from './stdio-lines.ts'

const text = '{"a":"é€😀"}\r\n\n\r\n{"b":1}\n{"c":2}\r\nrest'

test('lines are the same wherever the bytes are cut', () => {
  const bytes = Buffer.from(text)
  for (let size = 1; size <= bytes.length; size++) {
    const reader = new LineReader(100)
    const lines: string[] = []
    for (let at = 0; at < bytes.length; at += size) {
      for (const line of reader.push(bytes.subarray(at, at + size))) lines.push(line.toString())
    }
    assert.deepEqual(lines, ['{"a":"é€😀"}', '{"b":1}', '{"c":2}'], `${size}`)
    assert.equal(reader.rest().toString(), 'rest')
  }
})

test('a line may be as long as the limit and no longer, whole or in parts', () => {
  const whole = new LineReader(4)
  assert.deepEqual([...whole.push(Buffer.from('1234\n'))].map(String), ['1234'])
  assert.throws(() => [...whole.push(Buffer.from('12345\n'))], LineTooLong)
  const parts = new LineReader(4)
  assert.deepEqual([...parts.push(Buffer.from('12'))], [])
  assert.deepEqual([...parts.push(Buffer.from('34'))], [])
  assert.throws(() => [...parts.push(Buffer.from('5'))], LineTooLong)
})

test('lines before one that is too long are still given', () => {
  const lines = new LineReader(4).push(Buffer.from('ok\n12345'))
  assert.equal(lines.next().value?.toString(), 'ok')
  assert.throws(() => lines.next(), LineTooLong)
})
