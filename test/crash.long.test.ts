// kill -9 under load, 200 times, with twice the callers.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { crash, describeCrash } from './support/crash-driver.ts'

it('200 kills under load lose no evidence', async t => {
  const report = await crash({ kills: 200, callers: 32, verifyEvery: 10 })
  t.diagnostic(describeCrash(report))
  assert.ok(report.answered > 200 * 32, 'there was load')
  assert.ok(report.cut > 0, 'calls were under way when the gateway was killed')
})
