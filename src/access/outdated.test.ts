// Approvals and rules that change under them.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { limits } from '../gateway/limits.ts'
import type { Subject } from '../gateway/seam.ts'
import { openStore, type Store } from '../store/open.ts'
import { Approvals } from './approvals.ts'

const need = { rule: 'deletes', from: ['officers'], people: 1, withinMs: 60_000, holdMs: null }

function subject(id: string): Subject {
  const rest = { purpose: null, notAfter: Number.MAX_SAFE_INTEGER, tokenFamily: id, onBehalfOf: null }
  return { provider: 'okta', id, kind: 'human', person: `${id}@example.org`, groups: new Set(['officers']), ...rest }
}

let dir: string
let store: Store
let inForce: string

function open(): Promise<Approvals> {
  return Approvals.open({
    store,
    record: async () => undefined,
    transcribe: text => ({ raw: Buffer.from(text), transcript: Buffer.from('') }),
    providers: () => 1,
    rules: connection => `${connection} ${inForce}`,
  })
}

const asked = { session: 's_1', subject: subject('alice'), needs: [need], found: {}, connection: 'clinic' }
const what = { operation: 'tools/call', target: 'delete_patient' }

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'sallyport-outdated-'))
  store = await openStore(dir)
  inForce = 'first'
})

afterEach(async () => {
  await store.destroy()
  rmSync(dir, { recursive: true })
})

describe('an approval', () => {
  it('that is outdated keeps nobody from asking anew', async () => {
    const approvals = await open()
    const request = (count: number) =>
      approvals.request({ ...asked, ...what, id: `x_${count}`, digest: `d${count}`, rules: `clinic ${inForce}` })
    for (let count = 0; count < limits.holdsPerSubject; count++) assert.notEqual(await request(count), 'too-many')
    assert.equal(await request(100), 'too-many')
    inForce = 'second'
    for (let count = 200; count < 200 + limits.holdsPerSubject; count++)
      assert.notEqual(await request(count), 'too-many')
    assert.equal(await request(300), 'too-many')
    await approvals.close()
  })

  it('that was given is not used under other rules, and is under the same ones after a restart', async () => {
    const before = await open()
    await before.request({ ...asked, ...what, id: 'x_1', digest: 'd1', rules: 'clinic first' })
    await before.vote('x_1', subject('carol'), 'approve', 'ok')
    inForce = 'second'
    assert.equal(await before.use('x_1'), false)
    await before.close()
    inForce = 'first'
    const after = await open()
    assert.equal(await after.use('x_1'), true)
    await after.close()
  })

  it('is not given by the second person either, once the rules are others', async () => {
    const approvals = await open()
    const two = [{ ...need, people: 2 }]
    await approvals.request({ ...asked, ...what, needs: two, id: 'x_1', digest: 'd1', rules: 'clinic first' })
    await approvals.vote('x_1', subject('carol'), 'approve', 'ok')
    inForce = 'second'
    assert.equal(await approvals.vote('x_1', subject('dora'), 'approve', 'ok'), 'outdated')
    await approvals.close()
  })

  it('of a store that an earlier version wrote is taken as it is', async () => {
    await store.destroy()
    const file = join(dir, 'state.sqlite')
    rmSync(file)
    const old = new DatabaseSync(file)
    const columns = ['id', 'session', 'digest', 'connection', 'operation', 'target', 'requester', 'requesters', 'needs']
    const rest = 'found text, state text, opened integer, until integer, decided integer'
    old.exec(`create table approval (${columns.map(name => `${name} text`).join(', ')}, ${rest})`)
    old.exec('create table vote (approval text, person text, subject text, groups text, outcome text, at integer)')
    old
      .prepare(`insert into approval values (${Array(14).fill('?').join(', ')})`)
      .run(
        ...['x_1', 's_1', 'd1', 'clinic', 'tools/call', 'delete_patient', 'okta|alice', '["okta|alice"]'],
        ...[JSON.stringify([need]), '{}', 'approved', Date.now(), Date.now() + 60_000, null],
      )
    old.exec('pragma user_version = 1')
    old.close()
    store = await openStore(dir)
    const approvals = await open()
    const found = await approvals.show('x_1')
    assert.deepEqual([found?.rules, found?.grounds, found && approvals.outdated(found)], [null, {}, false])
    assert.equal(await approvals.use('x_1'), true)
    await approvals.close()
  })
})
