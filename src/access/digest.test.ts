import assert from 'node:assert/strict'
import { createSecretKey, randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import type { Subject } from '../gateway/seam.ts'
import { approvalDigest, type Bound } from './digest.ts'

const key = createSecretKey(randomBytes(32))
const rest = { person: null, purpose: 'TREAT', onBehalfOf: null, notAfter: 0 }
const ann: Subject = {
  provider: 'okta',
  id: 'ann',
  kind: 'human',
  groups: new Set(['staff']),
  tokenFamily: 'a',
  ...rest,
}
const bound: Bound = {
  subject: ann,
  connection: 'clinic',
  rules: 'r1',
  holds: ['deletes', 'writes'],
  operation: 'tools/call',
  subjectMatter: 'delete_patient',
  exact: Buffer.from('{"id":7}'),
}

describe('what an approval is bound to', () => {
  const bot: Subject = { ...ann, id: 'bot', kind: 'agent', onBehalfOf: ann }
  const others: Record<string, Partial<Bound>> = {
    'another subject': { subject: { ...ann, id: 'ben' } },
    'another provider': { subject: { ...ann, provider: 'entra' } },
    'an agent of the subject': { subject: bot },
    'another purpose of use': { subject: { ...ann, purpose: 'HRESCH' } },
    'no purpose of use': { subject: { ...ann, purpose: null } },
    'another connection': { connection: 'files' },
    'other rules': { rules: 'r2' },
    'a hold more': { holds: ['deletes', 'phi-out', 'writes'] },
    'another operation': { operation: 'tools/list' },
    'another tool': { subjectMatter: 'update_patient' },
    'other arguments': { exact: Buffer.from('{"id":8}') },
    'a border between two parts elsewhere': { operation: 'tools/calldelete', subjectMatter: '_patient' },
  }
  for (const [what, change] of Object.entries(others)) {
    it(`is not ${what}`, () => {
      assert.notEqual(approvalDigest(key, { ...bound, ...change }), approvalDigest(key, bound))
    })
  }

  it('is the same for a newer token, other groups and holds named in another order', () => {
    const renewed = { ...ann, groups: new Set(['staff', 'night']), notAfter: 9, tokenFamily: 'b' }
    const same = { ...bound, subject: renewed, holds: ['writes', 'deletes'] }
    assert.equal(approvalDigest(key, same), approvalDigest(key, bound))
  })

  it('says nothing to who has no key', () => {
    assert.notEqual(approvalDigest(createSecretKey(randomBytes(32)), bound), approvalDigest(key, bound))
  })
})
