// Forms that name a person or a place themselves: labelled lines, records, tables of HTML, vCards, X12, streets.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testFinds } from './finds.fixture.ts'
import { createMasker, defaultPlan } from './masker.ts'

const masked = (text: string): string =>
  Buffer.from(createMasker(defaultPlan, new Set<string>()).text(Buffer.from(text)).released).toString()

testFinds([
  ['First name: Jolan', 'name Jolan'],
  ['Last Name = Varga; ward 4', 'name Varga'],
  ['**Patient name:** Varga, Jolan', 'name Varga, Jolan'],
  ['last_name=varga ward=4', 'name varga'],
  ["Patient's last name: O'Varga-Toth\nward", "name O'Varga-Toth"],
  ['First name: Jolan, last name: Varga, ward 4', 'name Jolan', 'name Varga, ward 4'],
  ['Patient name: Jolan Varga. She slept.', 'name Jolan Varga'],
  ['Emergency contact name: Pal Orban', 'name Pal Orban'],
  ['City: Milton', 'address Milton'],
  ['lives at 7 Lime Street, Milton', 'address 7 Lime Street'],
  ['12 N. Lime St. Apt #5', 'address 12 N. Lime St. Apt #5'],
  ['45 West 23rd Avenue', 'address 45 West 23rd Avenue'],
  ['P.O. Box 551', 'address P.O. Box 551'],
  ['Health card number 4488 129 07', 'plan 4488 129 07'],
  ['Rx# 4488129', 'other 4488129'],
  ['DL: F255-921-50-094-0', 'license F255-921-50-094-0'],
  ['DOB 1953-4', 'date 1953-4'],
])

// The same words where no name or street follows.
testFinds(
  [
    'first name: required',
    'first_name: string',
    'column name: Value',
    'file name: Report',
    'last name::Type',
    'city: required',
    'family: none',
    'in 2010 Wall Street rose',
    '3 Times Dr. Patel called',
    'the Main Street of 12 towns',
    'box 12',
    'Hb 13 g/dL 4488129',
    'mental health and 12 steps',
  ].map(text => [text]),
)

const documents: readonly (readonly [what: string, text: string, expected: string])[] = [
  [
    'a record in a table',
    '| Field | Value |\n|---|---|\n| First name | Jolan |\n| MRN | 448812 |\n| Ward | 4 |',
    '| Field | Value |\n|---|---|\n| First name | [phi.name] |\n| MRN | [phi.mrn] |\n| Ward | 4 |',
  ],
  ['a record of psql', 'first_name | Jolan\nlast_name  | Varga', 'first_name | [phi.name]\nlast_name  | [phi.name]'],
  ['a record with tabs', 'First name\tJolan\nPhone\t5550142', 'First name\t[phi.name]\nPhone\t[phi.phone]'],
  [
    'a table of HTML',
    '<table><tr><th>Last name</th><th>MRN</th><th>n</th></tr><tr><td>Varga</td><td>448812</td><td>4</td></tr></table>',
    '<table><tr><th>Last name</th><th>MRN</th><th>n</th></tr><tr><td>[phi.name]</td><td>[phi.mrn]</td><td>4</td></tr></table>',
  ],
  [
    'a table of HTML with names on its left',
    '<tr><th>First name</th><td>Jolan</td></tr>\n<tr><th>DOB</th><td>12.04.53</td></tr>',
    '<tr><th>First name</th><td>[phi.name]</td></tr>\n<tr><th>DOB</th><td>[phi.date]</td></tr>',
  ],
  [
    'a list of HTML',
    '<dl><dt>Last name</dt><dd>Varga</dd><dt>MRN:</dt><dd>448812</dd></dl>',
    '<dl><dt>Last name</dt><dd>[phi.name]</dd><dt>MRN:</dt><dd>[phi.mrn]</dd></dl>',
  ],
  [
    'a vCard',
    'BEGIN:VCARD\r\nVERSION:4.0\r\nN:Varga;Jolan;;Dr.;\r\nFN;X="a:b":Jolan Varga\r\nADR;TYPE=home:;;7 Lime Walk;Milton;MI;48160;USA\r\nNOTE:n\r\nEND:VCARD',
    'BEGIN:VCARD\r\nVERSION:4.0\r\nN:[phi.name];[phi.name];;[phi.name];\r\nFN;X="a:b":[phi.name]\r\nADR;TYPE=home:;;[phi.geo];[phi.geo];MI;[phi.geo];USA\r\nNOTE:n\r\nEND:VCARD',
  ],
  [
    'X12',
    'ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *210305*1011*^*00501*000000905*0*P*:~' +
      'NM1*IL*1*VARGA*JOLAN*B***MI*W4488~N3*7 LIME WALK~N4*MILTON*MI*48160~DMG*D8*19530412*F~REF*SY*4488~' +
      'REF*EI*4499~PER*IC*PAL*TE*5550142~CLM*A37*500***11:B:1~',
    'ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *210305*1011*^*00501*000000905*0*P*:~' +
      'NM1*IL*1*[phi.name]*[phi.name]*[phi.name]***MI*[phi.plan]~N3*[phi.geo]~N4*[phi.geo]*MI*[phi.geo]~' +
      'DMG*D8*[phi.date]*F~REF*SY*[phi.ssn]~REF*EI*4499~PER*IC*[phi.name]*TE*[phi.phone]~CLM*[phi.account]*500***11:B:1~',
  ],
  [
    'rows of JSON',
    '{"columns":["mrn","last_name","n"],"rows":[["448812","Varga",4],["448813","Toth",5]]}',
    '{"columns":["mrn","last_name","n"],"rows":[["[phi.mrn]","[phi.name]",4],["[phi.mrn]","[phi.name]",5]]}',
  ],
  [
    'a name beside its value',
    '[{"name":"lastName","value":"Varga"},{"title":"x","label":"MRN","value":"448812"},{"name":"id","value":"448814"}]',
    '[{"name":"lastName","value":"[phi.name]"},{"title":"x","label":"MRN","value":"[phi.mrn]"},{"name":"id","value":"448814"}]',
  ],
  [
    'other names of members',
    '{"emergencyContactName":"Pal","address_line3":"Apt 4","lat":42.36,"full_name":"org/project","city":5}',
    '{"emergencyContactName":"[phi.name]","address_line3":"[phi.geo]","lat":0,"full_name":"org/project","city":5}',
  ],
  [
    'a place in an extension',
    '[{"url":"latitude","valueDecimal":42.3},{"url":"score","valueDecimal":1.2}]',
    '[{"url":"latitude","valueDecimal":0},{"url":"score","valueDecimal":1.2}]',
  ],
]
for (const [what, text, expected] of documents) test(`${what} is masked`, () => assert.equal(masked(text), expected))

test('hostile forms of 256 KiB are masked within 4 s of processor time together', () => {
  const parts = [
    ...['<td>mrn', '<td ', '<dt>mrn</dt>', 'mrn\tx\n', 'last name: A, ', 'last name=', 'a name: ', '1 Elm St ', 'St '],
    ...['BEGIN:VCARD\nN:A;', 'PO Box 1 ', '<!-- ', '<span ', '\\\\\\\\', '%E2%80', '\u001b[0;', 'REF*SY*1~', 'ISA*'],
  ]
  const before = process.cpuUsage()
  for (const part of parts) masked(part.repeat((1 << 18) / part.length))
  const { user, system } = process.cpuUsage(before)
  assert.ok((user + system) / 1e6 < 4, `${(user + system) / 1e6}`)
})
