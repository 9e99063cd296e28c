import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMasker, defaultPlan } from './masker.ts'

const masked = (value: unknown): unknown => {
  const text = Buffer.from(JSON.stringify(value))
  return JSON.parse(Buffer.from(createMasker(defaultPlan, new Set<string>()).text(text).released).toString())
}

test('members of a FHIR patient are hidden by their names and neighbours', () => {
  const mr = { coding: [{ code: 'MR' }] }
  assert.deepEqual(
    masked({
      identifier: [
        { type: mr, system: 'urn:oid:2.16', value: 'dc9335d0-bbdd-4120-8ae9-baa6604343b6' },
        { type: { text: 'Insurance policy number' }, system: 'urn:oid:2.17', value: 'QX448812' },
        { system: 'http://hl7.org/fhir/sid/us-ssn', value: '445566778' },
        { system: 'urn:oid:2.18', value: 'K-4488' },
      ],
      name: [{ use: 'official', family: 'Varga', given: ['Jolan', 'B'] }],
      telecom: [{ system: 'phone', value: '0494 12 34 56' }],
      address: [{ line: ['7 Lime Walk'], city: 'Milton', state: 'MI' }],
      extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName', valueString: 'Orban' }],
    }),
    {
      identifier: [
        { type: mr, system: 'urn:oid:2.16', value: '[phi.mrn]' },
        { type: { text: 'Insurance policy number' }, system: 'urn:oid:2.17', value: '[phi.plan]' },
        { system: 'http://hl7.org/fhir/sid/us-ssn', value: '[phi.ssn]' },
        { system: 'urn:oid:2.18', value: '[phi.other]' },
      ],
      name: [{ use: 'official', family: '[phi.name]', given: ['[phi.name]', '[phi.name]'] }],
      telecom: [{ system: 'phone', value: '[phi.phone]' }],
      address: [{ line: ['[phi.geo]'], city: '[phi.geo]', state: 'MI' }],
      extension: [
        { url: 'http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName', valueString: '[phi.name]' },
      ],
    },
  )
})

test('what only looks like such a member stays', () => {
  const value = {
    given: true,
    city: { population: 12, name: 'x' },
    log: { line: 'at main.ts' },
    value: 'K-4488',
    quantity: { system: 'http://unitsofmeasure.org', code: 'mg', value: 4488 },
    extension: [{ url: 'http://example.org/a/text', valueString: 'White' }],
  }
  const { extension: _, quantity: __, ...plain } = value
  assert.deepEqual(masked(plain), plain)
  assert.deepEqual((masked(value) as typeof value).quantity.value, 4488)
  assert.equal((masked(value) as typeof value).extension[0]?.valueString, 'White')
})

test('columns of such names are hidden in tables', () => {
  const text = Buffer.from('ward,last_name,city\n4,Varga,Milton\n5,Orban,Elm')
  assert.equal(
    Buffer.from(createMasker(defaultPlan, new Set<string>()).text(text).released).toString(),
    'ward,last_name,city\n4,[phi.name],[phi.geo]\n5,[phi.name],[phi.geo]',
  )
})
