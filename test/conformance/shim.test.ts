import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { type Shim, startShim } from './shim.ts'

describe('shim', () => {
  let target: Server
  let targetHost: string
  let shim: Shim
  let seen: { headers: IncomingHttpHeaders; url: string | undefined }
  let gone: Promise<void>

  before(async () => {
    target = createServer((incoming, outgoing) => {
      seen = { headers: incoming.headers, url: incoming.url }
      if (incoming.method === 'GET') {
        outgoing
          .writeHead(200, { 'content-type': 'text/event-stream', 'mcp-session-id': 'abc' })
          .write('data: first\n\n')
        gone = new Promise(resolve => outgoing.on('close', () => resolve()))
      } else incoming.pipe(outgoing)
    })
    await new Promise<void>(resolve => target.listen(0, '127.0.0.1', resolve))
    targetHost = `127.0.0.1:${(target.address() as AddressInfo).port}`
    shim = await startShim(`http://${targetHost}/mcp/fixture`, async () => 'the-token')
  })

  after(async () => {
    await shim.close()
    target.closeAllConnections()
    await new Promise(resolve => target.close(resolve))
  })

  function post(headers: Record<string, string>): Promise<string> {
    return new Promise((resolve, reject) => {
      request(shim.url, { method: 'POST', headers }, async answer => {
        let body = ''
        for await (const part of answer) body += part
        resolve(body)
      })
        .on('error', reject)
        .end('{"digits":9007199254740993}')
    })
  }

  it('adds the token and makes its own address the one it stands for', async () => {
    const own = new URL(shim.url)
    assert.equal(await post({ origin: own.origin, 'Mcp-Name': 'a b' }), '{"digits":9007199254740993}')
    assert.equal(seen.url, '/mcp/fixture')
    assert.equal(seen.headers.authorization, 'Bearer the-token')
    assert.equal(seen.headers.host, targetHost)
    assert.equal(seen.headers.origin, `http://${targetHost}`)
    assert.equal(seen.headers['mcp-name'], 'a b')
  })

  it('leaves any other Host and Origin alone', async () => {
    await post({ host: 'evil.example.com', origin: 'http://evil.example.com' })
    assert.equal(seen.headers.host, 'evil.example.com')
    assert.equal(seen.headers.origin, 'http://evil.example.com')
  })

  it('passes a stream event by event, and the end of the reader back', async () => {
    const controller = new AbortController()
    const answer = await fetch(shim.url, { signal: controller.signal })
    assert.equal(answer.headers.get('mcp-session-id'), 'abc')
    const first = await answer.body?.getReader().read()
    assert.equal(Buffer.from(first?.value ?? []).toString(), 'data: first\n\n')
    controller.abort()
    await gone
  })
})
