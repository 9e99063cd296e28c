// Every line in every mode. Promise: of no attack does a planted value reach its caller, in no row and in no word, and harmless
// lines answer exactly as the database itself does.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { attack, type Door, differing, lines, modes, openDoor } from './through-door.ts'

let door: Door
before(async () => {
  door = await openDoor()
})
after(() => door?.close())

for (const mode of modes) {
  test(`no planted value of an attack reaches its caller (${mode})`, { timeout: 600_000 }, async t => {
    const all = lines('lineage-attacks.sql')
    const faults: string[] = []
    for (const line of all) {
      const { fault } = await attack(door, line, mode)
      if (fault !== null) faults.push(fault)
    }
    t.diagnostic(`${all.length} attacks`)
    assert.deepEqual(faults, [])
  })

  test(`harmless lines answer as the database itself does (${mode})`, { timeout: 120_000 }, async t => {
    t.diagnostic(`${lines('lineage-harmless.sql').length} lines`)
    assert.deepEqual(await differing(door, () => mode), [])
  })
}
