import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PostgresConnection } from './config/config.ts'
import { policySource } from './config/config.ts'
import { readConfig } from './config/load.ts'
import type { Subject } from './gateway/seam.ts'
import { defaultPlan } from './masking/masker.ts'
import { compilePolicy } from './policy/compile.ts'
import { rightsRemoved } from './rights-removed.ts'

const file = {
  version: 1,
  listen: { postgres: '127.0.0.1:7432' },
  providers: { okta: { issuer: 'https://okta.example.org' }, entra: { issuer: 'https://entra.example.org' } },
  groups: { nurses: { okta: ['n'], entra: ['N'] }, devs: { okta: ['d'] } },
  connections: { db: { postgres: 'postgres://h/d', logins: { default: { user: 'ro', password: { env: 'RO' } } } } },
  rules: [{ id: 'read', allow: ['*'], who: ['nurses'], on: ['db'] }],
}

function inForce(over: object = {}) {
  const loaded = readConfig(Buffer.from(JSON.stringify({ ...file, ...over })), '/etc/sallyport.yaml')
  assert.ok(loaded.ok)
  const { config } = loaded
  const connections = [...config.connections.values()].map(each => {
    const { name, kind, retention, transparent, purpose } = each as PostgresConnection
    const connection = { name, kind, retention }
    return [name, { connection, transparent, purpose, masking: defaultPlan, place: '' }] as const
  })
  return { config, ruling: { policy: compilePolicy(policySource(config)), connections: new Map(connections) } }
}

const ann = (provider: string): Subject => ({
  provider,
  id: 'ann',
  kind: 'human',
  person: null,
  onBehalfOf: null,
  groups: new Set(['nurses']),
  purpose: null,
  notAfter: 0,
  tokenFamily: '',
})

function removed(over: object, provider = 'okta', connection = 'db'): boolean {
  return rightsRemoved(inForce(), inForce(over))(ann(provider), connection)
}

test('a change that takes nothing away leaves everybody signed in', () => {
  assert.equal(removed({}), false)
  assert.equal(removed({ rules: [...file.rules, { id: 'no', block: ['sql.delete:*'] }] }), false)
  assert.equal(removed({ groups: { ...file.groups, others: { entra: ['o'] } } }), false)
})

test('who may no longer use the connection signs in again, and so does whose groups may be others now', () => {
  assert.equal(removed({ rules: [{ ...file.rules[0], who: ['devs'] }] }), true)
  assert.equal(removed({ connections: { other: file.connections.db }, rules: [] }), true)
  assert.equal(removed({ groups: { ...file.groups, nurses: { okta: ['x'], entra: ['N'] } } }, 'okta'), true)
  assert.equal(removed({ groups: { ...file.groups, nurses: { okta: ['x'], entra: ['N'] } } }, 'entra'), false)
  assert.equal(removed({ providers: { okta: file.providers.okta }, groups: {}, rules: [] }, 'entra'), true)
  const stricter = { ...file.providers, okta: { ...file.providers.okta, maxLife: '1h' } }
  assert.equal(removed({ providers: stricter }, 'okta'), true)
})
