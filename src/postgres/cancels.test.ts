// Cancel requests in numbers, and what becomes of a connection to a system whose machine is gone.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { back, startup, uint32 } from './frames.ts'
import { authenticationBytes, frame, readyBytes, uint32Bytes } from './messages.ts'
import { RawClient, say } from './testing/raw-client.ts'
import { Rig } from './testing/rig.ts'

/** A system that never answers a query, and hears cancel requests without ever closing them. */
const cancelling = new Set<Socket>()
const system = createServer({ allowHalfOpen: true }, socket => {
  socket.on('error', () => undefined)
  socket.once('data', (bytes: Buffer) => {
    if (uint32(bytes, 4) === startup.cancel) cancelling.add(socket)
    else {
      const key = frame(back.keyData, uint32Bytes(7), uint32Bytes(7))
      socket.write(Buffer.concat([authenticationBytes(0), key, readyBytes('I'.charCodeAt(0))]))
    }
  })
})
let rig: Rig

before(async () => {
  system.listen(0, '127.0.0.1')
  await once(system, 'listening')
  const { port } = system.address() as AddressInfo
  rig = await Rig.start({ postgres: { host: '127.0.0.1', port, user: 'gateway', password: 'none' } })
})
after(async () => {
  await rig?.stop()
  for (const socket of cancelling) socket.destroy()
  system.close()
})

test('however often one caller cancels, the system is asked once at a time', async () => {
  const client = await RawClient.signedIn(rig.port)
  const { key } = client
  client.send(say.query('select 1'))
  const request = Buffer.concat([uint32Bytes(key.length + 8), uint32Bytes(startup.cancel), key])
  const cancellers = await Promise.all(Array.from({ length: 50 }, () => RawClient.open(rig.port)))
  for (const canceller of cancellers) canceller.send(request)
  while (cancelling.size === 0) await new Promise(resolve => setImmediate(resolve))
  await new Promise(resolve => setTimeout(resolve, 200))
  assert.equal(cancelling.size, 1)
  const asked = () => rig.replays().filter(step => step.kind === 'question' && step.operation === 'sql.cancel').length
  assert.equal(asked(), 1)
  // The others are one more, which comes when the first is over.
  for (const socket of cancelling) socket.destroy()
  while (cancelling.size === 1) await new Promise(resolve => setImmediate(resolve))
  for (const socket of cancelling) socket.destroy()
  await Promise.all(cancellers.map(canceller => canceller.end()))
  assert.equal(asked(), 2)
  client.socket.destroy()
})

test('a system whose machine is gone is noticed', { skip: !existsSync('/proc/net/tcp') }, async () => {
  const client = await RawClient.signedIn(rig.port)
  const { port } = system.address() as AddressInfo
  const to = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const timers = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map(line => line.trim().split(/\s+/))
    .filter(([, , remote = '', state]) => remote.endsWith(to) && state === '01')
    .map(([, , , , , timer = '']) => timer.slice(0, 2))
  assert.ok(timers.includes('02'), `timers ${timers.join()}; 02 is that of keep-alive`)
  client.socket.destroy()
})
