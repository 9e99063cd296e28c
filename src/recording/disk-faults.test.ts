// Disks that refuse a write in the middle of things, and readers that see half of one. The calls of the system are real but
// for the one that is made to fail.
import assert from 'node:assert/strict'
import fs, { closeSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { afterEach, test } from 'node:test'
import { crc32 } from 'node:zlib'
import { CommitLog } from './commit-log.ts'
import { itemOf } from './draft-item.ts'
import { DurableFile } from './durable-file.ts'
import { FrameBuilder } from './frame.ts'
import { keys } from './inbox.fixture.ts'
import { createFile, isFull } from './inbox-file.ts'
import { FrameReader, openForReading } from './inbox-frames.ts'
import { emptyEdge } from './merkle.ts'
import { openLog } from './open-log.ts'
import { Packer } from './parcel.ts'
import { draft, temporaryDir } from './test-log.ts'
import { verifyLog } from './verify.ts'

const { openSync, readSync, writeSync } = fs

/** `fails` says with which code a write of these bytes fails, or null. */
function refuseWrites(fails: (bytes: Uint8Array) => string | null): void {
  const write = (handle: number, bytes: Uint8Array, offset: number, length: number, at: number) => {
    const code = fails(bytes.subarray(offset, offset + length))
    if (code !== null) throw Object.assign(new Error(code), { code, syscall: 'write' })
    return writeSync(handle, bytes, offset, length, at)
  }
  fs.writeSync = write as typeof fs.writeSync
  syncBuiltinESMExports()
}

afterEach(() => {
  Object.assign(fs, { openSync, readSync, writeSync })
  syncBuiltinESMExports()
})

function logIn(dir: string, fileBytes: number): CommitLog {
  const folder = join(dir, 'inbox', 'one')
  mkdirSync(folder, { recursive: true })
  const { signing, verifying, seal, transcript } = keys
  const options = { folder, log: 'one', signing, verifying, seal, transcript, fileBytes, checkpointMs: 100 }
  return new CommitLog(openLog(folder, 'one'), options)
}

const start = (length: number) => itemOf(draft(null, { kind: 'start', version: 'x'.repeat(length) }), 1_763_000_000_000)

for (const [which, code] of [
  [1, 'EINVAL'],
  [2, 'EOPNOTSUPP'],
  [5, 'ENOSYS'],
] as const) {
  test(`a system that takes no write past the cache, said at write ${which} by ${code}, is served by the cache`, () => {
    const path = join(temporaryDir(), 'file')
    writeFileSync(path, 'begun')
    const file = new DurableFile(path, 5)
    if (!file.direct) return
    let count = 0
    refuseWrites(() => (++count === which ? code : null))
    let expected = 'begun'
    for (let piece = 0; piece < 6; piece++) {
      const text = String(piece).repeat(3_000)
      if (piece === 2) file.reach(expected.length + 5_000, 10_000)
      file.write(Buffer.from(text), expected.length)
      expected += text
    }
    file.cut(expected.length)
    assert.equal(file.direct, false)
    file.close()
    assert.equal(readFileSync(path, 'utf8'), expected)
  })
}

test('a disk that once had no room ahead is asked again after as many bytes', () => {
  const frame = new FrameBuilder()
  const folder = temporaryDir()
  const file = createFile(folder, 'one', 1, emptyEdge, frame)
  const path = join(folder, 'inbox-000001.log')
  let refusals = 0
  refuseWrites(bytes => (bytes.length >= 128 << 10 && refusals++ === 0 ? 'ENOSPC' : null))
  const append = () => {
    frame.begin()
    frame.record({ kind: 'checkpoint', size: 1, note: 'x'.repeat(20_000) })
    file.append(frame)
    return statSync(path).size - file.end > 64 << 10
  }
  assert.equal(append(), false)
  assert.equal(append(), false, 'not at once')
  let hasRoom = false
  for (let count = 0; count < 60 && !hasRoom; count++) hasRoom = append()
  assert.ok(hasRoom)
  file.close()
  assert.ok(refusals > 1)
})

test('a file that could not be told which one follows goes on itself, and the log verifies', async () => {
  const dir = temporaryDir()
  const log = logIn(dir, 20_000)
  const packer = new Packer(1)
  let refusals = 0
  refuseWrites(bytes => (Buffer.from(bytes).includes('{"number":2}') && refusals++ === 0 ? 'ENOSPC' : null))
  let failed = 0
  for (let id = 1; id <= 30; id++) {
    try {
      log.commit([packer.pack(id, 0, [start(3_000)])])
    } catch {
      packer.forget()
      failed++
    }
  }
  log.checkpoint()
  log.close()
  assert.deepEqual([failed, refusals > 0], [1, true])
  assert.ok(existsSync(join(dir, 'inbox', 'one', 'inbox-000003.log')))
  const verdict = await verifyLog(dir, { publicKey: keys.verifying })
  assert.deepEqual([verdict.faults, verdict.entries], [[], 29])
})

for (const which of [/000002\.log\.new$/, /inbox\/one$/, /000002\.log$/]) {
  test(`where no handle is left for ${which.source} the next file is begun later, and the log verifies`, async () => {
    const dir = temporaryDir()
    const log = logIn(dir, 20_000)
    const packer = new Packer(1)
    let refusals = 0
    const open = (path: string, ...rest: [string, number?]) => {
      if (which.test(path) && refusals++ < 2)
        throw Object.assign(new Error('EMFILE'), { code: 'EMFILE', syscall: 'open' })
      return openSync(path, ...rest)
    }
    fs.openSync = open as typeof fs.openSync
    syncBuiltinESMExports()
    let failed = 0
    for (let id = 1; id <= 20; id++) {
      try {
        log.commit([packer.pack(id, 0, [start(3_000)])])
      } catch (error) {
        assert.ok(isFull(error), 'it may be tried again')
        assert.equal(existsSync(join(dir, 'inbox', 'one', 'inbox-000002.log')), false)
        log.checkpoint()
        packer.forget()
        failed++
      }
    }
    log.checkpoint()
    log.close()
    assert.equal(failed, 2)
    const verdict = await verifyLog(dir, { publicKey: keys.verifying })
    assert.deepEqual([verdict.faults, verdict.entries], [[], 18])
  })
}

/** One file of two frames, and where each ends. */
function twoFrames() {
  const frame = new FrameBuilder()
  const folder = temporaryDir()
  const file = createFile(folder, 'one', 1, emptyEdge, frame)
  const ends = [file.end]
  for (let count = 0; count < 2; count++) {
    frame.begin()
    frame.record({ kind: 'checkpoint', size: count, note: 'x'.repeat(3_000) })
    file.append(frame)
    ends.push(file.end)
  }
  file.close()
  return { path: join(folder, 'inbox-000001.log'), ends }
}

test('a frame that is still being written when it is read, and followed by another a moment later, is whole', () => {
  const { path, ends } = twoFrames()
  const [begins, follows] = ends as [number, number]
  const handle = openForReading(path)
  let torn = 2
  const read = (handle: number, into: Buffer, offset: number, length: number, at: number) => {
    const got = readSync(handle, into, offset, length, at)
    const [from, to] = [begins + 100 - at, follows - at]
    if (at < follows && got > to && torn-- > 0) into.fill(0, offset + Math.max(from, 0), offset + to)
    return got
  }
  fs.readSync = read as typeof fs.readSync
  syncBuiltinESMExports()
  const reader = new FrameReader(handle)
  const seen = [reader.next(), reader.next(), reader.next(), reader.next()].map(one => one?.whole)
  closeSync(handle)
  assert.ok(torn <= 0, 'the torn reads were seen')
  assert.deepEqual(seen, [true, true, true, undefined])
})

/** Sixteen printable characters that pass for the head of a frame. */
function passesForHead(): string {
  for (let count = 0; ; count++) {
    const text = `A${String(count).padStart(11, '0')}`
    const sum = Buffer.alloc(4)
    sum.writeUInt32BE(crc32(Buffer.from(text)))
    if (/^[\x21\x23-\x5b\x5d-\x7e]{4}$/.test(sum.toString('latin1'))) return text + sum.toString('latin1')
  }
}

test('a write cut short is taken away whatever a caller had written in it', () => {
  const dir = temporaryDir()
  const log = logIn(dir, 1 << 26)
  const packer = new Packer(1)
  log.commit([packer.pack(1, 0, [start(10)])])
  const path = join(dir, 'inbox', 'one', 'inbox-000001.log')
  const before = readFileSync(path).findLastIndex(byte => byte !== 0) + 1
  const body = { kind: 'start', version: passesForHead() + 'x'.repeat(2_000) } as const
  const items = Array.from({ length: 2 }, () => itemOf(draft(null, body), 1_763_000_000_000))
  log.commit([packer.pack(2, 0, items)])
  log.close()
  const image = readFileSync(path).fill(0, before, (Math.floor(before / 512) + 1) * 512)
  for (const name of fs.readdirSync(join(dir, 'inbox', 'one'))) fs.rmSync(join(dir, 'inbox', 'one', name))
  writeFileSync(path, Buffer.concat([image, Buffer.alloc(5_000)]))
  assert.ok(image.includes(body.version.slice(0, 16)))
  const again = logIn(dir, 1 << 26)
  assert.equal(again.size, 1)
  again.close()
})
