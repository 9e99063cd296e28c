import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { describe, test } from 'node:test'
import { limits } from '../gateway/limits.ts'
import { claims, clinic, clocks, open, outcome, provider, useWorld, world } from './harness.fixture.ts'
import { json, LoopbackIssuer, sign, signingKey } from './loopback-issuer.fixture.ts'
import type { Reason } from './unauthenticated.ts'

useWorld()

describe('the issuer over time', () => {
  const down = () => {
    world.issuer.spoiled.set('/.well-known/openid-configuration', request => request.socket.destroy())
  }

  test('a rotated key is found, and made-up ids ask at most once per pause', async () => {
    const next = await signingKey('RS256', 'rsa-2')
    world.issuer.keys = [next.jwk]
    const token = await sign(next, claims())
    assert.equal(await outcome(token), 'unknown-key')
    clocks.steady += limits.keysCoolDownMs
    assert.equal(await outcome(token), 'ok')
    assert.equal(world.issuer.keyRequests, 2)
    for (let n = 0; n < 20; n++)
      assert.equal(await outcome(await sign(world.rsa, claims(), { kid: `made-up-${n}` })), 'unknown-key')
    assert.equal(world.issuer.keyRequests, 2)
    assert.equal(await outcome(await sign(world.rsa, claims({ jti: 'old key' }))), 'unknown-key')
  })

  test('a withdrawn key is forgotten', async () => {
    world.issuer.keys = []
    assert.equal(await outcome(await sign(world.rsa, claims({ jti: '1' }))), 'ok')
    clocks.steady += limits.keysFreshMs + 1
    assert.equal(await outcome(await sign(world.rsa, claims({ jti: '2' }))), 'unknown-key')
  })

  test('known keys outlive an outage for a bounded time, then all is refused', async () => {
    down()
    clocks.steady = limits.keysFreshMs + 1
    assert.equal(await outcome(await sign(world.rsa, claims({ jti: '1' }))), 'ok')
    clocks.steady = limits.keysStaleMs
    assert.equal(await outcome(await sign(world.rsa, claims({ jti: '2' }))), 'ok')
    clocks.steady = limits.keysStaleMs + 1
    assert.equal(await outcome(await sign(world.rsa, claims({ jti: '3' }))), 'provider-unreachable')
    world.issuer.spoiled.clear()
    clocks.steady += limits.providerRetryMs
    assert.equal(await outcome(await sign(world.rsa, claims({ jti: '4' }))), 'ok')
  })

  test('an issuer that is down at the start is asked again soon', async () => {
    down()
    const fresh = await open([provider(world.issuer.issuer)])
    const token = await sign(world.rsa, claims())
    assert.equal(await outcome(token, clinic, fresh), 'provider-unreachable')
    world.issuer.spoiled.clear()
    assert.equal(await outcome(token, clinic, fresh), 'provider-unreachable')
    clocks.steady += limits.providerRetryMs
    assert.equal(await outcome(token, clinic, fresh), 'ok')
  })

  test('spoiled documents are refused', async () => {
    const trap = await LoopbackIssuer.start([world.rsa])
    const openid = '/.well-known/openid-configuration'
    // Readable if it were only cut at the right place.
    const huge = (out: ServerResponse) => {
      out.write(JSON.stringify({ keys: [world.rsa.jwk] }))
      out.end(' '.repeat(limits.providerBytes))
    }
    const cases: readonly (readonly [string, string, Parameters<typeof world.issuer.spoiled.set>[1], Reason])[] = [
      [
        'wrong issuer',
        openid,
        (_, out) => json(out, { ...world.issuer.metadata(), issuer: trap.issuer }),
        'provider-invalid',
      ],
      [
        'issuer with a slash',
        openid,
        (_, out) => json(out, { ...world.issuer.metadata(), issuer: `${world.issuer.issuer}/` }),
        'provider-invalid',
      ],
      ['no issuer', openid, (_, out) => json(out, { jwks_uri: `${world.issuer.issuer}/jwks` }), 'provider-invalid'],
      [
        'redirected metadata',
        openid,
        (_, out) => out.writeHead(302, { location: `${trap.issuer}${openid}` }).end(),
        'provider-invalid',
      ],
      [
        'redirected keys',
        '/jwks',
        (_, out) => out.writeHead(307, { location: `${trap.issuer}/jwks` }).end(),
        'provider-invalid',
      ],
      [
        'keys without TLS elsewhere',
        openid,
        (_, out) => json(out, { ...world.issuer.metadata(), jwks_uri: 'http://10.0.0.1/jwks' }),
        'provider-invalid',
      ],
      [
        'keys in a file',
        openid,
        (_, out) => json(out, { ...world.issuer.metadata(), jwks_uri: 'file:///etc/jwks' }),
        'provider-invalid',
      ],
      ['huge keys', '/jwks', (_, out) => huge(out), 'provider-invalid'],
      [
        'too many keys',
        '/jwks',
        (_, out) =>
          json(out, {
            keys: [
              world.rsa.jwk,
              ...Array.from({ length: limits.providerKeys }, (_, n) => ({ kty: 'RSA', kid: `${n}` })),
            ],
          }),
        'provider-invalid',
      ],
      ['keys named twice', '/jwks', (_, out) => out.end('{"keys":[],"keys":[]}'), 'provider-invalid'],
      ['not JSON', '/jwks', (_, out) => out.end('<html>'), 'provider-invalid'],
      ['an error page', '/jwks', (_, out) => out.writeHead(503).end('down'), 'provider-unreachable'],
      [
        'cut off',
        '/jwks',
        (_, out) => {
          out.writeHead(200, { 'content-length': '100' }).write('{')
          out.destroy()
        },
        'provider-unreachable',
      ],
    ]
    for (const [name, path, answer, reason] of cases) {
      world.issuer.spoiled.clear()
      world.issuer.spoiled.set(path, answer)
      const fresh = await open([provider(world.issuer.issuer)])
      assert.equal(await outcome(await sign(world.rsa, claims()), clinic, fresh), reason, name)
    }
    assert.deepEqual(trap.asked, [])
    await trap.stop()
  })

  test('RFC 8414 metadata is taken where there is no OpenID document, and only then', async () => {
    world.issuer.spoiled.set('/.well-known/openid-configuration', (_, out) => out.writeHead(404).end())
    world.issuer.spoiled.set('/.well-known/oauth-authorization-server', (_, out) => json(out, world.issuer.metadata()))
    assert.equal(
      await outcome(await sign(world.rsa, claims()), clinic, await open([provider(world.issuer.issuer)])),
      'ok',
    )
    down()
    const asked = world.issuer.asked.length
    assert.equal(
      await outcome(await sign(world.rsa, claims()), clinic, await open([provider(world.issuer.issuer)])),
      'provider-unreachable',
    )
    assert.ok(!world.issuer.asked.slice(asked).includes('/.well-known/oauth-authorization-server'))
  })

  test('an issuer that never answers is given up', async t => {
    const silent: typeof fetch = (_, init) =>
      new Promise((_resolve, refuse) => init?.signal?.addEventListener('abort', () => refuse(new Error('aborted'))))
    const stop = new AbortController()
    t.mock.method(AbortSignal, 'timeout', () => stop.signal)
    const opening = open([provider(world.issuer.issuer)], { fetch: silent })
    stop.abort()
    assert.equal(await outcome(await sign(world.rsa, claims()), clinic, await opening), 'provider-unreachable')
  })

  test('an issuer without TLS that is not on loopback is never asked', async () => {
    let asked = 0
    const never: typeof fetch = () => Promise.reject(new Error(`asked ${++asked}`))
    for (const iss of [
      'http://idp.example.org',
      'ftp://idp.example.org',
      'https://u:p@idp.example.org',
      'http://127.0.0.1.evil.example',
    ]) {
      const fresh = await open([provider(iss)], { fetch: never })
      assert.equal(await outcome(await sign(world.rsa, claims({ iss })), clinic, fresh), 'provider-invalid', iss)
    }
    assert.equal(asked, 0)
  })
})
