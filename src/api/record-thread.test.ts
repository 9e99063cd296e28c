import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { newId } from '../gateway/ids.ts'
import { limits } from '../gateway/limits.ts'
import type { Draft } from '../recording/entry.ts'
import { Inbox } from '../recording/inbox.ts'
import { loadKeys, type RecordingKeys } from '../recording/keys.ts'
import { Problem } from './problem.ts'
import { RecordThread } from './record-thread.ts'

const session = newId('s')
const exchange = newId('x')
const long = 'x'.repeat(limits.apiShownBytes)
let dir: string
let keys: RecordingKeys
let inbox: Inbox

function record(body: Draft['body'], said: string | null = null) {
  const bytes = said === null ? null : Buffer.from(said)
  return inbox.record({ session, body, payload: bytes && { raw: bytes, transcript: bytes }, released: null })
}

function isLimit(error: unknown): boolean {
  return error instanceof Problem && error.code === 'limit'
}

before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'sallyport-reader-'))
  keys = loadKeys(dir)
  inbox = await Inbox.open({ dir, instance: 'gateway', keys, checkpointMs: 10 })
  const who = { subject: 'alice', provider: 'okta', subjectKind: 'human', person: null, onBehalfOf: null } as const
  const where = { purpose: null, connection: 'clinic', connectionKind: 'mcp', retention: 'phi' } as const
  await record({ kind: 'session.open', ...who, ...where })
  for (let part = 0; part < 30; part++) {
    await record({ kind: 'answer', exchange, part, last: false, door: 'caller', findings: {} }, `${part} ${long}`)
  }
})
after(async () => {
  await inbox.close()
  rmSync(dir, { recursive: true })
})

describe('the record on a thread of its own', () => {
  it('gives a page that ends early where payloads are long, and the rest on the next ones', async () => {
    const thread = new RecordThread({ dir, instance: 'gateway' }, keys)
    const seen: string[] = []
    let pages = 0
    for (let from: number | null = 0; from !== null; pages++) {
      const page = await thread.story(session, { from, limit: 200 }, true)
      const bytes = page.steps.reduce((sum, { shown }) => sum + (shown?.text.length ?? 0), 0)
      assert.ok(bytes <= limits.apiPageBytes + limits.apiShownBytes, `${bytes} bytes`)
      seen.push(...page.steps.map(({ shown }) => shown?.text.slice(0, 3).trim() ?? 'opened'))
      from = page.next
    }
    assert.ok(pages > 1)
    assert.deepEqual(seen, ['opened', ...Array.from({ length: 30 }, (_, part) => `${part}${part < 10 ? ' x' : ''}`)])
    const bare = await thread.story(session, { from: 0, limit: 200 }, false)
    assert.deepEqual([bare.steps.length, bare.next, bare.steps[1]?.shown], [31, null, null])
    await thread.close()
  })

  it('sees what a session has grown to since the page before', async () => {
    const thread = new RecordThread({ dir, instance: 'gateway' }, keys)
    const before = await thread.story(session, { from: 0, limit: 200 }, false)
    await record({ kind: 'end', exchange, outcome: 'done', delivered: 1 })
    const { steps } = await thread.story(session, { from: before.steps.length, limit: 200 }, false)
    assert.deepEqual(
      steps.map(({ entry }) => entry.kind),
      ['end'],
    )
    await thread.close()
  })

  it('shows what approvers say as soon as it is recorded, in its place', async () => {
    const thread = new RecordThread({ dir, instance: 'gateway' }, keys)
    const held = newId('x')
    const asked = { operation: 'tools/call', target: 'unlisted', rules: ['r'], policy: 'p', findings: {} } as const
    const question = { kind: 'question', exchange: held, parent: null, door: 'system', approval: null } as const
    await record({ ...question, ...asked, decision: 'hold' })
    await record({ kind: 'hold', exchange: held, approval: held, until: Date.now() + 60_000 })
    const { steps } = await thread.story(session, { from: 0, limit: 200 }, false)
    const seen: string[] = []
    for (const outcome of ['approved', 'denied'] as const) {
      const verdict = { kind: 'verdict', exchange: held, approval: held, by: ['carol'], outcome } as const
      await inbox.record({ session: null, body: verdict, payload: null, released: null })
      const page = await thread.story(session, { from: steps.length, limit: 200 }, false)
      seen.push(page.steps.map(({ entry }) => ('outcome' in entry ? entry.outcome : entry.kind)).join(' '))
    }
    assert.deepEqual(seen, ['approved', 'approved denied'])
    // Another session that waited for the same approval adds none of its own entries.
    const other = newId('s')
    const who = { subject: 'alice', provider: 'okta', subjectKind: 'human', person: null, onBehalfOf: null } as const
    const where = { purpose: null, connection: 'clinic', connectionKind: 'mcp', retention: 'phi' } as const
    const bodies = [
      { kind: 'session.open', ...who, ...where },
      { kind: 'hold', exchange: held, approval: held, until: 1 },
    ] as const
    for (const body of bodies) await inbox.record({ session: other, body, payload: null, released: null })
    const last = await thread.story(session, { from: steps.length, limit: 200 }, false)
    assert.deepEqual([last.steps.length, last.next], [2, null])
    await thread.close()
  })

  it('knows nothing of a session that is not there', async () => {
    const thread = new RecordThread({ dir, instance: 'gateway' }, keys)
    assert.deepEqual(await thread.story(newId('s'), { from: 0, limit: 1 }, true), { steps: [], next: null })
    assert.equal(await thread.summary(newId('s')), null)
    await thread.close()
  })

  it('says how the log stands, and since when it is signed', async () => {
    const thread = new RecordThread({ dir, instance: 'gateway' }, keys)
    let standing = await thread.log()
    while (standing.checkpoint === null) standing = await thread.log()
    assert.ok(Math.abs(Date.now() - Number(standing.until)) < 60_000)
    await thread.close()
  })

  it('gives up a reading that takes too long, each time anew', async () => {
    const thread = new RecordThread({ dir, instance: 'gateway', readMs: 0 }, keys)
    for (const _ of [1, 2]) await assert.rejects(thread.summary(session), isLimit)
    await thread.close()
  })

  it('lets a bounded number wait', async () => {
    const thread = new RecordThread({ dir, instance: 'gateway' }, keys)
    const waiting = Array.from({ length: limits.apiReads }, () => thread.summary(session))
    await assert.rejects(thread.summary(session), isLimit)
    const found = await Promise.all(waiting)
    assert.ok(found.every(summary => summary?.id === session))
    assert.equal((await thread.summary(session))?.id, session)
    await thread.close()
  })

  it('refuses what waits when it is closed', async () => {
    const thread = new RecordThread({ dir, instance: 'gateway' }, keys)
    const waiting = assert.rejects(thread.summary(session), isLimit)
    await thread.close()
    await waiting
  })
})
