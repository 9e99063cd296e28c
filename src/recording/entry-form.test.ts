import assert from 'node:assert/strict'
import { test } from 'node:test'
import canonicalize from 'canonicalize'
import type { EntryBody } from './entry.ts'
import { fillLeaf, leafText, MalformedDraft } from './entry-form.ts'
import { answer, opening, question } from './test-log.ts'

const commitment = '{"bytes":1,"salted":"aa","sha256":"bb"}'
const blob = `{"sealed":${commitment},"transcript":${commitment}}`

const bodies: EntryBody[] = [
  { kind: 'start', version: '1.0.0' },
  { kind: 'stop', version: '1.0.0' },
  { kind: 'refused', code: 'forbidden', reference: 'x_1', source: '::1', connection: 'clinic', reason: null, count: 2 },
  { kind: 'clock', jumpMs: -3_600_000 },
  { kind: 'config', from: 'a', to: 'b', by: 'file', outcome: 'live', transparent: 0, restart: ['data'] },
  opening('a "quoted" \\ name\n\u2028 \u{1f600} é'),
  question('x_1'),
  { kind: 'decided', exchange: 'x_1', decision: 'allow', rules: [], approval: null },
  { kind: 'hold', exchange: 'x_1', approval: 'x_1', until: 123 },
  { kind: 'verdict', exchange: 'x_1', approval: 'x_1', by: ['a', 'b'], outcome: 'approved' },
  answer('x_1'),
  { ...answer('x_1'), rows: 0 } as EntryBody,
  { ...answer('x_1'), rows: 1_000_000 } as EntryBody,
  { kind: 'answer.refused', exchange: 'x_1', code: 'unmaskable' },
  { kind: 'end', exchange: 'x_1', outcome: 'done', delivered: 0 },
  { kind: 'access', by: 'a', act: 'read', of: 's_1' },
  { kind: 'session.close', entries: 0, outcome: 'done' },
]

test('every kind of entry is written as RFC 8785 has it, with and without what the log adds', () => {
  for (const body of bodies) {
    const begins = body.kind !== 'session.close'
    for (const fill of [
      { n: 0, blob: null, key: null, entries: null, released: null },
      { n: 12, blob, key: begins ? 'cc' : null, entries: null, released: 'dd' },
    ]) {
      const entries = begins ? null : 13
      for (const session of [null, 's_1']) {
        const leaf = fillLeaf(leafText(body, session, 1_700_000_000_000), { ...fill, entries })
        const value = JSON.parse(leaf) as Record<string, unknown>
        assert.equal(leaf, canonicalize(value), body.kind)
        const added = {
          at: 1_700_000_000_000,
          n: fill.n,
          session,
          v: 1,
          ...(fill.blob ? { blob: JSON.parse(blob) } : {}),
          ...(fill.key ? { key: fill.key } : {}),
          ...(fill.released ? { releasedSalted: fill.released } : {}),
        }
        assert.deepEqual(value, { ...body, ...(begins ? {} : { entries }), ...added })
      }
    }
  }
})

test('a member that may be left out leaves no trace where it is', () => {
  const fill = { n: 1, blob: null, key: null, entries: null, released: 'dd' }
  const findings = '{"phi.ssn":{"count":1,"detector":"shape","transform":"redact"}}'
  const leaf = (body: EntryBody) => fillLeaf(leafText(body, 's_1', 7), fill)
  assert.equal(
    leaf(answer('x_1')),
    `{"at":7,"door":"caller","exchange":"x_1","findings":${findings},"kind":"answer","last":true,"n":1,"part":0,"releasedSalted":"dd","session":"s_1","v":1}`,
  )
  assert.ok(leaf({ ...answer('x_1'), rows: 3 } as EntryBody).includes('"releasedSalted":"dd","rows":3,"session"'))
})

test('labels are written in order whatever order they were found in', () => {
  const found = (count: number) => ({ count, transform: 'redact', detector: 'shape' })
  const body = { ...answer('x_1'), findings: { 'phi.ssn': found(2), 'acme.badge': found(1), 'phi.mrn': found(3) } }
  const fill = { n: 0, blob: null, key: null, entries: null, released: null }
  const leaf = fillLeaf(leafText(body as EntryBody, null, 0), fill)
  assert.equal(leaf, canonicalize(JSON.parse(leaf)))
})

test('a draft that is not what its kind declares is refused, and its value is not repeated', () => {
  const secret = '123-45-6789'
  const bad: unknown[] = [
    null,
    undefined,
    'question',
    {},
    { kind: 'other' },
    { kind: '__proto__' },
    { kind: 'constructor' },
    { kind: ['start'], version: '1' },
    { kind: { toString: () => 'start' }, version: '1' },
    { kind: 'start' },
    { kind: 'start', version: 1 },
    { kind: 'start', version: '1', note: secret },
    { kind: 'start', version: '\ud800' },
    { kind: 'clock', jumpMs: 0.5 },
    { kind: 'clock', jumpMs: Number.NaN },
    { kind: 'clock', jumpMs: 10n },
    { ...question('x_1'), rules: 'read' },
    { ...question('x_1'), rules: [secret, 7] },
    { ...question('x_1'), rules: Object.assign(['a'], { 2: 'b' }) },
    { ...question('x_1'), findings: null },
    { ...question('x_1'), findings: { 'phi.ssn': secret } },
    { ...question('x_1'), findings: { 'phi.ssn': { count: secret, transform: 'a', detector: 'b' } } },
    { ...question('x_1'), parent: undefined },
    { ...answer('x_1'), last: 'yes' },
    { ...answer('x_1'), rows: undefined },
    { ...answer('x_1'), rows: secret },
    { ...answer('x_1'), rows: 0.5 },
    { ...answer('x_1'), lines: 1 },
    { ...answer('x_1'), rows: 1, lines: 1 },
    { ...question('x_1'), rows: 1 },
  ]
  for (const body of bad) {
    assert.throws(
      () => leafText(body as EntryBody, null, 0),
      (error: unknown) => error instanceof MalformedDraft && !error.message.includes(secret),
    )
  }
  assert.throws(() => leafText(question('x_1'), 7 as unknown as string, 0), MalformedDraft)
  assert.throws(() => leafText(question('x_1'), null, Number.NaN), MalformedDraft)
})
