import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { readJson } from '../json/document.ts'
import { createMasker } from './masker.ts'
import { compileMasking, type Transform } from './plan.ts'
import { UnmaskableError } from './stand-ins.ts'

const limits = { depth: 64, values: 1 << 20 }

/** Masks `structuredContent` and its text copy under a schema, and returns the content after both checks. */
function masked(schema: object, content: unknown, transform: Transform = 'redact'): unknown {
  const plan = compileMasking({
    labels: { 'phi.x': { json: ['**.x'] }, 'phi.ssn': { shape: 'ssn' } },
    clean: {},
    transforms: { default: transform, byLabel: {} },
  })
  const message = {
    jsonrpc: '2.0',
    id: 1,
    result: { content: [{ type: 'text', text: JSON.stringify(content) }], structuredContent: content },
  }
  const result = createMasker(plan, new Set<string>()).message(readJson(Buffer.from(JSON.stringify(message)), limits), {
    shape: { members: [] },
    edits: [],
    token: null,
    outputSchema: schema,
  })
  const { structuredContent, content: blocks } = JSON.parse(Buffer.from(result.released).toString()).result
  assert.deepEqual(JSON.parse(blocks[0].text), structuredContent)
  const draft7 = '$schema' in schema && String(schema.$schema).includes('draft-07')
  const ajv = draft7 ? new Ajv({ strict: false }) : new Ajv2020({ strict: false })
  formats.default(ajv)
  assert.ok(ajv.validate(schema, structuredContent), 'the released content satisfies the schema')
  return structuredContent
}

const x = (schema: object): object => ({
  type: 'object',
  properties: { x: schema },
  required: ['x'],
  additionalProperties: false,
})

for (const [name, schema, value, expected] of [
  ['a string', { type: 'string' }, 'Jane', '[phi.x]'],
  ['a pattern', { type: 'string', pattern: '^\\d{3}-\\d{2}-\\d{4}$' }, '123-45-6789', '000-00-0000'],
  ['a pattern that forbids zeros', { type: 'string', pattern: '^[1-9]\\d{5}$' }, '234567', '111111'],
  ['a pattern with a prefix of its own', { type: 'string', pattern: '^MRN-\\d+$' }, 'MRN-1234', 'MRN-0000'],
  ['a value that is its own stand-in', { type: 'string', pattern: '^\\d{4}$' }, '0000', '1111'],
  ['a date', { type: 'string', format: 'date' }, '1970-02-03', '0001-01-01'],
  ['a date-time', { type: 'string', format: 'date-time' }, '1970-02-03T10:00:00Z', '0001-01-01T00:00:00Z'],
  ['a mail address', { type: 'string', format: 'email' }, 'j@example.org', 'redacted@invalid.invalid'],
  ['a URI', { type: 'string', format: 'uri' }, 'https://a.example/', 'urn:redacted:x'],
  [
    'a UUID',
    { type: 'string', format: 'uuid' },
    '550e8400-e29b-41d4-a716-446655440000',
    '00000000-0000-0000-0000-000000000000',
  ],
  ['an IPv4 address', { type: 'string', format: 'ipv4' }, '10.1.2.3', '0.0.0.0'],
  ['a least length', { type: 'string', minLength: 12 }, 'Jane Roe Smith', '[masked]****'],
  ['a greatest length', { type: 'string', maxLength: 5 }, 'Jane', '[mask'],
  ['a date or null', { anyOf: [{ type: 'null' }, { type: 'string', format: 'date' }] }, '1970-02-03', '0001-01-01'],
  ['an enumeration with null', { enum: ['A', 'B', null] }, 'A', null],
  ['a number', { type: 'integer' }, 77, 0],
  ['a minimum', { type: 'number', minimum: 10 }, 77, 10],
  ['an exclusive minimum and a step', { type: 'integer', exclusiveMinimum: 10, multipleOf: 4 }, 76, 12],
  ['a maximum below zero', { type: 'number', maximum: -5 }, -77, -5],
  [
    'distinct items',
    { type: 'array', items: { type: 'string' }, uniqueItems: true },
    ['Jo', 'Jane'],
    ['[masked] 1', '[masked] 2'],
  ],
  ['a reference', { $ref: '#/$defs/d', $defs: { d: { type: 'string', format: 'date' } } }, '1970-02-03', '0001-01-01'],
] as const) {
  test(`stand-ins: ${name}`, () => {
    if ('$ref' in schema) {
      const { $defs, ...rest } = schema
      assert.deepEqual(masked({ ...x(rest), $defs }, { x: value }), { x: expected })
    } else assert.deepEqual(masked(x(schema), { x: value }), { x: expected })
  })
}

test('an identifier inside a longer string that may not change its form', () => {
  const schema = { type: 'object', properties: { note: { type: 'string', maxLength: 12 } } }
  assert.deepEqual(masked(schema, { note: '123-45-6789' }), { note: '[phi.ssn]' })
  assert.deepEqual(
    masked(
      { type: 'object', properties: { note: { type: 'string', maxLength: 11 } } },
      { note: 'a123-45-6789'.slice(1) },
    ),
    {
      note: '[phi.ssn]',
    },
  )
  assert.deepEqual(masked({ type: 'object', properties: { note: { maxLength: 5 } } }, { note: 'no' }), { note: 'no' })
})

test('transforms whose form the schema forbids', () => {
  assert.deepEqual(masked(x({ type: 'string' }), { x: 'Jane' }, 'null'), { x: '[masked]' })
  assert.deepEqual(masked(x({ type: ['string', 'null'] }), { x: 'Jane' }, 'null'), { x: null })
})

test('draft-07 by its $schema', () => {
  const schema = { $schema: 'http://json-schema.org/draft-07/schema#', ...x({ type: 'string', format: 'date' }) }
  assert.deepEqual(masked(schema, { x: '1970-02-03' }), { x: '0001-01-01' })
})

test('the same schema id in two tools does no harm', () => {
  assert.deepEqual(
    masked({ $id: 'https://a.example/s', ...x({ type: 'string', format: 'date' }) }, { x: '1970-02-03' }),
    { x: '0001-01-01' },
  )
  assert.deepEqual(masked({ $id: 'https://a.example/s', ...x({ type: 'string' }) }, { x: '1970-02-03' }), {
    x: '[phi.x]',
  })
})

test('content that never satisfied its schema is masked without stand-ins', () => {
  const schema = x({ type: 'string', pattern: '^A$' })
  const run = () => masked(schema, { x: 'Jane' })
  assert.throws(run, /satisfies the schema/)
})

for (const [name, schema, content] of [
  ['an enumeration', x({ enum: ['A', 'B'] }), { x: 'A' }],
  ['a constant', x({ const: 'A' }), { x: 'A' }],
  ['a number enumeration', x({ enum: [5, 6] }), { x: 5 }],
  ['a pattern on member names', { type: 'object', propertyNames: { pattern: '^[0-9-]+$' } }, { '123-45-6789': 1 }],
  ['a reference to elsewhere', x({ $ref: 'https://elsewhere.example/s.json' }), { x: 'A' }],
  ['a pattern no linear engine takes', x({ type: 'string', pattern: '^(?=a)a$' }), { x: 'a' }],
] as const) {
  test(`unmaskable: ${name}`, () => assert.throws(() => masked(schema, content), UnmaskableError))
}

test('a schema that cannot be compiled is no obstacle where nothing is hidden', () => {
  const plan = compileMasking({
    labels: { 'phi.x': { json: ['**.x'] } },
    clean: {},
    transforms: { default: 'redact', byLabel: {} },
  })
  const document = readJson(Buffer.from('{"result":{"structuredContent":{"y":1}}}'), limits)
  const context = {
    shape: { members: [] },
    edits: [],
    token: null,
    outputSchema: x({ $ref: 'https://elsewhere.example/s.json' }),
  }
  const result = createMasker(plan, new Set<string>()).message(document, context)
  assert.equal(result.released, result.raw)
})
