// The corpora through the door. Promise: of no attack does a planted value reach its caller, in no row and in no word;
// harmless lines answer exactly as the database itself does. Every second attack and each of the others is tried in one
// mode: the long test tries them all.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { attack, type Door, differing, inTurn, lines, openDoor, someLines } from './through-door.ts'

let door: Door
before(async () => {
  door = await openDoor()
})
after(() => door?.close())

describe('through the door', () => {
  test('no planted value of an attack reaches its caller', { timeout: 240_000 }, async t => {
    const all = someLines('lineage-attacks.sql', 2)
    const faults: string[] = []
    let refused = 0
    for (const [number, line] of all.entries()) {
      const tried = await attack(door, line, inTurn(number))
      if (tried.refused) refused++
      if (tried.fault !== null) faults.push(tried.fault)
    }
    t.diagnostic(`${all.length} attacks, of ${refused} an error was heard`)
    assert.deepEqual(faults, [])
  })

  test('harmless lines answer as the database itself does', { timeout: 120_000 }, async t => {
    t.diagnostic(`${lines('lineage-harmless.sql').length} lines`)
    assert.deepEqual(await differing(door, inTurn), [])
  })
})
