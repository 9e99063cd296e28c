import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testFinds } from './finds.fixture.ts'
import { createMasker, defaultPlan } from './masker.ts'

const masked = (text: string): string =>
  Buffer.from(createMasker(defaultPlan, new Set<string>()).text(Buffer.from(text)).released).toString()

test('fields of the patient are hidden, marks and codes stay', () => {
  const message = [
    'MSH|^~\\&|ADT|X|EHR|Y|20210817151943||ADT^A01|M1|P|2.5',
    'PID|1||448812^4^M11^^MR~0099^^^^SS||Varga&&&&Roe^Jolan^B^^Dr.||19530412|F|||7 Lime Walk^^Milton^MI^48160^USA||5550142^PRN^CP^^^734^5550143|||M||AC-77|445566|D99-1',
    'NK1|1|Orban^Pal|SPO|7 Lime Walk^^Milton^MI^48160',
    'IN1|1|PLAN|PAYER|||||G-42||||||||Varga^Jolan|SEL|19530412',
    'OBX|1|NM|2345-7^Glucose^LN||182|mg/dL|70-105|H',
  ].join('\r')
  assert.deepEqual(masked(message).split('\r'), [
    'MSH|^~\\&|ADT|X|EHR|Y|[phi.date]||ADT^A01|M1|P|2.5',
    'PID|1||[phi.mrn]^4^M11^^MR~[phi.mrn]^^^^SS||[phi.name]^[phi.name]^[phi.name]^^Dr.||[phi.date]|F|||[phi.geo]^^[phi.geo]^MI^[phi.geo]^USA||[phi.phone]^PRN^CP^^^[phi.phone]^[phi.phone]|||M||[phi.account]|[phi.ssn]|[phi.license]',
    'NK1|1|[phi.name]^[phi.name]|SPO|[phi.geo]^^[phi.geo]^MI^[phi.geo]',
    'IN1|1|PLAN|PAYER|||||[phi.plan]||||||||[phi.name]^[phi.name]|SEL|[phi.date]',
    'OBX|1|NM|2345-7^Glucose^LN||182|mg/dL|70-105|H',
  ])
})

// A table of processes, and a segment inside a line.
testFinds([['PID|USER|COMMAND'], ['x PID|1|4711'], ['ORC|1|Varga^Jolan']])
