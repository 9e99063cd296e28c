// kill -9 under load: no answered call without its entries, no forwarded call without its question, and a log that verifies
// after each kill.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { crash, describeCrash } from './support/crash-driver.ts'
import { mcpScene } from './support/crash-mcp.ts'

it('40 kills under load lose no evidence', async t => {
  const report = await crash(await mcpScene(16), 40)
  t.diagnostic(describeCrash(report))
  assert.ok(report.answered > 40 * 16, 'there was load')
  assert.ok(report.cut > 0, 'calls were under way when the gateway was killed')
  assert.ok(report.verified > 40)
})
