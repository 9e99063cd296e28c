// Requests for approval and votes that come at the same moment. Promise: limits hold however many come at once, each
// approval runs once, and what the record says of a vote is what became of it.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { ApprovalRequest } from '../../src/access/approval.ts'
import { Approvals } from '../../src/access/approvals.ts'
import { limits } from '../../src/gateway/limits.ts'
import type { Subject } from '../../src/gateway/seam.ts'
import type { Draft } from '../../src/recording/entry.ts'
import { openStore, type Store } from '../../src/store/open.ts'

const person = (id: string, groups = ['officers']): Subject => ({
  ...{ provider: 'okta', id, kind: 'human', person: `${id}@example.org`, groups: new Set(groups) },
  ...{ purpose: null, notAfter: Number.MAX_SAFE_INTEGER, tokenFamily: id, onBehalfOf: null },
})
const need = { rule: 'deletes', from: ['officers'], people: 1, withinMs: 60_000, holdMs: null }
const asks = (id: string, who = 'alice', more: Partial<ApprovalRequest> = {}): ApprovalRequest => ({
  ...{ id, session: 's_1', digest: id, connection: 'clinic', operation: 'tools/call', target: 'delete' },
  ...{ subject: person(who, []), needs: [need], found: {}, ...more },
})

let dir: string
let store: Store
let recorded: Draft[]
const open = () =>
  Approvals.open({
    store,
    record: async draft => recorded.push(draft),
    transcribe: text => ({ raw: Buffer.from(text), transcript: Buffer.from('[reason]') }),
    providers: () => 1,
  })

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'sallyport-races-'))
  store = await openStore(dir)
  recorded = []
})
afterEach(async () => {
  await store.destroy()
  rmSync(dir, { recursive: true })
})

describe('at the same moment', () => {
  it('one subject opens no more than its share, and others still open theirs', async () => {
    const approvals = await open()
    const many = Array.from({ length: limits.holdsPerSubject * 3 }, (_, at) => approvals.request(asks(`x_${at}`)))
    const opened = (await Promise.all(many)).filter(each => each !== 'too-many')
    assert.equal(opened.length, limits.holdsPerSubject)
    const joined = await approvals.request(asks('x_again', 'alice', { digest: 'x_0' }))
    assert.equal(typeof joined === 'object' && joined.id, 'x_0')
    assert.notEqual(await approvals.request(asks('x_bob', 'bob')), 'too-many')
    await approvals.close()
  })

  it('identical requests are one', async () => {
    const approvals = await open()
    const all = await Promise.all(
      ['x_1', 'x_2', 'x_3'].map(id => approvals.request(asks(id, 'alice', { digest: 'd' }))),
    )
    assert.equal(new Set(all.map(each => typeof each === 'object' && each.id)).size, 1)
    await approvals.close()
  })

  it('an approval, a denial and a use: what is denied never runs, and what counts is in the record', async () => {
    const approvals = await open()
    for (let round = 0; round < 10; round++) {
      const id = `x_${round}`
      await approvals.request(asks(id))
      const votes = [
        () => approvals.vote(id, person('carol'), 'approve', 'ok'),
        () => approvals.vote(id, person('dora'), 'deny', 'no'),
        () => approvals.use(id),
      ]
      if (round % 2 === 1) votes.reverse()
      await Promise.all(votes.map(vote => vote()))
      const state = (await approvals.show(id))?.state
      const late = await approvals.use(id)
      assert.equal(late, state === 'approved')
      const said = recorded.flatMap(({ body }) =>
        body.kind === 'verdict' && body.approval === id ? [body.outcome] : [],
      )
      if (state === 'denied') assert.ok(said.includes('denied'))
      if (state === 'used' || late) assert.ok(said.includes('approved'))
    }
    await approvals.close()
  })

  it('two people of a need for two are two, and the same one twice is one', async () => {
    const approvals = await open()
    const two = { needs: [{ ...need, people: 2 }] }
    await approvals.request(asks('x_1', 'alice', two))
    await Promise.all(['carol', 'dora'].map(id => approvals.vote('x_1', person(id), 'approve', 'ok')))
    assert.equal((await approvals.show('x_1'))?.state, 'approved')
    await approvals.request(asks('x_2', 'alice', two))
    await Promise.all(['carol', 'carol'].map(id => approvals.vote('x_2', person(id), 'approve', 'ok')))
    assert.equal((await approvals.show('x_2'))?.state, 'open')
    await approvals.close()
  })
})

it('a vote that is recorded as the deadline passes is refused in the record too', async () => {
  let now = 0
  const approvals = await Approvals.open({
    store,
    record: async draft => {
      recorded.push(draft)
      now = need.withinMs
    },
    transcribe: text => ({ raw: Buffer.from(text), transcript: Buffer.from('[reason]') }),
    providers: () => 1,
    monotonicClock: () => now,
  })
  await approvals.request(asks('x_1'))
  assert.equal(await approvals.vote('x_1', person('carol'), 'approve', 'ok'), 'expired')
  assert.deepEqual(
    recorded.map(({ body }) => (body.kind === 'verdict' ? body.outcome : body.kind === 'access' && body.act)),
    ['approved', 'approval.approve.refused.expired'],
  )
  await approvals.close()
})

it('a deadline that passes while the store fails is made good by the next attempt', async t => {
  const approvals = await open()
  await approvals.request(asks('x_1', 'alice', { needs: [{ ...need, withinMs: 50 }] }))
  const broken = t.mock.method(store, 'updateTable', () => {
    throw new Error('the disk is full')
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  recorded.push = (...drafts) => {
    resolve()
    return drafts.length
  }
  while (broken.mock.callCount() === 0) await delay(10)
  broken.mock.restore()
  await Promise.race([promise, delay(5_000)])
  assert.equal((await approvals.show('x_1'))?.state, 'expired')
  await approvals.close()
})

it('a start that is cut off while it makes the store is made good by the next', async t => {
  const other = mkdtempSync(join(tmpdir(), 'sallyport-races-'))
  t.after(() => rmSync(other, { recursive: true }))
  const cut = (sql: string) => {
    if (/user_version = /.test(sql)) throw new Error('cut off')
  }
  const { exec, prepare } = DatabaseSync.prototype
  const mocks = [
    t.mock.method(DatabaseSync.prototype, 'exec', function (this: DatabaseSync, sql: string) {
      cut(sql)
      return exec.call(this, sql)
    }),
    t.mock.method(DatabaseSync.prototype, 'prepare', function (this: DatabaseSync, sql: string) {
      cut(sql)
      return prepare.call(this, sql)
    }),
  ]
  await assert.rejects(openStore(other), /cut off/)
  for (const each of mocks) each.mock.restore()
  const made = await openStore(other)
  assert.deepEqual(await made.selectFrom('approval').selectAll().execute(), [])
  await made.destroy()
})

it('a store that is none is named, with what to do', async t => {
  const other = mkdtempSync(join(tmpdir(), 'sallyport-races-'))
  t.after(() => rmSync(other, { recursive: true }))
  writeFileSync(join(other, 'state.sqlite'), 'this is no database at all, whatever its name says'.repeat(20))
  await assert.rejects(openStore(other), /^Error: The store .*state\.sqlite cannot be opened .*move it away/)
})
