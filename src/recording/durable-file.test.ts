// Files past the page cache and through it. Promise tested: both hold the same bytes, readers beside the writer see them
// once the write has returned, and a system without such files is served by the cache.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes, randomInt } from 'node:crypto'
import { constants, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { DurableFile } from './durable-file.ts'
import { temporaryDir } from './test-log.ts'

const self = fileURLToPath(import.meta.url)

/** Writes pieces of many sizes, with room ahead now and then, closing and opening in between; the file holds just these. */
function writeMany(path: string): { direct: boolean } {
  let expected = randomBytes(randomInt(1, 9_000))
  writeFileSync(path, expected)
  let direct = true
  for (let opened = 0; opened < 6; opened++) {
    const file = new DurableFile(path, expected.length)
    let room = expected.length
    for (let count = 0; count < 25; count++) {
      const bytes = randomBytes(
        [randomInt(1, 200), randomInt(1, 9_000), 4096, 1_100_000][randomInt(0, 100) < 3 ? 3 : count % 3] as number,
      )
      if (expected.length + bytes.length > room && count % 4 !== 0) room = file.reach(room, 20_000)
      room = Math.max(room, file.write(bytes, expected.length))
      expected = Buffer.concat([expected, bytes])
      const seen = readFileSync(path)
      assert.ok(seen.subarray(0, expected.length).equals(expected), `after ${expected.length} bytes`)
      assert.equal(seen.length, room)
      assert.ok(seen.subarray(expected.length).every(byte => byte === 0))
    }
    if (opened % 2 === 0) file.cut(expected.length)
    direct &&= file.direct
    // One that failed is cut away, and what stood before it in the same block is not.
    file.write(randomBytes(700), expected.length)
    file.cut(expected.length)
    file.sync()
    file.close()
    assert.equal(statSync(path).size, expected.length)
  }
  return { direct }
}

if (process.argv[2] === 'on') console.log(JSON.stringify(writeMany(join(process.argv[3] as string, 'file'))))
else {
  test('pieces of every size, room ahead, cuts and reopening: the file holds what was written', t => {
    const { direct } = writeMany(join(temporaryDir(), 'file'))
    t.diagnostic(direct ? 'past the page cache' : 'by the page cache')
  })

  test('a write that replaced one cut away leaves nothing of it', () => {
    const path = join(temporaryDir(), 'file')
    writeFileSync(path, 'begun')
    const file = new DurableFile(path, 5)
    file.write(Buffer.alloc(10_000, 'x'), 5)
    file.cut(5)
    file.write(Buffer.from(' anew'), 5)
    file.cut(10)
    file.close()
    assert.equal(readFileSync(path, 'utf8'), 'begun anew')
  })

  for (const [system, direct] of [
    ['tmpfs', null],
    ['ramfs', false],
  ] as const) {
    test(`on ${system} too`, t => {
      const at = temporaryDir()
      const script = `mount -t ${system} ${system} "$0" && exec "$@"`
      const command = ['-m', 'sh', '-c', script, at, process.execPath, self, 'on', at]
      const run = [command, ['-r', ...command]]
        .map(args => spawnSync('unshare', args, { encoding: 'utf8', timeout: 60_000 }))
        .find(({ status }) => status === 0)
      if (!run) {
        t.skip(`NOT TESTED: this system lets nobody mount ${system}`)
        return
      }
      const told = JSON.parse(run.stdout) as { direct: boolean }
      if (direct !== null && constants.O_DIRECT !== undefined) assert.equal(told.direct, direct)
    })
  }
}
