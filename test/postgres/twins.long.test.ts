// Every attack on the twins, in every mode. Promise: each tells something of the databases themselves, and nothing through the
// gateway; what shows nothing protected is answered as by the database itself.
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { stopTestPostgres } from '../../src/postgres/testing/rig.ts'
import { lines, modes } from './through-door.ts'
import { differing, openTwins, quiet, telling } from './twins.ts'
import { ward } from './ward.ts'

after(() => stopTestPostgres())

const schemas = [
  {
    name: 'souls',
    corpus: undefined,
    attacks: ['twin-attacks.sql', 'twin-oracles.sql'],
    harmless: 'twin-harmless.sql',
  },
  { name: 'ward', corpus: ward, attacks: ['ward-attacks.sql', 'ward-ways.sql'], harmless: 'ward-harmless.sql' },
]

for (const { name, corpus, attacks, harmless } of schemas)
  describe(name, async () => {
    const twins = await openTwins(undefined, corpus)
    after(() => twins.close())
    const all = attacks.flatMap(lines)

    for (const mode of modes)
      it(`answers alike (${mode})`, { timeout: 600_000 }, async t => {
        assert.deepEqual(await telling(twins.masked, all, () => mode), [])
        t.diagnostic(`${all.length} lines`)
      })

    it('tells something where nothing is hidden', { timeout: 600_000 }, async () => {
      assert.deepEqual(await quiet(twins.clear, all), [])
    })

    it('answers what shows nothing protected as the database does', { timeout: 600_000 }, async t => {
      const fresh = await openTwins(undefined, corpus)
      t.after(() => fresh.close())
      for (const mode of modes) assert.deepEqual(await differing(fresh, lines(harmless), () => mode), [])
    })
  })
