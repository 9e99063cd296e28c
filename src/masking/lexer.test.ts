import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shapesIn, testFinds } from './finds.fixture.ts'
import { CONTEXTUAL, lex } from './lexer.ts'
import { contextOf } from './names.ts'
import { Shape } from './shapes.ts'

testFinds([
  ['123-45-6789', 'ssn 123-45-6789'],
  ['000-00-0000 and 666-12-3456', 'ssn 000-00-0000', 'ssn 666-12-3456'],
  ['id 123 45 6789.', 'ssn 123 45 6789'],
  ['123.45.6789', 'ssn 123.45.6789'],
  ['123 - 45 - 6789', 'ssn 123 - 45 - 6789'],
  ['file_123_45_6789_a', 'ssn 123_45_6789'],
  ['123/45/6789', 'ssn 123/45/6789'],
  ['123:45:6789', 'ssn 123:45:6789'],
  ['123~45~6789', 'ssn 123~45~6789'],
  ['123+45+6789', 'ssn 123+45+6789'],
  ['123--45--6789', 'ssn 123--45--6789'],
  ['SSN123-45-6789', 'ssn 123-45-6789'],
  ['SSN: 123456789', 'ssn 123456789'],
  ['social security number 123456789', 'ssn 123456789'],
  ['(555) 123-4567', 'phone (555) 123-4567'],
  ['555-123-4567 x99', 'phone 555-123-4567 x99'],
  ['555.123.4567', 'phone 555.123.4567'],
  ['+1 (555) 123-4567', 'phone +1 (555) 123-4567'],
  ['1-800-555-1234', 'phone 1-800-555-1234'],
  ['+44 20 7946 0958', 'phone +44 20 7946 0958'],
  ['+15551234567', 'phone +15551234567'],
  ['123-456-7890', 'phone 123-456-7890'],
  ['phone 5551234567', 'phone 5551234567'],
  ['tel: 555-1234 ext. 7', 'phone 555-1234 ext. 7'],
  ['Fax: (555) 123-4567', 'fax (555) 123-4567'],
  ['Fax 555-123-4567, phone 555-123-9999', 'fax 555-123-4567', 'phone 555-123-9999'],
  ['jane.roe+x@mail.example.org.', 'email jane.roe+x@mail.example.org'],
  ['<a@b.co>', 'email a@b.co'],
  ['jörg@müller.example', 'email jörg@müller.example'],
  ['2021-03-04', 'date 2021-03-04'],
  ['at 2021-03-04T10:11:12.123+02:00!', 'date 2021-03-04T10:11:12.123+02:00'],
  ['2021/3/4 10:11', 'date 2021/3/4 10:11'],
  ['03/04/2021', 'date 03/04/2021'],
  ['3/4/99', 'date 3/4/99'],
  ['31.12.1999', 'date 31.12.1999'],
  ['5 March 2021', 'date 5 March 2021'],
  ['5th of March, 2021', 'date 5th of March, 2021'],
  ['March 5th, 2021', 'date March 5th, 2021'],
  ['Mar. 5', 'date Mar. 5'],
  ['05-Mar-2021', 'date 05-Mar-2021'],
  ['05MAR2021', 'date 05MAR2021'],
  ['in January 2023', 'date January 2023'],
  ['DOB 19700101', 'date 19700101'],
  ['OBR|1|19700101|F', 'date 19700101'],
  ['a 92-year-old', 'date 92'],
  ['aged 95', 'date 95'],
  ['MRN: 12345678', 'mrn 12345678'],
  ['MRN12345678', 'mrn 12345678'],
  ['MRN is A-12345.', 'mrn A-12345'],
  ['medical record number is A1234567', 'mrn A1234567'],
  ['patient ID P-12345', 'mrn P-12345'],
  ['Chart #44556', 'mrn #44556'],
  ['MRNs 12345 and 67890', 'mrn 12345', 'mrn 67890'],
  ['192.168.1.1:8080', 'ip 192.168.1.1'],
  ['fe80::1ff:fe23:4567:890a', 'ip fe80::1ff:fe23:4567:890a'],
  ['2001:0db8:85a3:0000:0000:8a2e:0370:7334', 'ip 2001:0db8:85a3:0000:0000:8a2e:0370:7334'],
  ['see https://a.example/p?q=1, ok', 'url https://a.example/p?q=1'],
  ['www.janeroe.com', 'url www.janeroe.com'],
  ['4111 1111 1111 1111', 'card 4111 1111 1111 1111'],
  ['4111111111111111', 'card 4111111111111111'],
  ['3782-822463-10005', 'card 3782-822463-10005'],
  ['zip 12345-6789', 'zip 12345-6789'],
  ['member ID: XYZ123456', 'plan XYZ123456'],
  ['account number 00112233', 'account 00112233'],
  ['license no. D1234567', 'license D1234567'],
  ['VIN 1HGCM82633A004352', 'vehicle 1HGCM82633A004352'],
  ['serial number SN-998877', 'device SN-998877'],
])

const negatives = [
  'order 12345678',
  'order 4500012345',
  '1607635102.00',
  '1607635102',
  '1607635102000',
  'v1.2.3.4',
  'version 10.0.0.1',
  '1.2.3',
  '1.2.3.4.5',
  '550e8400-e29b-41d4-a716-446655440000',
  'deadbeef1234567890abcdef1234567890abcdef',
  '3.14159265358979',
  '12:30:45',
  'std::vector',
  '1,234,567',
  '120/80',
  '100 200 3000',
  '98.6',
  '$1,299.99',
  'room 12 bed 4',
  'in 2021',
  '2020-2021',
  'may 5 patients',
  '85 years old',
  'for 120 years',
  '4111 1111 1111 1112',
  '@scope/name',
  'pkg@1.2.3',
  'a@b',
  'http://',
  'http://json-schema.org/draft-07/schema#',
  'MRN is pending',
  'patient count 12345',
  'phone type 3',
  'HbA1c 7.2',
  '256.1.1.1',
  '12345',
  '123456789',
  '99/99/9999',
  'T12:00',
  '0x1234567890',
  'E11.9',
  'ICD 250.00',
  '{"limit":50}',
  'mg/dL 120-130',
  '5-10-15',
]
for (const text of negatives) test(`finds nothing in: ${text}`, () => assert.deepEqual(shapesIn(text), []))

test('only shapes that are asked for are found', () => {
  const text = '123-45-6789 jane@example.org'
  const found: number[] = []
  lex(text, 0, text.length, 1 << Shape.email, -1, found)
  assert.deepEqual(found, [Shape.email, 12, text.length])
})

test('a fax number is a telephone number where fax has no label', () => {
  const found: number[] = []
  lex('Fax 555-123-4567', 0, 16, 1 << Shape.phone, -1, found)
  assert.equal((found[0] as number) % CONTEXTUAL, Shape.phone)
})

test('member names tell what their values are', () => {
  const told = (name: string): number => contextOf(name)
  assert.equal(told('ssn'), Shape.ssn)
  assert.equal(told('patient_ssn'), Shape.ssn)
  assert.equal(told('homePhone'), Shape.phone)
  assert.equal(told('dateOfBirth'), Shape.date)
  assert.equal(told('medicalRecordNumber'), Shape.mrn)
  assert.equal(told('patientId'), Shape.mrn)
  assert.equal(told('id'), -1)
  assert.equal(told('phoneType'), -1)
  assert.equal(told('patient'), -1)
})

const hostile = [
  ...[
    'insurance ',
    'patient # ',
    'MRN A ',
    'MRN 1 ',
    'MRN 1234 ',
    'no. ',
    'zip 1 ',
    'IL 62704 ',
    'K1A 0B',
    'GB82 ',
    'GB82-',
  ],
  ...[
    '0044 20 ',
    '01.',
    '(04) ',
    'call 1',
    '5 of ',
    'March 3-',
    '2021-W',
    '2021-Mar-',
    '="20200101',
    'a.com/',
    'S/N',
    '00:1a:',
  ],
  ...['<id ', '<id extension="', '<given>', '<given', '</', 'PID|', '\nPID|1', '\nPID|1|~^', '<patientRole '],
]
test('hostile texts of 256 KiB are read within 2.5 s of processor time together', () => {
  const before = process.cpuUsage()
  for (const part of hostile) {
    const text = part.repeat((1 << 18) / part.length)
    lex(text, 0, text.length, -1, -1, [])
  }
  const { user, system } = process.cpuUsage(before)
  // Quadratic work on one of them alone would take longer.
  assert.ok((user + system) / 1e6 < 2.5)
})
