// Bad input gets its row of the refusal table, nothing of it goes up, and it is in the record.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { after, before, beforeEach, describe, it } from 'node:test'
import { limits } from '../gateway/limits.ts'
import { type LegacyServer, legacyServer } from './testing/legacy-server.ts'
import { type Rig, rig } from './testing/rig.ts'

let server: LegacyServer
let gate: Rig

interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly code: number | undefined
}

const standard = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  authorization: 'Bearer ann',
}

async function send(
  body: string | Buffer | null,
  headers: Record<string, string> = {},
  method = 'POST',
): Promise<Answered> {
  const response = await fetch(gate.url, {
    method,
    headers: { ...standard, ...headers },
    ...(body === null ? {} : { body }),
  })
  const text = await response.text()
  const code = text.startsWith('{') ? (JSON.parse(text) as { error?: { code: number } }).error?.code : undefined
  return { status: response.status, headers: response.headers, text, code }
}

const list = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'

async function open(version = '2025-11-25'): Promise<string> {
  const { headers } = await send(
    JSON.stringify({
      jsonrpc: '2.0',
      id: 0,
      method: 'initialize',
      params: { protocolVersion: version, capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
    }),
  )
  const session = headers.get('mcp-session-id') ?? ''
  await send('{"jsonrpc":"2.0","method":"notifications/initialized"}', { 'mcp-session-id': session })
  return session
}

describe('refusals of the MCP door', () => {
  before(async () => {
    server = await legacyServer({ json: true })
    gate = await rig(server.url)
  })
  after(async () => {
    await gate.close()
    await server.close()
  })
  beforeEach(() => {
    server.seen.length = 0
    gate.gateway.told.length = 0
  })

  const bad: [
    what: string,
    body: string | Buffer,
    headers: Record<string, string>,
    status: number,
    code: number | undefined,
  ][] = [
    ['no JSON', '{"jsonrpc":', {}, 400, -32700],
    ['a byte-order mark', Buffer.from(`\ufeff${list}`), {}, 400, -32700],
    ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22]), {}, 400, -32700],
    ['a member twice', '{"jsonrpc":"2.0","id":1,"id":2,"method":"tools/list"}', {}, 400, -32600],
    [
      'too deep',
      `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":${'[{"a":'.repeat(70)}1${'}]'.repeat(70)}}`,
      {},
      400,
      -32600,
    ],
    ['no JSON-RPC', '{"id":1,"method":"tools/list"}', {}, 400, -32600],
    ['a fractional id', '{"jsonrpc":"2.0","id":1.5,"method":"tools/list"}', {}, 400, -32600],
    ['result and error', '{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":""}}', {}, 400, -32600],
    ['another media type', list, { 'content-type': 'text/plain' }, 415, -32600],
    ['an encoded body', list, { 'content-encoding': 'gzip' }, 415, -32600],
    ['no JSON accepted', list, { accept: 'text/html' }, 406, -32600],
    ['an unknown old version', list, { 'mcp-protocol-version': '2024-11-05' }, 400, -32600],
    ['an unknown new version', list, { 'mcp-protocol-version': '2030-01-01' }, 400, -32022],
    ['an unknown session', list, { 'mcp-session-id': 'guessed' }, 404, -32001],
    ['a foreign origin', list, { origin: 'https://evil.example' }, 403, 403001],
    ['no token', list, { authorization: '' }, 401, 401001],
    ['a batch of none', '[]', {}, 400, -32600],
    ['a batch where the version has none', `[${list}]`, { 'mcp-protocol-version': '2025-06-18' }, 400, -32600],
    ['a reply to nothing', '{"jsonrpc":"2.0","id":"forged","result":{}}', {}, 400, -32600],
  ]
  for (const [what, body, headers, status, code] of bad) {
    it(`refuses ${what}`, async () => {
      const answer = await send(body, headers)
      assert.deepEqual([answer.status, answer.code], [status, code])
      assert.equal(server.seen.length, 0)
      const told = gate.gateway.told.find(({ kind }) => kind === 'refused' || kind === 'stranger')
      assert.match(told?.reason ?? 'no reason', /^[a-z-]+$/)
      assert.match(answer.text, /x_[0-9a-z]{26}/)
    })
  }

  it('refuses a body beyond the limit, declared or not', async () => {
    const large = Buffer.alloc(limits.bodyBytes + 1, 0x20)
    assert.equal((await send(large)).status, 413)
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const request = httpRequest(gate.url, {
        method: 'POST',
        headers: { ...standard, 'transfer-encoding': 'chunked' },
      })
      request.on('response', response => {
        resolve(response.statusCode)
        response.resume()
        request.destroy()
      })
      request.on('error', error => ((error as NodeJS.ErrnoException).code === 'ECONNRESET' ? undefined : reject(error)))
      request.write(large)
      request.end()
    })
    assert.equal(status, 413)
    assert.equal(server.seen.length, 0)
  })

  it('answers a client that reads only after it has sent all of a body beyond the limit', async () => {
    const { hostname, port, pathname } = new URL(gate.url)
    const body = Buffer.alloc(limits.bodyBytes * 2, 0x20)
    const head = `POST ${pathname} HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-length: ${body.length}\r\n`
    const headers = Object.entries(standard).map(([name, value]) => `${name}: ${value}\r\n`)
    for (let count = 0; count < 5; count++) {
      const socket = connect(Number(port), hostname)
      socket.pause()
      await new Promise<void>((resolve, reject) => {
        socket.on('error', reject)
        socket.write(Buffer.concat([Buffer.from(`${head}${headers.join('')}\r\n`), body]), () => resolve())
      })
      const answered = once(socket, 'data')
      socket.resume()
      const [answer] = (await answered) as [Buffer]
      assert.match(answer.toString(), /^HTTP\/1\.1 413 /)
      socket.destroy()
    }
  })

  it('refuses a host it is not published under', async () => {
    const status = await new Promise(resolve => {
      const request = httpRequest(gate.url, { method: 'POST', headers: { ...standard, host: 'evil.example' } })
      request.on('response', response => {
        response.resume()
        resolve(response.statusCode)
      })
      request.end(list)
    })
    assert.equal(status, 403)
  })

  it('tells who is not identified where to sign in', async () => {
    const answer = await send(list, { authorization: 'Bearer none' })
    assert.equal(answer.status, 401)
    assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer resource_metadata=/)
  })

  it('refuses wrong methods and unknown connections', async () => {
    const put = await send(null, {}, 'PUT')
    assert.deepEqual([put.status, put.headers.get('allow')], [405, 'GET, POST, DELETE'])
    assert.equal((await send(null, {}, 'GET')).status, 400)
    const elsewhere = await fetch(gate.url.replace('clinic', 'other'), {
      method: 'POST',
      headers: standard,
      body: list,
    })
    assert.equal(elsewhere.status, 404)
  })

  it('refuses methods it does not know and drops such notifications', async () => {
    const session = await open()
    server.seen.length = 0
    const headers = { 'mcp-session-id': session }
    const answer = await send('{"jsonrpc":"2.0","id":5,"method":"vendor/secret"}', headers)
    assert.deepEqual([answer.status, answer.code], [404, -32601])
    assert.equal((await send('{"jsonrpc":"2.0","method":"notifications/vendor"}', headers)).status, 202)
    assert.equal(server.seen.length, 0)
    assert.equal(gate.gateway.told.filter(({ kind }) => kind === 'refused').length, 2)
  })

  it('refuses a forged cursor', async () => {
    const session = await open()
    server.seen.length = 0
    const body = '{"jsonrpc":"2.0","id":5,"method":"tools/list","params":{"cursor":"row:SECRET-1"}}'
    const answer = await send(body, { 'mcp-session-id': session })
    assert.deepEqual([answer.status, answer.code], [400, -32602])
    assert.equal(server.seen.length, 0)
  })

  it('refuses who may not use the connection at all', async () => {
    gate.gateway.barred.add('eve')
    const answer = await send(list, { authorization: 'Bearer eve' })
    assert.deepEqual([answer.status, answer.code], [403, 403001])
  })

  it('answers each message of a batch where the version has them', async () => {
    const session = await open('2025-03-26')
    gate.gateway.judge = ({ subjectMatter }) => (subjectMatter === 'delete_all' ? 'blocked' : 'allow')
    const body = `[${list},{"jsonrpc":"2.0","id":"b","method":"tools/call","params":{"name":"delete_all"}},{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}]`
    const answer = await send(body, { 'mcp-session-id': session, 'mcp-protocol-version': '2025-03-26' })
    gate.gateway.judge = () => 'allow'
    assert.equal(answer.status, 200)
    const answers = JSON.parse(answer.text) as { id: unknown; result: { isError?: boolean; tools?: unknown[] } }[]
    assert.equal(answers.length, 2)
    assert.equal(answers.find(({ id }) => id === 1)?.result.tools?.length, 6)
    assert.equal(answers.find(({ id }) => id === 'b')?.result.isError, true)
    const asked = gate.gateway.told
      .filter(({ kind, door }) => kind === 'asked' && door === 'system')
      .map(({ operation }) => operation)
    assert.ok(['tools/list', 'tools/call', 'notifications/roots/list_changed'].every(name => asked.includes(name)))
  })

  it('echoes a large id with its digits and forwards unchanged bytes', async () => {
    const session = await open()
    const body =
      '{ "id":90071992547409931, "jsonrpc":"2.0" ,"method":"tools/call","params":{"name":"get_text","arguments":{"n":12345678901234567890}}}'
    gate.gateway.judge = ({ operation }) => (operation === 'tools/call' ? 'denied' : 'allow')
    const answer = await send(body, { 'mcp-session-id': session })
    gate.gateway.judge = () => 'allow'
    assert.ok(answer.text.includes('"id":90071992547409931,'))
    server.seen.length = 0
    await send(body, { 'mcp-session-id': session })
    assert.ok(server.seen.some(seen => seen.body === body))
  })

  it('carries a session on with a newer token, and ends its streams with it', async () => {
    const session = await open()
    const stream = await fetch(gate.url, {
      headers: { authorization: standard.authorization, accept: 'text/event-stream', 'mcp-session-id': session },
      signal: AbortSignal.timeout(5_000),
    })
    const ended = stream.text()
    await gate.gateway.sessions.at(-1)?.close('cut')
    await ended
    assert.equal((await send(list, { 'mcp-session-id': session })).status, 404)
  })
})
