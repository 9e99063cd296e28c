// kill -9 under load of a database: no answered statement without its entries, no forwarded statement without its question,
// and a log that verifies after each kill.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { crash, describeCrash } from './support/crash-driver.ts'
import { postgresScene } from './support/crash-postgres.ts'

it('10 kills under load of a database lose no evidence', async t => {
  const report = await crash(await postgresScene(8), 10)
  t.diagnostic(describeCrash(report))
  assert.ok(report.answered > 10 * 8, 'there was load')
  assert.ok(report.cut > 0, 'statements were under way when the gateway was killed')
  assert.ok(report.verified > 10)
})
