// The official suites give the same result through the gateway as without it. Promise: compared check by check, with the
// counts of both printed.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { type Fixture, startFixture } from './fixture-server.ts'
import { type Shim, startShim } from './shim.ts'
import { differences, runSuite, suites } from './suite.ts'

describe('conformance', () => {
  let dir: string
  let alone: Fixture
  let behind: Fixture
  let gateway: Gateway
  let shim: Shim

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sallyport-conformance-'))
    alone = await startFixture()
    behind = await startFixture()
    gateway = await startGateway({
      connections: { fixture: { mcp: behind.url, keep: 'test', transparent: true } },
      people: { harness: { groups: ['testers'] } },
      config: { labels: {} },
    })
    shim = await startShim(gateway.connectionUrl('fixture'), () => gateway.token('harness'))
  })

  after(async () => {
    await shim?.close()
    await gateway?.stop()
    await Promise.all([alone?.close(), behind?.close()])
    await rm(dir, { recursive: true, force: true })
  })

  for (const [index, suite] of suites.entries()) {
    it(suite.name, async t => {
      // One after the other: some checks allow half a second, and two harnesses on two cores would take it.
      const direct = await runSuite(suite, alone.url, join(dir, `${index}-direct`))
      const through = await runSuite(suite, shim.url, join(dir, `${index}-through`))
      const counts = `direct ${direct.passed}/${direct.failed}, through ${through.passed}/${through.failed}`
      t.diagnostic(`conformance ${suite.name}: ${counts} (passed/failed)`)

      assert.deepEqual(
        { passed: direct.passed, failed: direct.failed },
        suite.expected,
        'the fixture without a gateway',
      )
      assert.equal(direct.exitCode, 0, 'the fixture fails a scored check without a gateway')
      assert.deepEqual(differences(direct, through), [], 'checks that differ through the gateway')
      assert.equal(through.exitCode, direct.exitCode)
    })
  }
})
