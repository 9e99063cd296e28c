// Where a reference leads on the command line, and what is said of a request for approval.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Fixture, need } from '../api/api.fixture.ts'
import { newId } from '../gateway/ids.ts'
import { CommandRig } from './command-rig.fixture.ts'
import { span } from './text.ts'

let rig: CommandRig
let fixture: Fixture
const run: CommandRig['run'] = (...args) => rig.run(...args)

before(async () => {
  rig = await CommandRig.start()
  fixture = rig.fixture
})
after(() => rig.stop())

/** A question of `who` that a rule blocked, as in a session of its own. */
async function blocked(who: string): Promise<{ readonly session: string; readonly reference: string }> {
  const { session } = await fixture.held(who)
  const exchange = newId('x')
  const what = { operation: 'tools/call', target: 'drop_table', parent: null, door: 'system', approval: null } as const
  const decided = { decision: 'block', rules: ['no-ddl'], policy: 'p', findings: {} } as const
  fixture.record.add(session, { kind: 'question', exchange, ...what, ...decided }, '{"sql":"[hidden]"}')
  return { session, reference: exchange }
}

describe('the reference of a refusal', () => {
  it('leads whoever asked, and auditors, to what decided and to its steps', async () => {
    const { session, reference } = await blocked('alice')
    for (const who of ['alice', 'audrey']) {
      const show = await run(who, ['sessions', 'show', reference])
      assert.deepEqual([show.code, show.err], [0, ''])
      assert.match(show.out, new RegExp(`^${reference} +refused: blocked\n`))
      assert.match(show.out, /asked by +okta\|alice, \d+s ago\n/)
      assert.match(show.out, /what +tools\/call drop_table on clinic\n/)
      assert.match(show.out, /decision +block by no-ddl\n/)
      assert.match(show.out, /Blocked by rule no-ddl\.\n/)
      assert.match(show.out, /asks tools\/call drop_table {2}blocked by no-ddl/)
      assert.match(show.out, new RegExp(`sallyport sessions replay ${session}`))
      assert.ok(!show.out.includes('[hidden]'))
      assert.match((await run(who, ['sessions', 'replay', reference])).out, /"sql": "\[hidden\]"/)
    }
    const json = JSON.parse((await run('alice', ['sessions', 'replay', reference, '--json'])).out)
    assert.deepEqual([json.reference, json.subject, json.steps.length], [reference, 'okta|alice', 1])
  })

  it('leads an approver there without its steps, and others nowhere', async () => {
    const { reference } = await blocked('alice')
    const show = await run('carol', ['sessions', 'show', reference])
    assert.match(show.out, /Blocked by rule no-ddl\.\n\nIts steps are shown to whoever asked and to auditors\.\n$/)
    const other = await run('bob', ['sessions', 'show', reference])
    assert.deepEqual([other.code, other.out], [3, ''])
  })

  it('is shown under approvals too, to those who may see it', async () => {
    const { reference } = await blocked('alice')
    const show = await run('carol', ['approvals', 'show', reference])
    assert.deepEqual([show.code, show.err], [0, ''])
    assert.match(show.out, /^Nobody was asked for an approval under this reference/)
    assert.match(show.out, /Blocked by rule no-ddl\./)
    const json = await run('alice', ['approvals', 'show', reference, '--json'])
    assert.equal(JSON.parse(json.out).refused, 'blocked')
    const other = await run('bob', ['approvals', 'show', reference])
    assert.deepEqual([other.code, other.out], [3, ''])
    assert.match(other.err, /^There is nothing here that you may see\./)
  })
})

describe('sallyport approvals', () => {
  it('says that the rules have changed since, and what to do', async () => {
    const { reference } = await fixture.held('alice')
    fixture.rules.now = 'others'
    assert.match((await run('carol', ['approvals', 'ls'])).out, new RegExp(`${reference} +open, outdated .* –\n`))
    const sentence = /The rules of this connection changed since; ask them to call again\./
    const show = await run('carol', ['approvals', 'show', reference])
    assert.match(show.out, /open, outdated/)
    assert.match(show.out, sentence)
    assert.match(
      (await run('alice', ['approvals', 'show', reference])).out,
      /changed since: call again to ask anew\.\n$/,
    )
    const refused = await run('carol', ['approvals', 'approve', reference, '--reason', 'ok'])
    assert.deepEqual([refused.code, refused.out, sentence.test(refused.err)], [3, '', true])
    fixture.rules.now = 'first'
  })

  it('lists what is approved and not used yet, until when', async () => {
    const { reference } = await fixture.held('alice')
    await run('carol', ['approvals', 'approve', reference, '--reason', 'ok'])
    const waits = new RegExp(`${reference} +approved, waits to be used until (?:[-\\d]+ )?\\d\\d:\\d\\d .* in 10m`)
    for (const who of ['alice', 'carol']) assert.match((await run(who, ['approvals', 'ls'])).out, waits)
    assert.match((await run('dora', ['approvals', 'ls', '--state', 'open'])).out, /^(?!.*approved, waits)/s)
  })

  it('shows points and whose they are, rows that have passed, and that what is seen is decided anew', async () => {
    const risk = { points: 80, hold: 50, summands: ['ssn', 'night'].map(rule => ({ rule, points: 40 })) }
    const points = await fixture.held('alice', { needs: [need], grounds: { risk, reveal: ['phi.name'] } })
    const first = (await run('carol', ['approvals', 'show', points.reference])).out
    assert.match(first, /risk +80 points, held from 50: ssn 40, night 40\n/)
    assert.match(
      first,
      /will see +decided anew when it runs, by the rules of that moment; by those of now phi\.name in clear\n/,
    )
    const rows = await fixture.held('alice', { grounds: { rows: { out: 1_000, stop: 5_000 } } })
    const second = (await run('carol', ['approvals', 'show', rows.reference])).out
    assert.match(second, /rows +1000 rows of the answer have passed, and it ends beyond 5000 in any case\n/)
    assert.match(second, /will see +decided anew .*; the rest is masked as what has passed\n/)
  })
})

describe('what cannot be connected to', () => {
  it('is said to be unknown or not allowed, no database, or without a listener', async () => {
    const unlistened = await CommandRig.start({ connections: () => [{ name: 'db', kind: 'postgres', url: null }] })
    for (const command of ['credentials', 'psql', 'proxy']) {
      for (const [who, name] of [
        ['alice', 'nowhere'],
        ['carol', 'clinic-db'],
      ] as const) {
        const unknown = await run(who, [command, name])
        assert.equal(unknown.code, 3)
        assert.match(
          unknown.err,
          /^No rule lets you use this connection, or there is none of this name\.\n`sallyport connections ls` lists yours\./,
        )
      }
      assert.match((await run('alice', [command, 'clinic'])).err, /^This connection is an MCP server and no database\./)
      const silent = await unlistened.run('alice', [command, 'db'])
      assert.match(silent.err, /does not listen for its clients\.\n.*`listen\.postgres`.*restart the gateway/)
    }
    await unlistened.stop()
    const explain = ['policy', 'explain', '--live', '--connection', 'nowhere', '--operation', 'tools/call:x']
    assert.match((await run('alice', explain)).err, /^No rule lets you use this connection/)
  })
})

describe('sallyport', () => {
  it('says how the gateway is started', async () => {
    assert.match((await run(null, ['--help'])).out, /npm start -- --config FILE/)
  })

  it('says how many groups of the token are not mapped, where there are any', async () => {
    assert.match((await run('newcomer', ['whoami'])).out, /groups +none \(3 more of the token not mapped here\)\n/)
    assert.match((await run('alice', ['whoami'])).out, /groups +nurses\n[\s\S]*token +ends in (?:1h|59m)\n/)
  })

  it('tells times to the minute', () => {
    const minute = 60_000
    const told = [89, 60, 90, 119.9, 120, 2_879, 2_880].map(minutes => span(minutes * minute))
    assert.deepEqual(told, ['1h 29m', '1h', '1h 30m', '2h', '2h', '47h 59m', '2d'])
  })
})
