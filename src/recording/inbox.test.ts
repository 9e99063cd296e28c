import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import type { Worker } from 'node:worker_threads'
import { Refusal } from '../gateway/errors.ts'
import { newId } from '../gateway/ids.ts'
import { limits } from '../gateway/limits.ts'
import { masked } from '../masking/masked.ts'
import type { Draft, EntryBody } from './entry.ts'
import { Cleared, Inbox, type InboxOptions } from './inbox.ts'
import { loadKeys, loadSealPrivateKey } from './keys.ts'
import { openRecord } from './read.ts'
import { frameEnds } from './test-file.ts'
import { answer, call, draft, opening, openSession, payload, question, temporaryDir } from './test-log.ts'
import { verifyLog } from './verify.ts'

const keyDir = temporaryDir()
const keys = loadKeys(keyDir)

async function openInbox(options: Partial<InboxOptions> = {}) {
  const dir = options.dir ?? temporaryDir()
  return { dir, inbox: await Inbox.open({ dir, instance: 'one', keys, ...options }) }
}

async function isUnrecorded(promise: Promise<unknown>): Promise<void> {
  await assert.rejects(promise, error => {
    assert.ok(error instanceof Refusal)
    assert.equal(error.code, 'unrecorded')
    assert.match(error.reference, /^x_/)
    return true
  })
}

async function verified(dir: string) {
  const verdict = await verifyLog(dir, { publicKey: keys.verifying })
  assert.deepEqual(verdict.faults, [])
  assert.ok(verdict.intact && verdict.complete)
  return verdict
}

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

test('positions count up in the session, the close knows the number, and the index agrees', async () => {
  const { dir, inbox } = await openInbox()
  const [one, two] = await Promise.all([openSession(inbox, 'one'), openSession(inbox, 'two', 'files')])
  for (let count = 0; count < 5; count++) await Promise.all([call(inbox, one), call(inbox, two)])
  await inbox.record(draft(one, question('x_blocked', 'block')))
  await inbox.record(draft(one, question('x_held', 'hold')))
  await inbox.record(draft(one, { kind: 'session.close', entries: 999, outcome: 'done' }))
  // After the close nothing with a payload, but the people who decide may still be late.
  await isUnrecorded(inbox.clear('caller', payload('late'), draft(one, answer('x_held'))))
  await inbox.record(draft(one, { kind: 'end', exchange: 'x_held', outcome: 'gone', delivered: 0 }))
  const reader = openRecord(dir, keys)
  const entries = reader.session(one).map(({ entry }) => entry)
  assert.deepEqual(
    entries.map(({ n }) => n),
    entries.map((_, index) => index),
  )
  const close = entries.find(({ kind }) => kind === 'session.close')
  assert.equal(close?.kind === 'session.close' && close.entries, 1 + 15 + 2 + 1)
  const summary = reader.summary(one)
  assert.deepEqual(
    [summary?.entries, summary?.questions, summary?.blocks, summary?.holds, summary?.outcome],
    [20, 7, 1, 1, 'done'],
  )
  assert.deepEqual(
    reader.sessions().map(({ id }) => id),
    [one, two].sort().reverse(),
  )
  assert.deepEqual(
    reader.sessions({ connection: 'files' }).map(({ subject }) => subject),
    ['two'],
  )
  assert.deepEqual(reader.sessions({ subject: 'nobody' }), [])
  const newest = reader.sessions({ limit: 1 })[0]?.id as string
  assert.equal(reader.sessions({ before: newest }).length, 1)
  reader.close()
  await inbox.close()
  const verdict = await verified(dir)
  assert.deepEqual([verdict.sessions, verdict.openSessions], [2, 1])
  assert.equal(verdict.signed, verdict.entries)
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

test('256 callers at once: every acknowledged entry is there once, in one order', async () => {
  const { dir, inbox } = await openInbox()
  const sessions = await Promise.all(Array.from({ length: 256 }, () => openSession(inbox)))
  const asked = await Promise.all(sessions.flatMap(session => [call(inbox, session), call(inbox, session)]))
  await inbox.close()
  const verdict = await verified(dir)
  assert.equal(verdict.entries, 1 + 256 + 512 * 3 + 1)
  const reader = openRecord(dir, keys)
  for (const exchange of asked.slice(0, 40)) {
    assert.deepEqual(
      reader.exchange(exchange).map(({ entry }) => entry.kind),
      ['question', 'answer', 'end'],
    )
  }
  reader.close()
})

test('the position a caller is told is that of its entry, also beside lazy and refused ones', async () => {
  const { dir, inbox } = await openInbox()
  const session = await openSession(inbox)
  const told: [bigint, string][] = []
  const one = async (at: number) => {
    const exchange = `x_${at}`
    inbox.lazy(
      draft(null, { kind: 'refused', code: 'limit', reference: exchange, source: '::1', reason: 'expired', count: 1 }),
    )
    const refused = isUnrecorded(inbox.record(draft('s_unknown', question(exchange))))
    const cleared = await inbox.clear('system', payload('text'), draft(session, question(exchange)))
    told.push([cleared.entry.seq, exchange])
    await refused
  }
  await Promise.all(Array.from({ length: 30 }, (_, at) => one(at)))
  const reader = openRecord(dir)
  for (const [seq, exchange] of told) {
    const entry = reader.entry(seq)?.entry
    assert.ok(entry?.kind === 'question' && entry.exchange === exchange)
  }
  reader.close()
  assert.equal(inbox.health().entries, 1 + 1 + 60)
  await inbox.close()
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

test('the index is made again where it is missing, broken, or behind', async () => {
  const { dir, inbox } = await openInbox({ fileBytes: 64 << 10 })
  const sessions: string[] = []
  const exchanges: string[] = []
  for (let count = 0; count < 5; count++) {
    const session = await openSession(inbox)
    sessions.push(session)
    for (let calls = 0; calls < 10; calls++) exchanges.push(await call(inbox, session, 'x'.repeat(500)))
  }
  await inbox.close()
  const index = join(dir, 'inbox', 'one', 'index.sqlite')
  const view = () => {
    const reader = openRecord(dir, keys)
    const seen = [
      reader.sessions(),
      sessions.map(id => reader.session(id)),
      exchanges.slice(-5).map(id => reader.exchange(id)),
    ]
    const shown = reader.session(sessions[1] as string).map(one => String(reader.transcript(one)))
    reader.close()
    return JSON.stringify([seen, shown], (_, value) => (typeof value === 'bigint' ? String(value) : value))
  }
  const whole = view()
  const attacks: Record<string, () => void> = {
    missing: () => rmSync(index),
    broken: () => writeFileSync(index, 'not a database'),
    behind: () => {
      const db = new DatabaseSync(index)
      db.exec(
        "DELETE FROM place; DELETE FROM session; DELETE FROM exchange; DELETE FROM session_key; UPDATE told SET size = 0, edge = x''",
      )
      db.close()
    },
  }
  for (const [name, attack] of Object.entries(attacks)) {
    attack()
    assert.equal(view(), whole, `read beside an index that is ${name}`)
    const before = (await verified(dir)).entries
    await (await Inbox.open({ dir, instance: 'one', keys, fileBytes: 64 << 10 })).close()
    assert.equal(view(), whole, `read after the index that was ${name} was made again`)
    assert.equal((await verified(dir)).entries, before + 2)
  }
})

test('readers beside a busy writer see whole entries only', async () => {
  const { dir, inbox } = await openInbox({ fileBytes: 2 << 20 })
  let writing = true
  const writers = Array.from({ length: 8 }, async () => {
    const session = await openSession(inbox)
    for (let count = 0; count < 25; count++) await call(inbox, session, newId('x'))
  })
  const reading = (async () => {
    let rounds = 0
    while (writing) {
      const reader = openRecord(dir, keys)
      for (const { id } of reader.sessions({ limit: 4 })) {
        const entries = reader.session(id)
        assert.deepEqual(
          entries.map(({ entry }) => entry.n),
          entries.map((_, index) => index),
        )
        for (const one of entries.slice(-3)) if (one.entry.blob) assert.ok(reader.transcript(one))
      }
      reader.close()
      await verified(dir)
      rounds++
    }
    return rounds
  })()
  await Promise.all(writers)
  writing = false
  assert.ok((await reading) > 0)
  await inbox.close()
  await verified(dir)
})
