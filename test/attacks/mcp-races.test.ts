// Attacks by timing. Promise: an approval is used once however many use it at once and for exactly what was approved; what
// changes while a call is on its way counts; and what could not be recorded is not said.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { ApprovalsRig } from '../support/approvals-rig.ts'
import { AttackRig, answer } from '../support/attack-rig.ts'
import { answerOf, McpCaller, messagesOf, refusalOf, textOf } from '../support/mcp-caller.ts'
import { startPlainServer } from '../support/plain-server.ts'
import { plant } from '../support/planted.ts'

describe('approvals that are raced', () => {
  let rig: ApprovalsRig
  let ann: McpCaller

  before(async () => {
    rig = await ApprovalsRig.start()
    ann = await rig.caller('ann')
  })
  after(() => rig?.stop())

  it('one approval, twenty equal calls at once: one of them runs', async () => {
    const args = { mark: 'race-one' }
    await rig.approve(await rig.pending(ann, 'soon_write', args))
    const others = await Promise.all(Array.from({ length: 4 }, () => rig.caller('ann')))
    const calls = Array.from({ length: 20 }, (_, at) => (others[at % 4] as McpCaller).call('soon_write', args))
    const ran = (await Promise.all(calls)).filter(message => textOf(message) === 'soon_write ran')
    assert.deepEqual([ran.length, rig.ran('race-one')], [1, 1])
  })

  it('two people approve and a third denies at once: one approval counts, and a denial stands', async () => {
    const args = { mark: 'race-two' }
    const reference = await rig.pending(ann, 'soon_write', args)
    const [carla, dora, eve] = await Promise.all([
      rig.vote('carla', reference),
      rig.vote('dora', reference),
      rig.vote('eve', reference, 'deny'),
    ])
    assert.ok([carla, dora].filter(({ status }) => status === 200).length <= 1)
    if (eve?.status === 200) assert.equal((await rig.stateOf(reference)).state, 'denied')
    const { state } = await rig.stateOf(reference)
    await ann.call('soon_write', args)
    assert.equal(rig.ran('race-two'), state === 'approved' ? 1 : 0)
  })

  const changed: readonly (readonly [what: string, approved: string, asked: string])[] = [
    ['a number beyond those that JavaScript tells apart', '9007199254740992', '9007199254740993'],
    ['a number of many digits', '1.00000000000000000001', '1.00000000000000000002'],
    ['a text instead of a number', '7', '"7"'],
    ['another Unicode form', '"caf\u00e9"', '"cafe\u0301"'],
    ['a zero-width space', '"all"', '"a\u200bll"'],
    ['a member that is null', '{}', '{"force":null}'],
    ['another order of a list', '[1,2]', '[2,1]'],
    ['a negative zero', '0', '-0'],
  ]
  for (const [at, [what, approved, asked]] of changed.entries()) {
    it(`an approval is not for ${what}`, async () => {
      const mark = `changed-${at}-`
      const body = (value: string) => {
        const params = ann.modernParams({ name: 'soon_write', arguments: { mark, value: '@' } })
        return JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }).replace('"@"', value)
      }
      const send = async (value: string) =>
        answerOf(await ann.ask('tools/call', { name: 'soon_write' }, { body: body(value) }))
      const refusal = refusalOf(await send(approved))
      assert.equal(refusal?.code, 'pending')
      await rig.approve(String(refusal?.reference))
      assert.notEqual(textOf(await send(asked)), 'soon_write ran')
      assert.equal(rig.ran(mark), 0)
    })
  }

  it('an approval is not for another server under the same name', async () => {
    const args = { mark: 'race-place' }
    const reference = await rig.pending(ann, 'soon_write', args)
    await rig.approve(reference)
    const elsewhere = await startPlainServer(['soon_write'])
    const { connections } = JSON.parse(readFileSync(rig.gateway.configFile, 'utf8'))
    const clinic = { ...connections.clinic, mcp: elsewhere.url }
    await rig.reconfigure(config => {
      config.connections = { ...connections, clinic }
    })
    assert.notEqual(await rig.pending(ann, 'soon_write', args), reference)
    await rig.reconfigure(config => {
      config.connections = connections
    })
    await rig.runs(ann, 'soon_write', args)
    await elsewhere.close()
  })

  it('a rule that blocks while people think is obeyed when they approve', async () => {
    const mark = 'race-rule'
    const before = await rig.open('ann')
    const held = ann.start('tools/call', { name: 'wait_write', arguments: { mark } })
    const reference = await rig.opened('ann', before)
    const rules = JSON.parse(readFileSync(rig.gateway.configFile, 'utf8')).rules
    await rig.reconfigure(config => {
      config.rules = [
        ...rules,
        { id: 'now', block: ['tools/call:*'], effects: ['write'], who: ['staff'], on: ['clinic'] },
      ]
    })
    const { status, body } = await rig.vote('carla', reference)
    assert.deepEqual([status, body.code], [409, 'outdated'])
    assert.equal(refusalOf(answerOf(await held.done))?.code, 'pending')
    assert.equal(refusalOf(await ann.call('wait_write', { mark }))?.code, 'blocked')
    assert.equal(rig.ran(mark), 0)
    await rig.reconfigure(config => {
      config.rules = rules
    })
  })
})

describe('somebody whose last rule is taken away', () => {
  it('has no session left: no stream goes on, and none begins', async () => {
    const rig = await AttackRig.start({
      people: { ann: { groups: ['staff'] }, bob: { groups: ['staff'] }, eve: { groups: ['staff', 'few'] } },
      config: { groups: { staff: { test: ['staff'] }, few: { test: ['few'] } } },
    })
    try {
      const ann = await rig.caller('legacy')
      const bob = await rig.caller('legacy', 'bob')
      const kept = await rig.caller('legacy', 'eve')
      rig.tells(({ id }, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write(`: ${id}\n\n`)
        return null
      })
      const open = [ann, bob].map(caller => caller.start('tools/call', { name: 'get_text', arguments: {} }))
      const stays = kept.start('tools/call', { name: 'get_text', arguments: {} })
      while (rig.sent('tools/call') < 3) await delay(10)
      const file = JSON.parse(readFileSync(rig.gateway.configFile, 'utf8'))
      file.rules = [{ id: 'use', allow: ['*'], who: ['few'], on: ['*'] }]
      writeFileSync(rig.gateway.configFile, JSON.stringify(file))
      for (const heard of await Promise.all(open.map(({ done }) => done)))
        assert.equal(refusalOf(answerOf(heard))?.code, 'unauthenticated')
      assert.equal((await ann.listen().done).status, 403)
      assert.equal(await Promise.race([stays.done, delay(200, 'open')]), 'open')
      assert.equal((await kept.ask('tools/list')).status, 200)
      await stays.cut()
    } finally {
      await rig.stop()
    }
  })
})

describe('calls that are on their way', () => {
  const V = 'Qzxabc7'
  let rig: AttackRig

  before(async () => {
    plant(V)
    rig = await AttackRig.start({ config: { labels: { 'acme.ref': { json: ['**.patient_ref'] } } } })
  })
  after(() => rig?.stop())

  it('a token that ends while a stream goes on ends the stream', async () => {
    const skewMs = 60_000
    const leftMs = 3_000
    const issuedAt = new Date(Date.now() - 200_000)
    const token = await rig.gateway.token('ann', { issuedAt, lifeMs: 200_000 - skewMs + leftMs })
    const caller = new McpCaller(rig.gateway.connectionUrl('clinic'), 'legacy', token)
    await caller.initialize()
    const ended = Promise.withResolvers<void>()
    rig.tells((asked, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const say = (data: string) =>
        `data: ${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data } })}\n\n`
      response.write(say('early'))
      void ended.promise.then(() => response.end(`${say('afterwards')}data: ${answer(asked, { content: [] })}\n\n`))
      return null
    })
    const calling = caller.start('tools/call', { name: 'get_text', arguments: {} })
    await calling.until(({ body }) => body.includes('early'))
    await delay(leftMs + 1_500)
    ended.resolve()
    const heard = await calling.done
    assert.ok(!heard.body.includes('afterwards'), JSON.stringify(heard.body.toString()))
    assert.equal((await caller.ask('ping')).status, 401)
  })

  it('fifty answers at once do not come to the wrong caller', async () => {
    const people = await Promise.all(['ann', 'bob'].map(person => rig.caller('modern', person)))
    rig.tells(({ params = {} }) => {
      const { of } = params.arguments as { of: string }
      return { content: [{ type: 'text', text: `for ${of}` }], structuredContent: { patient_ref: V } }
    })
    const calls = Array.from({ length: 50 }, async (_, at) => {
      const message = await (people[at % 2] as McpCaller).call('get_text', { of: `${at}!` })
      assert.equal(textOf(message), `for ${at}!`)
      assert.deepEqual(message.result?.structuredContent, { patient_ref: '[acme.ref]' })
    })
    await Promise.all(calls)
  })

  it('nothing is answered when the record cannot be written any more', async t => {
    const ann = await rig.caller('modern')
    const pid = String(rig.gateway.process().pid)
    const limit = (bytes: string) => spawnSync('prlimit', ['--pid', pid, `--fsize=${bytes}:`]).status === 0
    if (!limit('unlimited')) {
      t.skip('NOT TESTED: this system sets no limit on the files of another process')
      return
    }
    let full = false
    rig.tells(() => {
      full = limit('1')
      return { content: [{ type: 'text', text: `secret ${V}` }] }
    })
    const heard = await ann.ask('tools/call', { name: 'get_text', arguments: {} })
    assert.ok(full, 'the limit was set between the question and its answer')
    const [message = {}] = messagesOf(heard)
    assert.equal(refusalOf(message)?.code, 'unrecorded', heard.body.toString())
    assert.ok(!heard.body.includes('secret'))
    const before = rig.got.length
    for (const caller of [ann, await rig.caller('modern', 'bob')]) {
      const again = await caller.ask('tools/call', { name: 'get_text', arguments: {} })
      assert.equal(refusalOf(answerOf(again))?.code, 'unrecorded')
    }
    assert.equal(rig.got.length, before, 'a question without a record went up')
    limit('unlimited')
  })
})
