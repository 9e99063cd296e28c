// Every attack on the ward, in every mode. Promise: each tells something of the databases themselves, and nothing through the
// gateway; what shows nothing protected is answered alike in every mode.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { stopTestPostgres } from '../../src/postgres/testing/rig.ts'
import { lines, modes } from './through-door.ts'
import { openTwins, type Twins, told, unlike } from './twins.ts'
import { ward } from './ward.ts'

let twins: Twins
before(async () => {
  twins = await openTwins(undefined, ward)
})
after(async () => {
  await twins?.close()
  await stopTestPostgres()
})

const all = lines('ward-attacks.sql')

for (const mode of modes)
  test(`twins answer alike (${mode})`, { timeout: 600_000 }, async () => {
    const faults: string[] = []
    for (const line of all) {
      const found = await told(twins.masked, line, mode)
      if (found !== null) faults.push(`${found}: ${line}`)
    }
    assert.deepEqual(faults, [])
  })

test('each tells something where nothing is hidden', { timeout: 600_000 }, async () => {
  const quiet: string[] = []
  for (const line of all) {
    let found: string | null = null
    for (const mode of modes) found ??= await told(twins.clear, line, mode)
    if (found === null) quiet.push(line)
  }
  assert.deepEqual(quiet, [])
})

test('what shows nothing protected answers as from the database', { timeout: 600_000 }, async t => {
  const fresh = await openTwins(undefined, ward)
  t.after(() => fresh.close())
  const faults: string[] = []
  for (const mode of modes)
    for (const line of lines('ward-harmless.sql')) {
      const found = await unlike(fresh, line, mode)
      if (found !== null) faults.push(`${line} (${mode})\n  ${found}`)
    }
  assert.deepEqual(faults, [])
})
