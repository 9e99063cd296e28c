import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { connect as connectTls, createServer as createTlsServer } from 'node:tls'
import { testTls } from '../postgres/testing/test-tls.ts'
import { Anteroom } from './anteroom.ts'

let server: Server
const accepted: Socket[] = []

before(async () => {
  server = createServer(socket => {
    socket.on('error', () => undefined)
    accepted.push(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
})
after(() => {
  for (const socket of accepted) socket.destroy()
  server.close()
})

async function from(localAddress: string): Promise<Socket> {
  const before = accepted.length
  const client = connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, localAddress })
  client.on('error', () => undefined)
  while (accepted.length === before) await once(server, 'connection')
  return accepted.at(-1) as Socket
}

describe('anteroom', () => {
  it('closes the oldest connection of the source that has most', async () => {
    const told: string[] = []
    const anteroom = new Anteroom(address => told.push(address), 3)
    const alone = await from('127.0.0.1')
    const first = await from('127.0.0.2')
    const second = await from('127.0.0.2')
    const third = await from('127.0.0.2')
    for (const socket of [alone, first, second, third]) anteroom.enter(socket)
    assert.deepEqual(
      [alone, first, second, third].map(({ destroyed }) => destroyed),
      [false, true, false, false],
    )
    assert.deepEqual(told, ['127.0.0.2'])
    assert.equal(anteroom.size, 3)
  })

  it('is left, and entered again, by name or by closing', async () => {
    const anteroom = new Anteroom(() => assert.fail('there is room'), 1)
    const one = await from('127.0.0.1')
    const other = await from('127.0.0.1')
    anteroom.enter(one)
    anteroom.enter(one)
    anteroom.leave(one)
    anteroom.enter(other)
    anteroom.leave(other)
    anteroom.enter(one)
    one.destroy()
    await once(one, 'close')
    assert.equal(anteroom.size, 0)
    anteroom.enter(one)
    assert.equal(anteroom.size, 0, 'what is closed does not enter')
  })

  it('is left by what speaks TLS on a socket', async () => {
    const anteroom = new Anteroom(() => undefined, 10)
    const { cert, key } = testTls
    const secure = createTlsServer({ cert, key }).listen(0, '127.0.0.1')
    secure.on('connection', (socket: Socket) => anteroom.enter(socket))
    await once(secure, 'listening')
    const client = connectTls({ port: (secure.address() as AddressInfo).port, rejectUnauthorized: false })
    const [above] = await once(secure, 'secureConnection')
    assert.equal(anteroom.size, 1)
    anteroom.leave(above)
    assert.equal(anteroom.size, 0)
    client.destroy()
    secure.close()
  })

  it('takes a network of IPv6 for one source', () => {
    const anteroom = new Anteroom(() => undefined, 2)
    const at = (remoteAddress: string, remotePort: number) => {
      const socket = { remoteAddress, remotePort, destroyed: false, once: () => undefined, destroy: () => undefined }
      const heard = Object.assign(socket, { destroy: () => Object.assign(socket, { destroyed: true }) })
      anteroom.enter(heard as unknown as Socket)
      return heard
    }
    const other = at('2001:db8:0:2::1', 1)
    const first = at('2001:db8::1', 2)
    const second = at('2001:db8:0:0:ffff::2', 3)
    assert.deepEqual([other.destroyed, first.destroyed, second.destroyed], [true, false, false], 'each had one')
    const third = at('2001:db8:0:2::1', 4)
    assert.deepEqual([first.destroyed, second.destroyed, third.destroyed], [true, false, false], 'two of one network')
  })
})
