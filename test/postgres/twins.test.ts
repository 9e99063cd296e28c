// What could be heard by failing, sorting, counting or NULL. Promise: callers of two databases that differ in protected values
// alone hear the same, and what shows none of them is heard as from the database itself. Each line is tried in one mode: the long
// test tries them all.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { stopTestPostgres } from '../../src/postgres/testing/rig.ts'
import { unplanted } from '../support/planted.ts'
import { rulesOfInit } from './init-rules.ts'
import { inTurn, lines } from './through-door.ts'
import { differing, openTwins, type Twins, telling, told } from './twins.ts'

let twins: Twins
before(async () => {
  twins = await openTwins()
})
after(async () => {
  await twins?.close()
  await stopTestPostgres()
})

test('twins answer alike', { timeout: 120_000 }, async () => {
  assert.deepEqual(await telling(twins.masked, lines('twin-oracles.sql'), inTurn), [])
})

test('they differ where nothing is hidden', async () => {
  for (const line of lines('twin-oracles.sql').slice(0, 8))
    assert.ok((await told(twins.clear, line, 'text')) !== null, unplanted(line))
})

test('what shows nothing protected answers as from the database, under the rules of init', {
  timeout: 120_000,
}, async t => {
  const ruled = await openTwins(rulesOfInit('*'))
  t.after(() => ruled.close())
  assert.deepEqual(await differing(ruled, lines('twin-harmless.sql'), inTurn), [])
})
