// A hospital of odd things in two twins. Promise: callers of two databases that differ in protected values alone hear the same
// whatever they try, and what shows none of them is heard as from the database itself. Each is tried in one mode, by its number,
// every sixth attack and every second of the others: the long test tries them all.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { limits } from '../../src/gateway/limits.ts'
import { stopTestPostgres } from '../../src/postgres/testing/rig.ts'
import { lines, modes } from '../postgres/through-door.ts'
import { openTwins, type Twins, told, unlike } from '../postgres/twins.ts'
import { ward } from '../postgres/ward.ts'

let twins: Twins
before(async () => {
  twins = await openTwins(undefined, ward)
})
after(async () => {
  await twins?.close()
  await stopTestPostgres()
})

test('twins answer alike', { timeout: 280_000 }, async t => {
  const all = lines('ward-attacks.sql').filter((_, number) => number % 6 === 0)
  const faults: string[] = []
  for (const [number, line] of all.entries()) {
    const mode = modes[number % modes.length] ?? 'simple'
    const found = await told(twins.masked, line, mode)
    if (found !== null) faults.push(`${found} (${mode}): ${line}`)
  }
  t.diagnostic(`${all.length} lines`)
  assert.deepEqual(faults, [])
})

test('what shows nothing protected answers as from the database', { timeout: 280_000 }, async t => {
  const fresh = await openTwins(undefined, ward)
  t.after(() => fresh.close())
  const all = lines('ward-harmless.sql').filter((_, number) => number % 2 === 0)
  const faults: string[] = []
  for (const [number, line] of all.entries()) {
    const mode = modes[number % modes.length] ?? 'simple'
    const found = await unlike(fresh, line, mode)
    if (found !== null) faults.push(`${line} (${mode})\n  ${found}`)
  }
  t.diagnostic(`${all.length} lines`)
  assert.deepEqual(faults, [])
})

test('a value that decides what is worked out is counted like one that is looked up', async () => {
  const client = await twins.masked[0].client()
  const sql = `select case when code = 'guess' then nextval('app.tick') end from med.people`
  for (let guess = 0; guess < limits.guessesPerMinute; guess++) await client.query(sql)
  await assert.rejects(client.query(sql), { code: '53400' })
  await client.end()
})
