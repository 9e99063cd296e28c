// Callers that stop reading in the middle of an answer: what they hold in the database is free afterwards.
import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { RawClient, say } from './testing/raw-client.ts'
import { Rig, stopTestPostgres, testPostgres } from './testing/rig.ts'
import { testTls } from './testing/test-tls.ts'

const STALL_MS = 500
/** More than the buffers on the way take. */
const ROWS = 40_000
const MUCH = `select repeat('x', 1000) from generate_series(1, ${ROWS})`

let rig: Rig
let direct: pg.Client

before(async () => {
  const postgres = await testPostgres()
  const { host, port, user, password } = postgres
  direct = new pg.Client({ host, port, user, password, database: 'postgres' })
  await direct.connect()
  await direct.query('create table stalled_held (n int); create table stalled_other (n int)')
  rig = await Rig.start({ postgres, stallMs: STALL_MS })
})
after(async () => {
  await rig?.stop()
  await direct?.end()
  await stopTestPostgres()
})

async function lockedBy(client: RawClient, table: string): Promise<void> {
  client.send(say.query(`begin; lock table ${table}`))
  await client.until('Z')
  assert.equal(await isFree(table), false)
}

async function isFree(table: string): Promise<boolean> {
  await direct.query('begin')
  const taken = direct.query(`lock table ${table} nowait`)
  const free = await taken.then(
    () => true,
    () => false,
  )
  await direct.query('rollback')
  return free
}

async function freeWithin(table: string, ms: number): Promise<boolean> {
  const until = performance.now() + ms
  while (performance.now() < until) {
    if (await isFree(table)) return true
    await pause(50)
  }
  return false
}

const ends = (text: string) => {
  const steps = rig.replays()
  const asked = steps.find(step => step.kind === 'question' && step.text?.includes(text))
  return steps.filter(({ exchange, kind }) => exchange === asked?.exchange && kind === 'ended')
}

test('a caller that stops reading loses its locks, its statement and its session, and the record says so', async () => {
  const client = await RawClient.signedIn(rig.port)
  await lockedBy(client, 'stalled_held')
  client.socket.pause()
  client.send(say.query(`${MUCH} -- unread`))
  assert.equal(await freeWithin('stalled_held', 10_000), true)
  const { rows } =
    await direct.query(`select query from pg_stat_activity where query like '%-- unread' and state = 'active'
      and pid <> pg_backend_pid()`)
  assert.deepEqual(rows, [])
  // What is left for it is thrown away too, and the record has all of it.
  await pause(2_500)
  client.socket.resume()
  await client.end()
  assert.ok(!client.types.endsWith('Z'))
  assert.deepEqual(
    ends('-- unread').map(({ outcome }) => outcome),
    ['cut'],
  )
  const refused = rig.entries().flatMap(({ entry }) => (entry.kind === 'refused' ? [entry] : []))
  assert.deepEqual(
    refused.map(({ code, reason }) => [code, reason]),
    [['limit', 'unread']],
  )
  const closed = rig.entries().some(({ entry }) => entry.kind === 'session.close' && entry.outcome === 'cut')
  assert.equal(closed, true)
})

test('it loses them also while it goes on sending', async () => {
  const client = await RawClient.signedIn(rig.port)
  await lockedBy(client, 'stalled_held')
  client.socket.pause()
  client.send(say.query(MUCH))
  const sending = setInterval(() => client.send(say.sync()), 50)
  const free = await freeWithin('stalled_held', 10_000)
  clearInterval(sending)
  assert.equal(free, true)
  client.socket.destroy()
})

test('it loses them over TLS as well', async () => {
  const secure = await Rig.start({ postgres: await testPostgres(), stallMs: STALL_MS, tls: testTls })
  const client = new pg.Client({ ...secure.settings, ssl: { ca: testTls.cert, servername: 'localhost' } })
  client.on('error', () => undefined)
  await client.connect()
  await client.query('begin; lock table stalled_held')
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection
  client.query(MUCH).catch(() => undefined)
  stream.pause()
  assert.equal(await isFree('stalled_held'), false)
  assert.equal(await freeWithin('stalled_held', 10_000), true)
  stream.destroy()
  await secure.stop()
})

test('a caller that reads slowly but steadily gets all of it', async () => {
  const client = await RawClient.signedIn(rig.port)
  await lockedBy(client, 'stalled_other')
  client.send(say.query(MUCH))
  client.socket.on('data', () => client.socket.pause())
  const reading = setInterval(() => client.socket.resume(), 4)
  const began = performance.now()
  await client.until('Z', 2)
  clearInterval(reading)
  const tookMs = performance.now() - began
  assert.ok(tookMs > 3 * STALL_MS, `${tookMs} ms`)
  assert.equal(client.heard.filter(({ type }) => type === 'D').length, ROWS)
  assert.equal(await isFree('stalled_other'), false)
  client.socket.destroy()
})

test('one that has read all there is may be silent for longer, with its locks', async () => {
  const client = await RawClient.signedIn(rig.port)
  await lockedBy(client, 'stalled_other')
  await pause(4 * STALL_MS)
  assert.equal(await isFree('stalled_other'), false)
  client.send(say.query('commit'))
  await client.until('Z', 2)
  assert.equal(await isFree('stalled_other'), true)
  client.socket.destroy()
})
