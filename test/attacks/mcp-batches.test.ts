// Many messages in one body, and a stream that nobody asked a question on. Promise: each message of a batch is decided as
// if it came alone, and what comes down unasked is masked like an answer.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { AttackRig, hides, tool } from '../support/attack-rig.ts'
import { McpCaller, messagesOf, refusalOf } from '../support/mcp-caller.ts'
import { plant } from '../support/planted.ts'
import type { Heard } from '../support/raw-http.ts'

const S = '219-09-9999'
const BATCHES = '2025-03-26'
const call = (id: unknown, name: string, args: object = {}) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args },
})

describe('batches', () => {
  let rig: AttackRig
  let ann: McpCaller

  before(async () => {
    plant(S)
    rig = await AttackRig.start({
      rules: [
        { id: 'use', allow: ['*'], who: ['staff'], on: ['clinic'] },
        { id: 'secret', block: ['tools/call:get_secret'], who: ['staff'], on: ['clinic'] },
      ],
    })
    rig.lists(tool('get_text'), tool('get_secret'))
    rig.tells(() => ({ content: [{ type: 'text', text: `arrived ${S}` }] }))
    ann = new McpCaller(rig.gateway.connectionUrl('clinic'), 'legacy', await rig.gateway.token('ann'))
    const params = { protocolVersion: BATCHES, capabilities: {}, clientInfo: { name: 'test', version: '1' } }
    const headers = { 'MCP-Protocol-Version': BATCHES }
    const heard = await ann.start('initialize', params, { headers }).done
    ann.session = heard.headers['mcp-session-id'] ?? null
    await send([call(0, 'get_text')])
  })
  after(() => rig?.stop())

  const send = (batch: unknown): Promise<Heard> =>
    ann.post(JSON.stringify(batch), { 'MCP-Protocol-Version': BATCHES }).done
  const went = () => rig.got.filter(({ method }) => method === 'tools/call').map(({ body }) => body)

  it('what is blocked stays down among what is allowed, wherever it stands', async () => {
    const before = went().length
    const heard = await send([call(1, 'get_secret'), call(2, 'get_text'), call(3, 'GET_SECRET'), call(4, 'get_secret')])
    hides(heard, [S])
    assert.equal(went().length, before + 1)
    assert.ok(!went().some(body => /secret/i.test(body)))
    const codes = messagesOf(heard).map(message => [message.id, refusalOf(message)?.code])
    assert.deepEqual(codes.sort(), [
      [1, 'blocked'],
      [2, undefined],
      [3, 'unreadable'],
      [4, 'blocked'],
    ])
  })

  const refused: readonly (readonly [name: string, batch: unknown])[] = [
    ['an empty one', []],
    ['fifty-one', Array.from({ length: 51 }, (_, id) => call(id, 'get_text'))],
    ['a batch in a batch', [[call(1, 'get_text')]]],
    ['a handshake among others', [{ jsonrpc: '2.0', id: 1, method: 'initialize', params: {} }, call(2, 'get_text')]],
    ['a number', [1]],
    ['one that cannot be read', [call(1, 'get_text'), { jsonrpc: '1.0', id: 2, method: 'tools/call' }]],
    ['an id that is null', [call(null, 'get_text')]],
    ['a call that is also an answer', [{ ...call(1, 'get_text'), result: {} }]],
    ['answers to nothing', [{ jsonrpc: '2.0', id: 'q', result: {} }]],
  ]
  for (const [name, batch] of refused) {
    it(`${name}: nothing of it goes up`, async () => {
      const before = rig.got.length
      const heard = await send(batch)
      assert.ok(heard.status >= 400, `${heard.status} ${heard.body}`)
      assert.equal(rig.got.length, before)
    })
  }

  it('two of one id: one of them runs', async () => {
    const before = went().length
    hides(await send([call(7, 'get_text', { at: 1 }), call(7, 'get_text', { at: 2 })]), [S])
    assert.equal(went().length, before + 1)
  })

  it('a member named twice in one of them', async () => {
    const before = rig.got.length
    const text = JSON.stringify([call(1, 'get_text'), call(2, 'get_text')]).replace('"id":2', '"id":2,"id":3')
    assert.equal((await ann.post(text, { 'MCP-Protocol-Version': BATCHES }).done).status, 400)
    assert.equal(rig.got.length, before)
  })

  it('another version in the header does not open a batch, nor close the eyes', async () => {
    const before = rig.got.length
    for (const version of ['2025-06-18', '2026-07-28', '2024-11-05', '2025-03-26 ', ''])
      await ann.post(JSON.stringify([call(1, 'get_secret')]), { 'MCP-Protocol-Version': version }).done
    assert.deepEqual(
      rig.got.slice(before).filter(({ method }) => method === 'tools/call'),
      [],
    )
  })
})
