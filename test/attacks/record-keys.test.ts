// Keys that are gone, cut short or open to others. Promise: the gateway does not start, in one sentence that names the file,
// where it would go on under other keys than the log was begun with, or under one that anybody could guess or replace.
import assert from 'node:assert/strict'
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { Inbox } from '../../src/recording/inbox.ts'
import { loadKeys } from '../../src/recording/keys.ts'
import { call, openSession, temporaryDir } from '../../src/recording/test-log.ts'
import { verifyLog } from '../../src/recording/verify.ts'

let dir: string
let keptAt: string
const key = (name: string) => join(dir, 'keys', `${name}.key`)

before(async () => {
  dir = temporaryDir()
  keptAt = temporaryDir()
  const keys = loadKeys(dir)
  keys.secretKey('approval')
  const inbox = await Inbox.open({ dir, instance: 'gateway', keys })
  await call(inbox, await openSession(inbox))
  await inbox.close()
})

/** One key file is changed, and put back. */
function changed(name: string, change: (file: string) => void, work: () => void): void {
  const kept = join(keptAt, name)
  copyFileSync(key(name), kept)
  try {
    change(key(name))
    work()
  } finally {
    rmSync(key(name), { force: true })
    writeFileSync(key(name), readFileSync(kept), { mode: 0o600 })
  }
}

describe('beside a log', () => {
  for (const name of ['log-signing', 'transcript']) {
    it(`a missing ${name} key is not made anew`, () => {
      changed(
        name,
        file => rmSync(file),
        () =>
          assert.throws(
            () => loadKeys(dir),
            new RegExp(`^Error: The key file .*/keys/${name}\\.key is missing.*restore it`),
          ),
      )
    })
  }

  it('a missing pair of seal keys is not made anew; a public half is, from its private one', async () => {
    changed(
      'seal-public',
      file => rmSync(file),
      () => {
        assert.throws(() => loadKeys(dir, { sealDir: temporaryDir() }), /seal-public\.key is missing/)
        const seal = loadKeys(dir).seal
        assert.ok(seal.equals(loadKeys(dir).seal))
      },
    )
  })

  it('a public key that is none is a fault of the log, not of the command', async () => {
    const file = join(dir, 'log-public.pem')
    const kept = readFileSync(file)
    writeFileSync(file, 'spoiled')
    const verdict = await verifyLog(dir)
    writeFileSync(file, kept)
    assert.equal(verdict.intact, false)
    assert.match(verdict.faults[0]?.what ?? '', /no public key/)
  })

  it('all is as it was, and verifies', async () => {
    loadKeys(dir)
    assert.deepEqual((await verifyLog(dir)).faults, [])
  })
})

describe('a key file', () => {
  const cases: readonly [name: string, text: string][] = [
    ['transcript', 'sallyport-key 1 transcript\nAAAA\n'],
    ['approval', 'sallyport-key 1 approval\n=\n'],
    ['approval', `sallyport-key 1 approval\n${'A'.repeat(42)}\n`],
    ['log-signing', 'sallyport-key 1 log-signing\nAAAA\n'],
    ['seal-public', 'sallyport-key 1 seal-public\nAAAA\n'],
  ]
  for (const [name, text] of cases) {
    it(`of ${name} that was cut short or spoiled is refused by its name`, () => {
      changed(
        name,
        file => writeFileSync(file, text, { mode: 0o600 }),
        () =>
          assert.throws(
            () => loadKeys(dir).secretKey('approval'),
            new RegExp(`^Error: The file .*/keys/${name}\\.key is not a ${name} key of this product`),
          ),
      )
    })
  }

  it('lies in a folder that nobody else can write', () => {
    for (const mode of [0o770, 0o702]) {
      chmodSync(join(dir, 'keys'), mode)
      assert.throws(() => loadKeys(dir), /^Error: Others can replace keys in .*\/keys: run chmod 700 on it\.$/)
    }
    chmodSync(join(dir, 'keys'), 0o700)
    loadKeys(dir)
  })

  it('cannot be where something else is', () => {
    const other = temporaryDir()
    writeFileSync(join(other, 'keys'), '')
    assert.throws(() => loadKeys(other), /^Error: The folder .*\/keys cannot be made or read \(E[A-Z]+\)\.$/)
    const taken = temporaryDir()
    mkdirSync(join(taken, 'log-public.pem'))
    assert.throws(() => loadKeys(taken), /^Error: The file .*log-public\.pem cannot be read or written \(E[A-Z]+\)\.$/)
  })
})
