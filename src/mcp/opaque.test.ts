import assert from 'node:assert/strict'
import { generateKeySync } from 'node:crypto'
import { describe, it } from 'node:test'
import { type Binding, createOpaque, type OpaqueKind, subjectKey, unwrapUri, wrapUri } from './opaque.ts'
import { subjectOf } from './testing/rig.ts'

const opaque = createOpaque(generateKeySync('aes', { length: 256 }))
const ann: Binding = { connection: 'clinic', subject: subjectKey(subjectOf('ann')) }
const kinds: OpaqueKind[] = ['session', 'cursor', 'state', 'task', 'request', 'event', 'uri']

describe('opaque identifiers', () => {
  it('open to what was wrapped and show nothing of it', () => {
    for (const kind of kinds) {
      for (const value of ['', 'x', 'row:123-45-6789', 'ü'.repeat(3_000)]) {
        const text = opaque.wrap(kind, ann, value)
        assert.match(text, /^[\w-]+$/)
        assert.equal(opaque.unwrap(kind, ann, text), value)
        if (value.length > 2) assert.ok(!Buffer.from(text, 'base64url').includes(value))
      }
    }
  })

  it('are the same for the same value, so that callers can compare them', () => {
    assert.equal(opaque.wrap('task', ann, 't1'), opaque.wrap('task', ann, 't1'))
    assert.notEqual(opaque.wrap('task', ann, 't1'), opaque.wrap('task', ann, 't2'))
  })

  it('do not open for another kind, connection, subject, or human acted for', () => {
    const text = opaque.wrap('cursor', ann, 'page 2')
    const agent = { ...subjectOf('ann'), kind: 'agent' as const, onBehalfOf: subjectOf('bob') }
    assert.equal(opaque.unwrap('task', ann, text), null)
    assert.equal(opaque.unwrap('cursor', { ...ann, connection: 'files' }, text), null)
    assert.equal(opaque.unwrap('cursor', { ...ann, subject: subjectKey(subjectOf('eve')) }, text), null)
    assert.equal(opaque.unwrap('cursor', { ...ann, subject: subjectKey(agent) }, text), null)
    const other = createOpaque(generateKeySync('aes', { length: 256 }))
    assert.equal(other.unwrap('cursor', ann, text), null)
  })

  it('do not open when any bit is changed, or spelled otherwise', () => {
    const text = opaque.wrap('state', ann, 'value')
    const bytes = Buffer.from(text, 'base64url')
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const forged = Buffer.from(bytes)
      forged.writeUInt8((forged[bit >> 3] as number) ^ (1 << (bit & 7)), bit >> 3)
      assert.equal(opaque.unwrap('state', ann, forged.toString('base64url')), null)
    }
    for (const forged of ['', 'x', text.slice(0, -1), `${text}A`, `${text}=`, ` ${text}`, text.slice(0, 39)]) {
      assert.equal(opaque.unwrap('state', ann, forged), null)
    }
  })

  it('stand for addresses, and leave plain ones alone', () => {
    const token = wrapUri(opaque, ann, 'fhir://Patient/7')
    assert.ok(URL.canParse(token))
    assert.equal(unwrapUri(opaque, ann, token), 'fhir://Patient/7')
    assert.equal(unwrapUri(opaque, ann, 'file://a'), 'file://a')
    assert.equal(unwrapUri(opaque, { ...ann, subject: 'eve' }, token), null)
  })
})
