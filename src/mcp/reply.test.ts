import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, get, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { SingleReply } from './reply.ts'

test('a caller that left before its request was taken up is noticed as one that leaves later', async () => {
  const arrived = Promise.withResolvers<ServerResponse>()
  const server = createServer((_, response) => arrived.resolve(response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const request = get({ host: '127.0.0.1', port: (server.address() as AddressInfo).port })
  request.on('error', () => undefined)
  const response = await arrived.promise
  let gone = 0
  new SingleReply(response, true).whenGone(() => gone++)
  request.destroy()
  await once(response, 'close')
  assert.equal(gone, 1)
  new SingleReply(response, true).whenGone(() => gone++)
  assert.equal(gone, 2)
  server.close()
})
