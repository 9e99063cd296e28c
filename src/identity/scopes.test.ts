import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { claims, clinic, open, outcome, provider, useWorld, world } from './harness.fixture.ts'
import { sign } from './loopback-issuer.fixture.ts'
import { hasScopes } from './scopes.ts'

useWorld()

describe('scopes of a token', () => {
  const rows: [object, boolean][] = [
    [{ scope: 'mcp:use phi' }, true],
    [{ scope: 'phi openid mcp:use' }, true],
    [{ scp: ['mcp:use', 'phi'] }, true],
    [{ scp: 'mcp:use phi' }, true],
    [{ scope: 'phi', scp: ['mcp:use'] }, true],
    [{}, false],
    [{ scope: 'phi' }, false],
    [{ scope: 'mcp:user phi' }, false],
    [{ scope: 'MCP:USE phi' }, false],
    [{ scope: 'mcp:use,phi' }, false],
    [{ scp: ['mcp:use phi'] }, false],
    [{ scope: { 'mcp:use': true, phi: true } }, false],
    [{ scope: 7, scp: [7, null] }, false],
    [{ scopes: ['mcp:use', 'phi'] }, false],
  ]
  for (const [given, expected] of rows) {
    test(`${JSON.stringify(given)}: ${expected}`, () => {
      assert.equal(hasScopes(given as Record<string, unknown>, ['mcp:use', 'phi']), expected)
      assert.equal(hasScopes(given as Record<string, unknown>, []), true)
    })
  }
})

test('a good token without a scope of its provider is told which; one that is not for us is told that alone', async () => {
  const by = await open([provider(world.issuer.issuer, { scopes: ['mcp:use', 'phi'] })])
  assert.deepEqual(by.scopes, ['mcp:use', 'phi'])
  const ask = async (more: object) => by.authenticate(`Bearer ${await sign(world.rsa, claims({ ...more }))}`, clinic)
  const lacks = { kind: 'unauthenticated', reason: 'insufficient-scope', scope: 'mcp:use phi' }
  const few = { scope: 'phi' }
  for (const again of ['proved', 'remembered']) assert.deepEqual(await ask(few), lacks, again)
  assert.equal((await ask({ scp: ['phi', 'mcp:use'] })).kind, 'human')
  const elsewhere = await sign(world.rsa, claims({ aud: 'https://other.example.org/' }))
  assert.equal(await outcome(elsewhere, clinic, by), 'wrong-audience')
  assert.equal(await outcome(await sign(world.rsa, claims(few))), 'ok', 'none is asked for')
})

test('what was proved before a scope was asked for is proved again', async () => {
  const token = await sign(world.rsa, claims({ scope: 'phi' }))
  assert.equal(await outcome(token), 'ok')
  world.identity.update([provider(world.issuer.issuer, { scopes: ['mcp:use'] })], new Map())
  assert.equal(await outcome(token), 'insufficient-scope')
})
