import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { peerUser } from './peer-user.ts'

const skip = process.platform === 'linux' ? false : 'NOT TESTED: the kernel is asked as Linux has it'

for (const [host, to] of [
  ['127.0.0.1', '127.0.0.1'],
  ['127.0.0.1', '::ffff:127.0.0.1'],
  ['::1', '::1'],
] as const) {
  test(`whose program connects from ${to} to ${host}`, { skip }, async context => {
    const server = createServer()
    server.listen(0, host)
    const failed = await Promise.race([once(server, 'listening').then(() => null), once(server, 'error')])
    if (failed !== null) return context.skip(`NOT TESTED: ${host} cannot be listened on here`)
    const client = connect({ host: to, port: (server.address() as AddressInfo).port })
    const [socket] = (await once(server, 'connection')) as [Socket]
    assert.equal(await peerUser(socket), process.getuid?.())
    const { remoteAddress, localAddress, localPort } = socket
    assert.equal(await peerUser({ remoteAddress, localAddress, localPort, remotePort: 1 }), null)
    assert.equal(await peerUser({ remoteAddress: '192.0.2.1', remotePort: 1, localAddress, localPort }), null)
    client.destroy()
    socket.destroy()
    server.close()
  })
}
