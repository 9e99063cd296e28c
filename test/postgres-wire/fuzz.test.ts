// A short run of the fuzzer: `SEED=n node --test test/postgres-wire/fuzz.test.ts` gives one again.
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { after, test } from 'node:test'
import { stopTestPostgres, testPostgres } from '../../src/postgres/testing/rig.ts'
import { fuzz } from './fuzz.ts'
import { guardWrites } from './guard.ts'

after(stopTestPostgres)

test('spoilt frames in both directions: no crash, no hang, no byte passed unread', async t => {
  const seed = Number(process.env.SEED ?? randomInt(2 ** 31))
  const report = await fuzz({ seed, rounds: 400, ms: 0, server: await testPostgres() })
  t.diagnostic(`seed ${seed}: ${JSON.stringify(report)}`)
  assert.ok(report.answered > 20, 'some spoilt frames are answered')
  assert.ok(report.ended > 20, 'some end the connection')
  assert.ok(report.cleared > 0 && report.authored > 0)
})

test('the guard notices a byte that no outlet was given', async () => {
  const server = createServer(socket => socket.on('error', () => undefined)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  await once(socket, 'connect')
  const guard = guardWrites(() => false)
  socket.write('passed unread')
  assert.equal(guard.faults.length, 1)
  socket.end('and more')
  assert.equal(guard.faults.length, 2)
  guard.stop()
  socket.destroy()
  server.close()
})
