import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../gateway/limits.ts'
import { StdioRecord } from './stdio-record.ts'

function recorder() {
  const pieces: string[] = []
  return { pieces, record: new StdioRecord(bytes => pieces.push(Buffer.from(bytes).toString())) }
}

test('an identifier is never cut in two, wherever the writes were', () => {
  const { pieces, record } = recorder()
  for (const byte of Buffer.from('a 123-45-6789 b\nnext 987-65-4321')) record.write(Buffer.from([byte]))
  record.end()
  assert.deepEqual(pieces, ['a 123-45-6789 b\nnext 987-65-4321\n'])
})

test('many lines are few pieces, each of whole lines', () => {
  const { pieces, record } = recorder()
  for (let n = 0; n < 2_000; n++) record.write(Buffer.from(`line ${n} 123-45-6789 ${'.'.repeat(80)}\n`))
  record.end()
  assert.ok(pieces.length < 20)
  assert.equal(pieces.join('').split('\n').length, 2_001)
  for (const piece of pieces) assert.match(piece, /^line .*\.\n$/s)
})

test('a line longer than a part is cut back to a space', () => {
  const { pieces, record } = recorder()
  record.write(Buffer.from(`${'a'.repeat(limits.chunkBytes - 8)} 123-45-6789 ${'b'.repeat(limits.chunkBytes)}\nnext\n`))
  record.end()
  assert.equal(pieces.join(''), `${'a'.repeat(limits.chunkBytes - 8)} \nnext\n`)
})

test('one process is recorded up to the limit and then no more', () => {
  const { pieces, record } = recorder()
  const line = Buffer.from(`${'c'.repeat(999)} \n`)
  for (let n = 0; n < 2 * (limits.stderrBytes / 1_000); n++) record.write(line)
  record.end()
  const bytes = pieces.reduce((sum, piece) => sum + piece.replaceAll('\n', '').length, 0)
  assert.ok(bytes <= limits.stderrBytes && bytes > limits.stderrBytes - 1_001)
})
