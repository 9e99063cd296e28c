// Run by a test with a data directory on a disk of 4 MB. Promise: prints `ok` when a full disk refused what it could not
// keep, kept what it had acknowledged, and went on by itself once there was room.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal } from '../gateway/errors.ts'
import { newId } from '../gateway/ids.ts'
import { masked } from '../masking/masked.ts'
import { Inbox } from './inbox.ts'
import { loadKeys } from './keys.ts'
import { openRecord } from './read.ts'
import { draft, openSession, question, temporaryDir } from './test-log.ts'
import { verifyLog } from './verify.ts'

const dir = process.argv[2] as string
const keys = loadKeys(temporaryDir())
const inbox = await Inbox.open({ dir, instance: 'one', keys })
const session = await openSession(inbox)
const ballast = join(dir, 'ballast')
writeFileSync(ballast, Buffer.alloc(2 << 20))
const bytes = randomBytes(20_000)
const part = masked(bytes, bytes, bytes, {})

const kept: bigint[] = []
let refusals = 0
for (let count = 0; count < 200 && refusals === 0; count++) {
  const round: Promise<unknown>[] = []
  // Each in a parcel of its own: several are on their way when the disk is full.
  for (let at = 0; at < 4; at++) {
    const clearing = inbox.clear('system', part, draft(session, question(newId('x'))))
    round.push(clearing.then(({ entry }) => kept.push(entry.seq)))
    clearing.catch(() => undefined)
    await new Promise(resolve => setImmediate(resolve))
  }
  for (const one of await Promise.allSettled(round)) {
    if (one.status === 'fulfilled') continue
    assert.ok(one.reason instanceof Refusal && one.reason.code === 'unrecorded')
    refusals++
  }
}
assert.ok(refusals > 0, 'the disk was never full')
assert.equal(inbox.health().state, 'full')
await assert.rejects(inbox.record(draft(session, question(newId('x')))), Refusal)
const lazyExchange = newId('x')
inbox.lazy(draft(session, question(lazyExchange)))

rmSync(ballast)
const until = performance.now() + 10_000
while (inbox.health().state !== 'ok' && performance.now() < until) await new Promise(resolve => setTimeout(resolve, 20))
assert.equal(inbox.health().state, 'ok')
kept.push((await inbox.clear('system', part, draft(session, question(newId('x'))))).entry.seq)
assert.equal(inbox.health().lost, 0)
await inbox.close()

const verdict = await verifyLog(dir, { publicKey: keys.verifying })
assert.deepEqual(verdict.faults, [])
const reader = openRecord(dir, keys)
for (const seq of kept) assert.equal(reader.entry(seq)?.entry.kind, 'question')
assert.equal(reader.exchange(lazyExchange).length, 1, 'what nobody waited for was kept until there was room')
reader.close()
console.log('ok')
