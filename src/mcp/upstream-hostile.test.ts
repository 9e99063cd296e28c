// A protected system that misbehaves: the caller gets a refusal, never its bytes, and nothing hangs or grows.
import assert from 'node:assert/strict'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { after, afterEach, before, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { limits } from '../gateway/limits.ts'
import { type Listening, listening, type Rig, rig } from './testing/rig.ts'

let behave: (response: ServerResponse, request: IncomingMessage) => void
let upstream: Listening
let gate: Rig

const good = '{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"ok"}]}}'
const call = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_text"}}'
const headers = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  authorization: 'Bearer ann',
}

async function ask(
  signal: AbortSignal = AbortSignal.timeout(10_000),
): Promise<{ status: number; text: string; headers: Headers }> {
  const response = await fetch(gate.url, { method: 'POST', headers, body: call, signal })
  return { status: response.status, text: await response.text(), headers: response.headers }
}

function json(body: string | Buffer, status = 200, more: Record<string, string> = {}) {
  return (response: ServerResponse) =>
    response.writeHead(status, { 'content-type': 'application/json', ...more }).end(body)
}

function events(body: string | Buffer, end = true) {
  return (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    if (end) response.end(body)
    else response.write(body)
  }
}

describe('hostile upstream', () => {
  before(async () => {
    upstream = await listening(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      if (Buffer.concat(chunks).includes('tools/list'))
        json('{"jsonrpc":"2.0","id":"x","result":{"tools":[]}}')(response)
      else behave(response, request)
    })
    gate = await rig(upstream.url)
  })
  afterEach(() => {
    gate.gateway.told.length = 0
  })
  after(async () => {
    await gate.close()
    await upstream.close()
  })

  const faults: [what: string, behave: typeof behave][] = [
    ['malformed JSON', json('{"jsonrpc":"2.0","SECRET')],
    ['a member twice', json('{"jsonrpc":"2.0","id":1,"id":1,"result":{"SECRET":1}}')],
    ['an answer to another id', json('{"jsonrpc":"2.0","id":2,"result":{"SECRET":1}}')],
    ['an answer to another type of id', json('{"jsonrpc":"2.0","id":"1","result":{"SECRET":1}}')],
    ['a request where an answer belongs', json('{"jsonrpc":"2.0","id":1,"method":"SECRET"}')],
    ['an array', json(`[${good},"SECRET"]`)],
    ['compressed bytes', json(gzipSync(good), 200, { 'content-encoding': 'gzip' })],
    ['another content type', response => response.writeHead(200, { 'content-type': 'image/png' }).end('SECRET')],
    ['an HTML error', response => response.writeHead(500, { 'content-type': 'text/html' }).end('<p>SECRET')],
    ['a redirect', response => response.writeHead(307, { location: 'http://127.0.0.1:1/SECRET' }).end()],
    [
      'a demand for a token',
      response => response.writeHead(401, { 'www-authenticate': 'Bearer SECRET' }).end('SECRET'),
    ],
    [
      'an answer that is cut off',
      response =>
        void response
          .writeHead(200, { 'content-type': 'application/json', 'content-length': '900' })
          .write('{"SECRET', () => response.destroy()),
    ],
    ['no answer to a request', response => response.writeHead(202).end()],
    [
      'a stream that ends without the answer',
      events('data: {"jsonrpc":"2.0","method":"notifications/message","params":{}}\n\n'),
    ],
    ['a stream of no JSON', events('data: SECRET\n\n')],
    ['a stream with a foreign answer', events('data: {"jsonrpc":"2.0","id":9,"result":{"SECRET":1}}\n\n')],
    [
      'an event without end',
      events(Buffer.concat([Buffer.from('data: '), Buffer.alloc(limits.eventBytes + 10, 0x61)]), false),
    ],
    [
      'a JSON answer without end',
      response => {
        response.writeHead(200, { 'content-type': 'application/json' })
        response.write(Buffer.alloc(limits.answerBytes + 10, 0x20))
      },
    ],
    [
      'header lines without end',
      response =>
        response.writeHead(200, { 'content-type': 'application/json', 'x-long': 'a'.repeat(40_000) }).end(good),
    ],
  ]
  for (const [what, how] of faults) {
    it(`refuses ${what}`, async () => {
      behave = how
      const answer = await ask()
      assert.equal(answer.status, 200)
      assert.match(answer.text, /"sallyport\/code":"upstream"|"code":"upstream"/)
      assert.ok(!answer.text.includes('SECRET'))
      assert.equal(answer.headers.get('www-authenticate'), null)
      assert.ok(gate.gateway.told.some(({ kind, operation }) => kind === 'refused' && operation === 'tools/call'))
    })
  }

  it('takes events in any framing, and masks what is in them', async () => {
    behave = events(
      `\ufeff: hello\r\ndata: {"jsonrpc":"2.0",\r\ndata: "id":1,"result":\rdata: {"content":[{"type":"text","text":"of SECRET-1"}]}}\n\n`,
    )
    const answer = await ask()
    const data = answer.text
      .split('\n')
      .filter(line => line.startsWith('data: '))
      .map(line => line.slice(6))
      .join('\n')
    assert.deepEqual((JSON.parse(data) as { result: unknown }).result, {
      content: [{ type: 'text', text: 'of [hidden]' }],
    })
  })

  it('passes a JSON-RPC error masked, with its status, and no cookie', async () => {
    behave = json(
      '{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no SECRET-5","data":{"row":"SECRET-6"}}}',
      400,
      {
        'set-cookie': 'a=SECRET',
      },
    )
    const answer = await ask()
    assert.equal(answer.status, 400)
    assert.deepEqual(JSON.parse(answer.text), {
      jsonrpc: '2.0',
      id: 1,
      error: { code: -32602, message: 'no [hidden]', data: { row: '[hidden]' } },
    })
    assert.equal(answer.headers.get('set-cookie'), null)
  })

  it('stops a stream that never ends once its caller is gone', async () => {
    const gone = Promise.withResolvers<void>()
    behave = response => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const timer = setInterval(
        () =>
          response.write(
            'data: {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":1}}\n\n',
          ),
        1,
      )
      response.on('close', () => {
        clearInterval(timer)
        gone.resolve()
      })
    }
    const abort = new AbortController()
    const asked = ask(abort.signal)
    asked.catch(() => undefined)
    await gate.gateway.when(({ kind, operation }) => kind === 'answered' && operation === 'tools/call')
    abort.abort()
    await gone.promise
    const { outcome } = await gate.gateway.when(({ kind, operation }) => kind === 'ended' && operation === 'tools/call')
    assert.equal(outcome, 'gone')
  })

  it('says so when nobody listens there', async () => {
    const dead = await rig('http://127.0.0.1:1/mcp')
    try {
      const response = await fetch(dead.url, { method: 'POST', headers, body: call })
      assert.match(await response.text(), /could not be reached/)
    } finally {
      await dead.close()
    }
  })

  it('records notifications of unknown kinds and passes none on', async () => {
    const unknown = '{"jsonrpc":"2.0","method":"notifications/vendor","params":{"x":1}}'
    behave = events(`data: ${unknown}\n\ndata: ${good}\n\n`)
    const answer = await ask()
    assert.ok(!answer.text.includes('vendor'))
    assert.ok(answer.text.includes('"ok"'))
    assert.ok(gate.gateway.told.some(({ kind, text }) => kind === 'answered' && text?.includes('vendor')))
  })
})
