import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitingFor } from './hold-words.ts'

const now = Date.parse('2026-11-21T20:31:49.805Z')
const MINUTE = 60_000

test('says how many people of whom, and until when by a clock that is read', () => {
  const officers = { from: ['compliance-officer'], people: 2 }
  assert.equal(
    waitingFor({ needs: [officers], until: now + 15 * MINUTE }, now),
    'Waiting for approval by 2 of compliance-officer until 20:46 UTC (15 minutes)',
  )
  const leads = { from: ['leads', 'managers'], people: 1 }
  assert.equal(
    waitingFor({ needs: [{ ...officers, people: 1 }, leads, officers], until: now + 270 * MINUTE }, now),
    'Waiting for approval by 2 of compliance-officer and 1 of leads or managers until 2026-11-22 01:01 UTC (4 hours 30 minutes)',
  )
  assert.match(waitingFor({ needs: [leads], until: now + MINUTE }, now), /\(1 minute\)$/)
  assert.match(waitingFor({ needs: [leads], until: now + 20_000 }, now), /\(less than a minute\)$/)
})
