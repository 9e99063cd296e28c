import assert from 'node:assert/strict'
import { test } from 'node:test'
import { challenge, metadataUrl, resourceMetadata } from './metadata.ts'
import { type Reason, reasons } from './unauthenticated.ts'

const publicUrl = 'https://gate.example.org'
const issuers = ['https://idp.example.org', 'https://other.example.org/t/1']

test('the resource of the gateway is its address with one final slash, that of a connection its own address', () => {
  for (const address of [publicUrl, `${publicUrl}/`]) {
    assert.equal(resourceMetadata(address, null, issuers).resource, `${publicUrl}/`)
    assert.equal(resourceMetadata(address, 'clinic', issuers).resource, `${publicUrl}/mcp/clinic`)
    assert.equal(metadataUrl(address, null), `${publicUrl}/.well-known/oauth-protected-resource`)
    assert.equal(metadataUrl(address, 'clinic'), `${publicUrl}/.well-known/oauth-protected-resource/mcp/clinic`)
  }
  assert.equal(
    metadataUrl('https://example.org/gate', 'clinic'),
    'https://example.org/.well-known/oauth-protected-resource/gate/mcp/clinic',
  )
  assert.deepEqual(resourceMetadata(publicUrl, 'clinic', issuers).authorization_servers, issuers)
})

test('a caller without a token is told where to get one, and accused of nothing', () => {
  assert.equal(
    challenge('missing', 'clinic', publicUrl),
    'Bearer resource_metadata="https://gate.example.org/.well-known/oauth-protected-resource/mcp/clinic"',
  )
})

test('every other reason is a challenge that parses', () => {
  for (const reason of Object.keys(reasons) as Reason[]) {
    const header = challenge(reason, null, publicUrl)
    assert.match(header, /^Bearer [a-z_]+="(?:[^"\\]|\\.)*"(?:, [a-z_]+="(?:[^"\\]|\\.)*")*$/)
    const error = /error="(\w+)"/.exec(header)?.[1]
    assert.equal(error, reason === 'missing' || reason === 'provider-unreachable' ? undefined : 'invalid_token', reason)
  }
})

test('a 403 names the scope, quoted so that nothing can leave its quotes', () => {
  assert.equal(
    challenge('insufficient-scope', 'clinic', publicUrl, 'read "all\\"\r\nSet-Cookie: a=b'),
    'Bearer resource_metadata="https://gate.example.org/.well-known/oauth-protected-resource/mcp/clinic", ' +
      'scope="read \\"all\\\\\\"Set-Cookie: a=b", error="insufficient_scope"',
  )
})
