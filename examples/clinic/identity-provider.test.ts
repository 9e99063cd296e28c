// The demo's tokens, verified as a stranger would: through discovery and the published keys.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { startIdentityProvider } from './identity-provider.ts'
import { type Person, people } from './people.ts'

const dir = mkdtempSync(join(tmpdir(), 'sallyport-test-'))
const provider = await startIdentityProvider({ dir, people })
after(async () => {
  await provider.stop()
  rmSync(dir, { recursive: true, force: true })
})

const AUDIENCE = 'http://127.0.0.1:7300/'

function person(name: string): Person {
  const found = people.find(candidate => candidate.name === name)
  assert.ok(found)
  return found
}

async function verified(token: string) {
  const metadata = await (await fetch(`${provider.issuer}/.well-known/openid-configuration`)).json()
  const { issuer, jwks_uri } = metadata as { issuer: string; jwks_uri: string }
  const expected = { issuer, audience: AUDIENCE, typ: 'at+jwt', algorithms: ['ES256'] }
  return jwtVerify(token, createRemoteJWKSet(new URL(jwks_uri)), expected)
}

test('a token verifies through the published keys and says who, in which groups and what for', async () => {
  const { payload } = await verified(await provider.mint(person('rita'), AUDIENCE))
  assert.equal(payload.sub, 'rita')
  assert.equal(payload.aud, AUDIENCE)
  assert.equal(payload.email, 'rita@clinic.example.org')
  assert.deepEqual(payload.groups, ['research'])
  assert.equal(payload.purpose_of_use, 'HRESCH')
  assert.equal((payload.exp ?? 0) - (payload.iat ?? 0), 12 * 3_600)
  assert.notEqual(payload.client_id, payload.sub)
  assert.equal('act' in payload, false)
})

test('the agent carries the human it acts for, and itself as the actor', async () => {
  const { payload } = await verified(await provider.mint(person('scribe'), AUDIENCE))
  assert.equal(payload.sub, 'alice')
  assert.equal(payload.email, 'alice@clinic.example.org')
  assert.deepEqual(payload.act, { sub: 'scribe' })
})

test('claims and life can be set, for those who test refusals', async () => {
  const options = { lifeSeconds: 60, claims: { groups: ['compl'], purpose_of_use: undefined } }
  const { payload } = await verified(await provider.mint(person('dan'), AUDIENCE, options))
  assert.deepEqual(payload.groups, ['compl'])
  assert.equal((payload.exp ?? 0) - (payload.iat ?? 0), 60)
  assert.equal('purpose_of_use' in payload, false)
})

test('one provider for two audiences: a token for one is not for the other', async () => {
  const token = await provider.mint(person('dan'), 'http://127.0.0.1:7300/mcp/clinic')
  await assert.rejects(verified(token), { code: 'ERR_JWT_CLAIM_VALIDATION_FAILED' })
})

test('its keys outlive a restart and only their owner can read them', async () => {
  const again = await startIdentityProvider({ dir, people })
  const keyId = async (issuer: string) => {
    const { keys } = (await (await fetch(`${issuer}/jwks`)).json()) as { keys: { kid: string; d?: string }[] }
    assert.equal(keys.length, 1)
    assert.equal(keys[0]?.d, undefined)
    return keys[0]?.kid
  }
  assert.equal(await keyId(again.issuer), await keyId(provider.issuer))
  assert.equal(statSync(join(dir, 'identity-provider.json')).mode & 0o077, 0)
  await again.stop()
})
