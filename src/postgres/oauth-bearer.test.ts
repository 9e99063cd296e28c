import assert from 'node:assert/strict'
import { test } from 'node:test'
import { discoveryAnswer, oauthToken } from './oauth-bearer.ts'

const said = (text: string) => oauthToken(text.replaceAll('|', String.fromCharCode(1)))

test('a token is read from the first message, whatever stands beside it', () => {
  assert.equal(said('n,,|auth=Bearer abc.def-_~+/1==||'), 'abc.def-_~+/1==')
  assert.equal(said('y,,|host=h|port=5432|auth=bearer  t||'), 't')
})

test('a client without a token asks where to get one', () => {
  assert.equal(said('n,,|auth=||'), '')
  assert.deepEqual(JSON.parse(discoveryAnswer('https://idp.example.org/.well-known/openid-configuration')), {
    status: 'invalid_token',
    scope: 'openid',
    'openid-configuration': 'https://idp.example.org/.well-known/openid-configuration',
  })
})

test('what is not such a message is none', () => {
  const messages = [
    '',
    'n,,',
    'n,,||',
    'n,,|auth=Bearer t|',
    'n,,|auth=Bearer t',
    'n,,|auth=Bearer t|||',
    'n,a=ann,|auth=Bearer t||',
    'p=tls-server-end-point,,|auth=Bearer t||',
    'n,,|auth=Basic dDp0||',
    'n,,|auth=Bearer a b||',
    'n,,|auth=Bearer a|auth=Bearer b||',
    'n,,|=x|auth=Bearer a||',
    'n,,|host=h||',
  ]
  for (const message of messages) assert.equal(said(message), null, message)
})
