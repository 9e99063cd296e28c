// A protected server that writes labelled values into text in every way a careless program does. Promise: what a path, a
// key or a column labels does not come out, however the text around it is written; other words stay as they are.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { AttackRig, hides } from '../support/attack-rig.ts'
import type { McpCaller } from '../support/mcp-caller.ts'
import { plant } from '../support/planted.ts'

const V = 'Qzxabc7'
const W = 'Kwydef8'
const label = 'patient_ref'

type Row = readonly [name: string, text: string]

const keyed: readonly Row[] = [
  ['a YAML list', `${label}:\n  - ${V}\n  - ${W}\nward: 4`],
  ['a YAML list that is not indented', `${label}:\n- ${V}\n- ${W}\nward: 4`],
  ['a YAML block', `${label}: |\n  ${V}\n  ${W}\nward: 4`],
  ['a YAML map', `${label}:\n  first: ${V}\n  last: ${W}\nward: 4`],
  ['a YAML list in brackets', `${label}: [${V}, ${W}]`],
  ['lines ended by CRLF', `${label}:\r\n  ${V}\r\nward: 4`],
  ['a form with the value below', `${label}:\n${V}\n`],
  ['a list in a log line', `found ${label}=["${V}","${W}"] at once`],
  ['an object in a log line', `found ${label}: {"a":"${V}","b":{"c":"${W}"}} at once`],
  ['JSON with a comma too many', `{"${label}": ["${V}", "${W}",],}`],
  ['an object with a comma too many', `{"${label}": {"a": "${V}", "b": "${W}",},}`],
  ['JSON with NaN', `{"n": NaN, "${label}": {"a": "${V}", "b": "${W}"}}`],
  ['a list that is cut off', `{"x":1,"${label}":["${V}","${W}`],
  ['a quote inside a quote, cut off', `{"x": 1, "${label}": "${V} \\"Jack\\" ${W}", `],
  ['a doubled quote', `${label}='${V}''${W}' where`],
  ['an escaped name, cut off', `{"patient\\u005fref": "${V}", "`],
  ['an XML element', `<${label}>${V}</${label}>`],
  ['an XML element with attributes and a prefix', `<a:${label} use="old">${V}<b>${W}</b></a:${label}>`],
  ['an XML element that is not closed', `<rows><${label}>${V}\n<${label}>${W}`],
  ['an XML attribute', `<row ward="4" ${label}="${V}, ${W}"/>`],
  ['an arrow', `${label} -> ${V}`],
  ['a hash rocket', `{"${label}"=>"${V}"}`],
  ['a full-width colon', `${label}：${V}`],
  ['a full-width name', `ｐatient_ref: ${V}`],
  ['a zero-width space in the name', `patient\u200b_ref: ${V}`],
  ['a no-break space', `${label}\u00a0:\u00a0${V}`],
  ['an HTML reference for the colon', `${label}&#58; ${V}`],
  ['a named reference for the colon', `${label}&colon; ${V}`],
  ['percent-encoding', `?${label}%3D${V}`],
  ['an index in brackets', `${label}[0]: ${V}\n${label}[1]: ${W}`],
  ['an index after a dot', `${label}.0=${V}`],
  ['a remark before the colon', `${label} (as of today): ${V}`],
  ['a path before the name', `row.patient.${label}=${V}`],
  ['a family name and a given name', `full_name: Qzxabc, Kwydef\nward: 4`],
  ['typographic quotes', `${label}: “${V}, ${W}”`],
  ['guillemets', `${label}: «${V}, ${W}»`],
  ['backticks', `${label}: \`${V}, ${W}\``],
  ['a bullet in bold', `- **${label}**: ${V}`],
  ['capitals', `PATIENT_REF: ${V}`],
]

const tabled: readonly Row[] = [
  ['CSV with a short row', `${label},ward\n${V}\n${W},4`],
  ['CSV with a short last row', `ward,${label}\n4,${V}\n${W}`],
  ['CSV with carriage returns alone', `${label},ward\r${V},4\r${W},5`],
  ['CSV behind a byte-order mark', `\ufeff${label},ward\n${V},4`],
  ['CSV with a cell of two lines', `"${label}","ward"\n"${V}\n${W}","4"`],
  ['CSV with 9,000 columns', `${label},${'c,'.repeat(9000)}z\n${V},${'1,'.repeat(9000)}2`],
  ['columns set by blanks', `ward  ${label}\n4     ${V}\n5     ${W}`],
  ['columns aligned right, with row numbers', `   ${label}  ward\n0      ${V}     4\n1      ${W}     5`],
  ['a table of two columns, names down', `| Field | Value |\n|---|---|\n| ${label} | ${V} |`],
  ['double rules', `║ ward ║ ${label} ║\n║ 4 ║ ${V} ║`],
  ['a psql record', `-[ RECORD 1 ]---\n${label} | ${V}\nward | 4`],
  [
    'columns and rows in JSON',
    JSON.stringify({
      columns: ['ward', label],
      rows: [
        [4, V],
        [5, W],
      ],
    }),
  ],
  ['fields and rows in JSON', JSON.stringify({ fields: [{ name: label, type: 25 }, { name: 'x' }], rows: [[V, 1]] })],
  ['rows before columns', JSON.stringify({ data: [[V, 4]], columns: [label, 'ward'] })],
  ['rows of another length', JSON.stringify({ columns: [label, 'ward'], rows: [[4, 5, V], [W]] })],
  ['rows that hold objects', JSON.stringify({ columns: [label, 'ward'], rows: [[{ deep: [V, { er: W }] }, 4]] })],
  [
    'a first row of names',
    JSON.stringify([
      [label, 'ward'],
      [V, 4],
      [W, 5],
    ]),
  ],
  [
    'name and value',
    JSON.stringify([
      { name: label, value: V },
      { Key: label, Value: W },
    ]),
  ],
  ['name and values', JSON.stringify([{ column: label, values: [V, W] }])],
  [
    'names with blanks and capitals',
    JSON.stringify([
      [' Patient_Ref ', 'ward'],
      [V, 4],
    ]),
  ],
]

const deep: readonly Row[] = [
  ['JSON that is cut off in a value', `{"subject":{"code":"${V}","x":"${W}`],
  ['JSON that is cut off after a value', `{"subject":{"code":"${V}"`],
  ['JSON behind words that is cut off', `Rows: [{"subject":{"code":"${V}"}},{"subject":{"code":"${W}`],
  ['JSON that says it was cut off', `{"a":[{"subject":{"code":"${V}"},"t":"${W} ... [truncated]`],
  ['JSON with a comma too many', `[{"subject":{"code":"${V}",},},{"subject":{"code":"${W}"}}]`],
]

describe('text that a careless server writes', () => {
  let rig: AttackRig
  let ann: McpCaller

  before(async () => {
    plant(V, W)
    rig = await AttackRig.start({
      config: {
        labels: { 'acme.ref': { json: [`**.${label}`, '**.subject.code'] }, 'acme.name': { json: ['**.full_name'] } },
      },
    })
    ann = await rig.caller('legacy')
  })
  after(() => rig?.stop())

  for (const [kind, rows] of Object.entries({ keyed, tabled, deep })) {
    describe(kind, () => {
      for (const [name, text] of rows) {
        it(name, async () => {
          rig.tells(() => ({
            content: [
              { type: 'text', text: 'arrived' },
              { type: 'text', text },
            ],
          }))
          const heard = await ann.ask('tools/call', { name: 'get_text', arguments: {} })
          hides(heard, [V, W, V.slice(0, 6), W.slice(0, 6)])
        })
      }
    })
  }

  it('leaves alone what is not labelled', async () => {
    const text = [
      'Usage: get <patient_ref> or <ward>, see [1] and {x}.',
      'ward: 4, bed: 5\nnames:\n  - one\n  - two',
      'The patient_ref is looked up.  Two blanks are no table.',
      '{"columns":["ward"],"rows":[[4]]} {"name":"ward","value":"4"}',
    ]
    rig.tells(() => ({ content: text.map(one => ({ type: 'text', text: one })) }))
    const { result } = await ann.call('get_text')
    assert.deepEqual(
      result?.content,
      text.map(one => ({ type: 'text', text: one })),
    )
  })
})
