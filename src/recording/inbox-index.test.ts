// What is found in a log is what was written to it, beside a writer and whatever became of the index.
import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { newId } from '../gateway/ids.ts'
import { isUnrecorded, keys, openInbox, verified } from './inbox.fixture.ts'
import { Inbox } from './inbox.ts'
import { openRecord } from './read.ts'
import { answer, call, draft, openSession, payload, question } from './test-log.ts'

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
      draft(null, {
        kind: 'refused',
        code: 'limit',
        reference: exchange,
        source: '::1',
        connection: null,
        reason: 'expired',
        count: 1,
      }),
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
