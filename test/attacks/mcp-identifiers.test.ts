// A caller who holds what was given to somebody else, or what was given for another purpose. Promise: sessions, cursors,
// states, tasks, addresses, events and questions open for whom they were made, where and as what they were made.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { AttackRig, answer, hides } from '../support/attack-rig.ts'
import { answerOf, McpCaller, messagesOf } from '../support/mcp-caller.ts'
import { plant } from '../support/planted.ts'

const S = '219-09-9999'
type Given = Record<'cursor' | 'state' | 'task' | 'uri', string>

describe('identifiers', () => {
  let rig: AttackRig
  let ann: McpCaller
  let bob: McpCaller
  let elsewhere: McpCaller
  let given: Given

  before(async () => {
    plant(S)
    rig = await AttackRig.start({})
    ann = await rig.caller('modern')
    bob = await rig.caller('modern', 'bob')
    elsewhere = await McpCaller.connect(rig.gateway, 'other', 'modern', 'ann')
    rig.tells(({ method }) =>
      method === 'resources/list'
        ? { resources: [{ name: 'arrived', uri: `ehr://p/${S}` }], nextCursor: `after ${S}` }
        : { resultType: 'input_required', requestState: `state ${S}`, taskId: `task ${S}`, inputRequests: {}, ttl: 1 },
    )
    const listed = await ann.ask('resources/list')
    hides(listed, [S])
    const asked = await ann.ask('tools/call', { name: 'get_text', arguments: {} })
    hides(asked, [S], 'input_required')
    const { resources, nextCursor } = answerOf(listed).result as { resources: { uri: string }[]; nextCursor: string }
    const { requestState, taskId } = answerOf(asked).result as { requestState: string; taskId: string }
    given = { cursor: nextCursor, state: requestState, task: taskId, uri: resources[0]?.uri ?? '' }
    rig.tells(() => ({ content: [] }))
  })
  after(() => rig?.stop())

  const uses: readonly (readonly [
    kind: keyof Given,
    method: string,
    params: (it: string) => Record<string, unknown>,
  ])[] = [
    ['cursor', 'resources/list', cursor => ({ cursor })],
    ['state', 'tools/call', requestState => ({ name: 'get_text', arguments: {}, requestState })],
    ['task', 'tasks/get', taskId => ({ taskId })],
    ['task', 'tasks/cancel', taskId => ({ taskId })],
    ['uri', 'resources/read', uri => ({ uri })],
    ['uri', 'completion/complete', uri => ({ ref: { type: 'ref/resource', uri }, argument: { name: 'a', value: '' } })],
  ]

  async function opensNothing(caller: McpCaller, method: string, params: Record<string, unknown>): Promise<void> {
    const before = rig.got.length
    const heard = await caller.ask(method, params)
    const went = rig.got.slice(before).filter(asked => asked.method !== 'tools/list')
    assert.deepEqual(went, [], `it went up: ${heard.body}`)
    // 404: a connection that never gave a task has none.
    assert.ok(heard.status === 400 || heard.status === 404, String(heard.status))
  }

  for (const [kind, method, params] of uses) {
    it(`${method}: the ${kind} of its caller opens to what the system gave`, async () => {
      const before = rig.got.length
      await ann.ask(method, params(given[kind]))
      const went = rig.got.slice(before).find(asked => asked.method === method)
      assert.ok(went?.body.includes(S), `${went?.body}`)
    })
    it(`${method}: the ${kind} of somebody else`, () => opensNothing(bob, method, params(given[kind])))
    it(`${method}: the ${kind} of another connection`, () => opensNothing(elsewhere, method, params(given[kind])))
    it(`${method}: a ${kind} with one character changed`, () => {
      const at = given[kind].length - 20
      const other = given[kind][at] === 'A' ? 'B' : 'A'
      return opensNothing(ann, method, params(given[kind].slice(0, at) + other + given[kind].slice(at + 1)))
    })
    if (kind === 'uri') continue
    it(`${method}: a ${kind} that the system would know`, () => opensNothing(ann, method, params(`after ${S}`)))
    for (const wrong of ['cursor', 'state', 'task'] as const) {
      if (wrong === kind) continue
      it(`${method}: a ${wrong} as ${kind}`, () => opensNothing(ann, method, params(given[wrong])))
    }
  }

  describe('of a session', () => {
    let session: McpCaller
    let stranger: McpCaller

    before(async () => {
      session = await rig.caller('legacy')
      stranger = await rig.caller('legacy', 'bob')
    })

    for (const way of ['POST', 'GET', 'DELETE'] as const) {
      it(`${way} by somebody else`, async () => {
        const before = rig.got.length
        const taken = { 'Mcp-Session-Id': session.session ?? '' }
        const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' })
        const heard =
          way === 'POST'
            ? await stranger.post(body, taken).done
            : way === 'GET'
              ? await stranger.listen(taken).done
              : await fetchWith(stranger, taken)
        assert.equal(heard.status, 404)
        assert.equal(rig.got.length, before)
      })
    }

    it('an event that was given to somebody else is no place to go on from', async () => {
      rig.tells((asked, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.end(`id: ${S}\ndata: ${answer(asked, { content: [{ type: 'text', text: 'arrived' }] })}\n\n`)
        return null
      })
      const heard = await session.ask('tools/call', { name: 'get_text', arguments: {} })
      hides(heard, [S])
      const event = /^id: (.*)$/m.exec(heard.body.toString())?.[1] ?? ''
      const before = rig.got.length
      for (const last of [event, S, '1'])
        assert.equal((await stranger.listen({ 'Last-Event-ID': last }).done).status, 400)
      assert.equal(rig.got.length, before)
    })

    it('a question is answered by whom it was put to, once', async () => {
      let ask = (_: string) => {}
      rig.tells((asked, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        const question = { jsonrpc: '2.0', id: 'q-1', method: 'elicitation/create', params: { message: 'well?' } }
        response.write(`data: ${JSON.stringify(question)}\n\n`)
        ask = text => response.end(`data: ${answer(asked, { content: [{ type: 'text', text }] })}\n\n`)
        return null
      })
      const calling = session.start('tools/call', { name: 'get_text', arguments: {} })
      const heard = await calling.until(({ body }) => body.includes('well?'))
      const question = messagesOf(heard).find(({ method }) => method === 'elicitation/create')
      const reply = (id: unknown) => JSON.stringify({ jsonrpc: '2.0', id, result: { action: 'accept', content: {} } })
      const replies = () => rig.got.filter(({ method, body }) => method === undefined && body.includes('accept')).length
      assert.notEqual(question?.id, 'q-1')
      assert.equal((await stranger.post(reply(question?.id), {}).done).status, 400)
      assert.equal((await session.post(reply('q-1'), {}).done).status, 400)
      assert.equal(replies(), 0)
      assert.equal((await session.post(reply(question?.id), {}).done).status, 202)
      assert.equal((await session.post(reply(question?.id), {}).done).status, 400)
      assert.equal(replies(), 1)
      ask('arrived')
      hides(await calling.done, [S])
    })
  })
})

async function fetchWith(caller: McpCaller, headers: Record<string, string>): Promise<{ status: number }> {
  const { 'Content-Type': _, ...own } = caller.headers
  const response = await fetch(caller.url, { method: 'DELETE', headers: { ...own, ...headers } })
  await response.text()
  return { status: response.status }
}
