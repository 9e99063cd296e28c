import assert from 'node:assert/strict'
import { createHash, createSecretKey, generateKeyPairSync, hash, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { newSessionKey, openBlob, SealError, Sealer, salted, transcriptKey, unwrapKeys } from './seal.ts'

const pair = generateKeyPairSync('rsa', { modulusLength: 3072 })
const transcript = createSecretKey(randomBytes(32))
const place = { log: 'one', session: 's_1', n: 3, seq: 17 }
const key = newSessionKey({ seal: pair.publicKey, transcript }, 'one', 's_1')
const sealer = new Sealer()

function fault(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof SealError) return error.fault
    throw error
  }
  return 'opened'
}

test('what was sealed opens with the private key, and only to its own commitment', () => {
  for (const size of [0, 1, 1024, 16 << 10, 70_000, 1 << 20]) {
    const raw = randomBytes(size)
    const { bytes, commitment, salt } = sealer.close('sealed', key.seal, place, raw)
    const unwrapped = unwrapKeys(pair.privateKey, key.wrapped, 'one', 's_1')
    const opened = openBlob('sealed', unwrapped.seal, place, bytes, commitment)
    assert.ok(opened.payload.equals(raw))
    assert.ok(opened.salt.equals(Buffer.from(salt)))
    assert.equal(commitment.salted, createHash('sha256').update(salt).update(raw).digest('hex'))
  }
})

test('large text is stored compressed and comes back whole', () => {
  const raw = Buffer.from('{"note":"seen for follow-up"}'.repeat(5_000))
  const { bytes, commitment } = sealer.close('sealed', key.seal, place, raw)
  assert.ok(bytes.length < raw.length / 10)
  assert.ok(openBlob('sealed', key.seal, place, bytes, commitment).payload.equals(raw))
})

test('every flipped bit of a stored blob is noticed, also where its hash is made to fit', () => {
  const { bytes, commitment } = sealer.close('sealed', key.seal, place, Buffer.from('short'))
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes)
    changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7))
    assert.equal(
      fault(() => openBlob('sealed', key.seal, place, changed, commitment)),
      'changed',
    )
    const fitting = { ...commitment, sha256: hash('sha256', changed, 'hex') }
    const seen = fault(() => openBlob('sealed', key.seal, place, changed, fitting))
    assert.equal(seen, bit < 8 ? 'unknown-format' : 'wrong-key')
  }
})

test('a blob opens at no other place, in no other role and with no other key', () => {
  const { bytes, commitment } = sealer.close('sealed', key.seal, place, Buffer.from('text'))
  const elsewhere = [
    { ...place, log: 'two' },
    { ...place, session: 's_2' },
    { ...place, session: null },
    { ...place, n: 4 },
    { ...place, seq: 18 },
  ]
  for (const other of elsewhere) {
    assert.equal(
      fault(() => openBlob('sealed', key.seal, other, bytes, commitment)),
      'wrong-key',
    )
  }
  assert.equal(
    fault(() => openBlob('transcript', key.seal, place, bytes, commitment)),
    'wrong-key',
  )
  assert.equal(
    fault(() => openBlob('sealed', key.transcript, place, bytes, commitment)),
    'wrong-key',
  )
})

test('a commitment to other bytes is noticed although the ciphertext is right', () => {
  const { bytes, commitment } = sealer.close('sealed', key.seal, place, Buffer.from('text'))
  const lying = { ...commitment, salted: salted(randomBytes(32), Buffer.from('text')) }
  assert.equal(
    fault(() => openBlob('sealed', key.seal, place, bytes, lying)),
    'wrong-commitment',
  )
})

test('a wrapped key is bound to its log and session, and the transcript key is found again from what is stored', () => {
  assert.equal(
    fault(() => unwrapKeys(pair.privateKey, key.wrapped, 'one', 's_2')),
    'wrong-key',
  )
  assert.equal(
    fault(() => unwrapKeys(pair.privateKey, key.wrapped, 'two', 's_1')),
    'wrong-key',
  )
  assert.ok(transcriptKey(transcript, key.derive, 'one', 's_1').equals(key.transcript))
  assert.ok(unwrapKeys(pair.privateKey, key.wrapped, 'one', 's_1').transcript.equals(key.transcript))
  assert.ok(!key.seal.equals(key.transcript))
  assert.ok(!transcriptKey(transcript, key.derive, 'one', 's_2').equals(key.transcript))
})

test('no nonce and no salt comes twice, and equal payloads look different', () => {
  const nonces = new Set<string>()
  const salts = new Set<string>()
  const commitments = new Set<string>()
  for (let round = 0; round < 1_000; round++) {
    const { bytes, commitment, salt } = sealer.close('sealed', key.seal, place, Buffer.from('123-45-6789'))
    nonces.add(bytes.subarray(1, 13).toString('hex'))
    salts.add(Buffer.from(salt).toString('hex'))
    commitments.add(commitment.salted)
  }
  assert.deepEqual([nonces.size, salts.size, commitments.size], [1_000, 1_000, 1_000])
})

test('the salted hash is SHA-256 of salt and bytes at every size around its own limits', () => {
  const salt = randomBytes(32)
  for (const size of [0, 1, 63, 64, 65, (64 << 10) - 33, (64 << 10) - 32, (64 << 10) - 31, 64 << 10, (64 << 10) + 1]) {
    const bytes = randomBytes(size)
    assert.equal(salted(salt, bytes), createHash('sha256').update(salt).update(bytes).digest('hex'))
  }
})
