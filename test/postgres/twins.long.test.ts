// Every attack on the twins, in every mode. Promise: each tells something of the databases themselves, and nothing through the
// gateway.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { stopTestPostgres } from '../../src/postgres/testing/rig.ts'
import { lines, modes } from './through-door.ts'
import { openTwins, type Twins, told } from './twins.ts'

let twins: Twins
before(async () => {
  twins = await openTwins()
})
after(async () => {
  await twins?.close()
  await stopTestPostgres()
})

const all = ['twin-attacks.sql', 'twin-oracles.sql'].flatMap(lines)

for (const mode of modes)
  test(`twins answer alike (${mode})`, { timeout: 600_000 }, async t => {
    const faults: string[] = []
    for (const line of all) {
      const found = await told(twins.masked, line, mode)
      if (found !== null) faults.push(`${found}: ${line}`)
    }
    t.diagnostic(`${all.length} lines`)
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
