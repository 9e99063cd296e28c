// The door with real legacy servers and clients (official SDK v1).
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  LoggingMessageNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { type LegacyServer, legacyServer } from './testing/legacy-server.ts'
import { type Rig, rig } from './testing/rig.ts'

let server: LegacyServer
let gate: Rig
const clients: Client[] = []

async function connect(who = 'ann', transportOf: (transport: StreamableHTTPClientTransport) => void = () => {}) {
  const client = new Client(
    { name: 'test', version: '1.0.0' },
    { capabilities: { elicitation: {}, sampling: {}, roots: {} } },
  )
  const transport = new StreamableHTTPClientTransport(new URL(gate.url), {
    requestInit: { headers: { authorization: `Bearer ${who}`, cookie: 'a=b', 'x-forwarded-user': 'root' } },
  })
  transportOf(transport)
  await client.connect(transport as Parameters<Client['connect']>[0])
  clients.push(client)
  return { client, transport }
}

function textOf(result: unknown): string {
  const { content } = result as { content: { type: string; text?: string }[] }
  return content.map(block => block.text ?? block.type).join('|')
}

for (const kind of ['events', 'json'] as const) {
  describe(`legacy, server answers by ${kind}`, () => {
    beforeEach(async () => {
      server = await legacyServer({ json: kind === 'json' })
      gate = await rig(server.url)
    })
    afterEach(async () => {
      for (const client of clients.splice(0)) await client.close()
      await gate.close()
      await server.close()
    })

    it('lists, calls, masks, and keeps what is not its own away from both sides', async () => {
      const { client, transport } = await connect()
      assert.equal(client.getServerVersion()?.name, 'legacy')
      const first = await client.listTools()
      assert.equal(first.tools.length, 6)
      assert.ok(first.nextCursor && !first.nextCursor.includes('SECRET'))
      const second = await client.listTools({ cursor: first.nextCursor })
      assert.deepEqual(
        second.tools.map(({ name }) => name),
        ['delete_all'],
      )
      const result = await client.callTool({ name: 'get_text', arguments: { big: 1, who: 'SECRET-up' } })
      assert.equal(textOf(result), 'patient [hidden] {"big":1,"who":"[hidden]"}')
      assert.ok(transport.sessionId && !transport.sessionId.includes('SECRET'))
      for (const { headers } of server.seen) {
        assert.equal(headers.authorization, 'Bearer of-the-gateway')
        assert.equal(headers.cookie, undefined)
        assert.equal(headers['x-forwarded-user'], undefined)
      }
      const call = gate.gateway.told.find(({ kind, operation }) => kind === 'asked' && operation === 'tools/call')
      assert.equal(call?.target, 'get_text')
      assert.ok(call?.text?.includes('SECRET-up'), 'the question goes up as it came')
      assert.ok(gate.gateway.told.some(told => told.kind === 'ended' && told.operation === 'tools/call'))
    })

    it('withholds binary blocks and tokenises an address with a label in it', async () => {
      const { client } = await connect()
      const image = await client.callTool({ name: 'get_image' })
      assert.equal(textOf(image), '[image, image/png, 6 bytes: withheld by the gateway]|caption')
      const { resources } = await client.listResources()
      const uri = resources[0]?.uri ?? ''
      assert.match(uri, /^sallyport:\/\/uri\//)
      const read = await client.readResource({ uri })
      assert.equal(read.contents[0]?.uri, uri)
      assert.equal((read.contents[0] as { text: string }).text, 'chart of [hidden]')
      assert.match((read.contents[1] as { text: string }).text, /binary resource, application\/pdf, 10 bytes/)
      assert.ok(server.seen.some(({ body }) => body.includes('fhir://Patient/SECRET-7')))
    })

    it('tells the model why a call was refused', async () => {
      gate.gateway.judge = ({ operation }) => (operation === 'tools/call' ? 'blocked' : 'allow')
      const { client } = await connect()
      const result = await client.callTool({ name: 'get_text' })
      assert.equal(result.isError, true)
      assert.match(textOf(result), /Policy does not allow this request\. Reference: x_/)
      assert.equal(server.calls.length, 0)
    })

    it('hides from lists what would be blocked', async () => {
      gate.gateway.foresee = ({ effects }) => (effects.has('write') ? 'block' : 'allow')
      const { client } = await connect()
      const { tools } = await client.listTools()
      assert.deepEqual(
        tools.map(({ name }) => name),
        ['get_text', 'get_image'],
      )
    })

    it('ends the session on DELETE, and gives none to another subject', async () => {
      const { client, transport } = await connect()
      const other = await fetch(gate.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          authorization: 'Bearer eve',
          'mcp-session-id': transport.sessionId ?? '',
        },
        body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
      })
      assert.equal(other.status, 404)
      await other.body?.cancel()
      await client.listTools()
      await transport.terminateSession()
      assert.ok(server.seen.some(({ method }) => method === 'DELETE'))
      assert.ok(gate.gateway.told.some(told => told.kind === 'closed' && told.outcome === 'done'))
    })
  })
}

describe('legacy, over event streams', () => {
  beforeEach(async () => {
    server = await legacyServer()
    gate = await rig(server.url)
  })
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close()
    await gate.close()
    await server.close()
  })

  it('passes progress and log lines, masked, with the call they belong to', async () => {
    const { client } = await connect()
    const logs: unknown[] = []
    client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void logs.push(params.data))
    const progress: string[] = []
    const onprogress = (step: { progress: number; message?: string | undefined }) =>
      void progress.push(`${step.progress} ${step.message}`)
    const result = await client.callTool({ name: 'notify' }, undefined, { onprogress })
    assert.equal(textOf(result), 'notified')
    assert.deepEqual(progress, ['1 [hidden]', '2 [hidden]', '3 [hidden]'])
    assert.deepEqual(logs, ['log [hidden]'])
  })

  it('puts questions of the server to the caller, masked, and takes the reply back', async () => {
    const { client } = await connect()
    let asked = ''
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
      asked = params.message
      return { action: 'accept', content: { reason: 'SECRET-why' } }
    })
    client.setRequestHandler(CreateMessageRequestSchema, () => ({
      role: 'assistant',
      model: 'm',
      content: { type: 'text', text: 'answer' },
    }))
    assert.equal(textOf(await client.callTool({ name: 'elicit' })), 'elicited accept {"reason":"[hidden]"}')
    assert.equal(asked, 'for [hidden]?')
    assert.ok(server.seen.some(({ body }) => body.includes('SECRET-why')))
    assert.match(textOf(await client.callTool({ name: 'sample' })), /^sampled .*answer/)
    const question = gate.gateway.told.find(({ door }) => door === 'caller')
    assert.equal(question?.operation, 'elicitation/create')
    assert.ok(question?.parent)
  })

  it('answers the server itself when its question is refused', async () => {
    gate.gateway.judge = (_action, { door }) => (door === 'caller' ? 'blocked' : 'allow')
    const { client } = await connect()
    let reached = false
    client.setRequestHandler(ElicitRequestSchema, () => {
      reached = true
      return { action: 'decline' }
    })
    await assert.rejects(client.callTool({ name: 'elicit' }), /403002.*Policy does not allow/)
    assert.equal(reached, false)
  })

  it('relays what the server says unasked', async () => {
    const { client } = await connect()
    const changed = Promise.withResolvers<void>()
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => changed.resolve())
    await server.until(() => server.streams.count > 0)
    await server.servers[0]?.sendToolListChanged()
    await changed.promise
    assert.ok(gate.gateway.told.some(told => told.standing && told.text?.includes('list_changed')))
  })

  it('cancels upstream when the caller cancels, and never forwards a withdrawn call', async () => {
    const { client } = await connect()
    const abort = new AbortController()
    const call = client.callTool({ name: 'slow' }, undefined, { signal: abort.signal })
    call.catch(() => undefined)
    await server.until(() => server.calls.includes('slow'))
    abort.abort()
    await assert.rejects(call)
    await gate.gateway.when(told => told.operation === 'tools/call' && told.outcome === 'cancelled')
    assert.ok(server.seen.some(({ body }) => body.includes('notifications/cancelled')))

    const held = Promise.withResolvers<'allow'>()
    const asked = Promise.withResolvers<void>()
    gate.gateway.judge = ({ operation }) => {
      if (operation !== 'tools/call') return 'allow'
      asked.resolve()
      return held.promise
    }
    const again = new AbortController()
    const second = client.callTool({ name: 'get_text' }, undefined, { signal: again.signal })
    second.catch(() => undefined)
    await asked.promise
    again.abort()
    await assert.rejects(second)
    await client.ping()
    held.resolve('allow')
    await client.ping()
    assert.ok(!server.calls.includes('get_text'))
  })

  it('keeps a held call alive with progress', async () => {
    gate.gateway.judge = async ({ operation }, exchange) => {
      if (operation !== 'tools/call') return 'allow'
      for (let at = 0; at < 3; at++) {
        exchange.waiting({
          reference: 'x_1',
          until: 0,
          needs: [{ from: ['compliance'], people: 2 }],
          waitedMs: at * 10_000,
        })
      }
      return 'pending'
    }
    const { client } = await connect()
    const progress: number[] = []
    const result = await client.callTool({ name: 'get_text' }, undefined, {
      onprogress: step => {
        progress.push(step.progress)
        assert.match(step.message ?? '', /Waiting for approval by 2 of compliance until 1970-01-01 00:00 UTC/)
      },
    })
    assert.match(textOf(result), /call again with the same arguments/)
    assert.equal(progress.length, 3)
    assert.ok(progress.every((step, at) => at === 0 || step > (progress[at - 1] as number)))
  })
})

describe('legacy, resumable', () => {
  beforeEach(async () => {
    server = await legacyServer({ resumable: true })
    gate = await rig(server.url)
  })
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close()
    await gate.close()
    await server.close()
  })

  it('takes a broken stream up again, masked as the call was decided', async () => {
    const { client, transport } = await connect()
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: 'Bearer ann',
      'mcp-session-id': transport.sessionId ?? '',
      'mcp-protocol-version': '2025-11-25',
    }
    const abort = new AbortController()
    const body = '{"jsonrpc":"2.0","id":"mine","method":"tools/call","params":{"name":"slow"}}'
    const response = await fetch(gate.url, { method: 'POST', headers, body, signal: abort.signal })
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    const first = Buffer.from((await reader.read()).value ?? []).toString()
    const eventId = /^id: (\S+)$/m.exec(first)?.[1] ?? ''
    assert.ok(eventId.length > 0, 'a priming event')
    await server.until(() => server.calls.includes('slow'))
    abort.abort()
    await reader.closed.catch(() => undefined)
    const foreign = await fetch(gate.url, { headers: { ...headers, 'last-event-id': 'forged' } })
    assert.equal(foreign.status, 400)
    await foreign.body?.cancel()
    const again = await fetch(gate.url, { headers: { ...headers, 'last-event-id': eventId } })
    assert.equal(again.status, 200)
    server.release()
    const resumed = (again.body as ReadableStream<Uint8Array>).getReader()
    let heard = ''
    while (!heard.includes('late')) heard += Buffer.from((await resumed.read()).value ?? []).toString()
    assert.match(heard, /late \[hidden\]/)
    await resumed.cancel()
    await gate.gateway.when(told => told.kind === 'ended' && told.operation === 'tools/call' && told.outcome === 'done')
    assert.deepEqual(server.cancelled, [])
    await client.ping()
  })
})
