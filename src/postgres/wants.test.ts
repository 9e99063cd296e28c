// What a run is about, with a reader that counts what it is given.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Names } from './names.ts'
import { type LinkReader, type StatementReading, unread } from './reading.ts'
import { Readings, type ReadingsParts } from './readings.ts'
import { Runs, type Step } from './runs.ts'
import { say } from './testing/raw-client.ts'
import { wantOf } from './wants.ts'

test('a statement prepared before a definition is read once more, and not at each Bind', async () => {
  let defined = 0
  let read = 0
  const reader = {
    read: async (): Promise<StatementReading> => {
      read++
      const at = defined
      return { ...unread, holds: () => at === defined }
    },
  } as unknown as LinkReader
  const readings = new Readings({ reader, context: () => ({}) } as unknown as ReadingsParts)
  const names = new Names()
  const want = async (bytes: Buffer) => {
    const steps: Step[] = []
    const runs = new Runs(
      step => steps.push(step),
      () => undefined,
    )
    for (let at = 0; at < bytes.length; at += 1 + bytes.readUInt32BE(at + 1))
      runs.frame(bytes[at] as number, bytes, at, at + 1 + bytes.readUInt32BE(at + 1))
    for (const step of steps)
      if (step.kind === 'run') assert.ok('reading' in (await wantOf(step, [], { names, readings, reads: true })))
  }
  await want(Buffer.concat([say.parse('s', 'select 1'), say.bind('', 's'), say.sync()]))
  assert.equal(read, 1)
  for (defined = 1; defined < 3; defined++) {
    for (let times = 0; times < 5; times++) await want(Buffer.concat([say.bind('', 's'), say.sync()]))
    assert.equal(read, 1 + defined)
  }
})
