// Questions of a system that people look at first: they wait beside the stream they came on.
import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { ElicitRequestSchema, LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import type { Approval } from '../access/approval.ts'
import { limits } from '../gateway/limits.ts'
import { approvers, rule } from '../policy/decide-fixture.ts'
import { askingServer } from './testing/asking-server.ts'
import { codeOf, getText, RealBench } from './testing/real-bench.ts'
import { type RealRig, realRig, unended } from './testing/real-rig.ts'
import type { Listening } from './testing/rig.ts'
import { subjectOf } from './testing/rig.ts'
import { LegacyCaller, legacyScript } from './testing/scripted-server.ts'
import { StdioProcesses } from './upstream-stdio.ts'

const carla = { ...subjectOf('carla'), groups: new Set(['compliance']) }
const processes = new StdioProcesses()
let server: Listening | null = null
let rig: RealRig | null = null
let client: Client | null = null

afterEach(async () => {
  await client?.close()
  await rig?.finish()
  await server?.close()
  await processes.close()
  client = rig = server = null
})

const fixture = new URL('testing/asking-server.ts', import.meta.url).pathname
const stdio = { kind: 'stdio', command: [process.execPath, fixture], env: {}, workingDirectory: null } as const

/** A client behind the gateway, and what it heard, in order. */
async function opened(kind: 'http' | 'stdio', holdMs = 20_000) {
  if (kind === 'http') server = await askingServer()
  const system = server ? ({ kind: 'http', url: server.url, credential: () => null } as const) : stdio
  const rules = rulesFor(holdMs)
  const gate = await realRig({ system, rules, openStdio: (...of) => processes.open(...of) })
  rig = gate
  const made = new Client({ name: 'test', version: '2026.8.31' }, { capabilities: { elicitation: {} } })
  client = made
  const heard: string[] = []
  const waiting: (() => void)[] = []
  const hear = (what: string) => {
    heard.push(what)
    for (const look of waiting) look()
  }
  made.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => hear(String(params.data)))
  made.setRequestHandler(ElicitRequestSchema, ({ params }) => {
    hear(`asked ${params.message}`)
    return { action: 'accept', content: {} }
  })
  const requestInit = { headers: { authorization: 'Bearer ann' } }
  const transport = new StreamableHTTPClientTransport(new URL(gate.url), { requestInit })
  await made.connect(transport as Parameters<Client['connect']>[0])
  const call = async (name: string) => {
    const onprogress = ({ message = '' }) => hear(message)
    const { content } = await made.callTool({ name }, undefined, { onprogress })
    return (content as { text: string }[]).map(({ text }) => text).join()
  }
  const until = (count: number) =>
    new Promise<void>(resolve => {
      const look = () => heard.length >= count && resolve()
      waiting.push(look)
      look()
    })
  return { gate, heard, hear, until, call }
}

async function opening({ approvals }: RealRig): Promise<Approval> {
  for (;;) {
    const [one] = await approvals.list('open', 1)
    if (one) return one
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}

const vote = ({ approvals }: RealRig, { id }: Approval, how: 'approve' | 'deny') =>
  approvals.vote(id, carla, how, 'looked at it')

/** What is in the record of the questions of the system, and whether all ended that was let in. */
async function recorded(gate: RealRig): Promise<readonly string[]> {
  const all = await gate.finish()
  rig = null
  assert.deepEqual(unended(all), [])
  const entries = all.entries.map(({ entry }) => entry)
  const ids = new Set(
    entries.flatMap(entry => (entry.kind === 'question' && entry.door === 'caller' ? [entry.exchange] : [])),
  )
  return entries.flatMap(entry => {
    if (!('exchange' in entry) || !ids.has(entry.exchange)) return []
    if (entry.kind === 'question' || entry.kind === 'decided') return [`${entry.kind} ${entry.decision}`]
    return [entry.kind === 'end' || entry.kind === 'verdict' ? `${entry.kind} ${entry.outcome}` : entry.kind]
  })
}

const asks = ['elicitation/create']
const rulesFor = (holdMs: number) => [
  rule('allow', 'all', ['*', ...asks]),
  rule('hold', 'asks', asks, { approvers: { ...approvers, holdMs } }),
]
const HELD = ['question hold', 'hold']

for (const kind of ['http', 'stdio'] as const) {
  describe(`a held question of a system over ${kind}`, { timeout: 60_000 }, () => {
    it('waits beside its call, and is asked when people let it pass', async () => {
      const { gate, heard, until, call } = await opened(kind)
      const asking = call('get_answer')
      const asked = await opening(gate)
      await until(3)
      assert.equal(await call('get_heard'), '')
      assert.deepEqual(heard, ['one', 'two', 'three'])
      await vote(gate, asked, 'approve')
      assert.equal(await asking, 'accept')
      assert.deepEqual(heard, ['one', 'two', 'three', 'asked get_answer'])
      assert.deepEqual(await recorded(gate), [...HELD, 'decided allow', 'answer', 'end done'])
    })

    it('waits on where another call of the same pipe, which may have asked, has ended', async () => {
      const { gate, heard, until, call } = await opened(kind)
      const slow = call('get_slow')
      await call('get_heard')
      const asking = call('get_answer')
      const asked = await opening(gate)
      await until(3)
      await call('get_released')
      assert.equal(await slow, 'get_slow')
      await vote(gate, asked, 'approve')
      assert.equal(await asking, 'accept')
      assert.equal(heard.at(-1), 'asked get_answer')
      assert.deepEqual(await recorded(gate), [...HELD, 'decided allow', 'answer', 'end done'])
    })

    it('is refused to the system when people say no', async () => {
      const { gate, heard, until, call } = await opened(kind)
      const asking = call('get_answer')
      const asked = await opening(gate)
      await until(3)
      await vote(gate, asked, 'deny')
      assert.match(await asking, /403/)
      assert.deepEqual(heard, ['one', 'two', 'three'])
    })

    it('is refused to the system when nobody answers in time', async () => {
      const { heard, call } = await opened(kind, 50)
      assert.match(await call('get_answer'), /pending|approv/i)
      assert.deepEqual(heard, ['one', 'two', 'three'])
    })

    it('is withdrawn when its call is answered without it', async () => {
      const { gate, heard, call } = await opened(kind)
      assert.equal(await call('get_nothing'), 'done')
      const [asked] = await gate.approvals.list('all', 1)
      assert.ok(asked)
      while ((await gate.approvals.show(asked.id))?.state !== 'withdrawn');
      assert.equal(await vote(gate, asked, 'approve'), 'closed')
      assert.match(await call('get_heard'), /withdr/)
      assert.deepEqual(heard, ['one', 'two', 'three'])
      assert.deepEqual(await recorded(gate), [...HELD, 'end gone'])
    })

    it('is withdrawn when the system takes it back', async () => {
      const { gate, heard, call } = await opened(kind)
      assert.match(await call('get_tired'), /tired/)
      const [asked] = await gate.approvals.list('all', 1)
      assert.ok(asked)
      while ((await gate.approvals.show(asked.id))?.state !== 'withdrawn');
      assert.equal(await vote(gate, asked, 'approve'), 'closed')
      assert.match(await call('get_heard'), /tired/)
      assert.deepEqual(heard, ['one', 'two', 'three'])
      assert.deepEqual(await recorded(gate), [...HELD, 'end gone'])
    })

    it('waits beside the stream of what is said unasked', async () => {
      const { gate, heard, until, call } = await opened(kind)
      assert.equal(await call('get_aside'), 'done')
      const asked = await opening(gate)
      await until(2)
      assert.equal(await call('get_heard'), '')
      await vote(gate, asked, 'approve')
      await until(3)
      assert.deepEqual(heard, ['one', 'two', 'asked get_aside'])
      while ((await call('get_heard')) !== 'accept');
      assert.deepEqual(await recorded(gate), [...HELD, 'decided allow', 'answer', 'end done'])
    })
  })
}

describe('a held question and its stream', { timeout: 60_000 }, () => {
  const bench = new RealBench()
  afterEach(() => bench.clear())
  const ask = { jsonrpc: '2.0', id: 'q', method: 'elicitation/create', params: { message: 'well?' } }
  const replies = () => bench.server.got.filter(({ id, method }) => id !== undefined && method === undefined)
  const log = { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'behind' } }

  for (const last of ['the question', 'another event'] as const) {
    it(`comes before the end of its stream, and takes nobody back behind what was seen: last is ${last}`, async () => {
      const script = legacyScript([getText], (_, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write(`id: 1\ndata: \n\nid: 2\ndata: ${JSON.stringify(ask)}\n\n`)
        response.end(last === 'the question' ? '' : `id: 3\ndata: ${JSON.stringify(log)}\n\n`)
        return null
      })
      const gate = await bench.behind(script, { rules: rulesFor(20_000) })
      const ann = await LegacyCaller.open(gate.url, 'ann')
      const stream = (await ann.send(1, 'tools/call', { name: 'get_text' })).text()
      await vote(gate, await opening(gate), 'approve')
      const events = (await stream).split('\n\n').filter(event => event !== '')
      const seen = events.map(event => [/^id: /m.test(event), /"method":"([^"]+)"/.exec(event)?.[1]])
      const asked = [last === 'the question', 'elicitation/create']
      const expected = last === 'the question' ? [asked] : [[true, 'notifications/message'], asked]
      assert.deepEqual(seen, [[true, undefined], ...expected])
      assert.deepEqual(unended(await bench.finish()), [])
    })
  }

  it('is withdrawn with the stream that fails', async () => {
    const fails = Promise.withResolvers<void>()
    const script = legacyScript([getText], (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(`data: ${JSON.stringify(ask)}\n\n`)
      void fails.promise.then(() => response.destroy())
      return null
    })
    const gate = await bench.behind(script, { rules: rulesFor(20_000) })
    const ann = await LegacyCaller.open(gate.url, 'ann')
    const answer = ann.ask(1, 'tools/call', { name: 'get_text' })
    const { id } = await opening(gate)
    fails.resolve()
    assert.equal(codeOf(await answer), 'upstream')
    await bench.server.until(() => replies().length === 1)
    assert.equal((await gate.approvals.show(id))?.state, 'withdrawn')
    assert.deepEqual(unended(await bench.finish()), [])
  })

  it('counts with the others that are open', async () => {
    const script = legacyScript([getText], (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (let n = 0; n < limits.questionsPerSession + 2; n++)
        response.write(`data: ${JSON.stringify({ ...ask, id: `q${n}` })}\n\n`)
      return null
    })
    const gate = await bench.behind(script, { rules: rulesFor(20_000) })
    const ann = await LegacyCaller.open(gate.url, 'ann')
    const leave = new AbortController()
    const stream = (await ann.send(1, 'tools/call', { name: 'get_text' }, leave.signal)).text()
    await bench.server.until(() => replies().length === 2)
    assert.deepEqual(
      replies().map(({ id }) => id),
      [`q${limits.questionsPerSession}`, `q${limits.questionsPerSession + 1}`],
    )
    leave.abort()
    await assert.rejects(stream)
    await bench.server.until(() => replies().length === limits.questionsPerSession + 2)
  })
})
