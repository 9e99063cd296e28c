import assert from 'node:assert/strict'
import { it } from 'node:test'
import { limits } from '../gateway/limits.ts'
import { patienceOf } from './clients.ts'

it('waits longer for clients known to wait, here or in the configuration, and for no other', () => {
  const configured = { patientClients: ['Ward-Agent'] }
  for (const name of ['claude-code', 'Codex CLI', 'Visual Studio Code', 'ward-agent 2']) {
    assert.equal(patienceOf({ name }, configured), limits.patientHoldMs, name)
  }
  for (const info of [{ name: 'other' }, { name: 'ward' }, { name: 7 }, {}, null, 'claude-code', undefined]) {
    assert.equal(patienceOf(info, configured), limits.holdMs)
  }
  assert.equal(patienceOf({ name: 'ward-agent' }, {}), limits.holdMs)
})
