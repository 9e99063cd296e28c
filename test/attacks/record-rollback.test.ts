// A log that is cut back, or written anew with its own keys. Promise: in itself it is intact and complete, as the limits say;
// who kept a checkpoint of it finds out.
import assert from 'node:assert/strict'
import { cpSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { main } from '../../src/cli/main.ts'
import { parseCheckpoint } from '../../src/recording/checkpoint.ts'
import { Inbox } from '../../src/recording/inbox.ts'
import { filePath, logDir } from '../../src/recording/inbox-folder.ts'
import { loadKeys } from '../../src/recording/keys.ts'
import { frameEnds, readFile } from '../../src/recording/test-file.ts'
import { call, openSession, temporaryDir } from '../../src/recording/test-log.ts'
import { verifyLog } from '../../src/recording/verify.ts'

const dir = temporaryDir()
let note: string

async function written(at: string, calls: number): Promise<void> {
  const inbox = await Inbox.open({ dir: at, instance: 'gateway', keys: loadKeys(at) })
  const session = await openSession(inbox)
  for (let count = 0; count < calls; count++) await call(inbox, session)
  await inbox.close()
}

function checkpoints(at: string): string[] {
  return readFile(filePath(logDir(at, 'gateway'), 1)).flatMap(frame =>
    frame.flatMap(record => (record.kind === 'checkpoint' ? [record.note] : [])),
  )
}

/** A copy of the whole data folder. */
function copied(): string {
  const copy = temporaryDir()
  cpSync(dir, copy, { recursive: true })
  return copy
}

before(async () => {
  await written(dir, 4)
  note = checkpoints(dir).at(-1) as string
})

describe('a checkpoint that was kept', () => {
  it('is held by the log, also when it has gone on since', async () => {
    const copy = copied()
    await written(copy, 2)
    const verdict = await verifyLog(copy, { kept: note })
    assert.deepEqual([verdict.faults, verdict.kept], [[], parseCheckpoint(note)?.size])
    assert.ok(verdict.entries > (verdict.kept ?? 0))
  })

  it('tells of an end that was cut off together with the index, which nothing else does', async () => {
    const copy = copied()
    const file = filePath(logDir(copy, 'gateway'), 1)
    truncateSync(file, frameEnds(file).at(-4) as number)
    for (const suffix of ['', '-wal', '-shm'])
      rmSync(join(logDir(copy, 'gateway'), `index.sqlite${suffix}`), { force: true })
    const alone = await verifyLog(copy)
    assert.deepEqual([alone.intact, alone.complete, alone.kept], [true, true, null])
    const verdict = await verifyLog(copy, { kept: note })
    assert.deepEqual([verdict.complete, verdict.kept], [false, null])
    assert.match(verdict.faults[0]?.what ?? '', /the checkpoint that was kept says that there were \d+ entries/)
  })

  it('tells of a log that was written anew with the same keys', async () => {
    const copy = copied()
    rmSync(logDir(copy, 'gateway'), { recursive: true })
    await written(copy, 6)
    assert.ok((await verifyLog(copy)).intact)
    const verdict = await verifyLog(copy, { kept: note })
    assert.deepEqual([verdict.intact, verdict.kept], [false, null])
  })

  it('of another key, another log, or changed by one digit, counts for nothing', async () => {
    const other = temporaryDir()
    await written(other, 4)
    for (const foreign of [checkpoints(other).at(-1) as string, note.replace(/\n\d+\n/, '\n1\n')]) {
      const verdict = await verifyLog(dir, { kept: foreign })
      assert.deepEqual([verdict.intact, verdict.kept], [false, null])
      assert.match(verdict.faults[0]?.what ?? '', /is not signed for a log here by this key/)
    }
  })

  it('is given on the command line as it was printed; what is none is wrong usage', async () => {
    const at = (name: string, text: string) => {
      const file = join(dir, name)
      writeFileSync(file, text)
      return file
    }
    const run = (file: string) => main(['log', 'verify', '--data', dir, '--checkpoint', file])
    assert.equal(await run(at('note', note)), 0)
    assert.equal(await run(at('shown.json', JSON.stringify({ checkpoint: { size: 1, note } }))), 0)
    for (const text of ['', '{}', '{"checkpoint":null}', 'sallyport/gateway\n5\n'])
      assert.equal(await run(at('none', text)), 2)
    assert.equal(await run('/nowhere'), 2)
  })
})
