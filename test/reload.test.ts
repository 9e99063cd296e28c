// A changed configuration file as the operator of a running gateway sees it.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type Gateway, startGateway } from './support/gateway.ts'

let gateway: Gateway

before(async () => {
  gateway = await startGateway({
    connections: { clinic: { mcp: 'http://127.0.0.1:9/mcp' } },
    people: { ann: { groups: ['staff'] } },
    rules: [{ id: 'use', allow: ['*'], who: ['staff'], on: ['clinic'] }],
  })
})
after(() => gateway.stop())

async function printed(text: string): Promise<string> {
  while (!gateway.printed().includes(text)) await delay(25)
  return gateway.printed()
}

function change(sections: object): void {
  const file = JSON.parse(readFileSync(gateway.configFile, 'utf8'))
  writeFileSync(gateway.configFile, JSON.stringify({ ...file, ...sections }, null, 2))
}

describe('a configuration that changes', () => {
  it('says loudly what needs a restart, does the rest at once and serves on', async () => {
    const approvers = { groups: ['nobody'] }
    change({
      data: `${gateway.dataDir}-elsewhere`,
      listen: { publicUrl: 'http://127.0.0.1:1', http: '127.0.0.1:1' },
      groups: { staff: { test: ['staff'] }, nobody: {} },
      rules: [{ id: 'ask', hold: ['*'], who: ['staff'], on: ['clinic'], approvers }],
    })
    const said = await printed('RESTART NEEDED')
    assert.match(said, /RESTART NEEDED: listen, data changed in the file and stay as they were/)
    assert.match(said, /warning: .*sallyport\.yaml:\d+:\d+ .*nobody is mapped to/)
    const authorization = `Bearer ${await gateway.token('ann')}`
    const url = `${gateway.url}/api/v1/policy/explain?connection=clinic&operation=tools/call:x`
    const answer = await fetch(url, { headers: { authorization } })
    assert.equal(((await answer.json()) as { decision: string }).decision, 'hold')
  })
})
