// A hospital of odd things in two twins. Promise: callers of two databases that differ in protected values alone hear the same
// whatever they try, and what shows none of them is heard as from the database itself. Each is tried in one mode, every sixth
// attack and every second of the others: the long test tries them all.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { limits } from '../../src/gateway/limits.ts'
import { stopTestPostgres } from '../../src/postgres/testing/rig.ts'
import { inTurn, someLines } from '../postgres/through-door.ts'
import { differing, openTwins, type Twins, telling } from '../postgres/twins.ts'
import { ward } from '../postgres/ward.ts'

let twins: Twins
before(async () => {
  twins = await openTwins(undefined, ward)
})
after(async () => {
  await twins?.close()
  await stopTestPostgres()
})

test('twins answer alike', { timeout: 280_000 }, async () => {
  assert.deepEqual(await telling(twins.masked, someLines('ward-attacks.sql', 6), inTurn), [])
})

test('what shows nothing protected answers as from the database', { timeout: 280_000 }, async t => {
  const fresh = await openTwins(undefined, ward)
  t.after(() => fresh.close())
  assert.deepEqual(await differing(fresh, someLines('ward-harmless.sql', 2), inTurn), [])
})

test('a value that decides what is worked out is counted like one that is looked up', async () => {
  const client = await twins.masked[0].client()
  const sql = `select case when code = 'guess' then nextval('app.tick') end from med.people`
  for (let guess = 0; guess < limits.guessesPerMinute; guess++) await client.query(sql)
  await assert.rejects(client.query(sql), { code: '53400' })
  await client.end()
})
