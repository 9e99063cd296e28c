// What an inbox takes, keeps and refuses.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Worker } from 'node:worker_threads'
import type { Refusal } from '../gateway/errors.ts'
import { limits } from '../gateway/limits.ts'
import { masked } from '../masking/masked.ts'
import type { Draft, EntryBody } from './entry.ts'
import { isUnrecorded, keyDir, keys, openInbox, verified } from './inbox.fixture.ts'
import { Cleared } from './inbox.ts'
import { loadSealPrivateKey } from './keys.ts'
import { openRecord } from './read.ts'
import { readFile, writeFile } from './test-file.ts'
import { answer, call, draft, opening, openSession, payload, question } from './test-log.ts'
import { verifyLog } from './verify.ts'

test('what is cleared is what was released, is durable, and belongs to its door', async () => {
  const { dir, inbox } = await openInbox()
  const session = await openSession(inbox)
  const part = payload('question')
  const cleared = await inbox.clear('system', part, draft(session, question('x_1')))
  assert.equal(cleared.bytes, part.released)
  assert.ok(Cleared.is(cleared, 'system'))
  assert.ok(!Cleared.is(cleared, 'caller'))
  assert.ok(!Cleared.is({ ...cleared }, 'system'))
  // Read by another connection while this one is still open: nothing is left to be written.
  const reader = openRecord(dir, keys)
  const found = reader.entry(cleared.entry.seq)
  assert.ok(found)
  assert.equal(found.entry.kind, 'question')
  assert.equal(reader.transcript(found)?.toString(), 'question [phi.ssn]')
  const unsealed = reader.unseal(found, loadSealPrivateKey(join(keyDir, 'seal-keys')))
  assert.equal(unsealed?.raw.toString(), 'question 123-45-6789')
  assert.ok(unsealed?.released(part.released))
  assert.ok(!unsealed?.released(part.raw))
  reader.close()
  await inbox.close()
  await verified(dir)
})

test('a payload that shows all it holds is stored once, and opens as transcript and as seal', async () => {
  const { dir, inbox } = await openInbox()
  const session = await openSession(inbox)
  const bytes = Buffer.from('nothing to hide')
  const whole = masked(bytes, bytes, bytes, {})
  const released = masked(bytes, Buffer.from('wrapped on the way'), bytes, {})
  const seqs = [
    (await inbox.clear('system', whole, draft(session, question('x_1')))).entry.seq,
    (await inbox.clear('caller', released, draft(session, answer('x_1')))).entry.seq,
    (await inbox.clear('system', payload('question'), draft(session, question('x_2')))).entry.seq,
  ]
  inbox.lazy({ ...draft(session, answer('x_2')), payload: { raw: bytes, transcript: bytes }, released: bytes })
  await inbox.close()
  const privateKey = loadSealPrivateKey(join(keyDir, 'seal-keys'))
  const reader = openRecord(dir, keys)
  for (const [at, seq] of [...seqs, (seqs[2] as bigint) + 1n].entries()) {
    const found = reader.entry(seq)
    assert.ok(found?.entry.blob)
    assert.equal(found.entry.blob.sealed === undefined, at !== 2)
    const unsealed = reader.unseal(found, privateKey)
    assert.ok(unsealed)
    if (at === 2) continue
    assert.equal(reader.transcript(found)?.toString(), 'nothing to hide')
    assert.equal(unsealed.raw.toString(), 'nothing to hide')
    assert.equal(unsealed.released(Buffer.from('wrapped on the way')), at === 1)
    assert.equal(unsealed.released(bytes), at !== 1)
  }
  reader.close()
  await verified(dir)
  const path = join(dir, 'inbox', 'one', 'inbox-000001.log')
  const frames = readFile(path)
  const stored = frames.flat().find(one => one.kind === 'entry' && BigInt(one.seq) === seqs[0])
  const foreign = frames.flat().find(one => one.kind === 'entry' && BigInt(one.seq) === seqs[2])
  assert.ok(stored?.kind === 'entry' && stored.sealed === null && foreign?.kind === 'entry')
  const added = frames.map(frame => frame.map(one => (one === stored ? { ...stored, sealed: foreign.sealed } : one)))
  writeFile(path, added)
  assert.equal((await verifyLog(dir, { publicKey: keys.verifying })).intact, false)
})

test('no byte of a payload is on the disk in clear', async () => {
  const { dir, inbox } = await openInbox()
  const session = await openSession(inbox)
  for (let count = 0; count < 20; count++) await call(inbox, session, `chart ${count}`)
  const folder = join(dir, 'inbox', 'one')
  const search = () => {
    for (const name of readdirSync(folder)) {
      const bytes = readFileSync(join(folder, name))
      for (const text of ['123-45-6789', 'chart', '[phi.ssn]']) assert.ok(!bytes.includes(text), `${text} in ${name}`)
    }
  }
  search()
  await inbox.close()
  search()
})

test('a malformed draft is refused alone; those of the same moment are kept', async () => {
  const { dir, inbox } = await openInbox()
  const session = await openSession(inbox)
  const bad: unknown[] = [
    null,
    undefined,
    {},
    draft(session, { kind: 'other' } as unknown as EntryBody),
    draft('s_unknown', question('x_1')),
    draft(null, question('x_1')),
    draft('', { kind: 'start', version: '1' }),
    draft(session, opening()),
    draft(null, opening()),
    { ...draft(session, question('x_1')), payload: { raw: 'text', transcript: 'text' } },
    { ...draft(session, question('x_1')), released: 'text' },
    draft(session, { ...question('x_1'), rules: ['r'.repeat(limits.leafBytes)] } as EntryBody),
  ]
  const good = Array.from({ length: 5 }, () => call(inbox, session))
  const refused = bad.map(one => isUnrecorded(inbox.record(one as Draft)))
  refused.push(isUnrecorded(inbox.clear('system', null as never, draft(session, question('x_1')))))
  refused.push(isUnrecorded(inbox.clear('system', payload('text'), null as never)))
  for (const one of bad) inbox.lazy(one as Draft)
  await Promise.all([...good, ...refused])
  assert.equal(inbox.health().state, 'ok')
  await inbox.close()
  assert.equal((await verified(dir)).entries, 1 + 1 + 15 + 1)
})

test('a payload of 20 MB is recorded; one that could never fit is refused', async () => {
  const { dir, inbox } = await openInbox()
  const session = await openSession(inbox)
  const raw = Buffer.alloc(20 << 20, 'text of a large answer. ')
  const shown = Buffer.from('large')
  const cleared = await inbox.clear('system', masked(raw, raw, shown, {}), draft(session, question('x_1')))
  assert.equal(cleared.bytes, raw)
  const huge = Buffer.alloc(limits.undurableBytes + 1)
  await isUnrecorded(inbox.clear('caller', masked(huge, huge, huge, {}), draft(session, answer('x_1'))))
  const reader = openRecord(dir, keys)
  const found = reader.entry(cleared.entry.seq)
  assert.ok(found && reader.unseal(found, loadSealPrivateKey(join(keyDir, 'seal-keys')))?.raw.equals(raw))
  reader.close()
  await inbox.close()
  await verified(dir)
})

test('room waits while too much is not yet durable', async () => {
  const { inbox } = await openInbox({ undurableBytes: 1 << 20 })
  const session = await openSession(inbox)
  await inbox.room()
  const big = Buffer.alloc(1 << 20)
  const order: string[] = []
  const written = inbox
    .clear('system', masked(big, big, big, {}), draft(session, question('x_1')))
    .then(() => order.push('durable'))
  assert.equal(inbox.health().undurableBytes, 1 << 20)
  await Promise.all([inbox.room().then(() => order.push('room')), inbox.room(), written])
  assert.ok(order.includes('durable') && order.includes('room'))
  assert.equal(inbox.health().undurableBytes, 0)
  await inbox.close()
})

test('close writes what was accepted, refuses what comes later, and may be called twice', async () => {
  const { dir, inbox } = await openInbox()
  const session = await openSession(inbox)
  const inFlight = Array.from({ length: 50 }, (_, at) => inbox.record(draft(session, question(`x_${at}`))))
  inbox.lazy(draft(session, { kind: 'end', exchange: 'x_0', outcome: 'done', delivered: 1 }))
  const closed = inbox.close()
  await isUnrecorded(inbox.record(draft(session, question('x_late'))))
  await Promise.all([closed, inbox.close(), ...inFlight])
  await isUnrecorded(inbox.record(draft(session, question('x_later'))))
  assert.equal(inbox.health().state, 'closed')
  const verdict = await verified(dir)
  assert.equal(verdict.entries, 1 + 1 + 50 + 1 + 1)
  assert.equal(verdict.signed, verdict.entries)
})

test('the dead commit thread refuses whatever waits and whatever comes', async () => {
  let worker: Worker | null = null
  const seen = (made: Worker) => {
    worker ??= made
  }
  process.on('worker', seen)
  const { dir, inbox } = await openInbox()
  process.off('worker', seen)
  const session = await openSession(inbox)
  const waiting = Array.from({ length: 20 }, (_, at) => inbox.record(draft(session, question(`x_${at}`))))
  const settled = Promise.allSettled(waiting)
  await (worker as unknown as Worker).terminate()
  for (const one of await settled) {
    if (one.status === 'rejected') assert.equal((one.reason as Refusal).code, 'unrecorded')
  }
  assert.equal(inbox.health().state, 'poisoned')
  await isUnrecorded(inbox.record(draft(session, question('x_after'))))
  inbox.lazy(draft(session, { kind: 'end', exchange: 'x_1', outcome: 'done', delivered: 1 }))
  assert.ok(inbox.health().lost >= 1)
  await inbox.room()
  await inbox.close()
  await verified(dir)
})

test('the root is signed soon after something new, without being asked', async () => {
  const { dir, inbox } = await openInbox({ checkpointMs: 20 })
  const session = await openSession(inbox)
  await call(inbox, session)
  const size = inbox.health().entries
  const until = performance.now() + 5_000
  let signed = 0
  while (signed < size && performance.now() < until) {
    await new Promise(resolve => setTimeout(resolve, 10))
    signed = (await verifyLog(dir, { publicKey: keys.verifying })).signed
  }
  assert.ok(signed >= size)
  await inbox.close()
})

test('a moved wall clock is an entry and refuses nothing', async () => {
  let offset = 0
  const { dir, inbox } = await openInbox({ wallClock: () => Date.now() + offset })
  const session = await openSession(inbox)
  offset = -3_600_000
  await call(inbox, session)
  offset = 365 * 86_400_000
  await call(inbox, session)
  await inbox.close()
  const reader = openRecord(dir)
  const jumps: number[] = []
  for (let seq = 0n; ; seq++) {
    const found = reader.entry(seq)
    if (!found) break
    if (found.entry.kind === 'clock') jumps.push(Math.round(found.entry.jumpMs / 60_000))
  }
  assert.deepEqual(jumps, [-60, 365 * 1440 + 60])
  reader.close()
  await verified(dir)
})
