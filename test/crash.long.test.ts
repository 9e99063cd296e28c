// kill -9 under load, 200 times for MCP and 40 for a database, with twice the callers. The log is verified after each; so that
// this stays cheap most of the kills are of young logs.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { type CrashReport, type CrashScene, crash, describeCrash, together } from './support/crash-driver.ts'
import { mcpScene } from './support/crash-mcp.ts'
import { postgresScene } from './support/crash-postgres.ts'

/** The first one grows old. */
const mcpLogs = [60, ...Array.from({ length: 7 }, () => 20)]
const databaseLogs = [20, 20]

for (const [what, logs, callers, start] of [
  ['200 kills under load', mcpLogs, 32, mcpScene],
  ['40 kills under load of a database', databaseLogs, 16, postgresScene],
] as const satisfies readonly (readonly [
  string,
  readonly number[],
  number,
  (callers: number) => Promise<CrashScene>,
])[])
  it(`${what} lose no evidence`, async t => {
    const reports: CrashReport[] = []
    for (const kills of logs) reports.push(await crash(await start(callers), kills))
    const report = together(reports)
    t.diagnostic(describeCrash(report))
    assert.ok(report.answered > report.kills * callers, 'there was load')
    assert.ok(report.cut > 0, 'calls were under way when the gateway was killed')
    assert.equal(report.verified, report.kills + logs.length, 'after each kill and at each end')
  })
