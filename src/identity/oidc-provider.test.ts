import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { exportJWK, generateKeyPair } from 'jose'
import Provider from 'oidc-provider'
import { audiencesOf } from './audience.ts'
import { Identity } from './identity.ts'
import { providerDefaults } from './provider.ts'

test('tokens of a real provider', async t => {
  const server = createServer()
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  t.after(() => server.close())
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  t.mock.method(console, 'warn', () => {})
  const oidc = new Provider(issuer, {
    clients: [{ client_id: 'desktop', token_endpoint_auth_method: 'none', redirect_uris: ['https://app.example/cb'] }],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: 'one', alg: 'RS256', use: 'sig' }] },
    features: { resourceIndicators: { enabled: true }, devInteractions: { enabled: false } },
    extraTokenClaims: () => ({ groups: ['clin'], email: 'Ana@Example.org', purpose_of_use: 'TREAT' }),
  })
  server.on('request', oidc.callback())

  const publicUrl = 'https://gate.example.org'
  const client = await oidc.Client.find('desktop')
  assert.ok(client)
  async function token(audience: string, ttlSeconds: number): Promise<string> {
    const grant = new oidc.Grant({ accountId: 'ana', clientId: 'desktop' })
    const accessToken = new oidc.AccessToken({
      accountId: 'ana',
      client: client as NonNullable<typeof client>,
      grantId: await grant.save(),
      scope: 'mcp',
      gty: 'authorization_code',
    })
    accessToken.resourceServer = new oidc.ResourceServer(audience, {
      audience,
      scope: 'mcp',
      accessTokenFormat: 'jwt',
      accessTokenTTL: ttlSeconds,
      jwt: { sign: { alg: 'RS256' } },
    })
    return accessToken.save()
  }

  const identity = await Identity.open({
    providers: [{ name: 'demo', issuer, audience: `${publicUrl}/`, ...providerDefaults }],
    groups: new Map([['clinical-read', { demo: ['clin'] }]]),
    publicUrl,
  })
  t.after(() => identity.close())
  const authenticate = async (audience: string, ttlSeconds: number) =>
    identity.authenticate(`Bearer ${await token(audience, ttlSeconds)}`, audiencesOf(publicUrl, 'clinic'))

  const ana = await authenticate(`${publicUrl}/mcp/clinic`, 600)
  assert.ok(ana.kind === 'human')
  assert.deepEqual(
    [ana.id, ana.person, ana.purpose, [...ana.groups]],
    ['ana', 'ana@example.org', 'TREAT', ['clinical-read']],
  )
  assert.deepEqual(await authenticate(`${publicUrl}/mcp/files`, 600), {
    kind: 'unauthenticated',
    reason: 'wrong-audience',
  })
  assert.deepEqual(await authenticate(`${publicUrl}/`, 12 * 3_600), {
    kind: 'unauthenticated',
    reason: 'too-long-lived',
  })
})
