// The files of a log: who may open them, over restarts, and what becomes of them when they were cut or changed.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { isUnrecorded, keys, openInbox, verified } from './inbox.fixture.ts'
import { Inbox } from './inbox.ts'
import { openRecord } from './read.ts'
import { frameEnds } from './test-file.ts'
import { answer, call, draft, openSession, payload, temporaryDir } from './test-log.ts'
import { verifyLog } from './verify.ts'

test('a second opener is refused with one sentence, also in the same process, and may follow the first', async () => {
  const { dir, inbox } = await openInbox()
  await assert.rejects(Inbox.open({ dir, instance: 'one', keys }), /^Error: Another process writes the log in /)
  const other = await Inbox.open({ dir, instance: 'two', keys })
  await other.close()
  await inbox.close()
  const again = await Inbox.open({ dir, instance: 'one', keys })
  await again.close()
  assert.equal((await verified(dir)).entries, 6)
})

test('a log that goes on over restarts and files stays one log', async () => {
  const dir = temporaryDir()
  const fileBytes = 256 << 10
  const sessions: string[] = []
  for (let start = 0; start < 3; start++) {
    const { inbox } = await openInbox({ dir, fileBytes })
    const session = await openSession(inbox, `start ${start}`)
    sessions.push(session)
    for (let count = 0; count < 40; count++) await call(inbox, session, 'x'.repeat(2_000))
    // A session of an earlier process takes a late word of the approvers and no payload.
    const past = sessions[0] as string
    if (start > 0) {
      await isUnrecorded(inbox.clear('caller', payload('late'), draft(past, answer('x_1'))))
      const exchange = openRecord(dir).session(past)[1]?.entry
      assert.ok(exchange?.kind === 'question')
      await inbox.record(draft(past, { kind: 'end', exchange: exchange.exchange, outcome: 'cut', delivered: 0 }))
    }
    if (start === 1) await inbox.record(draft(session, { kind: 'session.close', entries: 0, outcome: 'done' }))
    await inbox.close()
  }
  const files = readdirSync(join(dir, 'inbox', 'one')).filter(name => name.endsWith('.log'))
  assert.ok(files.length > 3, `${files.length} files`)
  const verdict = await verified(dir)
  assert.deepEqual([verdict.sessions, verdict.openSessions], [3, 2])
  const reader = openRecord(dir, keys)
  assert.equal(reader.session(sessions[0] as string).length, 1 + 120 + 2)
  for (const recorded of reader.session(sessions[2] as string)) {
    if (recorded.entry.blob) assert.match(String(reader.transcript(recorded)), /\[phi\.ssn\]$/)
  }
  reader.close()
})

test('files are for their owner only, and an unknown format or a foreign file is refused', async () => {
  const { dir, inbox } = await openInbox()
  const folder = join(dir, 'inbox', 'one')
  for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o077, 0, name)
  await inbox.close()
  const file = join(folder, 'inbox-000001.log')
  const whole = readFileSync(file)
  writeFileSync(file, whole.toString('latin1').replace('inbox 2', 'inbox 3'), 'latin1')
  await assert.rejects(Inbox.open({ dir, instance: 'one', keys }), /has format 3, and this version reads format 2 only/)
  writeFileSync(file, 'something else')
  await assert.rejects(Inbox.open({ dir, instance: 'one', keys }), /is not an inbox of this product/)
  writeFileSync(file, whole)
  writeFileSync(join(folder, 'inbox-000001.sqlite'), '')
  await assert.rejects(Inbox.open({ dir, instance: 'one', keys }), /has format 1, and this version reads format 2 only/)
  await assert.rejects(Inbox.open({ dir, instance: '../x', keys }), /An instance is named/)
  assert.ok(existsSync(file))
})

test('a start on entries that were cut off or changed is refused', async () => {
  const { dir, inbox } = await openInbox()
  await call(inbox, await openSession(inbox))
  await inbox.close()
  const file = join(dir, 'inbox', 'one', 'inbox-000001.log')
  const whole = readFileSync(file)
  const frames = frameEnds(file)
  truncateSync(file, frames.at(-3))
  await assert.rejects(Inbox.open({ dir, instance: 'one', keys }), /does not hold what it says/)
  const changed = Buffer.from(whole)
  const at = (frames[2] as number) + 40
  changed[at] = (changed[at] as number) ^ 1
  writeFileSync(file, changed)
  await assert.rejects(Inbox.open({ dir, instance: 'one', keys }), /does not hold what it says/)
})

test('a write that was cut short at any byte is taken away, and what was durable before is there', async () => {
  const { dir, inbox } = await openInbox()
  const session = await openSession(inbox)
  await call(inbox, session)
  await inbox.close()
  const folder = join(dir, 'inbox', 'one')
  const file = join(folder, 'inbox-000001.log')
  const whole = readFileSync(file)
  const frames = frameEnds(file)
  const [before, end] = [frames.at(-2) as number, frames.at(-1) as number]
  for (let at = before + 1; at < end; at += 23) {
    writeFileSync(file, whole.subarray(0, at))
    assert.deepEqual((await verifyLog(dir, { publicKey: keys.verifying })).faults, [], `cut at ${at}`)
    const again = await Inbox.open({ dir, instance: 'one', keys })
    await again.close()
    await verified(dir)
    assert.ok(readFileSync(file).subarray(0, before).equals(whole.subarray(0, before)))
    rmSync(join(folder, 'index.sqlite'))
    for (const suffix of ['-wal', '-shm']) rmSync(join(folder, `index.sqlite${suffix}`), { force: true })
  }
})

/** One file, as it is after a call of some sectors. */
async function closedLog() {
  const { dir, inbox } = await openInbox()
  await call(inbox, await openSession(inbox), 'x'.repeat(3_000))
  await inbox.close()
  const folder = join(dir, 'inbox', 'one')
  const file = join(folder, 'inbox-000001.log')
  const withoutIndex = () => {
    for (const name of readdirSync(folder)) if (name.startsWith('index')) rmSync(join(folder, name))
  }
  return { dir, file, whole: readFileSync(file), ends: frameEnds(file), withoutIndex }
}

test('a write that had not come to all sectors is taken away where there is room behind it', async () => {
  const { dir, file, whole, ends, withoutIndex } = await closedLog()
  // The newest frame that is longer than a sector, and those behind it as if they had never been.
  const last = ends.findLastIndex((end, at) => end - (ends[at - 1] ?? 0) > 1_500)
  const [start, end] = [ends[last - 1] as number, ends[last] as number]
  const room = Buffer.concat([whole.subarray(0, end), Buffer.alloc(20_000)])
  const written: Buffer[] = []
  for (let at = start + 1; at < end; at += 397) written.push(Buffer.from(room).fill(0, at, end))
  for (let at = Math.ceil(start / 512) * 512; at + 512 <= end; at += 512) {
    written.push(Buffer.from(room).fill(0, at, at + 512))
    written.push(Buffer.from(room).fill(0, start, at))
  }
  assert.ok(written.length > 12)
  for (const [at, bytes] of written.entries()) {
    writeFileSync(file, bytes)
    withoutIndex()
    assert.deepEqual((await verifyLog(dir, { publicKey: keys.verifying })).faults, [], `written ${at}`)
    const again = await Inbox.open({ dir, instance: 'one', keys })
    await again.close()
    await verified(dir)
    assert.ok(readFileSync(file).subarray(0, start).equals(whole.subarray(0, start)))
    assert.notDeepEqual(readFileSync(file).subarray(start, end), whole.subarray(start, end))
  }
})

test('zeros before a frame that is there are a change, and nothing is taken away', async () => {
  const { dir, file, whole, ends, withoutIndex } = await closedLog()
  for (const [from, to] of [
    [ends[0], ends[1]],
    [ends[0], (ends[0] as number) + 600],
    [(ends[1] as number) - 20, ends[1]],
  ] as [number, number][]) {
    withoutIndex()
    const changed = Buffer.from(whole).fill(0, from, to)
    writeFileSync(file, changed)
    assert.equal((await verifyLog(dir, { publicKey: keys.verifying })).intact, false)
    await assert.rejects(Inbox.open({ dir, instance: 'one', keys }), /does not hold what it says/)
    assert.ok(readFileSync(file).equals(changed))
  }
})
