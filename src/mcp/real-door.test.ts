// The door with real rules, masking and record: what is found, what is shown and what stays behind in the record.
import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { approvers, rule } from '../policy/decide-fixture.ts'
import { all, codeOf, getText, questionsOf, RealBench, SSN } from './testing/real-bench.ts'
import { unended } from './testing/real-rig.ts'
import { LegacyCaller, lastMessage, legacyScript, type Script } from './testing/scripted-server.ts'

const bench = new RealBench()
afterEach(() => bench.clear())

const phiOut = rule('hold', 'phi-out', ['*'], { found: ['phi.*'], approvers: { ...approvers, holdMs: 20 } })

describe('the record', () => {
  it("has the gateway's own question before it is sent, as the gateway's", async () => {
    const { url } = await bench.behind(legacyScript([getText], () => ({ content: [] })))
    const ann = await LegacyCaller.open(url, 'ann')
    await ann.ask(1, 'tools/call', { name: 'get_text' })
    assert.deepEqual(bench.sent, ['initialize', 'tools/list', 'tools/call'])
    const { entries, transcripts } = await bench.finish()
    const questions = entries.flatMap(({ entry }, at) => (entry.kind === 'question' ? [{ entry, at }] : []))
    const own = questions.find(({ entry }) => entry.operation === 'tools/list')
    assert.deepEqual(own?.entry.rules, ['builtin:gateway'])
    assert.match(transcripts[own?.at ?? 0] ?? '', /"method":"tools\/list"/)
    assert.deepEqual(unended({ entries, transcripts }), [])
  })

  it('never shows what stood behind a cursor, a request state, an address or an id', async () => {
    const { url } = await bench.behind(
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
    assert.equal(bench.server.got.at(-2)?.params?.cursor, `after ${SSN}`)
    assert.equal(bench.server.got.at(-1)?.params?.uri, `fhir://Patient/${SSN}`)
    const recorded = await bench.finish()
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
    const { url } = await bench.behind(legacyScript([getText], () => ({})))
    const ann = await LegacyCaller.open(url, 'ann')
    assert.equal((await ann.ask(1, `of/${SSN}`, {})).error?.code, -32601)
    const { entries } = await bench.finish()
    assert.ok(!JSON.stringify(entries.map(({ entry }) => entry)).includes(SSN))
  })
})

it('a refusal names the rule whose condition has no result, as a model reads it', async () => {
  const few = rule('allow', 'few', ['tools/call:get_*'], { when: 'args.limit <= 50.0' })
  const { url } = await bench.behind(
    legacyScript([getText], () => ({ content: [] })),
    { rules: [all, few] },
  )
  const ann = await LegacyCaller.open(url, 'ann')
  const answer = await ann.ask(1, 'tools/call', { name: 'get_text' })
  assert.equal(codeOf(answer), 'blocked')
  const said = 'The condition of rule "few" has no result for this request, so it is refused. Reference: x_'
  assert.ok(JSON.stringify(answer.result?.content).includes(JSON.stringify(said).slice(1, -1)))
  assert.ok(!bench.sent.includes('tools/call'))
})

describe('labels in a question', () => {
  it('are found behind an address the gateway had wrapped', async () => {
    const { url } = await bench.behind(
      legacyScript([getText], () => ({ resources: [{ name: 'a', uri: `fhir://Patient/${SSN}` }] })),
      { rules: [all, phiOut] },
    )
    const ann = await LegacyCaller.open(url, 'ann')
    const { result } = await ann.ask(1, 'resources/list', {})
    const uri = (result as { resources: { uri: string }[] }).resources[0]?.uri
    assert.match(uri ?? '', /^sallyport:/)
    assert.equal(codeOf(await ann.ask(2, 'resources/read', { uri })), 'pending')
    assert.ok(!bench.sent.includes('resources/read'))
  })

  it('are not the version or the name of a program', async () => {
    const labels = { 'phi.date': { shape: 'date' }, 'phi.name': { json: ['**.name'] }, 'phi.ssn': { shape: 'ssn' } }
    const { url } = await bench.behind(
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
    assert.equal(bench.sent.filter(method => method === 'initialize').length, 2)
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
    const { url } = await bench.behind(
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
    const { url } = await bench.behind(legacyScript([getText], asks), {
      rules,
      labels: { 'phi.mrn': { json: ['**.mrn'] } },
    })
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
    assert.deepEqual(unended(await bench.finish()), [])
  })
})

describe('tools', () => {
  it('have one name, however it is spelt', async () => {
    const rules = [all, rule('block', 'no', ['tools/call:delete_all'])]
    const { url } = await bench.behind(
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
    assert.ok(!bench.sent.includes('tools/call'))
    for (const name of ['constructor', '__proto__', 'toString']) await ann.ask(2, 'tools/call', { name })
    assert.deepEqual(
      bench.server.got.slice(-3).map(({ params }) => params?.name),
      ['constructor', '__proto__', 'toString'],
    )
  })

  it('answer through their tasks as they would themselves', async () => {
    const outputSchema = { type: 'object', properties: { ssn: { type: 'string', minLength: 3 } }, required: ['ssn'] }
    const tools = [
      { name: 'get_chart', inputSchema: { type: 'object' }, outputSchema },
      { name: 'get_staff', inputSchema: { type: 'object' } },
    ]
    const { url } = await bench.behind(
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
    const recorded = await bench.finish()
    const [asked] = questionsOf(recorded, 'tasks/result')
    assert.equal(asked?.target, 'get_chart')
    assert.deepEqual(unended(recorded), [])
  })
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
    const { url } = await bench.behind(script, { rules: [rule('allow', 'all', ['*', 'sampling/*'])] })
    const text = JSON.stringify(await call(url))
    assert.match(text, /withheld by the gateway/)
    assert.ok(!text.includes(binary.data) && !text.includes(SSN))
  })

  it('are decided, and one that is refused withholds the result', async () => {
    const { url } = await bench.behind(script)
    assert.equal(codeOf(await call(url)), 'blocked')
    assert.deepEqual(unended(await bench.finish()), [])
  })
})
