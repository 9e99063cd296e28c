import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { limits } from '../gateway/limits.ts'
import { audiencesOf } from './audience.ts'
import {
  claims,
  clinic,
  clocks,
  groups,
  open,
  outcome,
  provider,
  publicUrl,
  START,
  seconds,
  subject,
  useWorld,
  world,
} from './harness.fixture.ts'
import { LoopbackIssuer, sign, signingKey } from './loopback-issuer.fixture.ts'
import { signatureAlgorithms } from './provider.ts'
import type { Reason } from './unauthenticated.ts'

useWorld()

describe('an accepted token', () => {
  test('becomes a subject with the gateway’s own groups', async () => {
    const who = await subject({ groups: ['0f1e-object-id', 'compl', 'unmapped'], purpose_of_use: 'treat' })
    assert.equal(who.kind, 'human')
    assert.equal(who.provider, 'okta')
    assert.equal(who.id, 'ana')
    assert.equal(who.person, 'ana@example.org')
    assert.equal(who.purpose, 'TREAT')
    assert.equal(who.onBehalfOf, null)
    assert.deepEqual([...who.groups], ['clinical-read', 'compliance-officer'])
    assert.equal(who.notAfter, START + 3_600_000 + limits.clockSkewMs)
  })

  for (const alg of signatureAlgorithms.filter(name => name !== 'RS256')) {
    test(`may be signed with ${alg}`, async () => {
      const key = await signingKey(alg, `key-${alg}`)
      world.issuer.keys.push(key.jwk)
      clocks.steady += limits.keysCoolDownMs
      assert.equal(await outcome(await sign(key, claims())), 'ok')
      const narrow = await open([provider(world.issuer.issuer, { algorithms: ['RS256', 'HS256', 'none'] })])
      assert.equal(await outcome(await sign(key, claims()), clinic, narrow), 'algorithm')
    })
  }

  test('may have typ JWT or none, and a scheme in any case', async () => {
    assert.equal(await outcome(await sign(world.rsa, claims(), { typ: 'JWT' })), 'ok')
    assert.equal(await outcome(await sign(world.rsa, claims({ scp: 'a' }), { typ: undefined })), 'ok')
    const token = await sign(world.rsa, claims(), { typ: 'application/at+jwt' })
    assert.equal((await world.identity.authenticate(`bEaReR ${token}`, clinic)).kind, 'human')
  })

  test('may have no key id while one key fits', async () => {
    assert.equal(await outcome(await sign(world.rsa, claims(), { kid: undefined })), 'ok')
    world.issuer.keys.push((await signingKey('RS256', 'rsa-2')).jwk)
    clocks.steady += limits.keysFreshMs + 1
    assert.equal(await outcome(await sign(world.rsa, claims({ jti: 'b' }), { kid: undefined })), 'provider-invalid')
  })
})

describe('audience', () => {
  test('the gateway’s opens every connection, a connection’s opens that one', async () => {
    const one = await sign(world.rsa, claims({ aud: ['other', `${publicUrl}/mcp/clinic`] }))
    assert.equal(await outcome(one), 'ok')
    assert.equal(await outcome(one, audiencesOf(publicUrl, 'files')), 'wrong-audience')
    assert.equal(await outcome(one, audiencesOf(publicUrl, null)), 'wrong-audience')
    const all = await sign(world.rsa, claims())
    for (const name of ['clinic', 'files', null]) assert.equal(await outcome(all, audiencesOf(publicUrl, name)), 'ok')
  })

  test('is compared as a string, not as an address', async () => {
    const near = [
      publicUrl,
      `${publicUrl}//`,
      `${publicUrl}:443/`,
      'https://GATE.example.org/',
      `${publicUrl}/mcp/clinic/`,
    ]
    for (const aud of [...near, '', [], undefined, null, 7, [7], { 0: `${publicUrl}/` }]) {
      assert.equal(await outcome(await sign(world.rsa, claims({ aud }))), 'wrong-audience', JSON.stringify(aud))
    }
  })

  test('the provider’s own opens all, unless it names one connection', async () => {
    const token = await sign(world.rsa, claims({ aud: 'api://gate' }))
    assert.equal(await outcome(token), 'wrong-audience')
    const custom = await open([provider(world.issuer.issuer, { audience: 'api://gate' })])
    assert.equal(await outcome(token, clinic, custom), 'ok')
    assert.equal(await outcome(await sign(world.rsa, claims()), clinic, custom), 'ok')
    const aud = `${publicUrl}/mcp/clinic`
    const single = await open([provider(world.issuer.issuer, { audience: aud })])
    assert.equal(await outcome(await sign(world.rsa, claims({ aud })), clinic, single), 'ok')
    assert.equal(
      await outcome(await sign(world.rsa, claims({ aud })), audiencesOf(publicUrl, 'files'), single),
      'wrong-audience',
    )
  })
})

describe('life', () => {
  const skew = limits.clockSkewMs / 1_000

  const cases: readonly (readonly [string, Record<string, unknown>, Reason | 'ok'])[] = [
    ['expired', { iat: seconds - 600, exp: seconds - skew }, 'expired'],
    ['expired within the skew', { iat: seconds - 600, exp: seconds - skew + 1 }, 'ok'],
    ['without exp', { exp: undefined }, 'malformed'],
    ['exp as text', { exp: `${seconds + 60}` }, 'malformed'],
    ['exp far out of range', { exp: 1e300 }, 'malformed'],
    ['without iat', { iat: undefined }, 'too-long-lived'],
    ['iat as text', { iat: 'now' }, 'malformed'],
    ['iat in the future', { iat: seconds + skew + 1 }, 'not-yet-valid'],
    ['iat within the skew', { iat: seconds + skew }, 'ok'],
    ['nbf in the future', { nbf: seconds + skew + 1 }, 'not-yet-valid'],
    ['nbf as text', { nbf: 'soon' }, 'malformed'],
    ['two hours', { exp: seconds + 7_200 }, 'ok'],
    ['longer than two hours', { exp: seconds + 7_201 }, 'too-long-lived'],
    ['backdated to seem short', { iat: -5 }, 'malformed'],
  ]
  for (const [name, more, expected] of cases) {
    test(name, async () => assert.equal(await outcome(await sign(world.rsa, claims(more))), expected))
  }

  test('a provider may be given another longest life', async () => {
    const demo = await open([provider(world.issuer.issuer, { maxLifeMs: 12 * 3_600_000 })])
    assert.equal(await outcome(await sign(world.rsa, claims({ exp: seconds + 43_200 })), clinic, demo), 'ok')
  })

  test('a cached token ends at its time', async () => {
    const token = await sign(world.rsa, claims({ exp: seconds + 30 }))
    assert.equal(await outcome(token), 'ok')
    clocks.wall += 30_000 + limits.clockSkewMs - 1
    assert.equal(await outcome(token), 'ok')
    clocks.wall += 1
    assert.equal(await outcome(token), 'expired')
  })

  test('a token is proved again after a minute, however the wall clock moves meanwhile', async () => {
    const token = await sign(world.rsa, claims({ exp: seconds + 7_000 }))
    assert.equal(await outcome(token), 'ok')
    world.issuer.keys = []
    clocks.wall -= 30_000
    clocks.steady += limits.keysFreshMs + 1
    assert.equal(await outcome(token), 'unknown-key')
  })
})

describe('several providers and live changes', () => {
  test('the same sub of two providers is two subjects, and keys do not cross', async () => {
    const other = await signingKey('ES256', 'es')
    const second = await LoopbackIssuer.start([other])
    const both = await open([provider(world.issuer.issuer), provider(second.issuer, { name: 'entra' })])
    const one = await subject({}, both)
    const two = await both.authenticate(
      `Bearer ${await sign(other, claims({ iss: second.issuer, groups: ['Clinicians', 'compl'] }))}`,
      clinic,
    )
    assert.ok(two.kind !== 'unauthenticated')
    assert.deepEqual([one.provider, two.provider], ['okta', 'entra'])
    assert.equal(one.id, two.id)
    assert.notEqual(one.tokenFamily, two.tokenFamily)
    assert.deepEqual([...two.groups], ['clinical-read'])
    assert.equal(await outcome(await sign(other, claims()), clinic, both), 'unknown-key')
    assert.equal(await outcome(await sign(world.rsa, claims({ iss: second.issuer })), clinic, both), 'unknown-key')
    assert.deepEqual(both.issuers, [world.issuer.issuer, second.issuer])
    await second.stop()
  })

  test('two providers may not share an issuer', async () => {
    const twice = [provider(world.issuer.issuer), provider(world.issuer.issuer, { name: 'again' })]
    assert.throws(() => world.identity.update(twice, groups), /provider again/)
    assert.equal(await outcome(await sign(world.rsa, claims())), 'ok')
  })

  test('a changed configuration counts for tokens already seen, and keeps the keys', async () => {
    const token = await sign(world.rsa, claims())
    assert.equal(await outcome(token), 'ok')
    world.identity.update([provider(world.issuer.issuer)], new Map())
    const later = await world.identity.authenticate(`Bearer ${token}`, clinic)
    assert.ok(later.kind === 'human' && later.groups.size === 0)
    assert.equal(world.issuer.keyRequests, 1)
    world.identity.update([], groups)
    assert.equal(await outcome(token), 'unknown-issuer')
  })

  test('a proof under way when the configuration changes is made again', async () => {
    const held: (() => void)[] = []
    const slow: typeof fetch = async (input, init) => {
      await new Promise<void>(go => held.push(go))
      return fetch(input, init)
    }
    const opening = open([provider(world.issuer.issuer)], { fetch: slow })
    const release = setInterval(() => held.shift()?.(), 1)
    const fresh = await opening
    clearInterval(release)
    clocks.steady += limits.keysFreshMs + 1
    const token = await sign(world.rsa, claims())
    const first = fresh.authenticate(`Bearer ${token}`, clinic)
    const sharing = fresh.authenticate(`Bearer ${token}`, clinic)
    fresh.update([], new Map())
    const draining = setInterval(() => held.shift()?.(), 1)
    const results = await Promise.all([first, sharing])
    clearInterval(draining)
    for (const result of results) assert.deepEqual(result, { kind: 'unauthenticated', reason: 'unknown-issuer' })
  })

  test('the same token is proved once, also by callers at the same time', async () => {
    const token = await sign(world.rsa, claims())
    const all = await Promise.all(
      Array.from({ length: 50 }, () => world.identity.authenticate(`Bearer ${token}`, clinic)),
    )
    assert.equal(new Set(all).size, 1)
    assert.equal(await world.identity.authenticate(`Bearer ${token}`, clinic), all[0])
    clocks.steady += limits.tokenCacheMs
    assert.notEqual(await world.identity.authenticate(`Bearer ${token}`, clinic), all[0])
  })

  test('closed, nobody is known', async () => {
    const token = await sign(world.rsa, claims())
    assert.equal(await outcome(token), 'ok')
    world.identity.close()
    assert.equal(await outcome(token), 'unknown-issuer')
  })
})
