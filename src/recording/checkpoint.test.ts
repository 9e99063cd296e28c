import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { test } from 'node:test'
import { keyId, origin, parseCheckpoint, signCheckpoint, verifierKey, verifyCheckpoint } from './checkpoint.ts'

const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')
const SPKI = Buffer.from('302a300506032b6570032100', 'hex')

function keyFromSeed(byte: number): { privateKey: KeyObject; publicKey: KeyObject } {
  const key = Buffer.concat([PKCS8, Buffer.alloc(32, byte)])
  const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' })
  return { privateKey, publicKey: createPublicKey(privateKey) }
}

const keys = keyFromSeed(1)
const root = Buffer.alloc(32, 0xab)

test("the signed-note example of Go's note package: key id and signature", () => {
  const stated = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
  const raw = Buffer.from('ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW', 'base64').subarray(1)
  const publicKey = createPublicKey({ key: Buffer.concat([SPKI, raw]), format: 'der', type: 'spki' })
  assert.equal(keyId('PeterNeumann', publicKey).toString('hex'), 'c74f20a3')
  assert.equal(verifierKey('PeterNeumann', publicKey), stated)
  const text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
  const signature = Buffer.from(
    'x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=',
    'base64',
  )
  assert.equal(signature.subarray(0, 4).toString('hex'), 'c74f20a3')
  assert.ok(verify(null, Buffer.from(text), publicKey, signature.subarray(4)))
})

test('a checkpoint is the three lines, an empty one and a signature line made by hand', () => {
  const name = origin('one')
  const text = `sallyport/one\n42\n${root.toString('base64')}\n`
  const signature = sign(null, Buffer.from(text), keys.privateKey)
  const line = Buffer.concat([keyId(name, keys.publicKey), signature]).toString('base64')
  const note = `${text}\n— sallyport/one ${line}\n`
  assert.equal(signCheckpoint({ origin: name, size: 42, root }, keys), note)
  assert.deepEqual(verifyCheckpoint(note, name, keys.publicKey), { origin: name, size: 42, root })
})

test('another key, another origin, or any changed character is not accepted', () => {
  const name = origin('one')
  const note = signCheckpoint({ origin: name, size: 7, root }, keys)
  assert.equal(verifyCheckpoint(note, name, keyFromSeed(2).publicKey), null)
  assert.equal(verifyCheckpoint(note, origin('two'), keys.publicKey), null)
  for (let at = 0; at < note.length; at++) {
    const changed = note.slice(0, at) + String.fromCharCode(note.charCodeAt(at) ^ 1) + note.slice(at + 1)
    assert.equal(verifyCheckpoint(changed, name, keys.publicKey), null, `character ${at}`)
  }
})

test('a signature of a witness beside our own is allowed, and is not ours', () => {
  const name = origin('one')
  const note = signCheckpoint({ origin: name, size: 7, root }, keys)
  const witness = Buffer.concat([keyId('witness', keyFromSeed(3).publicKey), Buffer.alloc(72)]).toString('base64')
  assert.equal(verifyCheckpoint(`${note}— witness ${witness}\n`, name, keys.publicKey)?.size, 7)
  const alone = `${note.slice(0, note.indexOf('—'))}— witness ${witness}\n`
  assert.equal(verifyCheckpoint(alone, name, keys.publicKey), null)
})

test('what is no checkpoint is not parsed', () => {
  for (const text of ['', '\n\n', 'a\n1\n\n— a b\n', 'a\n01\nAAAA\n\n— a AAAAAAA=\n', 'a\n-1\nAAAA\n\n']) {
    assert.equal(parseCheckpoint(text), null)
  }
})
