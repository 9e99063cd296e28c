// What the operator of a running gateway is told, and callers of it, once it knows more than the file says.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { after, before, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type Gateway, startGateway } from './support/gateway.ts'
import { logEntries } from './support/log-entries.ts'
import { McpCaller, messagesOf, refusalOf } from './support/mcp-caller.ts'
import { type PlainServer, startPlainServer } from './support/plain-server.ts'

let server: PlainServer
let gateway: Gateway

before(async () => {
  server = await startPlainServer(['get_text', 'secret_of_the_server'])
  gateway = await startGateway({
    connections: { clinic: { mcp: server.url } },
    people: { ann: { groups: ['staff'] }, bob: { groups: ['staff'], claims: { scope: 'openid mcp:use phi' } } },
    rules: [
      { id: 'use', allow: ['*'], who: ['staff'], on: ['clinic'] },
      { id: 'no-drops', block: ['tools/call:drop_*', 'tools/call:get_text_*'], on: ['clinic'] },
    ],
  })
})
after(async () => {
  await gateway?.stop()
  await server?.close()
})

function warnings(): unknown[] {
  return gateway
    .printed()
    .split('\n')
    .filter(line => line.includes('does not list'))
    .map(line => {
      const { at: _at, message: _message, ...fields } = JSON.parse(line)
      return fields
    })
}

async function changed(change: (file: { providers: { test: object }; rules: object[] }) => object): Promise<void> {
  const before = gateway.printed().split('configuration changed').length
  const file = JSON.parse(readFileSync(gateway.configFile, 'utf8'))
  writeFileSync(gateway.configFile, JSON.stringify({ ...file, ...change(file) }, null, 2))
  while (gateway.printed().split('configuration changed').length === before) await delay(25)
}

it('says of a rule about tools that their server does not list so, once and after each change', async () => {
  const ann = await McpCaller.connect(gateway, 'clinic', 'legacy', 'ann')
  assert.deepEqual(warnings(), [])
  await ann.call('get_text')
  const drops = { rule: 'no-drops', connection: 'clinic', target: 'tools/call:drop_*' }
  const texts = { ...drops, target: 'tools/call:get_text_*' }
  assert.deepEqual(warnings(), [drops, texts])
  await ann.ask('tools/list')
  assert.equal(warnings().length, 2)
  const late = { id: 'late', block: ['tools/call:late_*'], on: ['clinic'] }
  await changed(({ rules }) => ({ rules: [...rules, late] }))
  while (warnings().length < 3) await delay(25)
  assert.deepEqual(warnings().slice(2), [{ rule: 'late', connection: 'clinic', target: 'tools/call:late_*' }])
  server.tools = server.tools.slice(1)
  await changed(({ rules }) => ({ rules: [...rules, { ...late, id: 'text', block: ['tools/call:get_text'] }] }))
  await ann.ask('tools/list')
  assert.deepEqual(warnings().slice(3), [{ rule: 'text', connection: 'clinic', target: 'tools/call:get_text' }])
  assert.ok(!gateway.printed().includes('secret_of_the_server'))
})

it('a token without a scope that its provider is asked for is refused with 403, which says what is missing', async () => {
  const ann = await McpCaller.connect(gateway, 'clinic', 'legacy', 'ann')
  const scope = 'mcp:use phi'
  await changed(({ providers }) => ({ providers: { test: { ...providers.test, scope } } }))
  // The end of a session, which the change brings about, may come to the server meanwhile.
  const lists = () => server.received.filter(({ method }) => method === 'tools/list').length
  const sent = lists()
  const heard = await ann.ask('tools/list')
  assert.equal(heard.status, 403)
  const metadata = `${gateway.url}/.well-known/oauth-protected-resource`
  const challenge = (resource: string) =>
    `Bearer resource_metadata="${resource}", scope="${scope}", error="insufficient_scope"`
  assert.equal(heard.headers['www-authenticate'], challenge(`${metadata}/mcp/clinic`))
  const [message = {}] = messagesOf(heard)
  assert.equal(message.error?.code, 403001)
  assert.match(message.error?.message ?? '', /^The access token lacks a scope that is required here\./)
  assert.equal(lists(), sent, 'something was forwarded')
  const reference = refusalOf(message)?.reference
  const entry = logEntries(gateway.dataDir).find(each => each.kind === 'refused' && each.reference === reference)
  assert.ok(entry?.kind === 'refused')
  assert.deepEqual([entry.code, entry.reason], ['forbidden', 'insufficient-scope'])
  for (const path of ['', '/mcp/clinic']) {
    const document = (await (await fetch(metadata + path)).json()) as { scopes_supported: string[] }
    assert.deepEqual(document.scopes_supported, ['mcp:use', 'phi'])
  }
  const me = (token: string) => fetch(`${gateway.url}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } })
  const refused = await me(ann.token)
  assert.deepEqual([refused.status, refused.headers.get('www-authenticate')], [403, challenge(metadata)])
  assert.equal(((await refused.json()) as { code: string }).code, 'insufficient-scope')
  const token = await gateway.token('bob')
  assert.equal((await me(token)).status, 200)
  const bob = await McpCaller.connect(gateway, 'clinic', 'legacy', 'bob')
  assert.equal((await bob.ask('tools/list')).status, 200)
})
