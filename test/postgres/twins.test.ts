// What could be heard by failing, sorting, counting or NULL. Promise: callers of two databases that differ in protected values
// alone hear the same, and what shows none of them is heard as from the database itself. Each line is tried in one mode, by its number: the long test tries them all.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { stopTestPostgres } from '../../src/postgres/testing/rig.ts'
import { rulesOfInit } from './init-rules.ts'
import { lines, modes } from './through-door.ts'
import { openTwins, type Twins, told, unlike } from './twins.ts'

let twins: Twins
before(async () => {
  twins = await openTwins()
})
after(async () => {
  await twins?.close()
  await stopTestPostgres()
})

test('twins answer alike', { timeout: 120_000 }, async t => {
  const all = lines('twin-oracles.sql')
  const faults: string[] = []
  for (const [number, line] of all.entries()) {
    const mode = modes[number % modes.length] ?? 'simple'
    const found = await told(twins.masked, line, mode)
    if (found !== null) faults.push(`${found} (${mode}): ${line}`)
  }
  t.diagnostic(`${all.length} lines`)
  assert.deepEqual(faults, [])
})

test('they differ where nothing is hidden', async () => {
  for (const line of lines('twin-oracles.sql').slice(0, 8))
    assert.notEqual(await told(twins.clear, line, 'text'), null, line)
})

test('what shows nothing protected answers as from the database, under the rules of init', {
  timeout: 120_000,
}, async t => {
  const ruled = await openTwins(rulesOfInit('*'))
  t.after(() => ruled.close())
  const all = lines('twin-harmless.sql')
  const faults: string[] = []
  for (const [number, line] of all.entries()) {
    const mode = modes[number % modes.length] ?? 'simple'
    const found = await unlike(ruled, line, mode)
    if (found !== null) faults.push(`${line} (${mode})\n  ${found}`)
  }
  t.diagnostic(`${all.length} lines`)
  assert.deepEqual(faults, [])
})
