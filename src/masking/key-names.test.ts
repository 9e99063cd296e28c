// Values behind a configured name, in the ways in which formats and programs set a name off from its value.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMasker } from './masker.ts'
import { compileMasking } from './plan.ts'

const planOf = (json: string[]) =>
  compileMasking({ labels: { 'phi.mrn': { json } }, clean: {}, transforms: { default: 'redact', byLabel: {} } })
const plain = planOf(['**.mrn'])
/** With a path that only whole JSON leads along. */
const deep = planOf(['**.mrn', '**.subject.code'])

function masked(text: string, plan = plain): string {
  return Buffer.from(createMasker(plan, new Set<string>()).text(Buffer.from(text)).released).toString()
}

const V = 'Qzxabc7'
const W = 'Kwydef8'
const M = '[phi.mrn]'

const cases: readonly (readonly [name: string, given: string, expected: string])[] = [
  ['a subscript', `row["mrn"] = "${V}"`, `row["mrn"] = "${M}"`],
  ['a subscript and a colon', `["mrn"]: ${V}`, `["mrn"]: ${M}`],
  ['members of PHP', `array(["mrn"]=> string(7) "${V}")`, `array(["mrn"]=> ${M}`],
  ['members of PHP on two lines', `["mrn"]=>\n  string(7) "${V}"`, `["mrn"]=>\n  ${M}`],
  ['a step behind the name', `mrn["old"]=${V}`, `mrn["old"]=${M}`],
  ['a list in a query', `?mrn[]=${V}&x=1`, `?mrn[]=${M}&x=1`],
  ['properties', `a.mrn.old=${V}`, `a.mrn.old=${M}`],
  ['a place in a file', 'at run (src/mrn.ts:45:10)', 'at run (src/mrn.ts:45:10)'],
  [
    'another comparison',
    `mrn != '${V}' or mrn <> '${W}' or mrn >= '${W}'`,
    `mrn != '${M}' or mrn <> '${M}' or mrn >= '${M}'`,
  ],
  ['dots that lead on', `MRN......: ${V}`, `MRN......: ${M}`],
  ['a number sign', `MRN #: ${V}`, `MRN #: ${M}`],
  ['a question', `MRN?: ${V}`, `MRN?: ${M}`],
  ['a tag that closes', `<b>mrn</b>: ${V}`, `<b>mrn</b>: ${M}`],
  ['an arrow', `mrn → ${V}`, `mrn → ${M}`],
  ['a ratio sign for a colon', `mrn∶ ${V}`, `mrn∶ ${M}`],
  ['a folded block of YAML', `mrn: >-\n  ${V}\n  ${W}\nward: 4`, `mrn: >-\n  ${M}\nward: 4`],
  ['an indented block of YAML', `mrn: |2-\n    ${V}\nward: 4`, `mrn: |2-\n    ${M}\nward: 4`],
  ['a remark of YAML', `mrn: # of the ward\n  ${V}\nward: 4`, `mrn: # of the ward\n  ${M}\nward: 4`],
  ['an anchor of YAML', `mrn: &one ${V}\nward: 4`, `mrn: &one ${M}\nward: 4`],
  ['a plain text of two lines', `mrn: ${V}\n  ${W}\nward: 4`, `mrn: ${M}\nward: 4`],
  ['a quoted text of two lines', `mrn: "${V}\n  ${W}"\nward: 4`, `mrn: "${M}\nward: 4`],
  ['lines below that are something else', `mrn: ${V}\n  at: 4\n- x`, `mrn: ${M}\n  at: 4\n- x`],
  ['three quotes', `mrn = """\n${V}\n${W}"""\nward = 4`, `mrn = """${M}"""\nward = 4`],
  ['three quotes on one line', `mrn = '''${V}'''`, `mrn = '''${M}'''`],
  ['JSON in a cell of CSV', `7,"{""mrn"":""${V}"",""ward"":4}"`, `7,"{""mrn"":""${M}"",""ward"":4}"`],
  ['an empty text', `mrn="" ward="x"`, `mrn="" ward="x"`],
  ['a block of code', `mrn:\n\`\`\`\n${V}\n\`\`\`\nok`, `mrn:\n${M}\n\`\`\`\nok`],
  ['an empty line between', `MRN:\n\n${V}\n`, `MRN:\n\n${M}\n`],
  ['remarks in JSON', `{"mrn"/* old */: /* a, b */ "${V}"}`, `{"mrn"/* old */: /* a, b */ "${M}"}`],
  ['attributes of an element', `<mrn use="old" value="${V}"/>`, `<mrn use="old" value="${M}"/>`],
  ['an escaped element', `&lt;mrn&gt;${V}&lt;/mrn&gt;`, `&lt;mrn&gt;${M}&lt;/mrn&gt;`],
  ['pairs', `[["ward",4],["mrn","${V}"]]`, `[["ward",4],["mrn","${M}"]]`],
  ['a first pair', '[["mrn",1234567],["ward",4]]', '[["mrn",0],["ward",4]]'],
  ['headings', '[["mrn","ward"],["A1","North"]]', `[["mrn","ward"],["${M}","North"]]`],
  [
    'columns with the name of a table',
    '{"columns":["p.mrn","w"],"rows":[["A1",3]]}',
    `{"columns":["p.mrn","w"],"rows":[["${M}",3]]}`,
  ],
  [
    'a change',
    `{"field":"mrn","oldValue":"${V}","newValue":"${W}"}`,
    `{"field":"mrn","oldValue":"${M}","newValue":"${M}"}`,
  ],
  [
    'a patch',
    `[{"op":"add","path":"/patients/0/mrn","value":"${V}"}]`,
    `[{"op":"add","path":"/patients/0/mrn","value":"${M}"}]`,
  ],
  ['a number elsewhere', '{"mrn":1.2345678e7,"x":12345678,"y":"of 12345678"}', `{"mrn":0,"x":0,"y":"of ${M}"}`],
]
for (const [name, given, expected] of cases)
  test(`behind its name: ${name}`, () => assert.equal(masked(given), expected))

test('JSON with a fault is withheld from there on where a path may lead on in it', () => {
  assert.equal(masked(`row: {"a":1,"n":NaN,"subject":{"code":"${V}"}}`, deep), 'row: {"a":1[unreadable]')
  assert.equal(masked(`use {"a":1,"n":NaN}, ${V}`, deep), `use {"a":1,"n":NaN}, ${V}`)
})

const size = 1 << 18
const hostile = [
  ...[
    '{"a":1 ',
    '["mrn"]=',
    'mrn: /*',
    '*/',
    'mrn: """',
    "mrn: ''x",
    'mrn:\n```\n',
    'mrn: v\n  w\n',
    'mrn.a.b=',
    'mrn["a"]',
  ],
  ...[
    'mrn....',
    '</b>',
    '<mrn a="b" c="d">',
    '<mrn a="',
    'mrn→',
    '[["mrn",1],',
    '&lt;mrn&gt;',
    'mrn:\n\n',
    'mrn(',
    '{"old":1},',
  ],
]
test('hostile texts of 256 KiB are masked within 4 s of processor time together', () => {
  const before = process.cpuUsage()
  for (const part of hostile) {
    const bytes = Buffer.from(part.repeat(size / part.length))
    createMasker(deep, new Set<string>()).text(bytes)
  }
  const { user, system } = process.cpuUsage(before)
  // Quadratic work on one of them alone would take longer.
  assert.ok((user + system) / 1e6 < 4)
})
