import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { test } from 'node:test'
import { listen } from './listener.ts'
import { listenPostgres } from './postgres-listener.ts'

const doors = {
  mcp: () => undefined,
  api: () => undefined,
  metadata: () => null,
  healthy: () => true,
  crowded: () => undefined,
}

test('an address that is taken is named as the configuration does, with what to do', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const at = { host: '127.0.0.1', port }
  const says = (key: string) => ({
    message: `Port ${port} (${key}) is taken: stop what uses it or change the port.`,
  })
  await assert.rejects(
    listenPostgres(at, () => undefined),
    says('listen.postgres'),
  )
  await assert.rejects(listen({ ...at, tls: null }, doors), says('listen.http'))
  other.close()
})

test('so is one that this machine does not have', async () => {
  const at = { host: '192.0.2.1', port: 7432 }
  await assert.rejects(
    listenPostgres(at, () => undefined),
    { message: '192.0.2.1 (listen.postgres) is no address of this machine: change it.' },
  )
})
