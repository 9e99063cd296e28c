// Shapes whose digits or fields are set apart by markup, unusual marks or words written together.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testFinds } from './finds.fixture.ts'
import { createMasker, defaultPlan } from './masker.ts'
import { contextOf } from './names.ts'
import { Shape } from './shapes.ts'

testFinds([
  ['**123**-45-6789', 'ssn 123**-45-6789'],
  ['*123*-*45*-*6789*', 'ssn 123*-*45*-*6789'],
  ['<em>123</em>-<em>45</em>-<em>6789</em>', 'ssn 123</em>-<em>45</em>-<em>6789'],
  ['123-<wbr>45-<wbr>6789', 'ssn 123-<wbr>45-<wbr>6789'],
  ['123<!-- -->-<!-- -->45-6789', 'ssn 123<!-- -->-<!-- -->45-6789'],
  ['<mark class="hit">123</mark>-45-6789', 'ssn 123</mark>-45-6789'],
  ['123\\-45\\-6789', 'ssn 123\\-45\\-6789'],
  ['123-45-\n    6789', 'ssn 123-45-\n    6789'],
  ['SSN 1 2 3 4 5 6 7 8 9', 'ssn 1 2 3 4 5 6 7 8 9'],
  ['1970-**03**-10', 'date 1970-**03**-10'],
  ['**4111** 1111 1111 1111', 'card 4111** 1111 1111 1111'],
  ['4111.1111.1111.1111', 'card 4111.1111.1111.1111'],
  ['001-555-555-0142', 'phone 001-555-555-0142'],
  ['TEL;TYPE=home:5555550142', 'phone 5555550142'],
  ['BDAY:19700310', 'date 19700310'],
  ['DOB 031070', 'date 031070'],
  ['patientid: 4488129', 'mrn 4488129'],
  ['memberid=W44881290', 'plan W44881290'],
  ['IBAN: gb82 west 1234 5698 7654 32', 'account gb82 west 1234 5698 7654 32'],
  ["<family value='Doe'/>", 'name Doe'],
  ['<family\n  value = "Doe" />', 'name Doe'],
  ['<family><![CDATA[Doe]]></family>', 'name Doe'],
  ['<last_name>Doe</last_name>', 'name Doe'],
  ['in: PID|1||4488129^^^H||Doe^Jane', 'mrn 4488129', 'name Doe', 'name Jane'],
  ['in: PID|1||4488129^^^H PV1|1|I|||7^P', 'mrn 4488129', 'other 7'],
])

// Numbers in a product, cells of HTML, and a table with a column of that name.
testFinds(
  [
    'x = 123*45 - 6789',
    'x = 123 * 45 - 6789',
    '<td>123</td> <td>45</td> <td>6789</td>',
    '| PID|1 | 123 |',
    ' PID|PPID|CMD',
  ].map(text => [text]),
)

const folded: readonly (readonly [name: string, written: string])[] = [
  ['a modifier letter minus', '123\u02d745\u02d76789'],
  ['a maqaf', '123\u05be45\u05be6789'],
  ['a wave dash', '123\u301c45\u301c6789'],
  ['a heavy minus', '123\u279645\u27966789'],
  ['a box line', '123\u250145\u25016789'],
  ['a two-em dash', '123\u2e3a45\u2e3a6789'],
  ['division slashes', '123\u221545\u22156789'],
  ['fraction slashes', '123\u204445\u20446789'],
  ['ideographic stops', '123\u300245\u30026789'],
  ['year, month and day', '1970年3月10日'],
]
for (const [name, written] of folded) {
  test(`reads ${name}`, () => {
    const { released } = createMasker(defaultPlan, new Set<string>()).text(Buffer.from(`is ${written}.`))
    assert.match(Buffer.from(released).toString(), /^is \[phi\.(?:ssn|date)\]日?\.$/)
  })
}

test('columns whose words are written together tell what they hold', () => {
  const told: Readonly<Record<string, number>> = {
    patientid: Shape.mrn,
    dateofbirth: Shape.date,
    phonenumber: Shape.phone,
    accountno: Shape.account,
    policynumber: Shape.plan,
    serialnumber: Shape.device,
    encounterid: Shape.other,
    postalcode: Shape.zip,
  }
  for (const [name, shape] of Object.entries(told)) assert.equal(contextOf(name), shape, name)
})
