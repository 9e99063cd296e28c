// Bad input of every kind, from outside. Promise: each gets its row of the refusal table, nothing of it is forwarded, and
// it is in the record before its sender hears of it.
import assert from 'node:assert/strict'
import { createHmac, createPublicKey, generateKeyPairSync, type JsonWebKey, randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import type { CryptoKey } from 'jose'
import { generateKeyPair } from 'jose'
import { refusals } from '../src/gateway/errors.ts'
import type { Entry } from '../src/recording/entry.ts'
import { type Gateway, startGateway } from './support/gateway.ts'
import { logEntries } from './support/log-entries.ts'
import { LEGACY, McpCaller, MODERN, messagesOf, refusalOf } from './support/mcp-caller.ts'
import { type PlainServer, startPlainServer } from './support/plain-server.ts'
import { type Heard, RawExchange, rawHttp } from './support/raw-http.ts'

interface Row {
  readonly status: number
  /** JSON-RPC code; null for a refused tools/call, which is a result. */
  readonly rpc: number | null
  readonly code: keyof typeof refusals
}

const parseError: Row = { status: 400, rpc: -32700, code: 'unreadable' }
const invalidRequest: Row = { status: 400, rpc: -32600, code: 'unreadable' }
const invalidParams: Row = { status: 400, rpc: -32602, code: 'unreadable' }
const mismatch: Row = { status: 400, rpc: -32020, code: 'unreadable' }
const unsupported: Row = { status: 400, rpc: -32022, code: 'unreadable' }
const unknownMethod: Row = { status: 404, rpc: -32601, code: 'unreadable' }
const tooLarge: Row = { status: 413, rpc: -32600, code: 'too-large' }
const noSession: Row = { status: 404, rpc: -32001, code: 'unreadable' }
const stranger: Row = { status: 401, rpc: 401001, code: 'unauthenticated' }
const elsewhere: Row = { status: 403, rpc: 403001, code: 'forbidden' }

describe('refusals', () => {
  let server: PlainServer
  let gateway: Gateway
  let legacy: McpCaller
  let modern: McpCaller
  let bob: McpCaller
  let mallory: McpCaller
  let otherKey: CryptoKey
  let strangers = 0

  before(async () => {
    server = await startPlainServer(['get_text', 'get_secret', 'get_region'])
    server.tools = [
      ...server.tools.slice(0, 2),
      {
        name: 'get_region',
        inputSchema: { type: 'object', properties: { region: { type: 'string', 'x-mcp-header': 'Region' } } },
      },
    ]
    gateway = await startGateway({
      connections: {
        clinic: { mcp: server.url, keep: 'phi' },
        gone: { mcp: 'http://127.0.0.1:9/mcp', keep: 'phi' },
      },
      people: { ann: { groups: ['staff'] }, bob: { groups: ['staff'] }, mallory: { groups: ['visitors'] } },
      rules: [
        { id: 'staff', allow: ['*'], who: ['staff'], on: ['*'] },
        {
          id: 'secret',
          block: ['tools/call:get_secret', 'resources/read:secret://**'],
          who: ['staff'],
          on: ['clinic'],
        },
      ],
    })
    legacy = await McpCaller.connect(gateway, 'clinic', 'legacy', 'ann')
    modern = await McpCaller.connect(gateway, 'clinic', 'modern', 'ann')
    bob = await McpCaller.connect(gateway, 'clinic', 'legacy', 'bob')
    mallory = new McpCaller(gateway.connectionUrl('clinic'), 'legacy', await gateway.token('mallory'))
    otherKey = (await generateKeyPair('ES256')).privateKey
    // The gateway reads the list of tools for itself before the first call.
    for (const caller of [legacy, modern]) await caller.call('get_text')
  })

  after(async () => {
    await gateway?.stop()
    await server?.close()
  })

  /** The case itself: what was said, that nothing went up, and that the record knew it first. */
  function refused(
    name: string,
    row: Row,
    send: () => Promise<Heard>,
    more: (heard: Heard) => void = () => undefined,
  ): void {
    it(name, async () => {
      const before = server.received.length
      const heard = await send()
      assert.equal(heard.status, row.status, `HTTP status of ${heard.body}`)
      const [message = {}] = messagesOf(heard)
      assert.equal(message.error?.code ?? null, row.rpc, `JSON-RPC code of ${heard.body}`)
      if (row.rpc === null) assert.equal(message.result?.isError, true)
      const refusal = refusalOf(message)
      assert.equal(refusal?.code, row.code)
      assert.equal(refusal?.retry, refusals[row.code].retry)
      assert.match(String(refusal?.reference), /^x_[0-9a-hjkmnp-tv-z]{26}$/)
      assert.ok(`${message.error?.message ?? JSON.stringify(message.result)}`.includes(String(refusal?.reference)))
      assert.equal(server.received.length, before, 'something was forwarded')
      assert.ok(entryOf(String(refusal?.reference), row.code), 'no entry has this reference')
      more(heard)
    })
  }

  function entryOf(reference: string, code: string): Entry | undefined {
    return logEntries(gateway.dataDir).find(
      entry =>
        (entry.kind === 'refused' && entry.reference === reference && entry.code === code) ||
        (entry.kind === 'question' && entry.exchange === reference && entry.decision === 'block') ||
        (entry.kind === 'answer.refused' && entry.exchange === reference && entry.code === code),
    )
  }

  const listing = '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}'
  const post = (body: string | Uint8Array, headers: Record<string, string> = {}) => legacy.post(body, headers).done

  describe('of what cannot be read', () => {
    refused('malformed JSON', parseError, () => post('{"jsonrpc":"2.0",'))
    refused('no JSON at all', parseError, () => post(''))
    refused('two texts', parseError, () => post(`${listing}${listing}`))
    refused('invalid UTF-8', parseError, () => post(Buffer.from('{"jsonrpc":"2.0","id":1,"method":"\xff"}', 'latin1')))
    refused('a byte-order mark', parseError, () => post(`\ufeff${listing}`))
    refused('a member named twice', invalidRequest, () => post(listing.replace('"id"', '"id":2,"id"')))
    refused('a member named twice by an escape', invalidRequest, () =>
      post(listing.replace('"id"', '"\\u0069d":2,"id"')),
    )
    refused('arguments named twice, deep', invalidRequest, () =>
      post(
        '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_text","arguments":{"a":{"b":1,"b":2}}}}',
      ),
    )
    refused('65 levels', invalidRequest, () => post(`${'['.repeat(65)}${']'.repeat(65)}`))
    refused('a million levels', invalidRequest, () => post(`${'['.repeat(1e6)}${']'.repeat(1e6)}`))
    refused('no JSON-RPC', invalidRequest, () => post('{"id":1,"method":"tools/list"}'))
    refused('another JSON-RPC', invalidRequest, () => post(listing.replace('2.0', '1.0')))
    refused('an id that is no id', invalidRequest, () => post(listing.replace('"id":1', '"id":null')))
    refused('a fraction as id', invalidRequest, () => post(listing.replace('"id":1', '"id":1.5')))
    refused('parameters by position', invalidRequest, () => post(listing.replace('{}', '[]')))
    refused('a request that is a response too', invalidRequest, () => post(listing.replace('}}', '},"result":{}}')))
    refused('a number', invalidRequest, () => post('7'))
    refused('a response to no question', invalidRequest, () => post('{"jsonrpc":"2.0","id":9,"result":{}}'))
    refused('a body above the limit, announced', tooLarge, () => post('{', { 'Content-Length': String((4 << 20) + 1) }))
    refused('a body above the limit, in chunks', tooLarge, () => {
      const chunk = `10000\r\n${' '.repeat(65_536)}\r\n`
      return post(`${chunk.repeat(64)}1\r\n \r\n0\r\n\r\n`, { 'Transfer-Encoding': 'chunked' })
    })
    refused('another content type', { ...invalidRequest, status: 415 }, () =>
      post(listing, { 'Content-Type': 'text/plain' }),
    )
    refused('an encoded body', { ...invalidRequest, status: 415 }, () => post(listing, { 'Content-Encoding': 'gzip' }))
    refused('nothing accepted', { ...invalidRequest, status: 406 }, () => post(listing, { Accept: 'text/html' }))
    refused('a batch in a version without', invalidRequest, () => post(`[${listing}]`))
    refused('an empty batch', invalidRequest, () => post('[]', { 'MCP-Protocol-Version': '2025-03-26' }))
    refused('a batch above the limit', invalidRequest, () =>
      post(`[${Array(51).fill(listing).join()}]`, { 'MCP-Protocol-Version': '2025-03-26' }),
    )
    refused('an unknown method', unknownMethod, () => legacy.ask('acme/do'))
    refused('an unknown method, modern', unknownMethod, () => modern.ask('acme/do'))
    refused('a cursor that was not given', invalidParams, () => legacy.ask('tools/list', { cursor: 'row 7' }))
    refused('a state that was not given', invalidParams, () =>
      modern.ask('tools/call', { name: 'get_text', arguments: {}, requestState: 'forged' }),
    )
  })

  describe('of versions', () => {
    const version = 'io.modelcontextprotocol/protocolVersion'
    const list = (meta: object, headers: Record<string, string>) => {
      const body = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: meta } }
      return modern.post(JSON.stringify(body), { 'Mcp-Method': 'tools/list', ...headers }).done
    }
    refused('an unknown legacy version', invalidRequest, () => post(listing, { 'MCP-Protocol-Version': '2024-01-01' }))
    refused('a version that is no date', invalidRequest, () => post(listing, { 'MCP-Protocol-Version': '1.0' }))
    refused(
      'a version of the future',
      unsupported,
      () => list({ [version]: '2027-01-01' }, { 'MCP-Protocol-Version': '2027-01-01' }),
      heard => assert.deepEqual(messagesOf(heard)[0]?.error?.data?.supported, [MODERN]),
    )
    refused('a version of the future in the header', unsupported, () =>
      list({}, { 'MCP-Protocol-Version': '2027-01-01' }),
    )
    refused('a version named in the header alone', invalidParams, () => list({}, {}))
    refused('a version that is no text', invalidParams, () => list({ [version]: 7 }, {}))
  })

  describe('of headers that differ from the body', () => {
    const call = (headers: Record<string, string>, args: object = {}, name = 'get_text') =>
      modern.ask('tools/call', { name, arguments: args }, { headers })
    refused('the version', mismatch, () => call({ 'MCP-Protocol-Version': LEGACY }))
    refused('the method', mismatch, () => call({ 'Mcp-Method': 'tools/list' }))
    refused('the name', mismatch, () => call({ 'Mcp-Name': 'get_secret' }))
    refused('the name, encoded', mismatch, () => call({ 'Mcp-Name': '=?base64?Z2V0X3NlY3JldA==?=' }))
    refused('the name, wrongly encoded', mismatch, () => call({ 'Mcp-Name': '=?base64?Z2V0X3RleHQ?=' }))
    refused('a parameter', mismatch, () => call({ 'Mcp-Param-Region': 'east' }, { region: 'west' }, 'get_region'))
    refused('a parameter left out', mismatch, () => call({}, { region: 'west' }, 'get_region'))
    for (const left of ['MCP-Protocol-Version', 'Mcp-Method', 'Mcp-Name']) {
      refused(`${left} left out`, mismatch, () => {
        const params = modern.modernParams({ name: 'get_text', arguments: {} })
        const mirrored = modern.mirrored('tools/call', params)
        const headers = Object.entries({ ...modern.headers, ...mirrored }).filter(([name]) => name !== left)
        const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
        return rawHttp(modern.url, { headers: Object.fromEntries(headers), body })
      })
    }
  })

  describe('of strangers', () => {
    const challenged = (heard: Heard) => {
      strangers++
      assert.match(heard.headers['www-authenticate'] ?? '', /^Bearer resource_metadata="http/)
    }
    const withToken = (name: string, token: () => Promise<string> | string) =>
      refused(name, stranger, async () => post(listing, { Authorization: `Bearer ${await token()}` }), challenged)
    const claims = { sub: 'ann', email: 'ann@example.org', groups: ['staff'] }
    const audience = () => `${gateway.url}/`
    const b64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const now = Math.floor(Date.now() / 1000)
    const payload = () =>
      b64({ ...claims, iss: gateway.issuer.url, aud: audience(), iat: now, exp: now + 600, jti: randomUUID() })

    refused(
      'no token',
      stranger,
      () => rawHttp(legacy.url, { headers: { Accept: '*/*', 'Content-Type': 'application/json' }, body: listing }),
      challenged,
    )
    refused(
      'a token in the address',
      stranger,
      () => {
        const headers = { Accept: '*/*', 'Content-Type': 'application/json' }
        return rawHttp(`${legacy.url}?access_token=${legacy.token}`, { headers, body: listing })
      },
      challenged,
    )
    refused('another scheme', stranger, () => post(listing, { Authorization: `Basic ${legacy.token}` }), challenged)
    withToken('no JWT', () => 'not-a-token')
    withToken('an expired token', () =>
      gateway.token('ann', { issuedAt: new Date(Date.now() - 7_200_000), lifeMs: 60_000 }),
    )
    withToken('a token not valid yet', () => gateway.token('ann', { issuedAt: new Date(Date.now() + 600_000) }))
    withToken('a token that lives too long', () => gateway.token('ann', { lifeMs: 9 * 3_600_000 }))
    withToken('a token for another service', () => gateway.token('ann', { audience: 'https://other.example.org/' }))
    withToken('a token for another connection', () => gateway.token('ann', { audience: `${gateway.url}/mcp/gone` }))
    withToken('a token of an unknown issuer', () => gateway.token('ann', { issuer: 'https://idp.example.org' }))
    withToken('a token signed with another key', () => gateway.token('ann', { key: otherKey }))
    withToken('a token of another type', () => gateway.token('ann', { header: { typ: 'dpop+jwt' } }))
    withToken('alg none', () => `${b64({ alg: 'none', typ: 'at+jwt' })}.${payload()}.`)
    withToken('alg NoNe with a signature', () => `${b64({ alg: 'NoNe', typ: 'at+jwt' })}.${payload()}.AAAA`)
    withToken('HS256 with the public key as secret', async () => {
      const keys = await (await fetch(`${gateway.issuer.url}/jwks`)).json()
      const [jwk] = (keys as { keys: [JsonWebKey & { kid: string }] }).keys
      const secret = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
      const signed = `${b64({ alg: 'HS256', typ: 'at+jwt', kid: jwk.kid })}.${payload()}`
      return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
    })
    withToken('a key sent inside the token', () => {
      const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const head = b64({ alg: 'ES256', typ: 'at+jwt', jwk: publicKey.export({ format: 'jwk' }) })
      return `${head}.${payload()}.${'A'.repeat(86)}`
    })
    refused('a Host that is not ours', elsewhere, () => post(listing, { Host: 'evil.example.org' }))
    refused('an Origin that is not ours', elsewhere, () => post(listing, { Origin: 'https://evil.example.org' }))
    refused('an Origin that is null', elsewhere, () => post(listing, { Origin: 'null' }))
    refused('an unknown connection', { ...elsewhere, status: 404 }, () =>
      rawHttp(gateway.connectionUrl('nowhere'), { headers: legacy.headers, body: listing }),
    )

    it('are one entry a minute for each reason, and a count', async () => {
      await gateway.kill('SIGTERM')
      const of = logEntries(gateway.dataDir).flatMap(entry =>
        entry.kind === 'refused' && entry.code === 'unauthenticated' && entry.session === null ? [entry] : [],
      )
      assert.equal(
        of.reduce((sum, { count }) => sum + count, 0),
        strangers,
      )
      const reasons = new Set(of.map(({ reason }) => reason))
      assert.ok([...reasons].every(reason => reason !== null && /^[a-z-]+$/.test(reason)))
      // The first of each reason, and one count of the rest; the test may begin in one minute and end in the next.
      assert.ok(
        reasons.size > 5 && of.length <= reasons.size * 4,
        `${of.length} entries for ${[...reasons].join(', ')}`,
      )
      assert.ok(of.some(({ count }) => count > 1) || of.length === strangers)
      await gateway.start()
      // The session's process is gone: what follows needs new ones.
      for (const caller of [legacy, bob]) {
        caller.session = null
        await caller.initialize()
      }
      for (const caller of [legacy, modern]) await caller.call('get_text')
    })
  })

  describe('of sessions', () => {
    refused('an unknown session', noSession, () => post(listing, { 'Mcp-Session-Id': randomUUID() }))
    refused("another subject's session", noSession, () => post(listing, { 'Mcp-Session-Id': bob.session ?? '' }))
    refused('a session with a letter changed', noSession, () =>
      post(listing, { 'Mcp-Session-Id': `A${legacy.session}` }),
    )
    refused(
      'GET without a session',
      invalidRequest,
      () => new McpCaller(legacy.url, 'legacy', legacy.token).listen().done,
    )
    refused(
      "GET of another subject's session",
      noSession,
      () => legacy.listen({ 'Mcp-Session-Id': bob.session ?? '' }).done,
    )
    refused('an event id that was not given', invalidRequest, () => legacy.listen({ 'Last-Event-ID': '7' }).done)
    refused("DELETE of another subject's session", noSession, () =>
      rawHttp(legacy.url, { method: 'DELETE', headers: { ...legacy.headers, 'Mcp-Session-Id': bob.session ?? '' } }),
    )
    it("of which bob's still lives", async () => assert.equal((await bob.ask('tools/list')).status, 200))
  })

  describe('of methods of HTTP', () => {
    for (const [method, headers] of [
      ['PUT', {}],
      ['PATCH', {}],
      ['OPTIONS', {}],
      ['GET', { 'MCP-Protocol-Version': MODERN }],
      ['DELETE', { 'MCP-Protocol-Version': MODERN }],
    ] as const) {
      it(`${method} ${Object.values(headers)}`, async () => {
        const before = server.received.length
        const heard = await new RawExchange(legacy.url, { method, headers: { ...legacy.headers, ...headers } }).done
        assert.equal(heard.status, 405)
        assert.ok(heard.headers.allow)
        assert.equal(server.received.length, before)
      })
    }
  })

  describe('of policy', () => {
    const isError = (code: Row['code']): Row => ({ status: 200, rpc: null, code })
    refused('a blocked tool, legacy', isError('blocked'), () =>
      legacy.ask('tools/call', { name: 'get_secret', arguments: {} }),
    )
    refused('a blocked tool, modern', isError('blocked'), () =>
      modern.ask('tools/call', { name: 'get_secret', arguments: {} }),
    )
    refused('a blocked resource', { status: 200, rpc: 403002, code: 'blocked' }, () =>
      legacy.ask('resources/read', { uri: 'secret://a' }),
    )
    refused('a connection that no rule opens', elsewhere, () => mallory.ask('tools/list'))
    refused('a tool of a connection that no rule opens', isError('forbidden'), () =>
      mallory.ask('tools/call', { name: 'get_text', arguments: {} }),
    )
    refused('a system that is not there', { status: 502, rpc: 502001, code: 'upstream' }, () => {
      const caller = new McpCaller(gateway.connectionUrl('gone'), 'modern', modern.token)
      return caller.ask('tools/list')
    })
    refused('a tool of a system that is not there', isError('upstream'), () => {
      const caller = new McpCaller(gateway.connectionUrl('gone'), 'modern', modern.token)
      return caller.ask('tools/call', { name: 'get_text', arguments: {} })
    })
    it('an unknown notification is dropped, and recorded', async () => {
      const [before, entries] = [server.received.length, logEntries(gateway.dataDir).length]
      assert.equal((await legacy.notify('notifications/acme')).status, 202)
      assert.equal(server.received.length, before)
      const added = logEntries(gateway.dataDir).slice(entries)
      assert.deepEqual(
        added.map(entry => (entry.kind === 'refused' ? entry.code : entry.kind)),
        ['unreadable'],
      )
    })
  })
})
