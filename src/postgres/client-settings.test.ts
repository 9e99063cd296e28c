import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dsnOf, variablesOf } from './client-settings.ts'

const found = {
  user: 'cred_0123456789abcdef0123',
  password: 'abcDEF-_123',
  expires: '2026-11-21T08:00:00.000Z',
  host: 'gate.example.org',
  port: 7432,
  database: 'clinic-db',
  tls: true,
}

test('over TLS a URL has the certificate checked, and libpq binds the password to it', () => {
  assert.equal(
    dsnOf(found),
    'postgresql://cred_0123456789abcdef0123:abcDEF-_123@gate.example.org:7432/clinic-db?sslmode=verify-full',
  )
  const { PGSSLMODE, PGCHANNELBINDING, PGHOST, PGDATABASE } = variablesOf(found)
  assert.deepEqual([PGSSLMODE, PGCHANNELBINDING, PGHOST, PGDATABASE], ['require', 'require', found.host, 'clinic-db'])
})

test('on loopback nothing is encrypted and nothing else said', () => {
  const local = { ...found, host: '::1', tls: false }
  assert.match(dsnOf(local), /@\[::1\]:7432\/clinic-db\?sslmode=disable$/)
  const { PGSSLMODE, PGCHANNELBINDING } = variablesOf(local)
  assert.deepEqual([PGSSLMODE, PGCHANNELBINDING], ['disable', undefined])
})
