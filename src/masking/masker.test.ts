import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Edit, MessageContext, MessageShape } from '../gateway/seam.ts'
import { readJson } from '../json/document.ts'
import type { Masked } from './masked.ts'
import { createMasker, defaultPlan, transparentMasker } from './masker.ts'
import { compileMasking, type LabelRule, type Transform } from './plan.ts'

const limits = { depth: 64, values: 1 << 20 }
const shape: MessageShape = {
  members: [
    ['jsonrpc', 'fixed'],
    ['id', 'fixed'],
    ['result.tools.*.name', 'name'],
    ['result.contents.*.uri', 'uri'],
  ],
}
const plain: MessageContext = { shape, edits: [], token: null, outputSchema: null }

function rules(
  labels: Record<string, LabelRule> | null,
  byLabel: Record<string, Transform> = {},
  clean: string[] = [],
) {
  return compileMasking({ labels, clean: { json: clean }, transforms: { default: 'redact', byLabel } })
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString()

function mask(
  plan: ReturnType<typeof rules>,
  message: unknown,
  context: Partial<MessageContext> = {},
  reveal: string[] = [],
): Masked {
  const source = typeof message === 'string' ? message : JSON.stringify(message)
  return createMasker(plan, new Set(reveal)).message(readJson(Buffer.from(source), limits), { ...plain, ...context })
}

/** What is released, as a value. */
function released(
  plan: ReturnType<typeof rules>,
  message: unknown,
  context: Partial<MessageContext> = {},
  reveal: string[] = [],
): unknown {
  return JSON.parse(text(mask(plan, message, context, reveal).released))
}

const byPath = rules({
  'phi.mrn': { json: ['**.mrn'], csv: ['Record No'] },
  'phi.name': { json: ['**.name', '**.full name'] },
  'phi.ssn': { shape: 'ssn' },
})

test('what holds no label goes out as the very bytes that came', () => {
  const source = ' {"jsonrpc" : "2.0","id":9007199254740993, "result":{"x":1.0e0,"t":"\\u0041\\/"}}\n'
  const { raw, released, transcript, findings } = mask(byPath, source)
  assert.equal(released, raw)
  assert.equal(transcript, raw)
  assert.equal(text(raw), source)
  assert.deepEqual(findings, {})
})

test('a change leaves every other byte, digits and escapes included', () => {
  const source = '{"id":12345678901234567890, "mrn" : "A1" ,"t":"\\u0041 123-45-6789 \\/", "n":0.10}'
  assert.equal(
    text(mask(byPath, source).released),
    '{"id":12345678901234567890, "mrn" : "[phi.mrn]" ,"t":"\\u0041 [phi.ssn] \\/", "n":0.10}',
  )
})

test('revealed labels are clear to the other side, hidden in the transcript and still counted', () => {
  const masked = mask(byPath, { mrn: 'A1', name: 'Jo' }, {}, ['phi.mrn'])
  assert.deepEqual(JSON.parse(text(masked.released)), { mrn: 'A1', name: '[phi.name]' })
  assert.deepEqual(JSON.parse(text(masked.transcript)), { mrn: '[phi.mrn]', name: '[phi.name]' })
  assert.deepEqual(masked.findings, {
    'phi.mrn': { count: 1, transform: 'reveal', detector: 'path' },
    'phi.name': { count: 1, transform: 'redact', detector: 'path' },
  })
})

test('a value under a revealed path is still searched for other labels', () => {
  assert.deepEqual(released(byPath, { name: 'Jo 123-45-6789' }, {}, ['phi.name']), { name: 'Jo [phi.ssn]' })
})

test('questions: `all` reveals everything to the other side and nothing to the transcript', () => {
  const masker = createMasker(defaultPlan, 'all')
  const masked = masker.message(readJson(Buffer.from('{"a":"123-45-6789"}'), limits), plain)
  assert.equal(masked.released, masked.raw)
  assert.equal(text(masked.transcript), '{"a":"[phi.ssn]"}')
  assert.equal(masked.findings['phi.ssn']?.transform, 'reveal')
  assert.equal(transparentMasker, masker)
})

test('a masker is made once per set of labels', () => {
  assert.equal(createMasker(byPath, new Set(['phi.mrn', 'nonsense'])), createMasker(byPath, new Set(['phi.mrn'])))
  assert.notEqual(createMasker(byPath, new Set(['phi.mrn'])), createMasker(byPath, new Set()))
})

test('a path to an object or array hides every leaf under it, by type', () => {
  const plan = rules({ 'acme.p': { json: ['patient'] } })
  assert.deepEqual(released(plan, { patient: { a: 'x', b: [1, true, null, { c: '' }] }, q: 1 }), {
    patient: { a: '[acme.p]', b: [0, false, null, { c: '' }] },
    q: 1,
  })
})

test('anchored paths hold at the message, below data members and in inner JSON', () => {
  const plan = rules({ 'acme.p': { json: ['patient.code'] } })
  const inner = { patient: { code: 'x' } }
  const message = {
    ...inner,
    result: { structuredContent: inner, content: [{ text: JSON.stringify(inner) }] },
    other: inner,
  }
  const hidden = { patient: { code: '[acme.p]' } }
  assert.deepEqual(released(plan, message), {
    ...hidden,
    result: { structuredContent: hidden, content: [{ text: JSON.stringify(hidden) }] },
    other: inner,
  })
})

test('transforms: last-four, null, by type', () => {
  const plan = rules(
    { 'acme.a': { json: ['**.a'] }, 'acme.b': { json: ['**.b'] }, 'phi.ssn': { shape: 'ssn' } },
    { 'acme.a': 'last-four', 'acme.b': 'null', 'phi.ssn': 'null' },
  )
  assert.deepEqual(
    released(plan, {
      x: { a: 'AB-1234567' },
      y: { a: '1234567' },
      z: { a: 12345678 },
      b: [1, 'x', true],
      t: 'is 123-45-6789.',
      u: '123-45-6789',
      again: { a: '**-***4567' },
      stars: { a: '****12345' },
    }),
    {
      again: { a: '**-***4567' },
      stars: { a: '[acme.a]' },
      x: { a: '**-***4567' },
      y: { a: '[acme.a]' },
      z: { a: 0 },
      b: [null, null, null],
      t: 'is .',
      u: null,
    },
  )
})

test('treatments: fixed is left alone, name is searched by shape only, uri becomes a token', () => {
  const message = {
    id: '123-45-6789',
    result: {
      tools: [{ name: 'get_123-45-6789' }, { name: 'find' }],
      contents: [{ uri: 'ehr://p/123-45-6789' }, { uri: 'ehr://all' }],
    },
  }
  const masked = mask(byPath, message, { token: value => `token:${value.length}` })
  assert.deepEqual(JSON.parse(text(masked.released)), {
    id: '123-45-6789',
    result: {
      tools: [{ name: 'get_[phi.ssn]' }, { name: 'find' }],
      contents: [{ uri: 'token:19' }, { uri: 'ehr://all' }],
    },
  })
  assert.equal(JSON.parse(text(masked.transcript)).result.contents[0].uri, '[phi.ssn]')
  assert.deepEqual(released(byPath, { result: { contents: [{ uri: 'ehr://p/123-45-6789' }] } }), {
    result: { contents: [{ uri: 'ehr://p/[phi.ssn]' }] },
  })
})

test('member names are searched, and stay distinct', () => {
  const message = '{"123-45-6789":1,"987-65-4321":2,"[phi.ssn] 2":3,"x":{"123-45-6789":4}}'
  assert.equal(
    text(mask(byPath, message).released),
    '{"[phi.ssn]":1,"[phi.ssn] 3":2,"[phi.ssn] 2":3,"x":{"[phi.ssn]":4}}',
  )
})

test('edits reach both sides, and their text is not searched', () => {
  const edits: Edit[] = [
    { path: ['a'], json: '"123-45-6789"' },
    { path: ['b'], json: null },
    { path: ['new'], json: '1' },
  ]
  const masked = mask(byPath, '{"a":"x","b":"123-45-6789","c":"987-65-4321"}', { edits })
  assert.equal(text(masked.released), '{"a":"123-45-6789","c":"[phi.ssn]","new":1}')
  assert.equal(text(masked.transcript), text(masked.released))
  assert.deepEqual(masked.findings, { 'phi.ssn': { count: 1, transform: 'redact', detector: 'shape' } })
  const open = transparentMasker.message(readJson(Buffer.from('{"a":1,"b":"123-45-6789"}'), limits), {
    ...plain,
    edits: [{ path: ['a'], json: null }],
  })
  assert.equal(text(open.released), '{"b":"123-45-6789"}')
  assert.equal(text(open.transcript), '{"b":"[phi.ssn]"}')
})

test('clean places are left alone by shapes, not by paths', () => {
  const plan = rules({ 'phi.ssn': { shape: 'ssn' }, 'phi.mrn': { json: ['**.mrn'] } }, {}, ['**.invoice', '**.mrn'])
  assert.deepEqual(released(plan, { invoice: { no: '123-45-6789' }, mrn: '987-65-4321', x: '123-45-6789' }), {
    invoice: { no: '123-45-6789' },
    mrn: '[phi.mrn]',
    x: '[phi.ssn]',
  })
})

test('names and numbers: a bare number is told by its member name', () => {
  assert.deepEqual(
    released(defaultPlan, {
      ssn: 123456789,
      phone: 5551234567,
      dob: '19700101',
      mrn: 44556677,
      total: 123456780,
      ts: 5551234560,
      n: { phone: ['5551234567'] },
    }),
    { ssn: 0, phone: 0, dob: '[phi.date]', mrn: 0, total: 123456780, ts: 5551234560, n: { phone: ['[phi.phone]'] } },
  )
  assert.deepEqual(released(defaultPlan, { card: 4111111111111111, x: 4111111111111111 }), { card: 0, x: 0 })
})

test('patterns run on every text, wherever it is', () => {
  const plan = rules({ 'acme.badge': { pattern: 'BDG-[0-9]{6}' }, 'acme.no': { pattern: '^77[0-9]{4}$' } })
  assert.deepEqual(
    released(plan, { t: 'a BDG-123456, BDG-654321.', 'BDG-111111': 1, n: 771234, j: '{"x":"BDG-222222"}' }),
    {
      t: 'a [acme.badge], [acme.badge].',
      '[acme.badge]': 1,
      n: 0,
      j: '{"x":"[acme.badge]"}',
    },
  )
})

test('a value named in one place is hidden in all others', () => {
  const message = {
    structured: { mrn: 'Q77', name: 'Jane Roe', full: { mrn: 'AB-1234' } },
    prose: 'Ms. JANE  ROE (ab 1234) was seen; Jane Roeder was not.',
    'AB-1234': 'ab-1234',
    raw: '{"x":"Jane Roe"}',
  }
  assert.deepEqual(released(byPath, message), {
    structured: { mrn: '[phi.mrn]', name: '[phi.name]', full: { mrn: '[phi.mrn]' } },
    prose: 'Ms. [phi.name] ([phi.mrn]) was seen; Jane Roeder was not.',
    '[phi.mrn]': '[phi.mrn]',
    raw: '{"x":"[phi.name]"}',
  })
  assert.deepEqual(released(byPath, { a: '{"mrn":"ZX99812"}', b: 'about ZX99812', n: 5 }), {
    a: '{"mrn":"[phi.mrn]"}',
    b: 'about [phi.mrn]',
    n: 5,
  })
  assert.deepEqual(released(byPath, { mrn: '8877665', other: 8877665 }), { mrn: '[phi.mrn]', other: 0 })
  assert.deepEqual(released(defaultPlan, { a: 'MRN: 8877665', b: 'x8877665 8877665' }), {
    a: 'MRN: [phi.mrn]',
    b: 'x8877665 [phi.mrn]',
  })
})

test('a value with two labels is hidden everywhere while either is', () => {
  const plan = rules({ 'phi.mrn': { json: ['**.mrn'] }, 'acme.trial': { json: ['trial.**'] } })
  const message = { trial: { mrn: 'AB-1234' }, prose: 'AB-1234 enrolled' }
  const hidden = { trial: { mrn: '[acme.trial]' }, prose: '[acme.trial] enrolled' }
  assert.deepEqual(released(plan, message, {}, ['phi.mrn']), hidden)
  assert.deepEqual(released(plan, message, {}, ['phi.mrn', 'acme.trial']), message)
})

test('an overlap of hidden and revealed finds is hidden', () => {
  const plan = rules({ 'phi.ssn': { shape: 'ssn' }, 'acme.any': { pattern: 'no [0-9-]+' } }, { 'phi.ssn': 'last-four' })
  assert.deepEqual(released(plan, { a: 'no 123-45-6789' }, {}, ['acme.any']), { a: 'no ***-**-6789' })
  assert.deepEqual(released(plan, { a: 'no 123-45-6789' }, {}, ['phi.ssn']), { a: '[acme.any]' })
  assert.deepEqual(released(plan, { a: 'no 123-45-6789' }), { a: '[acme.any]' })
})

test('bytes that are no JSON', () => {
  const masker = createMasker(byPath, new Set<string>())
  const error = masker.text(Buffer.from('Key (mrn)=(A-7) exists\nmrn: A-77\n{"name":"Jo"}\nssn 123-45-6789'))
  assert.equal(
    text(error.released),
    'Key (mrn)=([phi.mrn]) exists\nmrn: [phi.mrn]\n{"name":"[phi.name]"}\nssn [phi.ssn]',
  )
  const clean = masker.text(Buffer.from('all is well'))
  assert.equal(clean.released, clean.raw)
  const broken = masker.text(Buffer.from([0x31, 0xff, 0x32]))
  assert.equal(text(broken.released), '[unreadable]')
  assert.equal(text(broken.transcript), '[unreadable]')
  assert.deepEqual(broken.findings, { unreadable: { count: 1, transform: 'redact', detector: 'limit' } })
})
