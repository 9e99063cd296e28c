// A protected server that writes identifiers in unusual spellings. Promise: what a shape labels is found whatever the
// digits, marks and escapes it is written with, in text and as JSON numbers.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { AttackRig, answer, hides } from '../support/attack-rig.ts'
import type { McpCaller } from '../support/mcp-caller.ts'
import { plant } from '../support/planted.ts'

type Row = readonly [name: string, written: string]

/** Each says 219-09-9999. */
const digits: readonly Row[] = [
  ['plain', '219-09-9999'],
  ['full-width', '２１９－０９－９９９９'],
  ['Arabic digits', '٢١٩-٠٩-٩٩٩٩'],
  ['Adlam digits', '\u{1e952}\u{1e951}\u{1e959}-\u{1e950}\u{1e959}-\u{1e959}\u{1e959}\u{1e959}\u{1e959}'],
  ['Osmanya digits', '\u{104a2}\u{104a1}\u{104a9}-09-9999'],
  ['mathematical digits', '𝟐𝟏𝟗-𝟎𝟗-𝟗𝟗𝟗𝟗'],
  ['circled digits', '②①⑨-⓪⑨-⑨⑨⑨⑨'],
  ['keycaps', '2️⃣1️⃣9️⃣-0️⃣9️⃣-9️⃣9️⃣9️⃣9️⃣'],
  ['superscripts', '²¹⁹-⁰⁹-⁹⁹⁹⁹'],
  ['zero-width spaces', '2\u200b1\u200b9-0\u200b9-9\u200b9\u200b9\u200b9'],
  ['an Arabic letter mark', '219\u061c-09-9999'],
  ['Hangul fillers', '219-\u115f09-\u3164 9999'],
  ['a Mongolian selector', '219\u180b-09-9999'],
  ['an interlinear anchor', '219\ufff9-09-9999'],
  ['a musical control', '219\u{1d173}-09-9999'],
  ['tags', '219\u{e0031}-09-9999'],
  ['combining marks', '2\u20d21\u1ab09\u1dc4-09-9999'],
  ['a Thai vowel sign', '2\u0e3119-09-9999'],
  ['control characters', '219\u0001-09-9\u0007999'],
  ['a blank pattern', '219-\u280009-9999'],
  ['an Ogham space', '219\u168009\u16809999'],
  ['a line separator', '219-09\u2028-9999'],
  ['a next line', '219\u0085-09-9999'],
  ['a break after a dash', '219-09-\n9999'],
  ['a break by CRLF', '219-\r\n09-9999'],
  ['en dashes', '219–09–9999'],
  ['middle dots', '219·09·9999'],
  ['bullets', '219•09•9999'],
  ['hyphenation points', '219‧09‧9999'],
  ['slashes', '219/09/9999'],
  ['underscores', '219_09_9999'],
  ['long marks', '219 -- 09 -- 9999'],
  ['parentheses', '(219) 09-9999'],
  ['numeric references', '&#50;19&#45;09&#x2d;9999'],
  ['a numeric reference without its end', '219&#45-09-9999'],
  ['an ampersand that was escaped', '&amp;#50;19-09-9999'],
  ['named dashes', '219&ndash;09&hyphen;9999'],
  ['named blanks', '219&nbsp;09&thinsp;9999'],
  ['a soft hyphen by name', '2&shy;19-09-9999'],
  ['percent-encoding', '%32%31%39-%30%39-9999'],
  ['percent-encoding twice', '%2532%2531%2539-09-9999'],
  ['percent-encoding three times', '%252532%252531%252539-09-9999'],
  ['escapes of JSON', '\\u0032\\u0031\\u0039-09-9999'],
  ['escapes of JavaScript', '\\u{32}\\u{31}9-09-9999'],
  ['escapes of Python', '\\U0000003219-09-9999'],
  ['octal escapes', '\\06219-09-9999'],
  ['hexadecimal escapes', '\\x3219-09-9999'],
]

const dates: readonly Row[] = [
  ['basic format', '19500305T101500Z'],
  ['basic format without zone', '19500305T1015'],
  ['blanks beside a word', 'DOB: 05 03 1950'],
  ['year first, blanks', 'birth date 1950 03 05'],
  ['full-width', '１９５０-０３-０５'],
  ['a break', '1950-03-\n05'],
  ['two days in a month', '05MAR1950'],
  ['the month first', 'March 5th, 1950'],
  ['HL7', 'PID|1||x||A^B||19500305|M'],
  ['ODBC', "{ts '1950-03-05 10:15:00'}"],
]

/** Written into structured content as they are. */
const numbers: readonly Row[] = [
  ['a number', '{"ssn":219099999}'],
  ['a fraction of nothing', '{"ssn":219099999.0}'],
  ['an exponent', '{"ssn":2.19099999e8}'],
  ['an exponent of nothing', '{"ssn":219099999E+0}'],
  ['a negative exponent', '{"ssn":21909999900e-2}'],
  ['a negative number', '{"ssn":-219099999}'],
  ['a list', '{"ssn":[219099999.0,[219099999]]}'],
  ['below', '{"ssn":{"value":219099999.00}}'],
  ['a text with a fraction', '{"ssn":"219099999.0"}'],
  ['a long name', '{"the_social_security_number_as_it_was_recorded_by_the_agency_ssn":219099999}'],
  ['a name in camel case', '{"patientSocialSecurityNumber":219099999}'],
  ['again without a name', '{"ssn":2.19099999e8,"other":219099999,"text":"is 219099999"}'],
  ['an escaped name', '{"\\u0073sn":219099999}'],
  ['the name of a member', '{"219-09-9999":true}'],
  ['the name of a member, escaped', '{"\\u0032\\u0031\\u0039-09-9999":true}'],
  ['JSON in JSON in JSON', JSON.stringify({ a: JSON.stringify({ b: JSON.stringify({ ssn: 219099999.5 - 0.5 }) }) })],
]

describe('identifiers in unusual spellings', () => {
  let rig: AttackRig
  let ann: McpCaller
  const forms = ['219-09-9999', '219099999', '2.19099999', '21909999900', '19500305', '05 03 1950', '1950 03 05']

  before(async () => {
    plant('219-09-9999', '219099999')
    rig = await AttackRig.start({ config: { labels: { 'phi.ssn': { shape: 'ssn' }, 'phi.date': { shape: 'date' } } } })
    ann = await rig.caller('modern')
  })
  after(() => rig?.stop())

  for (const [kind, rows] of Object.entries({ digits, dates })) {
    describe(kind, () => {
      for (const [name, written] of rows) {
        it(name, async () => {
          const content = [`arrived ${written} indeed`, 'arrived'].map(text => ({ type: 'text', text }))
          rig.tells(() => ({ content }))
          const heard = await ann.ask('tools/call', { name: 'get_text', arguments: {} })
          hides(heard, [written, JSON.stringify(written).slice(1, -1), ...forms])
          assert.match(heard.body.toString(), /arrived [^"]*\[phi\.(?:ssn|date)\][^"]* indeed/)
        })
      }
    })
  }

  describe('numbers', () => {
    for (const [name, written] of numbers) {
      it(name, async () => {
        rig.tells((asked, response) => {
          const text = answer(asked, { content: [{ type: 'text', text: 'arrived' }], structuredContent: 'here' })
          response.writeHead(200, { 'content-type': 'application/json' }).end(text.replace('"here"', written))
          return null
        })
        hides(await ann.ask('tools/call', { name: 'get_text', arguments: {} }), forms)
      })
    }
  })
})
