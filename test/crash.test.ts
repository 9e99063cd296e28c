// kill -9 under load, 40 times: no answered call without its entries, no forwarded call without its question.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { crash, describeCrash } from './support/crash-driver.ts'

it('40 kills under load lose no evidence', async t => {
  const report = await crash({ kills: 40, callers: 16, verifyEvery: 1 })
  t.diagnostic(describeCrash(report))
  assert.ok(report.answered > 40 * 16, 'there was load')
  assert.ok(report.cut > 0, 'calls were under way when the gateway was killed')
})
