// The PostgreSQL of the demo and the tests, started for real: as root and as a plain user, stopped, killed, started again.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { startPostgres } from './postgres.ts'

delete process.env.SALLYPORT_TEST_POSTGRES // what is tested here is our own start and stop

const dir = mkdtempSync(join(tmpdir(), 'sallyport-test-'))
after(() => rmSync(dir, { recursive: true, force: true }))

async function ask(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url)
  await client.connect()
  const { rows } = await client.query(text)
  await client.end()
  return rows
}

function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  return new Promise(done => {
    socket.once('connect', () => done(true)).once('error', () => done(false))
  }).finally(() => socket.destroy()) as Promise<boolean>
}

async function untilSilent(port: number): Promise<void> {
  const deadline = performance.now() + 10_000
  while (await answers(port)) {
    assert.ok(performance.now() < deadline, `something still listens on ${port}`)
    await delay(20)
  }
}

async function untilGone(folder: string): Promise<void> {
  const deadline = performance.now() + 10_000
  while (existsSync(folder)) {
    assert.ok(performance.now() < deadline, `${folder} is still there`)
    await delay(20)
  }
}

/** A process that starts a PostgreSQL in `folder`, says where, and stops it only when told so by a line. */
async function owner(folder: string, as: { uid?: number; gid?: number } = {}) {
  const code = `
    const { startPostgres } = await import(${JSON.stringify(new URL('postgres.ts', import.meta.url).href)})
    const postgres = await startPostgres({ dir: ${JSON.stringify(folder)} })
    console.log(postgres.url)
    process.stdin.once('data', async () => { await postgres.stop(); process.exit(0) })`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    ...as,
    cwd: '/',
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let complaint = ''
  child.stderr.on('data', chunk => {
    complaint += String(chunk)
  })
  const url = await Promise.race([
    once(createInterface(child.stdout), 'line').then(([line]) => String(line)),
    once(child, 'exit').then(() => null),
  ])
  return { child, url, complaint: () => complaint }
}

test('a real PostgreSQL with a password, on loopback, that never runs as root', async () => {
  const postgres = await startPostgres({ dir: join(dir, 'plain') })
  const [row] = await ask(postgres.url, `SELECT current_setting('server_version') AS version, inet_server_addr() AS at`)
  assert.match(String(row?.version), /^18\./)
  assert.equal(row?.at, '127.0.0.1')
  if (existsSync('/proc/self')) {
    const [place] = await ask(postgres.url, `SHOW data_directory`)
    const pid = readFileSync(join(String(place?.data_directory), 'postmaster.pid'), 'utf8').split('\n')[0]
    assert.doesNotMatch(readFileSync(`/proc/${pid}/status`, 'utf8'), /^Uid:\s+0\b/m)
  }
  const wrong = new URL(postgres.url)
  wrong.password = 'guess'
  await assert.rejects(ask(wrong.href, 'SELECT 1'), /password authentication failed/)
  await postgres.stop()
  assert.equal(await answers(postgres.port), false)
})

test('what an earlier run left running is stopped by the next start in the same folder', async () => {
  const earlier = await startPostgres({ dir: join(dir, 'twice') })
  const later = await startPostgres({ dir: join(dir, 'twice') })
  await untilSilent(earlier.port)
  assert.deepEqual(await ask(later.url, 'SELECT 1 AS one'), [{ one: 1 }])
  await earlier.stop()
  assert.deepEqual(await ask(later.url, 'SELECT 2 AS two'), [{ two: 2 }])
  await later.stop()
})

test('kill -9 of its owner leaves no PostgreSQL behind, and the next start works', async () => {
  const folder = join(dir, 'killed')
  const { child, url, complaint } = await owner(folder)
  assert.ok(url, complaint())
  const [place] = await ask(url, 'SHOW data_directory')
  child.kill('SIGKILL')
  await untilSilent(Number(new URL(url).port))
  if (process.getuid?.() === 0) await untilGone(join(String(place?.data_directory), '..'))
  const next = await startPostgres({ dir: folder })
  assert.deepEqual(await ask(next.url, 'SELECT 1 AS one'), [{ one: 1 }])
  await next.stop()
})

test('as a plain user all of it stays in its folder, and data survives a restart and a kill', async t => {
  const folder = mkdtempSync(join(dir, 'user-'))
  const root = process.getuid?.() === 0
  const as = root ? { uid: 65_534, gid: 65_534 } : {}
  if (root) {
    chownSync(folder, 65_534, 65_534)
    const code = `await import(${JSON.stringify(new URL('postgres.ts', import.meta.url).href)})`
    const probe = spawn(process.execPath, ['--input-type=module', '-e', code], { ...as, cwd: '/', stdio: 'ignore' })
    const [status] = await Promise.race([once(probe, 'exit'), once(probe, 'error').then(() => [1])])
    if (status !== 0) return t.skip('NOT TESTED: this copy of the project is where no other user may read it')
    chmodSync(dir, 0o755)
  }
  const first = await owner(folder, as)
  assert.ok(first.url, first.complaint())
  await ask(first.url, 'CREATE TABLE kept (id integer); INSERT INTO kept VALUES (7)')
  first.child.kill('SIGKILL')
  await untilSilent(Number(new URL(first.url).port))
  const second = await owner(folder, as)
  assert.ok(second.url, second.complaint())
  assert.deepEqual(await ask(second.url, 'SELECT id FROM kept'), [{ id: 7 }])
  const [place] = await ask(second.url, 'SHOW data_directory')
  assert.equal(place?.data_directory, join(folder, 'data'))
  second.child.stdin.write('stop\n')
  await once(second.child, 'exit')
  assert.equal(await answers(Number(new URL(second.url).port)), false)
})
