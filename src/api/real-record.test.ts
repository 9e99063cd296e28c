// The API over a real record and real rules, end to end: what is written by an Inbox is what auditors and approvers see.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { Approvals } from '../access/approvals.ts'
import { newId } from '../gateway/ids.ts'
import type { EntryBody } from '../recording/entry.ts'
import { Inbox } from '../recording/inbox.ts'
import { loadKeys } from '../recording/keys.ts'
import { openRecord, type RecordReader } from '../recording/read.ts'
import { frameEnds, readFile, refitted } from '../recording/test-file.ts'
import { verifyLog } from '../recording/verify.ts'
import { openStore, type Store } from '../store/open.ts'
import { type Fixture, need, openFixture, people, secret } from './api.fixture.ts'
import { createApp } from './app.ts'
import { logHealth } from './log-health.ts'
import type { ApiOptions } from './options.ts'
import { RecordThread } from './record-thread.ts'

const dir = mkdtempSync(join(tmpdir(), 'sallyport-real-record-'))
const session = newId('s')
const reference = newId('x')
let fixture: Fixture
let inbox: Inbox
let store: Store
let approvals: Approvals
let reader: RecordReader
let thread: RecordThread
let options: ApiOptions

interface Body {
  readonly [name: string]: unknown
}

async function call(
  who: string,
  path: string,
  init: RequestInit = {},
): Promise<{ status: number; body: Body; text: string }> {
  const headers = { authorization: `Bearer ${who}`, host: '127.0.0.1:7300', ...init.headers }
  const response = await createApp(options).request(`/api/v1${path}`, { ...init, headers })
  const text = await response.text()
  return { status: response.status, body: JSON.parse(text) as Body, text }
}

function record(body: EntryBody, said: string | null = null) {
  const payload =
    said === null ? null : { raw: Buffer.from(said), transcript: Buffer.from(said.replaceAll(secret, '[ssn]')) }
  return inbox.record({ session, body, payload, released: null })
}

before(async () => {
  fixture = await openFixture()
  const keys = loadKeys(dir)
  inbox = await Inbox.open({ dir, instance: 'gateway', keys, checkpointMs: 10 })
  store = await openStore(dir)
  approvals = await Approvals.open({
    store,
    record: draft => inbox.record(draft),
    transcribe: text => ({ raw: Buffer.from(text), transcript: Buffer.from(text.replaceAll(secret, '[ssn]')) }),
    providers: () => 1,
  })
  reader = openRecord(dir, keys)
  thread = new RecordThread({ dir, instance: 'gateway' }, keys)
  options = {
    ...fixture.options,
    approvals,
    recorded: thread,
    record: draft => inbox.record(draft),
    log: () => thread.log(),
  }
  const { alice } = people
  assert.ok(alice)
  const who = { subject: 'alice', provider: 'okta', subjectKind: 'human', person: alice.person } as const
  const where = { connection: 'clinic', connectionKind: 'mcp', retention: 'phi' } as const
  await record({ kind: 'session.open', ...who, onBehalfOf: null, purpose: 'TREAT', ...where })
  const asked = { operation: 'tools/call', target: 'delete_patient' }
  const findings = { 'phi.ssn': { count: 1, transform: 'redact', detector: 'shape' } }
  const decided = { decision: 'hold', rules: ['deletes'], policy: 'p', findings, approval: null } as const
  const question = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { arguments: { ssn: secret } },
  })
  await record({ kind: 'question', exchange: reference, parent: null, door: 'system', ...asked, ...decided }, question)
  const request = { id: reference, session, digest: 'd', connection: 'clinic', ...asked, subject: alice }
  const opened = await approvals.request({ ...request, needs: [need], found: { 'phi.ssn': 1 } })
  assert.ok(opened !== 'too-many')
  await record({ kind: 'hold', exchange: reference, approval: reference, until: opened.until })
})

after(async () => {
  reader.close()
  await thread.close()
  await approvals.close()
  await store.destroy()
  await inbox.close()
  await fixture.close()
  rmSync(dir, { recursive: true })
})

describe('the API over a real record', () => {
  it('shows an approver the masked question, takes the answer, and replays it in its place', async () => {
    const shown = await call('carol', `/approvals/${reference}`)
    assert.equal(JSON.parse((shown.body.asked as { text: string }).text).params.arguments.ssn, '[ssn]')
    const init = { method: 'POST', headers: { 'content-type': 'application/json' } }
    const reason = JSON.stringify({ reason: `ticket 7, ${secret}` })
    const voted = await call('carol', `/approvals/${reference}/approve`, { ...init, body: reason })
    assert.deepEqual([voted.status, voted.body.state], [200, 'approved'])
    await record({ kind: 'decided', exchange: reference, decision: 'allow', rules: ['deletes'], approval: reference })
    const replayed = await call('alice', `/sessions/${session}/replay`)
    const steps = replayed.body.steps as { kind: string; shown: { text: string } | null }[]
    const kinds = steps.map(({ kind }) => kind)
    assert.deepEqual(kinds, ['session.open', 'question', 'hold', 'verdict', 'decided'])
    assert.equal(steps[3]?.shown?.text, 'ticket 7, [ssn]')
    assert.ok(!replayed.text.includes(secret))
  })

  it('lists sessions to those who may see them', async () => {
    const listed = (await call('audrey', '/sessions?subject=okta%7Calice&connection=clinic')).body.sessions
    assert.deepEqual(
      (listed as { id: string; subject: string; exchanges: number }[]).map(each => [
        each.id,
        each.subject,
        each.exchanges,
      ]),
      [[session, 'okta|alice', 1]],
    )
    assert.deepEqual((await call('bob', '/sessions')).body, { sessions: [], next: null })
    assert.equal((await call('bob', `/sessions/${session}/replay`)).status, 404)
  })

  it('explains an exchange by its reference', async () => {
    const { body } = await call('alice', `/exchanges/${reference}`)
    assert.deepEqual(body.explanation, [
      'Held for approval by rule deletes.',
      'People approved it.',
      'Allowed by rule deletes.',
    ])
  })

  it('finds a refusal before anything was asked by its reference, for whoever it was told and for auditors', async () => {
    for (let index = 0; index < 40; index++)
      await record({ kind: 'end', exchange: reference, outcome: 'done', delivered: index })
    const refused = newId('x')
    const source = { source: 'okta|alice', connection: 'clinic', reason: 'no-rule' }
    const body = { kind: 'refused', code: 'forbidden', reference: refused, ...source, count: 1 } as const
    await inbox.record({ session: null, body, payload: null, released: null })
    await record({ kind: 'end', exchange: reference, outcome: 'done', delivered: 40 })
    for (const who of ['alice', 'audrey']) {
      const { body: told } = await call(who, `/exchanges/${refused}`)
      assert.deepEqual(
        [told.subject, told.connection, told.refused, told.explanation],
        ['okta|alice', 'clinic', 'forbidden', ['Refused before anything was asked or decided: forbidden (no-rule).']],
      )
    }
    for (const who of ['bob', 'scribe']) assert.equal((await call(who, `/exchanges/${refused}`)).status, 404)
    for (const other of [newId('x'), newId('x', 0), newId('x', Date.now() - 60_000)])
      assert.equal((await call('audrey', `/exchanges/${other}`)).status, 404)
    const lost = await call('bob', '/nothing')
    assert.equal((await call('bob', `/exchanges/${lost.body.reference}`)).body.refused, 'forbidden')
  })

  it('leaves each reading in the log, which stays intact', async () => {
    const from = logHealth(dir, 'gateway').size
    await call('audrey', `/sessions/${session}/replay`)
    const read = reader.entry(BigInt(from))?.entry
    assert.ok(read?.kind === 'access')
    assert.deepEqual([read.by, read.act, read.of], ['okta|audrey', 'session.read', session])
    const { body } = await call('audrey', '/log')
    assert.equal(body.origin, 'sallyport/gateway')
    assert.ok(Number(body.size) > from)
    assert.match(String(body.root), /^[0-9a-f]{64}$/)
    const verdict = await verifyLog(dir)
    assert.deepEqual([verdict.intact, verdict.complete, verdict.faults], [true, true, []])
  })

  it('never shows a payload that is not what its entry committed to', async () => {
    const file = join(dir, 'inbox', 'gateway', 'inbox-000001.log')
    const whole = readFileSync(file)
    const question = reader.exchange(reference).find(({ entry }) => entry.kind === 'question')
    const kept = readFile(file)
      .flat()
      .find(record => record.kind === 'entry' && BigInt(record.seq) === question?.ref.seq)
    assert.ok(kept?.kind === 'entry' && kept.transcript)
    const changed = Buffer.from(whole)
    const at = whole.indexOf(kept.transcript) + kept.transcript.length - 1
    changed[at] = (changed[at] as number) ^ 1
    writeFileSync(file, refitted(changed, frameEnds(file)))
    const { body } = await call('carol', `/approvals/${reference}`)
    assert.deepEqual([body.asked, body.unreadable], [null, true])
    writeFileSync(file, whole)
  })

  it('refuses to show anything once the record cannot be written', async () => {
    await inbox.close()
    for (const path of [`/sessions/${session}/replay`, `/approvals/${reference}`]) {
      const { status, body } = await call('audrey', path)
      assert.deepEqual([status, body.code], [503, 'unrecorded'])
    }
  })
})
