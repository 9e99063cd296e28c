// The fuzzer for five minutes. `SEED=n` gives a run again.
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { after, test } from 'node:test'
import { stopTestPostgres, testPostgres } from '../../src/postgres/testing/rig.ts'
import { fuzz } from './fuzz.ts'

after(stopTestPostgres)

test('five minutes of spoilt frames in both directions', async t => {
  const seed = Number(process.env.SEED ?? randomInt(2 ** 31))
  const report = await fuzz({ seed, rounds: 400, ms: 5 * 60_000, server: await testPostgres() })
  t.diagnostic(`seed ${seed}: ${JSON.stringify(report)}`)
  assert.ok(report.rounds > 2_000, 'there was something to do')
})
