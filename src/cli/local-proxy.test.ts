import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { setDefaultCACertificates } from 'node:tls'
import pg from 'pg'
import { Rig, stopTestPostgres, subjectOf, testPostgres } from '../postgres/testing/rig.ts'
import { testTls } from '../postgres/testing/test-tls.ts'
import type { DatabaseCredential } from './database-credential.ts'
import { LocalProxy } from './local-proxy.ts'

const skip = process.platform === 'linux' ? false : 'NOT TESTED: the proxy starts on Linux alone'

describe('the local proxy, towards a gateway over TLS', { skip }, () => {
  let rig: Rig
  const proxies: LocalProxy[] = []
  before(async () => {
    rig = await Rig.start({ postgres: await testPostgres(), tls: testTls })
  })
  after(async () => {
    for (const proxy of proxies) await proxy.close()
    await rig.stop()
    await stopTestPostgres()
  })

  function credential(over: Partial<DatabaseCredential> = {}): DatabaseCredential {
    const minted = rig.credentials.mint(subjectOf('ann'), 'clinic')
    assert.ok(minted)
    const { user, password, expiresAt } = minted
    const expires = new Date(expiresAt).toISOString()
    return { user, password, expires, host: 'localhost', port: rig.port, database: 'clinic', tls: true, ...over }
  }

  async function started(first: DatabaseCredential, renew = async () => credential()): Promise<number> {
    const proxy = await LocalProxy.start({ host: '127.0.0.1', port: 0, first, renew, say: () => undefined })
    proxies.push(proxy)
    return proxy.port
  }

  async function ask(port: number): Promise<unknown> {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'anybody', database: 'anything' })
    client.on('error', () => undefined)
    await client.connect()
    const { rows } = await client.query('select 7 as seven')
    await client.end()
    return rows[0].seven
  }

  it('refuses a certificate it does not trust, before it says anything', async () => {
    await assert.rejects(ask(await started(credential())), { code: '08006', message: /NODE_EXTRA_CA_CERTS/ })
  })

  it('passes over TLS whose certificate it trusts, under the right name alone', async () => {
    setDefaultCACertificates([testTls.cert])
    const port = await started(credential())
    assert.deepEqual(await Promise.all([ask(port), ask(port)]), [7, 7])
    // The gateway itself, under an address its certificate does not have.
    const other = createServer(socket => {
      const onward = connect({ host: '127.0.0.1', port: rig.port })
      for (const each of [socket, onward]) each.on('error', () => each.destroy())
      socket.pipe(onward).pipe(socket)
    }).listen(0, '127.0.0.2')
    await once(other, 'listening')
    const elsewhere = credential({ host: '127.0.0.2', port: (other.address() as AddressInfo).port })
    await assert.rejects(ask(await started(elsewhere)), { code: '08006', message: /NODE_EXTRA_CA_CERTS/ })
    other.close()
  })

  it('gets a new credential when the last one has ended or is not known', async () => {
    setDefaultCACertificates([testTls.cert])
    let renewed = 0
    const renew = async () => {
      renewed++
      return credential()
    }
    assert.equal(await ask(await started(credential({ expires: new Date(Date.now() - 1).toISOString() }), renew)), 7)
    assert.equal(await ask(await started(credential({ user: 'cred_00000000000000000000' }), renew)), 7)
    assert.equal(renewed, 2)
  })

  it('believes no server that does not know the credential', async () => {
    const authenticationOk = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0])
    const liar = createServer((socket: Socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () => socket.write(authenticationOk))
    }).listen(0, '127.0.0.1')
    await once(liar, 'listening')
    const { port } = liar.address() as AddressInfo
    const first = credential({ host: '127.0.0.1', port, tls: false })
    await assert.rejects(ask(await started(first)), { code: '08006', message: /not the gateway/ })
    liar.close()
  })
})
