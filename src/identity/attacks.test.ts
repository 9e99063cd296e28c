import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { describe, test } from 'node:test'
import { SignJWT } from 'jose'
import { limits } from '../gateway/limits.ts'
import { claims, clinic, clocks, open, outcome, provider, useWorld, world } from './harness.fixture.ts'
import { forged, LoopbackIssuer, sign, signingKey } from './loopback-issuer.fixture.ts'

useWorld()

describe('attacks on the token', () => {
  test('no token, another scheme, not a JWT', async () => {
    const reason = async (header: string | undefined) => {
      const result = await world.identity.authenticate(header, clinic)
      return result.kind === 'unauthenticated' ? result.reason : 'ok'
    }
    assert.equal(await reason(undefined), 'missing')
    assert.equal(await reason(''), 'missing')
    for (const header of ['Basic YTpi', 'Bearer', 'Bearer ', 'Bearer opaque', 'Bearer a.b', 'Bearer a.b.c.d.e']) {
      assert.equal(await reason(header), 'malformed', header)
    }
    const good = await sign(world.rsa, claims())
    for (const header of [`Bearer  ${good}`, `Bearer ${good} `, `Bearer ${good},x`, `${good}`, `Bearer ${good}\n`]) {
      assert.equal(await reason(header), 'malformed')
    }
    assert.equal(await reason(`Bearer ${'a'.repeat(limits.tokenChars + 1)}`), 'too-large')
    assert.equal(await reason(`Bearer ${forged({ alg: 'RS256', alg2: 1 }, '{"iss":1,"iss":2}')}`), 'malformed')
    assert.equal(await reason(`Bearer ${forged('{"alg":"RS256","alg":"none"}', claims())}`), 'malformed')
    assert.equal(await reason(`Bearer ${forged([], claims())}`), 'malformed')
    assert.equal(await reason(`Bearer ${forged({ alg: 'RS256' }, 'null')}`), 'malformed')
  })

  test('alg none in every spelling, with and without signature', async () => {
    for (const alg of ['none', 'None', 'NONE', 'nOnE', 'rs256', 'RS256 ', 'HS256', 'dir', 'RSA-OAEP']) {
      assert.equal(await outcome(forged({ alg, kid: 'rsa-1' }, claims())), 'algorithm', alg)
    }
    assert.equal(await outcome(forged({ alg: 'none' }, claims(), '')), 'malformed')
    const careless = await open([provider(world.issuer.issuer, { algorithms: ['none', 'HS256', 'RS256'] })])
    for (const alg of ['none', 'HS256'])
      assert.equal(await outcome(forged({ alg }, claims()), clinic, careless), 'algorithm')
  })

  test('the public key used as an HMAC secret', async () => {
    for (const secret of [
      JSON.stringify(world.rsa.jwk),
      world.rsa.jwk.n as string,
      Buffer.from(world.rsa.jwk.n as string, 'base64url'),
    ]) {
      for (const alg of ['HS256', 'RS256']) {
        const input = forged({ alg, kid: 'rsa-1' }, claims()).slice(0, -5)
        const token = `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
        assert.equal(await outcome(token), alg === 'HS256' ? 'algorithm' : 'bad-signature')
      }
    }
  })

  test('a published shared secret or private key is no key', async () => {
    const secret = Buffer.alloc(32, 7)
    world.issuer.keys = [
      { kty: 'oct', k: secret.toString('base64url'), kid: 'oct', alg: 'HS256' },
      { ...world.rsa.jwk, kid: 'leaked', d: 'AQAB' },
    ]
    const fresh = await open([provider(world.issuer.issuer)])
    const mac = await new SignJWT(claims()).setProtectedHeader({ alg: 'HS256', kid: 'oct' }).sign(secret)
    assert.equal(await outcome(mac, clinic, fresh), 'algorithm')
    assert.equal(await outcome(await sign(world.rsa, claims(), { kid: 'leaked' }), clinic, fresh), 'unknown-key')
    assert.equal(await outcome(await sign(world.rsa, claims(), { kid: 'oct' }), clinic, fresh), 'unknown-key')
  })

  test('a key brought by the token is not read, nor is its address asked', async () => {
    const evil = await signingKey('RS256', 'rsa-1')
    const trap = await LoopbackIssuer.start([evil])
    const offers = [
      { jwk: evil.jwk },
      { jku: `${trap.issuer}/jwks` },
      { x5u: `${trap.issuer}/cert` },
      { x5c: ['MIIB'], 'x5t#S256': 'AAAA' },
    ]
    for (const offer of offers) assert.equal(await outcome(await sign(evil, claims(), offer)), 'bad-signature')
    assert.deepEqual(trap.asked, [])
    await trap.stop()
  })

  test('critical extensions and unencoded payloads are refused', async () => {
    const [head, body, signature] = (await sign(world.rsa, claims())).split('.')
    assert.ok(head && body && signature)
    for (const header of [{ crit: ['exp'], exp: 1 }, { crit: [] }, { b64: false, crit: ['b64'] }, { b64: true }]) {
      assert.equal(await outcome(forged({ alg: 'RS256', kid: 'rsa-1', ...header }, claims(), signature)), 'malformed')
    }
  })

  test('a key id is compared and nothing else', async () => {
    for (const kid of ['../../jwks', '/dev/null', '__proto__', 'constructor', "' or 1=1", 'rsa-1\u0000', 'RSA-1', '']) {
      assert.equal(await outcome(await sign(world.rsa, claims(), { kid })), 'unknown-key', JSON.stringify(kid))
    }
    assert.equal(await outcome(forged({ alg: 'RS256', kid: 1 }, claims())), 'malformed')
    assert.ok(world.issuer.asked.every(path => path.startsWith('/.well-known/') || path === '/jwks'))
  })

  test('a changed claim or signature', async () => {
    const [head, , signature] = (await sign(world.rsa, claims())).split('.')
    const body = Buffer.from(JSON.stringify(claims({ sub: 'bob' }))).toString('base64url')
    assert.equal(await outcome(`${head}.${body}.${signature}`), 'bad-signature')
    const es = await signingKey('ES256', 'es')
    world.issuer.keys.push(es.jwk)
    clocks.steady += limits.keysCoolDownMs
    const zero = Buffer.alloc(64).toString('base64url')
    assert.equal(await outcome(forged({ alg: 'ES256', kid: 'es' }, claims(), zero)), 'bad-signature')
  })

  test('other tokens of the same issuer', async () => {
    for (const typ of ['logout+jwt', 'dpop+jwt', 'secevent+jwt', 'JWE', 7, 'oauth-id-jag+jwt']) {
      assert.equal(await outcome(await sign(world.rsa, claims(), { typ })), 'type', String(typ))
    }
    for (const more of [
      { nonce: 'n' },
      { at_hash: 'h', scope: 'a' },
      { typ: 'Refresh' },
      { events: {} },
      { cnf: { jkt: 'k' } },
    ]) {
      assert.equal(await outcome(await sign(world.rsa, claims(more), { typ: 'JWT' })), 'type', JSON.stringify(more))
    }
  })

  test('an issuer that only looks like a configured one', async () => {
    for (const iss of [
      `${world.issuer.issuer}/`,
      world.issuer.issuer.toUpperCase(),
      `${world.issuer.issuer}?x`,
      '',
      7,
      undefined,
      '__proto__',
    ]) {
      assert.equal(await outcome(await sign(world.rsa, claims({ iss }))), 'unknown-issuer', String(iss))
    }
  })

  test('no refusal says anything of the token', async () => {
    const result = await world.identity.authenticate(
      `Bearer ${await sign(world.rsa, claims({ exp: 1, sub: 'secret-sub' }))}`,
      clinic,
    )
    assert.deepEqual(result, { kind: 'unauthenticated', reason: 'expired' })
  })
})
