import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startupSettings } from './startup-parameters.ts'
import { subjectOf } from './testing/rig.ts'

const session = { id: 's_00000000000000000000000000', subject: subjectOf('ann', ['b', 'a']) }

function settings(given: Record<string, string>, transparent = false) {
  return startupSettings(new Map(Object.entries(given)), session, transparent)
}

test('the gateway says who asks, and pins what the reading of statements rests on', () => {
  const made = settings({ user: 'x', database: 'y', application_name: 'psql', options: '-c DateStyle=iso --geqo=off' })
  assert.ok(typeof made !== 'string')
  assert.deepEqual(Object.fromEntries(made), {
    application_name: `psql ${session.id}`,
    datestyle: 'iso',
    geqo: 'off',
    client_encoding: 'UTF8',
    standard_conforming_strings: 'on',
    'sallyport.subject': 'ann',
    'sallyport.groups': 'a,b',
    'sallyport.purpose': 'TREAT',
  })
})

const refused: [string, Record<string, string>][] = [
  ['another encoding', { client_encoding: 'LATIN1' }],
  ['another encoding in the options', { options: '-c client_encoding=SQL_ASCII' }],
  ['other string rules', { options: '-c standard_conforming_strings=off' }],
  ['a role', { role: 'admin' }],
  ['another subject', { options: '-c sallyport.subject=eve' }],
  ['another subject behind a backslash', { options: '-csallyport\\.subject=eve' }],
  ['replication', { replication: 'true' }],
  ['options that are none', { options: '-x' }],
]
for (const [what, given] of refused) {
  test(`${what} cannot be asked for`, () => assert.equal(typeof settings(given), 'string'))
}

test('a transparent connection passes settings on, and replication not even then', () => {
  const made = settings({ client_encoding: 'LATIN1', role: 'admin' }, true)
  assert.ok(typeof made !== 'string')
  assert.deepEqual(Object.fromEntries(made), { role: 'admin', client_encoding: 'LATIN1' })
  assert.equal(typeof settings({ replication: 'database' }, true), 'string')
})
