// Addresses in odd spellings: what blocks must not be passed by, what allows must not be widened.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { call, rule, ruled } from './decide-fixture.ts'

function reads(rules: Parameters<typeof ruled>[0], uri: string): string {
  const action = call('unlisted', { operation: 'resources/read', subjectMatter: uri, facts: { uri, args: {} } })
  return ruled(rules, action).kind
}

const blocking = [rule('allow', 'all', ['resources/read']), rule('block', 'no', ['resources/read:fhir://secret/**'])]
const noEtc = [rule('allow', 'all', ['resources/read']), rule('block', 'no', ['resources/read:file:///etc/**'])]
const patients = [rule('allow', 'patients', ['resources/read:fhir://Patient/**'])]

describe('a block', () => {
  for (const uri of [
    'fhir://secret/1',
    'FHIR://secret/1',
    'fhir://SECRET/1',
    'fhir://%73ecret/1',
    'fhir://%2573ecret/1',
    'fhir://secret%2f1',
    'fhir://secret./1',
    'fhir://user@secret/1',
    'fhir://user:word@secret/1',
    'fhir://secret:80/1',
    'fhir://sec\tret/1',
    ' fhir://secret/1',
    '\u200bfhir://secret/1',
    'fhir:secret/1',
    'fhir:/secret/1',
    'fhir:///secret/1',
    'fhir://secret//1',
    'fhir://secret/./1',
    'fhir://a/../secret/1',
    'fhir://a/%2e%2e/secret/1',
    'fhir://a/..;/secret/1',
    'fhir:\\\\secret\\1',
    'fhir://\uff53ecret/1',
    'fhir://secret',
    'fhir://secret/1\0',
    // What cannot be decoded in one place must not leave the rest as it is written.
    'fhir://%73ecret/1?%ff',
    'fhir://%73ecret/1#%',
    'fhir://%73ecret/%zz',
    'fhir://%2573ecret/1?%ff',
    'fhir://a/%2e%2e/secret/1?x=%e9',
    'fhir://%73ecret\n/\0..;&%252f..x',
  ]) {
    it(`is not passed by with ${JSON.stringify(uri)}`, () => assert.equal(reads(blocking, uri), 'block'))
  }
  for (const uri of [
    'file:/etc/passwd',
    'file:etc/passwd',
    'file://localhost/etc/passwd',
    'file:////etc/passwd',
    'file://elsewhere/etc/passwd',
    'file://a:b@c.example:80//etc/passwd',
  ]) {
    it(`is not passed by with ${uri}`, () => assert.equal(reads(noEtc, uri), 'block'))
  }
  it('leaves other addresses alone', () => {
    for (const uri of ['fhir://secrets/1', 'fhir://open/secret/1', 'https://secret/1', 'fhir://open/1'])
      assert.equal(reads(blocking, uri), 'allow', uri)
    assert.equal(reads(noEtc, 'file:///home/etc/a'), 'allow')
  })
})

describe('an allow', () => {
  it('matches as it is written, capitals in its first part too', () => {
    assert.equal(reads(patients, 'fhir://Patient/1'), 'allow')
    assert.equal(reads(patients, 'fhir://Patient/1/history'), 'allow')
  })
  for (const uri of [
    'FHIR://Patient/1',
    'fhir://patient/1',
    'fhir://Patient/../Staff/1',
    'fhir://Patient/%2e%2e/Staff/1',
    'fhir://Patient/%2e%2e/Staff/1?%ff',
    'fhir://Patient/..%2fStaff/1#%',
    // Parsers of addresses leave out tabs and line breaks wherever they stand, and make slashes of the other kind.
    'fhir://Patient/.\t./Staff/1',
    'fhir://Patient/.\n%2e/Staff/1',
    'fhir://Patient/\u200b../Staff/1',
    'fhir://Patient/.\r.\\Staff/1',
    'fhir://user@Patient/1',
    'fhir:/Patient/1',
    ' fhir://Patient/1',
    'fhir://Patient.evil/1',
  ]) {
    it(`is not widened to ${JSON.stringify(uri)}`, () => assert.equal(reads(patients, uri), 'block'))
  }
  it('about one step is not widened to two, however they are written', () => {
    const one = [rule('allow', 'one', ['resources/read:file:///public/*'])]
    assert.equal(reads(one, 'file:///public/a..b'), 'allow')
    assert.equal(reads(one, 'file:///public/100%'), 'allow')
    for (const uri of ['public/a%2fb', 'public/a\\%252e', 'public/a%252fb', 'public/a\\b'])
      assert.equal(reads(one, `file:///${uri}`), 'block', uri)
  })
})
