// Held calls on the wire: who leaves, what the system says meanwhile, and what is in the record of it.
import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import type { Approval } from '../access/approval.ts'
import { approvers, rule } from '../policy/decide-fixture.ts'
import { all, codeOf, getText, RealBench } from './testing/real-bench.ts'
import { type RealRig, unended } from './testing/real-rig.ts'
import { subjectOf } from './testing/rig.ts'
import { LegacyCaller, lastMessage, legacyScript, type Script } from './testing/scripted-server.ts'

const bench = new RealBench()
afterEach(() => bench.clear())

const putText = { name: 'put_text', inputSchema: { type: 'object' } }
const held = rule('hold', 'puts', ['tools/call:put_*'], { approvers: { ...approvers, holdMs: 20_000 } })
const put = (mark: string, _meta: object = {}) => ({ name: 'put_text', arguments: { mark }, _meta })
const carla = { ...subjectOf('carla'), groups: new Set(['compliance']) }
const ran: Script = () => ({ content: [{ type: 'text', text: 'ran' }] })

const behind = (script: Script) => bench.behind(legacyScript([getText, putText], script), { rules: [all, held] })
const puts = () => bench.server.got.filter(({ params }) => params?.name === 'put_text').length

async function opened({ approvals }: RealRig): Promise<Approval> {
  for (;;) {
    const [one] = await approvals.list('open', 1)
    if (one) return one
    await new Promise(resolve => setImmediate(resolve))
  }
}

const approve = ({ approvals }: RealRig, { id }: Approval) => approvals.vote(id, carla, 'approve', 'looked at it')

/** What is said of each exchange, in order. */
async function told(): Promise<readonly string[]> {
  const { entries } = await bench.finish()
  return entries.flatMap(({ entry }) => {
    if (entry.kind === 'question') return entry.operation === 'tools/call' ? [`question ${entry.decision}`] : []
    if (entry.kind === 'end') return [`end ${entry.outcome}`]
    return entry.kind === 'hold' || entry.kind === 'decided' ? [entry.kind] : []
  })
}

describe('a held call', () => {
  const ways = {
    'is cancelled': async (ann: LegacyCaller, leave: AbortController) => {
      void leave
      await ann.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } })
    },
    'is left': async (_: LegacyCaller, leave: AbortController) => leave.abort(),
  }
  for (const [way, go] of Object.entries(ways)) {
    it(`that ${way} never runs, the record says so, and its approval is of use once`, async () => {
      const rig = await behind(ran)
      const ann = await LegacyCaller.open(rig.url, 'ann')
      const leave = new AbortController()
      const response = await ann.send(1, 'tools/call', put('a'), leave.signal)
      const asked = await opened(rig)
      await go(ann, leave)
      await response.text().catch(() => undefined)
      await ann.ask(2, 'ping', {})
      await approve(rig, asked)
      assert.equal(puts(), 0)
      assert.ok((await ann.ask(3, 'tools/call', put('a'))).result?.content)
      assert.equal(puts(), 1)
      const again = new AbortController()
      await ann.send(4, 'tools/call', put('a'), again.signal)
      assert.notEqual((await opened(rig)).id, asked.id)
      again.abort()
      await ann.ask(5, 'ping', {})
      const gone = ['question hold', 'hold', 'end gone']
      const said = (await told()).filter(what => what !== 'end done')
      assert.deepEqual(said, [...gone, 'question allow', ...gone])
    })
  }

  it('is not answered by a system that was not asked', async () => {
    const rig = await behind((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end('id: 1\ndata: \n\n')
      return null
    })
    const ann = await LegacyCaller.open(rig.url, 'ann')
    const parked = await (await ann.send(1, 'tools/call', { name: 'get_text' })).text()
    const leave = new AbortController()
    await ann.send(2, 'tools/call', put('a'), leave.signal)
    await opened(rig)
    bench.server.listened = response => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const answer = (id: number) => JSON.stringify({ jsonrpc: '2.0', id, result: { content: [] } })
      for (const id of [2, 1]) response.write(`data: ${answer(id)}\n\n`)
      response.end()
    }
    const last = /^id: (.*)$/m.exec(parked)?.[1] ?? ''
    const heard = await (await ann.listen({ 'last-event-id': last }, leave.signal)).text()
    leave.abort()
    assert.deepEqual([/"id":1,/.test(heard), /"id":2,/.test(heard)], [true, false])
  })

  it('of the newest version is answered when the gateway stops', async () => {
    const version = '2026-07-28'
    const rig = await bench.behind(
      ({ method }) => (method === 'tools/list' ? { tools: [putText], ttlMs: 0, cacheScope: 'private' } : {}),
      { rules: [all, held] },
    )
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': version,
      'io.modelcontextprotocol/clientCapabilities': {},
    }
    const response = await fetch(rig.url, {
      method: 'POST',
      headers: {
        authorization: 'Bearer ann',
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': version,
        'mcp-method': 'tools/call',
        'mcp-name': 'put_text',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: put('a', _meta) }),
    })
    await opened(rig)
    const [text] = await Promise.all([response.text(), bench.finish()])
    assert.equal(codeOf(lastMessage(text)), 'unauthenticated')
  })

  it('is told of no progress under what is no token', async () => {
    const rig = await behind(ran)
    const ann = await LegacyCaller.open(rig.url, 'ann')
    for (const progressToken of ['a', 7, null, true, { a: 1 }, [1]]) {
      const mark = JSON.stringify(progressToken)
      const response = await ann.send(1, 'tools/call', put(mark, { progressToken }))
      await approve(rig, await opened(rig))
      const heard = await response.text()
      const is = typeof progressToken === 'string' || typeof progressToken === 'number'
      assert.equal(heard.includes('notifications/progress'), is, mark)
    }
  })

  it('hears of progress that only rises, though its system counts from 0', async () => {
    const counts = ['0', '1e-10', '0.00000000020', '0.5', '1.50', '2']
    const counting: Script = ({ id, params }, response) => {
      const { progressToken } = (params?._meta ?? {}) as { progressToken?: string }
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const count of counts)
        response.write(
          `data: {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"${progressToken}","progress":${count},"total":2}}\n\n`,
        )
      response.end(`data: ${JSON.stringify({ jsonrpc: '2.0', id, result: { content: [] } })}\n\n`)
      return null
    }
    const rig = await behind(counting)
    const ann = await LegacyCaller.open(rig.url, 'ann')
    const sources = async (response: Promise<Response>) =>
      [...(await (await response).text()).matchAll(/"progress":([^,]+),/g)].map(([, source]) => source)
    const unheld = ann.send(1, 'tools/call', { name: 'get_text', _meta: { progressToken: 'p' } })
    assert.deepEqual(await sources(unheld), counts)
    const held = ann.send(2, 'tools/call', put('a', { progressToken: 'p' }))
    await approve(rig, await opened(rig))
    const heard = await sources(held)
    assert.deepEqual(heard.slice(-3), counts.slice(-3))
    assert.equal(heard.length, counts.length + 1)
    assert.ok(
      heard.every((source, at) => at === 0 || Number(source) > Number(heard[at - 1])),
      heard.join(),
    )
  })

  it('of a batch keeps nobody else waiting, and its id is in use', async () => {
    const rig = await behind(ran)
    const ann = await LegacyCaller.open(rig.url, 'ann', '2025-03-26')
    const call = (id: number, params: object) => ({ jsonrpc: '2.0', id, method: 'tools/call', params })
    const response = await ann.post([call(1, put('a')), call(1, put('b')), call(2, { name: 'get_text' })])
    const asked = await opened(rig)
    await bench.server.until(() => bench.sent.includes('tools/call'))
    assert.equal((await ann.ask(1, 'ping', {})).error?.code, -32600)
    await approve(rig, asked)
    const heard = (await response.text()).split('\n').filter(line => line.startsWith('data: {'))
    assert.deepEqual(
      heard
        .map(line => lastMessage(line))
        .map(({ id, error }) => [id, error?.code])
        .sort(),
      [
        [1, undefined],
        [1, -32600],
        [2, undefined],
      ],
    )
    assert.equal(puts(), 1)
    assert.deepEqual(unended(await bench.finish()), [])
  })
})
