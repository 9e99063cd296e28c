import assert from 'node:assert/strict'
import { test } from 'node:test'
import { challenge, metadataUrl, resourceMetadata } from './metadata.ts'
import { insufficientScope, type Reason, reasons, unauthenticated } from './unauthenticated.ts'

const publicUrl = 'https://gate.example.org'
const offered = { issuers: ['https://idp.example.org', 'https://other.example.org/t/1'], scopes: [] }

test('the resource of the gateway is its address with one final slash, that of a connection its own address', () => {
  for (const address of [publicUrl, `${publicUrl}/`]) {
    assert.equal(resourceMetadata(address, null, offered).resource, `${publicUrl}/`)
    assert.equal(resourceMetadata(address, 'clinic', offered).resource, `${publicUrl}/mcp/clinic`)
    assert.equal(metadataUrl(address, null), `${publicUrl}/.well-known/oauth-protected-resource`)
    assert.equal(metadataUrl(address, 'clinic'), `${publicUrl}/.well-known/oauth-protected-resource/mcp/clinic`)
  }
  assert.equal(
    metadataUrl('https://example.org/gate', 'clinic'),
    'https://example.org/.well-known/oauth-protected-resource/gate/mcp/clinic',
  )
  assert.deepEqual(resourceMetadata(publicUrl, 'clinic', offered).authorization_servers, offered.issuers)
})

test('a caller without a token is told where to get one, and accused of nothing', () => {
  assert.equal(
    challenge(unauthenticated('missing'), 'clinic', publicUrl),
    'Bearer resource_metadata="https://gate.example.org/.well-known/oauth-protected-resource/mcp/clinic"',
  )
})

test('every other reason is a challenge that parses', () => {
  for (const reason of Object.keys(reasons) as Reason[]) {
    const header = challenge(unauthenticated(reason), null, publicUrl)
    assert.match(header, /^Bearer [a-z_]+="(?:[^"\\]|\\.)*"(?:, [a-z_]+="(?:[^"\\]|\\.)*")*$/)
    const error = /error="(\w+)"/.exec(header)?.[1]
    assert.equal(error, reason === 'missing' || reason === 'provider-unreachable' ? undefined : 'invalid_token', reason)
  }
})

test('a 403 names the scope, quoted so that nothing can leave its quotes', () => {
  assert.equal(
    challenge(insufficientScope(['read', '"all\\"\r\nSet-Cookie: a=b']), 'clinic', publicUrl),
    'Bearer resource_metadata="https://gate.example.org/.well-known/oauth-protected-resource/mcp/clinic", ' +
      'scope="read \\"all\\\\\\"Set-Cookie: a=b", error="insufficient_scope"',
  )
})

test('the metadata names scopes where some are asked for', () => {
  assert.ok(!('scopes_supported' in resourceMetadata(publicUrl, null, offered)))
  const { scopes_supported } = resourceMetadata(publicUrl, 'clinic', { ...offered, scopes: ['mcp:use', 'phi'] })
  assert.deepEqual(scopes_supported, ['mcp:use', 'phi'])
})
