import assert from 'node:assert/strict'
import { test } from 'node:test'
import { issuerFault, signatureAlgorithms } from './provider.ts'

test('an issuer is https, or on loopback', () => {
  const good = [
    'https://idp.example.org',
    'https://idp.example.org/t/1/',
    'http://127.0.0.1:9',
    'http://localhost:1',
    'http://[::1]:1',
  ]
  for (const issuer of good) assert.equal(issuerFault(issuer), null, issuer)
  const bad = [
    '',
    'idp',
    'http://idp.example.org',
    'http://10.0.0.1',
    'file:///x',
    'https://a:b@idp',
    'https://idp?x',
    'https://idp#',
    'http://localhost.evil.example',
  ]
  for (const issuer of bad) assert.equal(typeof issuerFault(issuer), 'string', issuer)
})

test('no accepted algorithm has a key the verifier shares', () => {
  assert.ok(signatureAlgorithms.every(name => /^(RS|PS|ES)\d{3}$|^Ed/.test(name)))
})
