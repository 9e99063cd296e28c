import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type Fixture, secret } from '../api/api.fixture.ts'
import { CommandRig, mainFile } from './command-rig.fixture.ts'

let rig: CommandRig
let fixture: Fixture
let api: string
let folder: string
const run: CommandRig['run'] = (...args) => rig.run(...args)

before(async () => {
  rig = await CommandRig.start()
  ;({ fixture, api, folder } = rig)
})
after(() => rig.stop())

describe('sallyport approvals', () => {
  it('lists, shows, approves; each with --json too', async () => {
    const { reference } = await fixture.held('alice')
    const list = await run('carol', ['approvals', 'ls'])
    assert.equal(list.code, 0, list.err)
    assert.match(
      list.out,
      new RegExp(`${reference} +open +tools/call delete_patient +clinic +okta\\|alice +officers +in 10m +may answer`),
    )
    const listed = JSON.parse((await run('carol', ['approvals', 'ls', '--json'])).out)
    assert.deepEqual(
      listed.approvals.map((each: { reference: string }) => each.reference),
      [reference],
    )
    const show = await run('carol', ['approvals', 'show', reference])
    assert.match(show.out, /"ssn": "\[ssn\]"/)
    assert.match(show.out, /rule deletes, for 1 person of officers/)
    const approved = await run('carol', ['approvals', 'approve', reference, '--reason', 'checked'])
    assert.deepEqual([approved.code, approved.err], [0, ''])
    assert.match(approved.out, /^Approved\./)
    const shown = JSON.parse((await run('alice', ['approvals', 'show', reference, '--json'])).out)
    assert.deepEqual([shown.state, shown.whyNot], ['approved', 'self'])
  })

  it('says that an approval not used yet can be taken back, and takes it back', async () => {
    const { reference } = await fixture.held('alice')
    await run('carol', ['approvals', 'approve', reference, '--reason', 'checked'])
    const list = await run('carol', ['approvals', 'ls', '--state', 'approved'])
    assert.match(list.out, new RegExp(`${reference} +approved, .* may take back`))
    const show = await run('carol', ['approvals', 'show', reference])
    assert.match(show.out, /purpose +TREAT/)
    assert.match(show.out, new RegExp(`not used yet[^]*sallyport approvals deny ${reference}`))
    const denied = await run('carol', ['approvals', 'deny', reference, '--reason', 'wrong patient'])
    assert.deepEqual([denied.code, denied.err], [0, ''])
    assert.match(denied.out, /^Denied\./)
    assert.match((await run('alice', ['approvals', 'show', reference])).out, /denied/)
  })

  it('watches until it is interrupted', async () => {
    const child = spawn(process.execPath, [mainFile, 'approvals', 'ls', '--watch'], {
      env: { PATH: process.env.PATH, SALLYPORT_API: api, SALLYPORT_TOKEN: 'dora' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let reference: string | null = null
    for await (const part of child.stdout) {
      if (reference !== null && String(part).includes(reference)) break
      reference ??= (await fixture.held('bob')).reference
    }
    assert.equal(child.exitCode, null)
    child.kill()
  })

  it('says how many others must answer too, and that the approval was counted', async () => {
    const needs = [{ rule: 'two', from: ['officers', 'managers'], people: 3, withinMs: 600_000, holdMs: null }]
    const { reference } = await fixture.held('alice', { needs })
    const counted = await run('carol', ['approvals', 'approve', reference, '--reason', 'ok'])
    assert.equal(counted.code, 0)
    assert.match(counted.out, /^Counted\. 2 more of officers or managers must approve, in 10m at the latest\./)
    const denied = await run('dora', ['approvals', 'deny', reference, '--reason', 'no', '--json'])
    assert.deepEqual([denied.code, JSON.parse(denied.out).state], [0, 'denied'])
  })

  it('refuses with 3 and says what to do next, in JSON as the gateway said it', async () => {
    const { reference } = await fixture.held('alice')
    const self = await run('alice', ['approvals', 'approve', reference, '--reason', `for ${secret}`])
    assert.equal(self.code, 3)
    assert.equal(self.out, '')
    assert.match(self.err, /You asked for this/)
    assert.match(self.err, /Ask another person who may approve/)
    assert.match(self.err, new RegExp(`Reference: ${reference}`))
    assert.ok(!self.err.includes(secret))
    const json = await run('alice', ['approvals', 'approve', reference, '--reason', 'x', '--json'])
    assert.deepEqual([json.code, JSON.parse(json.out).code], [3, 'self'])
  })

  it('ends with 2 on wrong usage', async () => {
    const cases: [string | null, string[]][] = [
      ['carol', ['approvals', 'approve', 'x_1']],
      ['carol', ['approvals', 'ls', '--state', 'odd']],
      ['carol', ['approvals', 'ls', '--limit', '1000']],
      ['carol', ['approvals', 'show', 'x_1']],
      [null, ['whoami']],
      ['carol', ['whoami', '--api', 'http://192.0.2.1:7300']],
      ['carol', ['whoami', '--api', 'ftp://127.0.0.1']],
      ['carol', ['whoami', '--token-file', '/nowhere']],
      ['carol', ['log', 'verify', '--data', '/nowhere/at/all']],
    ]
    for (const [who, args] of cases) {
      const ran = await run(who, args)
      assert.equal(ran.code, 2, args.join(' '))
      assert.ok(ran.err.length > 0)
    }
  })
})

describe('sallyport sessions', () => {
  it('lists, shows and replays, masked, steered by nothing that was said', async () => {
    const { session, reference } = await fixture.held('scribe')
    const text = JSON.stringify({ note: 'line\u001b]0;title\u0007 \u202eend' })
    const answer = { jsonrpc: '2.0', id: 7, result: { content: [{ type: 'text', text }] } }
    const findings = { 'phi.name': { count: 2, transform: 'redact', detector: 'json' } }
    const said = { kind: 'answer', exchange: reference, part: 0, last: true, door: 'caller', findings } as const
    fixture.record.add(session, said, JSON.stringify(answer))
    const list = await run('alice', ['sessions', 'ls'])
    assert.match(list.out, new RegExp(`${session}.*okta\\|scribe \\(agent for okta\\|alice\\)`))
    const show = await run('audrey', ['sessions', 'show', session])
    assert.match(show.out, /\d+ +\+\d+s +question +tools\/call delete_patient hold/)
    const replay = await run('audrey', ['sessions', 'replay', session])
    assert.equal(replay.code, 0, replay.err)
    assert.match(replay.out, /caller {3}asks tools\/call delete_patient {2}held by deletes/)
    assert.match(replay.out, /"text \(JSON\)": \{/)
    assert.match(replay.out, /hidden: phi.name ×2/)
    assert.ok(!['\u001b', '\u0007', '\u202e'].some(character => replay.out.includes(character)))
    const json = JSON.parse((await run('audrey', ['sessions', 'replay', session, '--json'])).out)
    assert.deepEqual([json.session.id, json.steps.length], [session, 4])
  })

  it('of others do not exist', async () => {
    const { session } = await fixture.held('alice')
    const ran = await run('bob', ['sessions', 'replay', session])
    assert.deepEqual([ran.code, ran.out], [3, ''])
  })

  it('replays page by page to the end', async () => {
    const { session, reference } = await fixture.held('alice')
    for (let index = 0; index < 150; index++) {
      fixture.record.add(session, { kind: 'end', exchange: reference, outcome: 'done', delivered: index })
    }
    const json = JSON.parse((await run('alice', ['sessions', 'replay', session, '--json'])).out)
    const leaves = (json.steps as { seq: string }[]).map(({ seq }) => Number(seq))
    assert.equal(leaves.length, 153)
    assert.deepEqual(
      leaves,
      [...new Set(leaves)].sort((left, right) => left - right),
    )
  })
})

describe('sallyport', () => {
  it('says who one is and what to connect to, with nothing secret in the configuration', async () => {
    const who = await run('alice', ['whoami'])
    assert.match(who.out, /^okta\|alice \(human\)\n/)
    assert.match(who.out, /groups +nurses\n/)
    const connections = await run('alice', ['connections', 'ls'])
    assert.match(connections.out, /clinic +mcp +http:\/\/127\.0\.0\.1:7300\/mcp\/clinic\n/)
    assert.match(connections.out, /"Authorization": "Bearer \$\{SALLYPORT_TOKEN\}"/)
    const json = JSON.parse((await run('alice', ['connections', 'ls', '--json'])).out)
    assert.equal(json.mcpClient.mcpServers.clinic.url, 'http://127.0.0.1:7300/mcp/clinic')
    const log = (await run('audrey', ['log', 'show'])).out
    assert.match(log, /entries +7\n/)
    assert.match(
      log,
      /signed +the first 6 entries, the last of them from \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(\d+s ago\)\n/,
    )
  })

  it('says how to start the gateway when none answers, with 5', async () => {
    const nobody = createServer().listen(0, '127.0.0.1')
    await once(nobody, 'listening')
    const closed = `http://127.0.0.1:${(nobody.address() as AddressInfo).port}`
    nobody.close()
    await once(nobody, 'close')
    const ran = await run('alice', ['whoami', '--api', closed])
    assert.equal(ran.code, 5)
    assert.match(ran.err, /npm start/)
    assert.equal((await run(null, ['whoami', '--demo', 'alice'])).code, 5)
    const demo = join(folder, '.sallyport', 'demo')
    mkdirSync(demo, { recursive: true })
    const people = [{ name: 'alice', token: 'alice' }]
    writeFileSync(join(demo, 'demo.json'), JSON.stringify({ version: 1, api: `${closed}/api/v1`, people }))
    const left = await run(null, ['whoami', '--demo', 'alice'])
    assert.equal(left.code, 5)
    assert.match(left.err, /The demo that wrote .*demo\.json has ended\. Start it again with: npm start\..*--api URL/)
    rmSync(join(folder, '.sallyport'), { recursive: true })
  })

  it('asks the gateway that runs how a call would be decided', async () => {
    const asked = ['policy', 'explain', '--live', '--connection', 'clinic', '--operation', 'tools/call:x']
    const own = await run('alice', [...asked, '--args', `{"ssn":"${secret}"}`, '--found', 'phi.ssn'])
    assert.deepEqual([own.code, own.err], [0, ''])
    assert.match(own.out, /^blocked by rule no-delete on clinic\n/)
    const json = await run('alice', [...asked, '--json'])
    assert.equal(JSON.parse(json.out).decision, 'block')
    assert.equal((await run('alice', [...asked, '--groups', 'officers'])).code, 3)
    assert.equal((await run('audrey', [...asked, '--groups', 'officers'])).code, 0)
    const mixed = await run('alice', [...asked, '--kind', 'agent'])
    assert.deepEqual([mixed.code, /--kind does not go with --live/.test(mixed.err)], [2, true])
  })

  it('refuses a bad token with 3', async () => {
    const ran = await run('nobody', ['whoami'])
    assert.equal(ran.code, 3)
    assert.ok(!ran.err.includes('nobody'))
  })

  it('takes a token from a file that not everybody can read', async () => {
    const file = join(folder, 'token')
    writeFileSync(file, 'carol\n', { mode: 0o600 })
    assert.match((await run(null, ['whoami', '--token-file', file])).out, /^okta\|carol/)
    chmodSync(file, 0o644)
    assert.equal((await run(null, ['whoami', '--token-file', file])).code, 2)
  })

  it('is somebody of the demo', async () => {
    const demo = join(folder, '.sallyport', 'demo')
    mkdirSync(demo, { recursive: true })
    const people = [{ name: 'carol', subject: 'carol', groups: [], token: 'carol' }]
    writeFileSync(
      join(demo, 'demo.json'),
      JSON.stringify({ version: 1, gateway: api, api: `${api}/api/v1`, connections: {}, people }),
    )
    assert.match((await run(null, ['whoami', '--demo', 'carol'])).out, /^okta\|carol/)
    const unknown = await run(null, ['whoami', '--demo', 'zoe'])
    assert.equal(unknown.code, 2)
    assert.match(unknown.err, /carol/)
    rmSync(join(folder, '.sallyport'), { recursive: true })
  })
})
