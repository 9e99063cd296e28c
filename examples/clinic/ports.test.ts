// Ports that are taken.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { choosePorts, freePort } from './ports.ts'

test('a taken port is said and replaced, a free one kept', async () => {
  const listener = createServer().listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const taken = (listener.address() as AddressInfo).port
  const free = await freePort(0)
  assert.ok(free)
  const lines: string[] = []
  const chosen = await choosePorts({ gateway: taken, clinic: free }, line => lines.push(line))
  listener.close()
  assert.equal(chosen.clinic, free)
  assert.notEqual(chosen.gateway, taken)
  assert.deepEqual(lines, [`  Port ${taken} is taken: using ${chosen.gateway}`])
})
