// The door with real rules, masking and record: what is found, what is shown and what stays behind in the record.
import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { approvers, rule } from '../policy/decide-fixture.ts'
import { type RealRig, type RealRigOptions, type Recorded, realRig, unended } from './testing/real-rig.ts'
import {
  type Got,
  LegacyCaller,
  lastMessage,
  legacyScript,
  type Script,
  type ScriptedServer,
  scriptedServer,
} from './testing/scripted-server.ts'

const SSN = '219-09-9999'
const all = rule('allow', 'all', ['*'])
const phiOut = rule('hold', 'phi-out', ['*'], { found: ['phi.*'], approvers: { ...approvers, holdMs: 20 } })
const getText = { name: 'get_text', inputSchema: { type: 'object' } }

let server: ScriptedServer
let rig: RealRig | null = null

async function behind(script: Script, options: Partial<RealRigOptions> = {}): Promise<RealRig> {
  server = await scriptedServer(script)
  const system = { kind: 'http', url: server.url, credential: () => null } as const
  rig = await realRig({ system, rules: [all], ...options })
  return rig
}

async function finish() {
  assert.ok(rig)
  const recorded = await rig.finish()
  rig = null
  return recorded
}

const questionsOf = ({ entries }: Recorded, operation: string) =>
  entries.flatMap(({ entry }) => (entry.kind === 'question' && entry.operation === operation ? [entry] : []))
const codeOf = ({ result, error }: { result?: unknown; error?: { data: Record<string, unknown> } }) =>
  error?.data.code ?? (result as { _meta?: Record<string, unknown> } | undefined)?._meta?.['sallyport/code']
const methods = (got: readonly Got[]) => got.map(({ method }) => method)

afterEach(async () => {
  await rig?.finish()
  rig = null
  await server.close()
})

describe('the record', () => {
  it("has the gateway's own question before it is sent, as the gateway's", async () => {
    const { url } = await behind(legacyScript([getText], () => ({ content: [] })))
    const ann = await LegacyCaller.open(url, 'ann')
    await ann.ask(1, 'tools/call', { name: 'get_text' })
    assert.deepEqual(methods(server.got), ['initialize', 'tools/list', 'tools/call'])
    const { entries, transcripts } = await finish()
    const questions = entries.flatMap(({ entry }, at) => (entry.kind === 'question' ? [{ entry, at }] : []))
    const own = questions.find(({ entry }) => entry.operation === 'tools/list')
    assert.deepEqual(own?.entry.rules, ['builtin:gateway'])
    assert.match(transcripts[own?.at ?? 0] ?? '', /"method":"tools\/list"/)
    assert.deepEqual(unended({ entries, transcripts }), [])
  })

  it('never shows what stood behind a cursor, a request state, an address or an id', async () => {
    const { url } = await behind(
      legacyScript([getText], ({ method }) =>
        method === 'resources/list'
          ? { resources: [{ name: 'a', uri: `fhir://Patient/${SSN}` }], nextCursor: `after ${SSN}` }
          : { contents: [{ uri: `fhir://Patient/${SSN}`, text: 'chart' }] },
      ),
    )
    const ann = await LegacyCaller.open(url, 'ann')
    const id = `of ${SSN}`
    const listed = await ann.ask(id, 'resources/list', {})
    assert.equal(listed.id, id, 'the caller has its own id back')
    const { resources, nextCursor } = listed.result as { resources: { uri: string }[]; nextCursor: string }
    await ann.ask(2, 'resources/list', { cursor: nextCursor })
    await ann.ask(3, 'resources/read', { uri: resources[0]?.uri })
    assert.equal(server.got.at(-2)?.params?.cursor, `after ${SSN}`)
    assert.equal(server.got.at(-1)?.params?.uri, `fhir://Patient/${SSN}`)
    const recorded = await finish()
    assert.ok(recorded.transcripts.length > 8)
    assert.deepEqual(
      recorded.transcripts.filter(text => text.includes(SSN)),
      [],
    )
    const [read] = questionsOf(recorded, 'resources/read')
    assert.deepEqual(Object.keys(read?.findings ?? {}), ['phi.ssn'])
    assert.deepEqual(unended(recorded), [])
  })

  it('holds no method that a caller made up around an identifier', async () => {
    const { url } = await behind(legacyScript([getText], () => ({})))
    const ann = await LegacyCaller.open(url, 'ann')
    assert.equal((await ann.ask(1, `of/${SSN}`, {})).error?.code, -32601)
    const { entries } = await finish()
    assert.ok(!JSON.stringify(entries.map(({ entry }) => entry)).includes(SSN))
  })
})

describe('labels in a question', () => {
  it('are found behind an address the gateway had wrapped', async () => {
    const { url } = await behind(
      legacyScript([getText], () => ({ resources: [{ name: 'a', uri: `fhir://Patient/${SSN}` }] })),
      { rules: [all, phiOut] },
    )
    const ann = await LegacyCaller.open(url, 'ann')
    const { result } = await ann.ask(1, 'resources/list', {})
    const uri = (result as { resources: { uri: string }[] }).resources[0]?.uri
    assert.match(uri ?? '', /^sallyport:/)
    assert.equal(codeOf(await ann.ask(2, 'resources/read', { uri })), 'pending')
    assert.ok(!methods(server.got).includes('resources/read'))
  })

  it('are not the version or the name of a program', async () => {
    const labels = { 'phi.date': { shape: 'date' }, 'phi.name': { json: ['**.name'] }, 'phi.ssn': { shape: 'ssn' } }
    const { url } = await behind(
      legacyScript([getText], () => ({})),
      { rules: [all, phiOut], labels },
    )
    const body = (version: string) => ({
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'test', version },
    })
    const ann = await LegacyCaller.open(url, 'ann')
    const answer = await ann.ask(1, 'initialize', body('2026.8.31-beta.2'))
    assert.deepEqual(answer.result?.serverInfo, { name: 'scripted', version: '2026.8.31' })
    for (const version of ['31.8.1957', '219.09.9999', SSN, 'of 1957-08-31', '2026.8.31-smith.4'])
      assert.equal(codeOf(await ann.ask(2, 'initialize', body(version))), 'pending', version)
    assert.equal(methods(server.got).filter(method => method === 'initialize').length, 2)
  })
})

describe('labels by path', () => {
  it('mask the values of members and leave the schemas that name them whole', async () => {
    const inputSchema = {
      type: 'object',
      title: 'of a chart',
      properties: {
        mrn: { type: 'string', description: 'of the chart', pattern: '^M' },
        default: { type: 'string' },
        nested: { type: 'object', properties: { mrn: { type: 'integer', minimum: 1 } }, required: ['mrn'] },
      },
      required: ['mrn'],
    }
    const values = {
      type: 'object',
      properties: { mrn: { const: 'M1', title: `seen by ${SSN}` } },
      default: { mrn: 'M2' },
    }
    const { url } = await behind(
      legacyScript([{ name: 'get_text', inputSchema, outputSchema: values }], ({ method }) =>
        method === 'prompts/list'
          ? { prompts: [{ name: 'mrn', arguments: [{ name: 'mrn', description: `for ${SSN}`, required: true }] }] }
          : { content: [], structuredContent: { mrn: 'M3' } },
      ),
      { labels: { 'phi.mrn': { json: ['**.mrn'] }, 'phi.ssn': { shape: 'ssn' } } },
    )
    const ann = await LegacyCaller.open(url, 'ann')
    const { result } = await ann.ask(1, 'tools/list', {})
    const [tool] = (result as { tools: { inputSchema: object; outputSchema: object }[] }).tools
    assert.deepEqual(tool?.inputSchema, inputSchema)
    const shown = JSON.stringify(tool?.outputSchema)
    assert.ok(!shown.includes(SSN) && !shown.includes('M2'), shown)
    const prompts = JSON.stringify((await ann.ask(2, 'prompts/list', {})).result)
    assert.match(prompts, /"name":"mrn","description":"for \[phi.ssn\]","required":true/)
    assert.ok(!JSON.stringify(await ann.ask(3, 'tools/call', { name: 'get_text' })).includes('M3'))
  })

  it('leave the form of a question whole, and mask what it proposes', async () => {
    const requestedSchema = {
      type: 'object',
      properties: { mrn: { type: 'string', title: 'Record', default: 'M1' } },
      required: ['mrn'],
    }
    const asks: Script = (message, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const params = { message: 'which?', requestedSchema }
      const ask = { jsonrpc: '2.0', id: 'q', method: 'elicitation/create', params }
      response.write(`data: ${JSON.stringify(ask)}\n\n`)
      response.end(`data: ${JSON.stringify({ jsonrpc: '2.0', id: message.id, result: { content: [] } })}\n\n`)
      return null
    }
    const rules = [rule('allow', 'all', ['*', 'elicitation/create'])]
    const { url } = await behind(legacyScript([getText], asks), { rules, labels: { 'phi.mrn': { json: ['**.mrn'] } } })
    const ann = await LegacyCaller.open(url, 'ann')
    const text = await (await ann.send(1, 'tools/call', { name: 'get_text' })).text()
    const question = JSON.parse(
      text
        .split('\n')
        .find(line => line.includes('elicitation'))
        ?.slice(6) ?? '',
    )
    const { mrn } = question.params.requestedSchema.properties
    assert.deepEqual({ ...mrn, default: '' }, { type: 'string', title: 'Record', default: '' })
    assert.deepEqual(unended(await finish()), [])
  })
})

describe('tools', () => {
  it('have one name, however it is spelt', async () => {
    const rules = [all, rule('block', 'no', ['tools/call:delete_all'])]
    const { url } = await behind(
      legacyScript([{ name: 'delete_all', inputSchema: { type: 'object' } }], () => ({ content: [] })),
      { rules },
    )
    const ann = await LegacyCaller.open(url, 'ann')
    const names = [
      'delete_all',
      'DELETE_ALL',
      ' delete_all',
      'delete_all\0',
      'delete-all',
      'deleteAll',
      'delete_\u200ball',
    ]
    for (const name of [...names, '\uff44elete_all', ['delete_all'], { delete_all: 1 }]) {
      const answer = await ann.ask(1, 'tools/call', { name })
      assert.ok(codeOf(answer) === 'blocked' || codeOf(answer) === 'unreadable', JSON.stringify(name))
    }
    assert.ok(!methods(server.got).includes('tools/call'))
    for (const name of ['constructor', '__proto__', 'toString']) await ann.ask(2, 'tools/call', { name })
    assert.deepEqual(
      server.got.slice(-3).map(({ params }) => params?.name),
      ['constructor', '__proto__', 'toString'],
    )
  })

  it('answer through their tasks as they would themselves', async () => {
    const outputSchema = { type: 'object', properties: { ssn: { type: 'string', minLength: 3 } }, required: ['ssn'] }
    const tools = [
      { name: 'get_chart', inputSchema: { type: 'object' }, outputSchema },
      { name: 'get_staff', inputSchema: { type: 'object' } },
    ]
    const { url } = await behind(
      legacyScript(tools, ({ method, params }) =>
        method === 'tools/call'
          ? { task: { taskId: `task of ${params?.name} ${SSN}`, status: 'working' } }
          : { content: [], structuredContent: { ssn: SSN } },
      ),
      {
        rules: [rule('allow', 'charts', ['tools/call:get_*']), rule('block', 'no', ['tasks/result:get_staff'])],
        labels: { 'phi.ssn': { shape: 'ssn', json: ['**.ssn'] } },
      },
    )
    const ann = await LegacyCaller.open(url, 'ann')
    const begin = async (name: string) => {
      const { result } = await ann.ask(1, 'tools/call', { name, arguments: {}, task: {} })
      return (result as { task: { taskId: string } }).task.taskId
    }
    const [chart, staff] = [await begin('get_chart'), await begin('get_staff')]
    const { result } = await ann.ask(2, 'tasks/result', { taskId: chart })
    const { ssn } = (result as { structuredContent: { ssn: string } }).structuredContent
    assert.ok(typeof ssn === 'string' && ssn.length >= 3 && !ssn.includes(SSN), 'masked and still of its schema')
    assert.equal(codeOf(await ann.ask(3, 'tasks/result', { taskId: staff })), 'blocked')
    const bob = await LegacyCaller.open(url, 'bob')
    assert.equal((await bob.ask(4, 'tasks/result', { taskId: chart })).error?.code, -32602)
    const recorded = await finish()
    const [asked] = questionsOf(recorded, 'tasks/result')
    assert.equal(asked?.target, 'get_chart')
    assert.deepEqual(unended(recorded), [])
  })
})

describe('an exchange ends once, wherever its caller leaves', () => {
  const points: [what: string, script: Script, ready: (text: Promise<Response>) => Promise<unknown>][] = [
    ['before the answer begins', () => null, () => server.until(() => methods(server.got).includes('tools/call'))],
    [
      'in the middle of its events',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        const notice = { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: SSN } }
        response.write(`id: 1\ndata: ${JSON.stringify(notice)}\n\ndata: ${JSON.stringify(notice).slice(0, 20)}`)
        return null
      },
      async answer => (await answer).body?.getReader().read(),
    ],
    [
      'in the middle of a body',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' }).write('{"jsonrpc":"2.0",')
        return null
      },
      () => server.until(() => methods(server.got).includes('tools/call')),
    ],
  ]
  for (const [what, script, ready] of points) {
    it(what, async () => {
      const { url } = await behind(legacyScript([getText], script))
      const ann = await LegacyCaller.open(url, 'ann')
      const leave = new AbortController()
      const answer = ann.send(1, 'tools/call', { name: 'get_text' }, leave.signal)
      answer.catch(() => undefined)
      await ready(answer)
      leave.abort()
      assert.deepEqual((await ann.ask(2, 'ping', {})).result, {})
      const recorded = await finish()
      assert.deepEqual(unended(recorded), [])
      assert.deepEqual(
        recorded.transcripts.filter(text => text.includes(SSN)),
        [],
      )
    })
  }

  it('while people think', async () => {
    const rules = [all, rule('hold', 'wait', ['tools/call'])]
    const { url } = await behind(
      legacyScript([getText], () => ({ content: [] })),
      { rules },
    )
    const ann = await LegacyCaller.open(url, 'ann')
    const leave = new AbortController()
    const params = { name: 'get_text', _meta: { progressToken: 1 } }
    const held = await ann.send(1, 'tools/call', params, leave.signal)
    assert.match(Buffer.from((await held.body?.getReader().read())?.value ?? []).toString(), /waiting/)
    leave.abort()
    const recorded = await finish()
    assert.deepEqual(unended(recorded), [])
    assert.ok(!methods(server.got).includes('tools/call'))
  })
})

describe('one session', () => {
  it('has one request of an id under way', async () => {
    const release = Promise.withResolvers<void>()
    const { url } = await behind(
      legacyScript([getText], ({ id }, response) => {
        const text = JSON.stringify({ jsonrpc: '2.0', id, result: { content: [] } })
        void release.promise.then(() => response.writeHead(200, { 'content-type': 'application/json' }).end(text))
        return null
      }),
    )
    const ann = await LegacyCaller.open(url, 'ann')
    const first = ann.ask(7, 'tools/call', { name: 'get_text' })
    await server.until(() => methods(server.got).includes('tools/call'))
    const second = await ann.ask(7, 'tools/call', { name: 'get_text' })
    assert.deepEqual([second.error?.code, codeOf(second)], [-32600, 'unreadable'])
    release.resolve()
    assert.deepEqual((await first).result, { content: [] })
    assert.deepEqual((await ann.ask(7, 'tools/call', { name: 'get_text' })).result, { content: [] })
  })

  it('is decided by the groups of the newest token', async () => {
    const groups: Record<string, string[]> = { old: ['nurse'], new: ['visitor'] }
    const issuedAt = { old: 1, new: 2 }
    const { url } = await behind(
      legacyScript([getText], () => ({ content: [] })),
      {
        rules: [all, rule('allow', 'visitors', ['resources/list'], { who: ['visitor'] })],
        subject: token => ({
          id: 'ann',
          groups: new Set(groups[token]),
          issuedAt: issuedAt[token as 'old' | 'new'],
          // The newer token ends sooner.
          notAfter: Date.now() + (token === 'old' ? 3_600_000 : 1_800_000),
        }),
      },
    )
    const ann = await LegacyCaller.open(url, 'old')
    assert.equal(codeOf(await ann.ask(1, 'tools/call', { name: 'get_text' })), undefined)
    const renewed = ann.as('new')
    assert.equal(codeOf(await renewed.ask(2, 'tools/call', { name: 'get_text' })), 'blocked')
    assert.equal(
      codeOf(await ann.ask(3, 'tools/call', { name: 'get_text' })),
      'blocked',
      'the old token no longer counts',
    )
  })
})

describe('what a caller named itself', () => {
  it('comes back in its own words, and stays out of the record where it is repeated', async () => {
    const token = `token of ${SSN}`
    const { url } = await behind(
      legacyScript([getText], ({ id }, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        const said = (message: object) => response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`)
        said({ method: 'notifications/progress', params: { progressToken: token, progress: 1 } })
        said({ id, result: { content: [] } })
        response.end()
        return null
      }),
    )
    const ann = await LegacyCaller.open(url, 'ann')
    const text = await (await ann.send(1, 'tools/call', { name: 'get_text', _meta: { progressToken: token } })).text()
    assert.ok(text.includes(`"progressToken":"${token}"`))
    const { transcripts } = await finish()
    assert.deepEqual(
      transcripts.filter(shown => shown.includes(SSN)),
      [],
    )
  })
})

describe('a batch', () => {
  it('of fifty held requests is fifty requests for approval, and leaves nothing when its caller does', async () => {
    const warnings: Error[] = []
    const warned = (warning: Error) => warnings.push(warning)
    process.on('warning', warned)
    const rules = [all, rule('hold', 'wait', ['tools/call'])]
    const { url } = await behind(
      legacyScript([getText], () => ({ content: [] })),
      { rules },
    )
    const ann = await LegacyCaller.open(url, 'ann', '2025-03-26')
    const leave = new AbortController()
    const held = ann.post(
      Array.from({ length: 50 }, (_, id) => ({
        jsonrpc: '2.0',
        id,
        method: 'tools/call',
        params: { name: 'get_text', arguments: { id } },
      })),
      leave.signal,
    )
    const reader = (await held).body?.getReader()
    await reader?.read()
    leave.abort()
    const recorded = await finish()
    process.off('warning', warned)
    assert.equal(questionsOf(recorded, 'tools/call').length, 50)
    assert.ok(questionsOf(recorded, 'tools/call').every(({ decision }) => decision === 'hold'))
    assert.ok(!methods(server.got).includes('tools/call'))
    assert.deepEqual(warnings, [])
  })
})

describe('a text made to be slow', () => {
  const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`
  const texts: [what: string, text: string][] = [
    ['a million levels', deep(1_000_000)],
    ['a million levels inside a text', JSON.stringify(deep(500_000))],
    ['brackets that open and never close', JSON.stringify('{"a":['.repeat(200_000))],
    ['a long run of digits', JSON.stringify('1-'.repeat(500_000))],
    ['escapes alone', JSON.stringify('\\u0031'.repeat(150_000))],
    ['references alone', JSON.stringify('&#'.repeat(500_000))],
    ['many small values', `[${'1,'.repeat(800_000)}1]`],
    ['at signs', JSON.stringify('a@'.repeat(500_000))],
  ]
  for (const [what, text] of texts) {
    it(`is dealt with in time: ${what}`, async () => {
      const { url } = await behind(
        legacyScript([getText], ({ id }, response) => {
          response.writeHead(200, { 'content-type': 'application/json' })
          response.end(`{"jsonrpc":"2.0","id":${id},"result":{"content":[],"structuredContent":{"x":${text}}}}`)
          return null
        }),
      )
      const ann = await LegacyCaller.open(url, 'ann')
      const began = performance.now()
      const down = await ann.send(1, 'tools/call', { name: 'get_text' })
      await down.arrayBuffer()
      const up = await ann.post(
        `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"get_text","arguments":{"x":${text}}}}`,
      )
      await up.arrayBuffer()
      assert.ok(performance.now() - began < 5_000, `${Math.round(performance.now() - began)} ms`)
      assert.deepEqual(unended(await finish()), [])
    })
  }
})

describe('modern questions inside a result', () => {
  const binary = { type: 'image', data: Buffer.from(SSN).toString('base64'), mimeType: 'image/png' }
  const inputRequests = {
    one: { method: 'sampling/createMessage', params: { messages: [{ role: 'user', content: binary }], maxTokens: 1 } },
  }
  const headers = (method: string, name: string) => ({
    authorization: 'Bearer ann',
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': method,
    'mcp-name': name,
  })
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': { sampling: {} },
  }
  async function call(url: string) {
    const params = { name: 'get_text', arguments: {}, _meta: meta }
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
    const response = await fetch(url, { method: 'POST', headers: headers('tools/call', 'get_text'), body })
    return lastMessage(await response.text())
  }
  const script: Script = ({ method }) =>
    method === 'tools/list'
      ? { tools: [getText], resultType: 'complete', ttlMs: 0, cacheScope: 'private' }
      : { resultType: 'input_required', inputRequests, requestState: `state of ${SSN}` }

  it('are withheld when they are binary, and wrapped where they name a state', async () => {
    const { url } = await behind(script, { rules: [rule('allow', 'all', ['*', 'sampling/*'])] })
    const text = JSON.stringify(await call(url))
    assert.match(text, /withheld by the gateway/)
    assert.ok(!text.includes(binary.data) && !text.includes(SSN))
  })

  it('are decided, and one that is refused withholds the result', async () => {
    const { url } = await behind(script)
    assert.equal(codeOf(await call(url)), 'blocked')
    assert.deepEqual(unended(await finish()), [])
  })
})
