import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { groupsOfProvider } from './groups.ts'
import { groups, provider } from './harness.fixture.ts'
import { purposeOf } from './purpose.ts'
import { subjectOf } from './subject.ts'
import type { Claims } from './token.ts'

const idp = provider('https://idp.example.org')
const base: Claims = {
  iss: idp.issuer,
  sub: 'ana',
  client_id: 'desktop',
  email: 'ana@example.org',
  groups: ['ehr-clin'],
}

function made(more: Claims, paths: Partial<typeof idp> = {}) {
  return subjectOf({ ...base, ...more }, { ...idp, ...paths }, groupsOfProvider(groups, 'okta'), 1)
}

function subject(more: Claims, paths: Partial<typeof idp> = {}) {
  const result = made(more, paths)
  if (typeof result === 'string') assert.fail(result)
  return result
}

describe('kind', () => {
  test('act makes an agent for a human', () => {
    const agent = subject({ act: { sub: 'scribe' } })
    assert.deepEqual([agent.kind, agent.id, agent.person], ['agent', 'scribe', null])
    assert.deepEqual([...agent.groups], ['clinical-read'])
    const human = agent.onBehalfOf
    assert.deepEqual([human?.kind, human?.id, human?.person], ['human', 'ana', 'ana@example.org'])
  })

  test('the outermost of a chain of actors is the agent', () => {
    const agent = subject({ act: { sub: 'outer', act: { sub: 'inner', act: { sub: 'first' } } } })
    assert.equal(agent.id, 'outer')
    assert.equal(agent.onBehalfOf?.id, 'ana')
  })

  test('a delegation that cannot be read is refused, never taken for the human', () => {
    for (const act of [
      null,
      'scribe',
      [],
      {},
      { sub: '' },
      { sub: 7 },
      { sub: 'x', iss: 'https://other.example' },
      false,
    ]) {
      assert.equal(made({ act }), 'no-subject', JSON.stringify(act))
    }
    assert.equal(subject({ act: { sub: 'x', iss: idp.issuer } }).kind, 'agent')
  })

  test('one who may act has not acted', () => assert.equal(subject({ may_act: { sub: 'scribe' } }).kind, 'human'))

  test('a client of its own is a service, without a person', () => {
    const services: Claims[] = [
      { sub: 'desktop' },
      { sub: 'job', client_id: undefined, azp: 'job' },
      { sub: 'job', cid: 'job' },
      { idtyp: 'app' },
      { gty: 'client-credentials' },
      { azp: 'job', preferred_username: 'service-account-job' },
      { azp: 'NightlyJob', preferred_username: 'service-account-nightlyjob' },
    ]
    for (const more of services) {
      const service = subject(more)
      assert.deepEqual([service.kind, service.person], ['service', null], JSON.stringify(more))
    }
    assert.equal(subject({ sub: 'desktop', act: { sub: 'scribe' } }).onBehalfOf?.kind, 'service')
  })

  test('a sub that cannot stand in a record is refused', () => {
    for (const sub of [undefined, null, '', 7, {}, ['ana'], 'a\nb', 'a\u0000', 'a\u202eb', 'x'.repeat(256)]) {
      assert.equal(made({ sub }), 'no-subject', JSON.stringify(sub))
    }
    assert.equal(subject({ sub: 'x'.repeat(255) }).id.length, 255)
  })
})

test('groups that no group of the gateway is mapped to are counted, each once', () => {
  assert.equal(subject({}).unmapped, undefined)
  assert.equal(subject({ groups: ['ehr-clin', 'all-staff', 'vpn', 'vpn'] }).unmapped, 2)
  assert.equal(subject({ groups: 'all-staff', act: { sub: 'scribe' } }).unmapped, 1)
})

describe('person', () => {
  test('is lower-cased, and null where the address was never checked', () => {
    assert.equal(subject({ email: ' Ana@Example.ORG ' }).person, 'ana@example.org')
    assert.equal(subject({ email: 'zoe\u0308@example.org' }).person, 'zo\u00eb@example.org')
    assert.equal(subject({ email_verified: false }).person, null)
    assert.equal(subject({ email_verified: 'false' }).person, null)
    for (const email_verified of ['False', 'FALSE', 'no', '0', 0, null, {}, ['true']])
      assert.equal(subject({ email_verified }).person, null, JSON.stringify(email_verified))
    for (const email_verified of [true, 'true', 'True', 1, '1'])
      assert.equal(subject({ email_verified }).person, 'ana@example.org', JSON.stringify(email_verified))
    for (const email of [undefined, '', ' ', 7, ['a'], 'a\r\nb']) assert.equal(subject({ email }).person, null)
    assert.equal(subject({ employee: 'E7', email_verified: false }, { personClaim: 'claims.employee' }).person, 'e7')
  })
})

describe('groups', () => {
  const names = (more: Claims, groupsClaim = 'claims.groups') => [...subject(more, { groupsClaim }).groups]

  test('come as a list or one string, at a path or under a name with dots', () => {
    const both = ['clinical-read', 'compliance-officer']
    assert.deepEqual(names({ groups: ['ehr-clin', 'compl'] }), both)
    assert.deepEqual(names({ groups: 'ehr-clin compl' }), both)
    assert.deepEqual(names({ groups: 'ehr-clin, compl,' }), both)
    assert.deepEqual(names({ realm_access: { roles: ['compl'] } }, 'claims.realm_access.roles'), ['compliance-officer'])
    assert.deepEqual(names({ 'https://acme.example/groups': ['compl'] }, 'claims.https://acme.example/groups'), [
      'compliance-officer',
    ])
    assert.deepEqual(names({ groups: undefined }), [])
    assert.deepEqual(names({}, 'claims.constructor.name'), [])
  })

  test('are compared whole, and another provider’s names give nothing', () => {
    assert.deepEqual(names({ groups: ['EHR-CLIN', 'ehr-clin ', 'Clinicians', 'clinical-read', '__proto__'] }), [])
  })

  test('that cannot be read are refused', () => {
    for (const value of [7, {}, ['ehr-clin', 7], [{ name: 'ehr-clin' }], true]) {
      assert.equal(made({ groups: value }), 'groups-malformed', JSON.stringify(value))
    }
  })

  test('that were left out for their number are refused', () => {
    const overages: Claims[] = [
      { _claim_names: { groups: 'src1' }, groups: undefined },
      { _claim_names: { groups: 'src1' } },
      { hasgroups: true },
      { hasgroups: 'true' },
    ]
    for (const more of overages) assert.equal(made(more), 'groups-overage', JSON.stringify(more))
    assert.deepEqual(names({ hasgroups: true, roles: ['compl'] }, 'claims.roles'), ['compliance-officer'])
  })
})

describe('token family', () => {
  const family = (more: Claims) => subject(more).tokenFamily

  test('is shared by the tokens of one grant and by no other', () => {
    assert.equal(family({ sid: 's', jti: '1', iat: 1 }), family({ sid: 's', jti: '2', iat: 2 }))
    assert.equal(family({ jti: '1' }), family({ jti: '2' }))
    const different: Claims[] = [
      {},
      { sid: 's' },
      { sid: 't' },
      { sub: 'bob' },
      { client_id: 'other' },
      { act: { sub: 'scribe' } },
      { purpose_of_use: 'TREAT' },
      { iss: 'https://other.example' },
    ]
    assert.equal(new Set(different.map(family)).size, different.length)
  })

  test('holds nothing of the token', () => {
    assert.match(family({ sid: 'session-secret' }), /^[\w-]{22}$/)
  })
})

test('purpose is a code of the value set or nothing', () => {
  for (const code of ['TREAT', 'HPAYMT', 'HOPERAT', 'HRESCH', 'ETREAT', 'PATRQT', 'BTG'])
    assert.equal(purposeOf(code), code)
  assert.equal(purposeOf('etreat'), 'ETREAT')
  for (const other of ['', 'Jane Roe', 'TREAT HPAYMT', ['TREAT'], 7, null, undefined])
    assert.equal(purposeOf(other), null)
})
