import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Inbox } from './inbox.ts'
import { loadKeys } from './keys.ts'
import { openRecord } from './read.ts'
import { temporaryDir } from './test-log.ts'
import { verifyLog } from './verify.ts'

const KILLS = 10
/** Of util-linux; where it is missing the full disk is not tried. */
const NAMESPACES = 'unshare'
const writer = fileURLToPath(new URL('./test-writer.ts', import.meta.url))
const writeError = fileURLToPath(new URL('./test-write-error.ts', import.meta.url))
const fullDisk = fileURLToPath(new URL('./test-full-disk.ts', import.meta.url))

/** Lines acknowledged until the kill, which comes after a number of them. */
async function runUntilKilled(child: ChildProcess, lines: number): Promise<string[]> {
  const seen: string[] = []
  const reader = createInterface({ input: child.stdout as NodeJS.ReadableStream })
  reader.on('line', line => {
    seen.push(line)
    // At any moment of a commit, not only right after one.
    if (seen.length === lines) setTimeout(() => child.kill('SIGKILL'), Math.random() * 8)
  })
  await Promise.all([once(child, 'exit'), once(reader, 'close')])
  assert.equal(child.signalCode, 'SIGKILL')
  return seen
}

test(`kill -9 under load, ${KILLS} times: what was acknowledged is there, and the log verifies each time`, async t => {
  const dir = temporaryDir()
  const keys = loadKeys(dir)
  const acknowledged: string[] = []
  for (let kill = 0; kill < KILLS; kill++) {
    const child = spawn(process.execPath, [writer, dir], { stdio: ['ignore', 'pipe', 'inherit'] })
    acknowledged.push(...(await runUntilKilled(child, 20 + kill * 150)))
    const verdict = await verifyLog(dir, { publicKey: keys.verifying })
    assert.deepEqual(verdict.faults, [], `after kill ${kill + 1}`)
  }
  const reader = openRecord(dir, keys)
  for (const line of acknowledged) {
    const [seq, kind, exchange] = line.split(' ')
    const entry = reader.entry(BigInt(seq as string))?.entry
    assert.ok(entry && 'exchange' in entry && entry.exchange === exchange && entry.kind === kind, line)
  }
  reader.close()
  // The stale lock of a killed process does not block the next start, and nothing was invented for its sessions.
  const inbox = await Inbox.open({ dir, instance: 'one', keys })
  await inbox.close()
  const verdict = await verifyLog(dir, { publicKey: keys.verifying })
  assert.equal(verdict.openSessions, verdict.sessions)
  assert.equal(verdict.entries, verdict.signed)
  t.diagnostic(`${acknowledged.length} acknowledged, ${verdict.entries} found, ${verdict.sessions} sessions`)
})

test('a second process on the same log is refused while the first lives', async () => {
  const dir = temporaryDir()
  const keys = loadKeys(dir)
  const child = spawn(process.execPath, [writer, dir], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout as NodeJS.ReadableStream, 'data')
  await assert.rejects(Inbox.open({ dir, instance: 'one', keys }), /Another process writes the log/)
  child.kill('SIGKILL')
  await once(child, 'exit')
  await (await Inbox.open({ dir, instance: 'one', keys })).close()
})

/** A command that runs another on a disk of 4 MB mounted at its first argument, or null where that is not allowed. */
function smallDisk(): readonly string[] | null {
  const script = 'mount -t tmpfs -o size=4m tmpfs "$0" && exec "$@"'
  for (const flags of [['-m'], ['-rm']]) {
    const command = [NAMESPACES, ...flags, 'sh', '-c', script]
    if (spawnSync(NAMESPACES, [...command.slice(1), temporaryDir(), 'true']).status === 0) return command
  }
  return null
}

test('a full disk refuses, loses nothing it acknowledged, and recovers by itself', t => {
  const command = smallDisk()
  if (!command) {
    t.skip('NOT TESTED: this system lets nobody mount a small disk, so a full one was not tried')
    return
  }
  const dir = temporaryDir()
  const run = spawnSync(command[0] as string, [...command.slice(1), dir, process.execPath, fullDisk, dir], {
    encoding: 'utf8',
    timeout: 60_000,
  })
  assert.equal(run.stdout.trim(), 'ok', run.stderr)
})

test('a write error that is not a full disk refuses until a restart, which finds what was acknowledged', async t => {
  const dir = temporaryDir()
  const keys = loadKeys(dir)
  const run = spawnSync('sh', ['-c', 'ulimit -f 2048 && exec "$0" "$@"', process.execPath, writeError, dir], {
    encoding: 'utf8',
    timeout: 60_000,
  })
  if (/ulimit/.test(run.stderr)) {
    t.skip('NOT TESTED: this shell sets no limit on file size')
    return
  }
  assert.equal(run.stdout.trim(), 'poisoned unrecorded, again unrecorded', run.stderr)
  await (await Inbox.open({ dir, instance: 'one', keys })).close()
  assert.deepEqual((await verifyLog(dir, { publicKey: keys.verifying })).faults, [])
})
