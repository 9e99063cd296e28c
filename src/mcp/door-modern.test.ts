// The door with real modern servers and clients (official SDK v2), and eras that do not meet.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { legacyServer } from './testing/legacy-server.ts'
import { type ModernServer, modernServer } from './testing/modern-server.ts'
import { type Rig, rig } from './testing/rig.ts'

let server: ModernServer
let gate: Rig
const clients: Client[] = []

async function connect(mode: 'auto' | 'legacy' | { pin: string } = 'auto', who = 'ann'): Promise<Client> {
  const client = new Client(
    { name: 'test', version: '1.0.0' },
    { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode } },
  )
  clients.push(client)
  const requestInit = { headers: { authorization: `Bearer ${who}` } }
  await client.connect(new StreamableHTTPClientTransport(new URL(gate.url), { requestInit }))
  return client
}

function textOf(result: unknown): string {
  const { content } = result as { content: { type: string; text?: string }[] }
  return content.map(block => block.text ?? block.type).join('|')
}

const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
}

interface Raw {
  readonly status: number
  readonly text: string
  readonly json: {
    result?: Record<string, unknown>
    error?: { code: number; message: string; data: Record<string, unknown> }
  }
}

async function post(method: string, params: object, headers: Record<string, string> = {}, body?: string): Promise<Raw> {
  const response = await fetch(gate.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: 'Bearer ann',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...headers,
    },
    body: body ?? JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: meta } }),
  })
  const text = await response.text()
  return { status: response.status, text, json: text.startsWith('{') ? JSON.parse(text) : {} }
}

describe('modern', () => {
  beforeEach(async () => {
    server = await modernServer()
    gate = await rig(server.url)
  })
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close()
    await gate.close()
    await server.close()
  })

  it('discovers, lists for one caller only, calls and masks', async () => {
    const client = await connect()
    assert.equal(client.getServerVersion()?.name, 'modern')
    const { tools } = await client.listTools()
    assert.equal(tools.length, 4)
    const result = await client.callTool({ name: 'get_region', arguments: { region: 'nörd', q: 'x' } })
    assert.equal(textOf(result), 'region of [hidden]: {"region":"nörd","q":"x"}')
    const list = await post('tools/list', {})
    assert.equal(list.json.result?.cacheScope, 'private')
    assert.equal(list.json.result?.ttlMs, 60_000)
    const call = server.seen.find(({ headers }) => headers['mcp-param-region'])
    assert.equal(call?.headers['mcp-name'], 'get_region')
    assert.equal(call?.headers.authorization, 'Bearer of-the-gateway')
  })

  it('refuses headers that say something else than the body', async () => {
    const args = { name: 'get_region', arguments: { region: 'west' } }
    const good = { 'mcp-name': 'get_region', 'mcp-param-region': 'west' }
    assert.equal((await post('tools/call', args, good)).status, 200)
    const sentinel = { ...good, 'mcp-name': `=?base64?${Buffer.from('get_region').toString('base64')}?=` }
    assert.equal((await post('tools/call', args, sentinel)).status, 200)
    const calls = server.seen.length
    for (const bad of [
      { 'mcp-name': 'other', 'mcp-param-region': 'west' },
      { 'mcp-name': 'get_region', 'mcp-param-region': 'east' },
      { 'mcp-name': 'get_region' },
      { 'mcp-param-region': 'west' },
      { ...good, 'mcp-method': 'tools/list' },
      { ...good, 'mcp-protocol-version': '2025-11-25' },
      { ...good, 'mcp-name': '=?base64?not base64?=' },
    ] as Record<string, string>[]) {
      const { status, json } = await post('tools/call', args, bad)
      assert.deepEqual([status, json.error?.code], [400, -32020], JSON.stringify(bad))
    }
    assert.equal(server.seen.length, calls, 'nothing was forwarded')
  })

  it('refuses versions it does not know, and says which it does', async () => {
    const body = JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/list',
      params: { _meta: { ...meta, 'io.modelcontextprotocol/protocolVersion': '2099-01-01' } },
    })
    const { status, json } = await post('tools/list', {}, { 'mcp-protocol-version': '2099-01-01' }, body)
    assert.deepEqual([status, json.error?.code], [400, -32022])
    assert.deepEqual(json.error?.data.supported, ['2026-07-28'])
    assert.equal(json.error?.data.requested, '2099-01-01')
    assert.equal(server.seen.length, 0)
  })

  it('has no GET and no DELETE', async () => {
    for (const method of ['GET', 'DELETE']) {
      const headers = { authorization: 'Bearer ann', 'mcp-protocol-version': '2026-07-28', accept: 'text/event-stream' }
      const response = await fetch(gate.url, { method, headers })
      assert.equal(response.status, 405)
      assert.equal(response.headers.get('allow'), 'POST')
    }
  })

  it('relays input_required with its state wrapped, each question decided', async () => {
    const client = await connect()
    let asked = ''
    client.setRequestHandler('elicitation/create', ({ params }) => {
      asked = params.message
      return { action: 'accept', content: { reason: 'curious' } }
    })
    const result = await client.callTool({ name: 'ask' })
    assert.equal(asked, 'about [hidden]?')
    assert.match(textOf(result), /curious.* state: state of \[hidden\]/)
    assert.ok(gate.gateway.told.some(({ door, operation }) => door === 'caller' && operation === 'elicitation/create'))
    const raw = await post('tools/call', { name: 'ask' }, { 'mcp-name': 'ask' })
    // The caller declared no elicitation here, so the server refuses to ask.
    assert.ok(!raw.text.includes('SECRET'))
    const forged = await post('tools/call', { name: 'ask', requestState: 'state of SECRET-2' }, { 'mcp-name': 'ask' })
    assert.deepEqual([forged.status, forged.json.error?.code], [400, -32602])
  })

  it('withholds a result whose question is refused', async () => {
    gate.gateway.judge = (_action, { door }) => (door === 'caller' ? 'blocked' : 'allow')
    const client = await connect()
    client.setRequestHandler('elicitation/create', () => ({ action: 'decline' }))
    const result = await client.callTool({ name: 'ask' })
    assert.equal(result.isError, true)
    assert.match(textOf(result), /Policy does not allow/)
  })

  it('passes progress and the stream of a subscription, masked', async () => {
    const client = await connect()
    const progress: unknown[] = []
    await client.callTool({ name: 'notify' }, { onprogress: step => void progress.push(step.message) })
    assert.deepEqual(progress, ['at [hidden]'])
    const changed = Promise.withResolvers<void>()
    const updated = Promise.withResolvers<string>()
    client.setNotificationHandler('notifications/tools/list_changed', () => changed.resolve())
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => updated.resolve(params.uri))
    const subscription = await client.listen({ toolsListChanged: true, resourceSubscriptions: ['file://a'] })
    assert.equal(subscription.honoredFilter.toolsListChanged, true)
    server.toolsChanged()
    await changed.promise
    server.resourceUpdated('file://a')
    assert.equal(await updated.promise, 'file://a')
    await subscription.close()
    await gate.gateway.when(told => told.operation === 'subscriptions/listen' && told.outcome === 'gone')
  })

  it('aborts upstream when the caller is gone', async () => {
    const abort = new AbortController()
    const call = fetch(gate.url, {
      method: 'POST',
      signal: abort.signal,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        authorization: 'Bearer ann',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': 'slow',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name: 'slow', _meta: meta } }),
    })
    call.catch(() => undefined)
    await gate.gateway.when(told => told.kind === 'asked' && told.operation === 'tools/call')
    while (!server.seen.some(({ body }) => body.includes('"slow"'))) await new Promise(resolve => setImmediate(resolve))
    abort.abort()
    await server.aborted
    await gate.gateway.when(told => told.operation === 'tools/call' && told.outcome === 'gone')
  })

  it('tells a legacy client plainly that the server is newer', async () => {
    await assert.rejects(connect('legacy'), /speaks only 2026-07-28/)
  })
})

describe('modern client, legacy server', () => {
  it('is told plainly, and one of both eras falls back by itself', async () => {
    const old = await legacyServer()
    gate = await rig(old.url)
    try {
      const raw = await post('tools/list', {})
      assert.deepEqual([raw.status, raw.json.error?.code], [400, -32022])
      assert.match(raw.json.error?.message ?? '', /speaks only versions before 2026-07-28/)
      assert.deepEqual(raw.json.error?.data.supported, ['2025-03-26', '2025-06-18', '2025-11-25'])
      const client = await connect('auto')
      assert.equal(client.getServerVersion()?.name, 'legacy')
      assert.equal((await client.callTool({ name: 'get_text' })).isError ?? false, false)
    } finally {
      for (const client of clients.splice(0)) await client.close()
      await gate.close()
      await old.close()
    }
  })
})
