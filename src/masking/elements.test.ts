import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testFinds } from './finds.fixture.ts'
import { createMasker, defaultPlan } from './masker.ts'

test('what a C-CDA document says of its patient is hidden wherever it stands', () => {
  const masked = (text: string): string =>
    Buffer.from(createMasker(defaultPlan, new Set<string>()).text(Buffer.from(text)).released).toString()
  assert.equal(
    masked(
      '<patientRole><id root="2.16" extension="448812"/><addr><streetAddressLine>7 Lime Walk</streetAddressLine>' +
        '<city>Milton</city><state>MI</state></addr><name><given>Jolan</given><family>Varga</family></name>' +
        '<birthTime value="19530412"/></patientRole><id root="2.16" extension="E-1"/><text>Jolan came from Milton</text>',
    ),
    '<patientRole><id root="2.16" extension="[phi.mrn]"/><addr><streetAddressLine>[phi.geo]</streetAddressLine>' +
      '<city>[phi.geo]</city><state>MI</state></addr><name><given>[phi.name]</given><family>[phi.name]</family></name>' +
      '<birthTime value="[phi.date]"/></patientRole><id root="2.16" extension="[phi.other]"/><text>[phi.name] came from [phi.geo]</text>',
  )
})

testFinds([
  ['<family value="Varga"/>', 'name Varga'],
  ['<v3:given>Jolan</v3:given>', 'name Jolan'],
  ['<field name="lastName">Varga</field>', 'name Varga'],
  ['<input name="last_name" value="Varga">', 'name Varga'],
  ['<field name="ward">Varga</field>'],
  ['<given> </given><given/>'],
  ['<given><part>x</part></given>'],
  ['<name>Aspirin</name>'],
  ['<code extension="a1"/>'],
  ['a < given > b'],
  ['<given>never closed'],
])
