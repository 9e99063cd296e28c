import assert from 'node:assert/strict'
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadKeys, loadSealPrivateKey, readVerifyingKey } from './keys.ts'
import { temporaryDir } from './test-log.ts'

const dir = temporaryDir()
const keys = loadKeys(dir)

test('keys are made once, for their owner only, and read again the same', () => {
  const approval = keys.secretKey('approval')
  for (const folder of ['keys', 'seal-keys']) {
    assert.equal(statSync(join(dir, folder)).mode & 0o777, 0o700)
    for (const name of readdirSync(join(dir, folder))) {
      assert.equal(statSync(join(dir, folder, name)).mode & 0o777, 0o600, name)
    }
  }
  const again = loadKeys(dir)
  assert.ok(again.signing.equals(keys.signing))
  assert.ok(again.seal.equals(keys.seal))
  assert.ok(again.transcript.equals(keys.transcript))
  assert.ok(again.secretKey('approval').equals(approval))
  assert.ok(!again.secretKey('opaque-id').equals(approval))
  assert.ok(readVerifyingKey(dir)?.equals(keys.verifying))
})

test('the private half of the seal key is elsewhere, is RSA 3072, and the gateway does without it', () => {
  const privateKey = loadSealPrivateKey(join(dir, 'seal-keys'))
  assert.equal(privateKey.asymmetricKeyDetails?.modulusLength, 3072)
  assert.equal(keys.seal.type, 'public')
  const apart = temporaryDir()
  const elsewhere = temporaryDir()
  loadKeys(apart, { sealDir: elsewhere })
  loadKeys(apart, { sealDir: join(elsewhere, 'taken-away') })
  assert.deepEqual(readdirSync(elsewhere), ['seal-private.key'])
})

test('a key file that others can read is refused in one sentence without its content', () => {
  const file = join(dir, 'keys', 'transcript.key')
  const content = readFileSync(file, 'latin1').split('\n')[1] as string
  for (const mode of [0o644, 0o640, 0o620, 0o601]) {
    chmodSync(file, mode)
    assert.throws(
      () => loadKeys(dir),
      (error: Error) => /^The key file .* can be read or written by others: run chmod 600/.test(error.message),
    )
  }
  chmodSync(file, 0o600)
  assert.ok(content.length > 40)
  loadKeys(dir)
})

test('an unknown format, another kind of key and rubbish are refused', () => {
  const other = temporaryDir()
  loadKeys(other)
  const file = join(other, 'keys', 'transcript.key')
  const whole = readFileSync(file, 'latin1')
  const wrong: [string, RegExp][] = [
    [whole.replace('sallyport-key 1', 'sallyport-key 2'), /has format 2, and this version reads format 1 only/],
    [whole.replace('transcript', 'approval'), /is not a transcript key/],
    ['rubbish', /is not a transcript key/],
    ['', /is not a transcript key/],
  ]
  for (const [text, says] of wrong) {
    writeFileSync(file, text)
    assert.throws(() => loadKeys(other), says)
  }
})

test('names of secrets cannot leave the folder or shadow another key', () => {
  for (const name of ['../x', 'a/b', '', 'log-signing', 'A']) assert.throws(() => keys.secretKey(name), /not a name/)
})
