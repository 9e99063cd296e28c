import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMasker, defaultPlan } from './masker.ts'
import { compileMasking } from './plan.ts'

const plan = compileMasking({
  labels: {
    'phi.mrn': { json: ['**.mrn', '**.patient_id'], csv: ['Record No'] },
    'phi.name': { csv: ['Full Name'] },
    'phi.ssn': { shape: 'ssn' },
  },
  clean: {},
  transforms: { default: 'redact', byLabel: {} },
})

function masked(text: string, rules = plan): string {
  return Buffer.from(createMasker(rules, new Set<string>()).text(Buffer.from(text)).released).toString()
}

const cases: readonly (readonly [name: string, given: string, expected: string])[] = [
  ['JSON after prose', 'Found 1 row: {"mrn":"A1","x":2}', 'Found 1 row: {"mrn":"[phi.mrn]","x":2}'],
  ['JSON in a code fence', '```json\n[{"mrn": "A1"}]\n```', '```json\n[{"mrn": "[phi.mrn]"}]\n```'],
  ['JSON lines', '{"mrn":"A1"}\n{"mrn":7}\n', '{"mrn":"[phi.mrn]"}\n{"mrn":0}\n'],
  [
    'JSON cut off',
    '[{"mrn":"A1"},{"mrn":"A2"},{"mrn":"A3',
    '[{"mrn":"[phi.mrn]"},{"mrn":"[phi.mrn]"},{"mrn":"[phi.mrn]',
  ],
  ['a JSON string of JSON', '"{\\"mrn\\":\\"A1\\"}"', '"{\\"mrn\\":\\"[phi.mrn]\\"}"'],
  ['escaped JSON in prose', 'sent {\\"mrn\\": \\"A1\\", \\"x\\": 1}', 'sent {\\"mrn\\": \\"[phi.mrn]\\", \\"x\\": 1}'],
  ['a Python dictionary', "{'mrn': 'A1', 'x': 1}", "{'mrn': '[phi.mrn]', 'x': 1}"],
  ['brackets that are no JSON', 'see [1] and {x}, [a "b] 123-45-6789', 'see [1] and {x}, [a "b] [phi.ssn]'],
  ['a number split by brackets', '[123]-45-6789 123-45-6789', '[123]-45-6789 [phi.ssn]'],
  ['duplicate names inside', 'x {"a":1,"a":"123"}', '[unreadable]'],
  ['a log line', 'level=info mrn=A1 user=x', 'level=info mrn=[phi.mrn]'],
  ['a query string', 'ehr://x?mrn=A1&page=2', 'ehr://x?mrn=[phi.mrn]&page=2'],
  ['a line of a form', 'MRN: A1, ward 4', 'MRN: [phi.mrn], ward 4'],
  ['emphasis', '**Record No:** A1\nok', '**Record No:** [phi.mrn]\nok'],
  ['a psql record', 'mrn  | A1\nward | 4', 'mrn  | [phi.mrn]\nward | 4'],
  ['a PostgreSQL error', 'Key (ward, mrn)=(4, A1) already exists.', 'Key (ward, mrn)=([phi.mrn]) already exists.'],
  ['a longer word', 'xmrn: A1', 'xmrn: A1'],
  ['CSV', 'mrn,ward\nA1,4\n"A,2",5\n', 'mrn,ward\n[phi.mrn],4\n"[phi.mrn]",5\n'],
  ['CSV with CRLF and quotes', '"Full Name","x"\r\n"Roe, ""J""","1"\r\n', '"Full Name","x"\r\n"[phi.name]","1"\r\n'],
  ['CSV after prose', 'Rows:\nward,mrn\n4,A1\n\nDone, thanks', 'Rows:\nward,mrn\n4,[phi.mrn]\n\nDone, thanks'],
  ['a row of another length', 'mrn,ward\nA1,4\nA2,x,5', 'mrn,ward\n[phi.mrn],4\n[phi.mrn],[phi.mrn],[phi.mrn]'],
  ['TSV', 'ward\tRecord No\n4\tA1', 'ward\tRecord No\n4\t[phi.mrn]'],
  ['semicolons', 'ward;mrn\n4;A1', 'ward;mrn\n4;[phi.mrn]'],
  [
    'Markdown',
    '| MRN | w |\n|-----|:-:|\n| A1 | 4 |\n|  | 5 |\n\nEnd',
    '| MRN | w |\n|-----|:-:|\n| [phi.mrn] | 4 |\n|  | 5 |\n\nEnd',
  ],
  ['psql', ' w | mrn \n---+-----\n 4 | A1\n(1 row)\n', ' w | mrn \n---+-----\n 4 | [phi.mrn]\n(1 row)\n'],
  [
    'a bordered table',
    '+-----+---+\n| mrn | w |\n+-----+---+\n| A1  | 4 |\n+-----+---+',
    '+-----+---+\n| mrn | w |\n+-----+---+\n| [phi.mrn]  | 4 |\n+-----+---+',
  ],
  ['one column', 'mrn\nA1\nA2\n\nend', 'mrn\n[phi.mrn]\n[phi.mrn]\n\nend'],
  ['full-width digits behind percent signs', `a ${encodeURIComponent('１２３－４５－６７８９')}`, 'a [phi.ssn]'],
  ['another hyphen behind percent signs', '123%E2%80%9145%E2%80%916789', '[phi.ssn]'],
  ['colours of a terminal', '\u001b[1m123\u001b[0m-45-\u001b[31;1m6789', '\u001b[1m[phi.ssn]'],
  ['escapes escaped again', String.raw`\\u0031\\u0032\\u0033-45-6789`, '[phi.ssn]'],
  [
    'an element named by an attribute',
    '<entry key="mrn">A1</entry> <x name="w">4</x>',
    '<entry key="mrn">[phi.mrn]</entry> <x name="w">4</x>',
  ],
  ['a field of a form', '<input name="mrn" value="A1">x', '<input name="mrn" value="[phi.mrn]">x'],
  ['full-width digits', 'no １２３－４５－６７８９.', 'no [phi.ssn].'],
  ['Arabic digits', '١٢٣-٤٥-٦٧٨٩', '[phi.ssn]'],
  ['mathematical digits', '𝟏𝟐𝟑-𝟒𝟓-𝟔𝟕𝟖𝟗', '[phi.ssn]'],
  ['invisible characters', '12\u200b3-4\u00ad5-67\ufeff89', '[phi.ssn]'],
  ['unusual dashes and spaces', '123\u201145\u22126789 123\u00a045\u20096789', '[phi.ssn] [phi.ssn]'],
  ['percent escapes', 'x%20123%2D45%2D6789', 'x%20[phi.ssn]'],
  ['an escaped line end before', 'a\\n123-45-6789', 'a\\n[phi.ssn]'],
  ['marks over digits', '1\u03022\u03023-45-6789', '[phi.ssn]'],
  ['tags between digits', '123\u{e0030}-45-6789', '[phi.ssn]'],
  ['control characters', '123\0-45\u0008-6789', '[phi.ssn]'],
  ['numeric references', '&#49;23&#x2d;45&#45;6789', '[phi.ssn]'],
  ['unicode escapes as text', '\\u0031\\u0032\\u0033-45-6789', '[phi.ssn]'],
]
for (const [name, given, expected] of cases) test(`text: ${name}`, () => assert.equal(masked(given), expected))

test('a column name tells the default profile what bare numbers are', () => {
  assert.equal(masked('name,ssn,phone\nx,123456789,5551234567', defaultPlan), 'name,ssn,phone\nx,[phi.ssn],[phi.phone]')
})

test('four levels of JSON in strings are searched, a fifth is withheld', () => {
  const nest = (levels: number): string => {
    let text = '{"mrn":"A1","keep":1}'
    for (let level = 1; level < levels; level++) text = JSON.stringify({ inner: text })
    return text
  }
  const unwrap = (text: string, levels: number): unknown => {
    let value = JSON.parse(text)
    for (let level = 1; level < levels; level++) value = JSON.parse(value.inner)
    return value
  }
  assert.deepEqual(unwrap(masked(nest(4)), 4), { mrn: '[phi.mrn]', keep: 1 })
  assert.ok(!masked(nest(5)).includes('A1'))
  assert.ok(masked(nest(5)).includes('[unreadable]'))
})

test('JSON nested deeper than a message may is withheld', () => {
  assert.equal(masked(`x ${'['.repeat(70)}"123"${']'.repeat(70)}`), '[unreadable]')
})

const size = 1 << 20
const hostile: Record<string, string> = {
  digits: '1',
  groups: '123-',
  ones: '1 ',
  brackets: '[',
  quoted: '["',
  members: '{"a":',
  keys: '"mrn":',
  words: 'mrn ',
  ats: 'a@',
  urls: 'http://',
  colons: '1:',
  pipes: 'mrn|',
  quotes: '"',
  backslashes: '\\"',
  wide: '１',
  rows: '{"mrn":"1234"},',
  cut: '{"mrn":"1234",',
  csv: 'mrn,x\n',
  plus: '+1 ',
  months: 'May ',
  percents: '%31',
  known: 'mrn: a1234, ',
  dots: 'www.',
  below: 'mrn:\n ',
  lists: 'mrn:[',
  elements: '<mrn>',
  angles: '>',
  aligned: 'mrn  x\n',
  references: '&amp;#',
  ticks: 'mrn:`a',
  cells: '<td>mrn',
  unclosed: '<td ',
  records: 'mrn\tx\n',
  labels: 'last name: A, ',
  streets: '1 Elm St ',
  cards: 'BEGIN:VCARD\nN:A;',
  boxes: 'PO Box 1 ',
  dangling: 'last name=',
}
for (const [name, part] of Object.entries(hostile)) {
  test(`hostile text, ${name}: 1 MiB is masked within 2.5 s of processor time`, () => {
    const bytes = Buffer.from(part.repeat(size / part.length))
    const before = process.cpuUsage()
    createMasker(plan, new Set<string>()).text(bytes)
    const { user, system } = process.cpuUsage(before)
    // Quadratic work on this size would take minutes.
    assert.ok((user + system) / 1e6 < 2.5)
  })
}

test('escapes that JSON has not make a text no JSON: it is searched as it stands, and hidden from where a label could be', () => {
  const code = 'const row = ["\\d{3}", "\\w+"] // not 900-61-4471'
  assert.equal(masked(code, shapesAlone), code.replace('900-61-4471', '[phi.ssn]'))
  assert.equal(masked('{"re":"\\d","mrn":"zorp"}'), '{"re":"\\d","mrn":"[phi.mrn]"}')
  assert.equal(masked('{"re":"\\d","patient":{"name":{"first":"zorp"}}}', deep), '{[unreadable]')
  assert.equal(masked('["\\u00e9", "\\u00"]', shapesAlone), '["\\u00e9", "\\u00"]')
})

const deep = compileMasking({
  labels: { 'phi.name': { json: ['patient.name.first'] } },
  clean: {},
  transforms: { default: 'redact', byLabel: {} },
})
const shapesAlone = compileMasking({
  labels: { 'phi.ssn': { shape: 'ssn' } },
  clean: {},
  transforms: { default: 'redact', byLabel: {} },
})
